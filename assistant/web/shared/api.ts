import { Problem, problem_from_document, problem_from_response, unreachable } from './problem';
import { read_events, type ServerEvent } from './stream';
import type {
  Community,
  Contact,
  ConversationEvent,
  ConversationKey,
  Edition,
  KeptConversation,
  Lookup,
  ProblemDocument,
  RatingValue,
  StartedConversation,
  TurnEvent,
  Verdict,
  WorkOrder,
} from './types';
import type { SpeechPiece, SpeechRequest, VoiceOffer } from './voice/types';

/** A stream that says nothing for this long is taken for broken. */
const SILENCE_MS = 60_000;

/** The server, one method an endpoint. Every method throws `Problem`. */
export class Api {
  /** `base` is the server's address and ends with a slash. */
  constructor(readonly base: string) {}

  community(id: string): Promise<Community> {
    return this.#json('GET', `api/communities/${encodeURIComponent(id)}`);
  }

  /** `variety` is the dialect that the resident chose; empty for that of the community. */
  start_conversation(
    community: string,
    channel: 'widget' | 'web' | 'kiosk',
    variety: string,
  ): Promise<StartedConversation> {
    return this.#json('POST', 'api/conversations', { body: { community, channel, variety } });
  }

  async choose_variety(key: ConversationKey, variety: string): Promise<void> {
    const path = `api/conversations/${encodeURIComponent(key.id)}/variety`;
    await this.#send('PUT', path, { token: key.token, body: { variety } });
  }

