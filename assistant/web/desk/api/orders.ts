import { type Problem, problem_from_document, unreachable } from '../../shared/problem';
import type {
  Attachment,
  Draft,
  MoveRequest,
  Order,
  OrderEdit,
  OrderList,
  Person,
  Queues,
} from '../types';
import type {
  Assignee,
  BulkMove,
  BulkResult,
  KnowledgeDraft,
  ListQuery,
  Mention,
  NewOrder,
} from '../types-more';
import { part, type Query, type Transport } from './transport';

type Present = { present: { person: Person; writing: boolean }[] };

/** Work orders: the list, one order, what is done with it. */
export class OrdersApi {
  constructor(readonly transport: Transport) {}

  queues(community: string): Promise<Queues> {
    return this.transport.get('queues', { community });
  }

  list(query: ListQuery, after: string | null, limit: number): Promise<OrderList> {
    return this.transport.get('work-orders', { ...query, after, limit });
  }

  one(number: string): Promise<Order> {
    return this.transport.get(`work-orders/${part(number)}`);
  }

  /** The lookup code is for the resident: who has it can ask how the matter stands. */
  file(request_id: string, order: NewOrder): Promise<Order & { lookup_code: string }> {
    return this.transport.ask('POST', 'work-orders', { request_id, ...order });
  }

  edit(number: string, edit: OrderEdit): Promise<Order> {
    return this.transport.ask('PATCH', `work-orders/${part(number)}`, edit);
  }

  move(number: string, request: MoveRequest): Promise<Order> {
    return this.transport.ask('POST', `work-orders/${part(number)}/moves`, request);
  }

  move_many(request_id: string, moves: BulkMove[]): Promise<BulkResult[]> {
    return this.transport.ask('POST', 'work-orders/moves', { request_id, moves });
  }

  note(number: string, request_id: string, text: string, mentions: string[]): Promise<Order> {
    const body = { request_id, text, mentions };
    return this.transport.ask('POST', `work-orders/${part(number)}/notes`, body);
  }

  message(number: string, request_id: string, text: string): Promise<Order> {
    return this.transport.ask('POST', `work-orders/${part(number)}/messages`, { request_id, text });
  }

  /** Shows the masked contact; the server keeps who asked. */
  contact(number: string): Promise<{ phone: string | null; name: string | null }> {
    return this.transport.ask('POST', `work-orders/${part(number)}/contact`);
  }

  draft(number: string): Promise<Draft> {
    return this.transport.ask('POST', `work-orders/${part(number)}/draft`);
  }

  knowledge_draft(number: string): Promise<KnowledgeDraft> {
    return this.transport.ask('POST', `work-orders/${part(number)}/knowledge-draft`);
  }

  assignees(order: string): Promise<Assignee[]> {
    return this.transport.get('assignees', { order });
  }

  /** Who may be named in a note on an order. */
  colleagues(order: string): Promise<Person[]> {
    return this.transport.get('colleagues', { order });
  }

  be_present(number: string, writing: boolean): Promise<Present> {
    return this.transport.ask('PUT', `work-orders/${part(number)}/presence`, { writing });
  }

  /** Said while the page goes away, so nobody waits for the answer. */
  leave(number: string): void {
    void fetch(this.transport.address(`work-orders/${part(number)}/presence`), {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
      credentials: 'same-origin',
      keepalive: true,
    }).catch(() => undefined);
  }

  mentions(): Promise<Mention[]> {
    return this.transport.get('mentions');
  }

  see_mention(event: string): Promise<void> {
    return this.transport.tell('PUT', `mentions/${part(event)}`, { seen: true });
  }

  /** The list as CSV. */
  csv_address(query: Query): string {
    return this.transport.address('work-orders.csv', query);
  }

  /** Sends a file and tells how much of it is through, from 0 to 1. */
  attach(
    number: string,
    stage: Attachment['stage'],
    name: string,
    file: Blob,
    on_progress: (share: number) => void,
  ): Promise<Attachment> {
    const address = this.transport.address(`work-orders/${part(number)}/attachments`, {
      stage,
      name,
    });
    return new Promise((resolve, reject) => {
      // fetch does not tell how far an upload is.
      const request = new XMLHttpRequest();
      request.open('POST', address);
      request.setRequestHeader('content-type', file.type || 'application/octet-stream');
      request.setRequestHeader('accept', 'application/json');
      request.upload.onprogress = (event) => on_progress(event.loaded / Math.max(event.total, 1));
      request.onerror = () => reject(unreachable('upload'));
      request.onload = () => {
        const body = parsed(request.responseText);
        if (request.status >= 200 && request.status < 300)
          return resolve(body as unknown as Attachment);
        const problem: Problem = problem_from_document(body, request.status);
        this.transport.on_refused(problem);
        reject(problem);
      };
      request.send(file);
    });
  }
}

function parsed(text: string): Record<string, never> {
  try {
    return JSON.parse(text) as Record<string, never>;
  } catch {
    return {};
  }
}