  conversation(key: ConversationKey): Promise<KeptConversation> {
    return this.#json('GET', `api/conversations/${encodeURIComponent(key.id)}`, {
      token: key.token,
    });
  }

  /**
   * Sends a message and yields what comes back. The same `client_id` never asks twice.
   * `utterance` names what was heard, where the message was spoken.
   */
  async *turn(
    key: ConversationKey,
    text: string,
    client_id: string,
    utterance: string | null = null,
    signal?: AbortSignal,
  ): AsyncGenerator<TurnEvent> {
    const response = await this.#send(
      'POST',
      `api/conversations/${encodeURIComponent(key.id)}/turns`,
      {
        token: key.token,
        body: utterance === null ? { text, client_id } : { text, client_id, utterance },
        accept: 'text/event-stream',
        signal,
      },
    );
    for await (const { event, data } of this.#events(response)) {
      if (event === 'error') throw refused(data);
      yield { event, data: JSON.parse(data) } as TurnEvent;
    }
  }

  /** What the server can do with sound. */
  voice(): Promise<VoiceOffer> {
    return this.#json('GET', 'api/voice');
  }

  /** Has a text spoken, piece by piece, until `signal` stops it. */
  async *speech(
    key: ConversationKey,
    request: SpeechRequest,
    signal: AbortSignal,
  ): AsyncGenerator<SpeechPiece> {
    const path = `api/conversations/${encodeURIComponent(key.id)}/speech`;
    const response = await this.#send('POST', path, {
      token: key.token,
      body: request,
      accept: 'text/event-stream',
      signal,
    });
    for await (const { event, data } of this.#events(response)) {
      if (event === 'error') throw refused(data);
      if (event === 'done') return;
      if (event === 'piece') yield JSON.parse(data) as SpeechPiece;
    }
    throw unreachable('cut');
  }

  /** Where a conversation listens. */
  hearing_address(key: ConversationKey): string {
    const path = `api/conversations/${encodeURIComponent(key.id)}/voice`;
    return new URL(path, this.base).href.replace(/^http/, 'ws');
  }

  /**
   * What people say in a conversation and who speaks, as it happens, until `signal` stops it.
   * `after` is the id of the last message that is known; empty for all of them.
   */
  async *events(
    key: ConversationKey,
    after: string,
    signal: AbortSignal,
  ): AsyncGenerator<ConversationEvent> {
    const query = new URLSearchParams({ after });
    const path = `api/conversations/${encodeURIComponent(key.id)}/events?${query}`;
    const response = await this.#send('GET', path, {
      token: key.token,
      accept: 'text/event-stream',
      signal,
    });
    for await (const { event, data } of this.#events(response)) {
      yield { event, data: JSON.parse(data) } as ConversationEvent;
    }
  }

  async rate(
    key: ConversationKey,
    turn: string,
    rating: RatingValue | null,
    reason?: string,
  ): Promise<void> {
    const path = `api/conversations/${encodeURIComponent(key.id)}/turns/${encodeURIComponent(turn)}/rating`;
    await this.#send('PUT', path, { token: key.token, body: { rating, reason } });
  }

  /** Adds to a work order: how to reach the resident, or more about the matter. */
  add(
    number: string,
    lookup_code: string,
    addition: Contact,
    request_id: string,
  ): Promise<WorkOrder> {
    return this.#json('PUT', `${order_path(number)}/contact`, {
      body: { lookup_code, ...addition, request_id },
    });
  }

  work_order(number: string, lookup: Lookup): Promise<WorkOrder> {
    return this.#json('GET', `${order_path(number)}?${new URLSearchParams(lookup)}`);
  }

  /** Says how a finished work order went. */
  judge(
    number: string,
    lookup_code: string,
    verdict: Verdict,
    request_id: string,
  ): Promise<WorkOrder> {
    return this.#json('PUT', `${order_path(number)}/survey`, {
      body: { lookup_code, ...verdict, request_id },
    });
  }

  /** Has a finished work order done again. */
  reopen(
    number: string,
    lookup_code: string,
    reason: string,
    request_id: string,
  ): Promise<WorkOrder> {
    return this.#json('POST', `${order_path(number)}/reopen`, {
      body: { lookup_code, reason, request_id },
    });
  }

  /** A document as residents of `community` read it, with its local facts filled in. */
  edition(id: string, community: string | null): Promise<Edition> {
    const query = community === null ? '' : `?community=${encodeURIComponent(community)}`;
    return this.#json('GET', `api/editions/${encodeURIComponent(id)}${query}`);
  }

  /** The page that shows a document with one passage marked. */
  source_page(edition: string, passage: number | string, community: string): string {
    const query = `passage=${encodeURIComponent(passage)}&community=${encodeURIComponent(community)}`;
    return `${this.base}source/${encodeURIComponent(edition)}?${query}`;
  }

  async *#events(response: Response): AsyncGenerator<ServerEvent> {
    if (!response.body) throw unreachable('empty');
    try {
      yield* read_events(response.body, SILENCE_MS);
    } catch (error) {
      throw error instanceof Problem ? error : unreachable(String(error));
    }
  }

  async #json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.#send(method, path, options);
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw unreachable(String(error));
    }
  }

  async #send(method: string, path: string, options: RequestOptions): Promise<Response> {
    const headers: Record<string, string> = { accept: options.accept ?? 'application/json' };
    if (options.token) headers['authorization'] = `Bearer ${options.token}`;
    const request: RequestInit = { method, headers, credentials: 'omit', cache: 'no-store' };
    if (options.signal) request.signal = options.signal;
    if (options.body !== undefined) {
      headers['content-type'] = 'application/json';
      request.body = JSON.stringify(options.body);
    }
    let response: Response;
    try {
      response = await fetch(this.base + path, request);
    } catch (error) {
      throw unreachable(String(error));
    }
    if (!response.ok) throw await problem_from_response(response);
    return response;
  }
}

interface RequestOptions {
  token?: string;
  body?: unknown;
  accept?: string;
  signal?: AbortSignal | undefined;
}

/** The problem that a stream ended with. */
function refused(data: string): Problem {
  const document = JSON.parse(data) as ProblemDocument;
  return problem_from_document(document, document.status ?? 500);
}

function order_path(number: string): string {
  return `api/work-orders/${encodeURIComponent(number)}`;
}
