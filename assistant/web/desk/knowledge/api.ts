import { type Problem, problem_from_document, unreachable } from '../../shared/problem';
import { part, type Query, type Transport } from '../api/transport';
import type * as K from './types';

const ROOT = 'knowledge';

/** The knowledge of the places that the account reaches: documents, answers, checks, gaps. */
export class KnowledgeApi {
  constructor(readonly transport: Transport) {}

  documents(query: Query): Promise<K.DocumentList> {
    return this.transport.get(`${ROOT}/documents`, { limit: 50, ...query });
  }

  document(id: string): Promise<K.DocumentPage> {
    return this.transport.get(`${ROOT}/documents/${part(id)}`);
  }

  history(id: string): Promise<K.HistoryLine[]> {
    return this.transport.get(`${ROOT}/documents/${part(id)}/history`);
  }

  edition(id: string): Promise<K.Edition> {
    return this.transport.get(`${ROOT}/editions/${part(id)}`);
  }

  difference(before: string, after: string): Promise<K.Difference> {
    return this.transport.get(`${ROOT}/difference`, { before, after });
  }

  /** Opens the draft of a document, made from its newest edition where there is none. */
  open_draft(document: string): Promise<K.Draft> {
    return this.transport.ask('POST', `${ROOT}/documents/${part(document)}/draft`);
  }

  withdraw(document: string, reason: string): Promise<K.DocumentPage> {
    return this.transport.ask('POST', `${ROOT}/documents/${part(document)}/withdraw`, { reason });
  }

  roll_back(document: string, edition: string, reason: string): Promise<K.DocumentPage> {
    const body = { edition, reason };
    return this.transport.ask('POST', `${ROOT}/documents/${part(document)}/roll-back`, body);
  }

  new_draft(draft: K.NewDraft): Promise<K.Draft> {
    return this.transport.ask('POST', `${ROOT}/drafts`, draft);
  }

  draft(id: string): Promise<K.Draft> {
    return this.transport.get(`${ROOT}/drafts/${part(id)}`);
  }

  save_draft(id: string, edit: K.DraftEdit): Promise<K.Draft> {
    return this.transport.ask('PUT', `${ROOT}/drafts/${part(id)}`, edit);
  }

  delete_draft(id: string, version: number): Promise<void> {
    return this.transport.tell('DELETE', `${ROOT}/drafts/${part(id)}?version=${version}`);
  }

  move(
    id: string,
    move: { version: number; move: K.Move; note?: string; publish_on?: string },
  ): Promise<K.Moved> {
    return this.transport.ask('POST', `${ROOT}/drafts/${part(id)}/moves`, move);
  }

  preview(id: string): Promise<{ checks: K.CheckRun }> {
    return this.transport.slow('POST', `${ROOT}/drafts/${part(id)}/preview`, {});
  }

  aliases(id: string): Promise<K.Aliases> {
    return this.transport.slow('POST', `${ROOT}/drafts/${part(id)}/aliases`, {});
  }

  bench(question: K.BenchQuestion): Promise<K.Bench> {
    return this.transport.slow('POST', `${ROOT}/bench`, question);
  }

  rules(community: string): Promise<K.Rule[]> {
    return this.transport.get(`${ROOT}/rules`, { community });
  }

  add_rule(rule: K.NewRule): Promise<K.Rule> {
    return this.transport.ask('POST', `${ROOT}/rules`, rule);
  }

  remove_rule(id: string): Promise<void> {
    return this.transport.tell('DELETE', `${ROOT}/rules/${part(id)}`);
  }

  checks(community: string): Promise<K.Check[]> {
    return this.transport.get(`${ROOT}/checks`, { community });
  }

  add_check(check: K.NewCheck): Promise<K.Check> {
    return this.transport.ask('POST', `${ROOT}/checks`, check);
  }

  edit_check(id: string, check: K.NewCheck): Promise<K.Check> {
    return this.transport.ask('PUT', `${ROOT}/checks/${part(id)}`, check);
  }

  remove_check(id: string): Promise<void> {
    return this.transport.tell('DELETE', `${ROOT}/checks/${part(id)}`);
  }

  runs(community: string): Promise<Omit<K.CheckRun, 'results'>[]> {
    return this.transport.get(`${ROOT}/checks/runs`, { community });
  }

  run_checks(community_id: string): Promise<K.CheckRun> {
    return this.transport.slow('POST', `${ROOT}/checks/runs`, { community_id });
  }

  checks_csv(community: string): string {
    return this.transport.address(`${ROOT}/checks.csv`, { community });
  }

  batch(community: string, keep: boolean, table: Blob): Promise<K.CheckRun> {
    const query = { community, keep: keep ? 1 : 0 };
    return this.#send(`${ROOT}/checks/batch`, query, table, 'text/csv; charset=utf-8');
  }

  gaps(community: string, state: K.GapState, after: string | null): Promise<K.GapList> {
    return this.transport.get(`${ROOT}/gaps`, { community, state, after });
  }

  edit_gap(
    id: string,
    edit: { state?: string; assignee?: string | null; note?: string; question?: string },
  ): Promise<K.Gap> {
    return this.transport.ask('PATCH', `${ROOT}/gaps/${part(id)}`, edit);
  }

  /** Who may write knowledge there. */
  editors(community: string): Promise<K.Ref[]> {
    return this.transport.get(`${ROOT}/editors`, { community });
  }

  merge_gap(id: string, into: string): Promise<K.Gap> {
    return this.transport.ask('POST', `${ROOT}/gaps/${part(id)}/merge`, { into });
  }

  conflicts(community: string, state: K.Conflict['state']): Promise<K.Conflict[]> {
    return this.transport.get(`${ROOT}/conflicts`, { community, state });
  }

  edit_conflict(id: string, edit: { state: K.Conflict['state']; note: string }): Promise<void> {
    return this.transport.tell('PATCH', `${ROOT}/conflicts/${part(id)}`, edit);
  }

  pack_address(query: Query): string {
    return this.transport.address(`${ROOT}/packs/export`, query);
  }

  import_pack(
    community: string,
    file: Blob,
    on_progress: (share: number) => void,
  ): Promise<K.PackReport> {
    return this.#send(`${ROOT}/packs`, { community }, file, 'application/zip', on_progress);
  }

  keys(community: string): Promise<K.ApiKey[]> {
    return this.transport.get(`${ROOT}/api-keys`, { community });
  }

  add_key(key: {
    community_id: string;
    name: string;
    permissions: string[];
    expires_on: string | null;
  }): Promise<{ key: K.ApiKey; token: string }> {
    return this.transport.ask('POST', `${ROOT}/api-keys`, key);
  }

  remove_key(id: string): Promise<void> {
    return this.transport.tell('DELETE', `${ROOT}/api-keys/${part(id)}`);
  }

  /** Has the server fetch a page of the internet. */
  fetch_paper(community: string, address: string): Promise<K.Uploaded> {
    return this.transport.ask('POST', `${ROOT}/addresses`, { community, address });
  }

  /** Sends a document and tells how much of it is through, from 0 to 1. */
  upload(
    community: string,
    file: File,
    on_progress: (share: number) => void,
  ): Promise<K.Uploaded> {
    const type = file.type || 'application/octet-stream';
    return this.#send(`${ROOT}/uploads`, { community, name: file.name }, file, type, on_progress);
  }

  #send<T>(
    path: string,
    query: Query,
    body: Blob,
    type: string,
    on_progress: (share: number) => void = () => undefined,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      // fetch does not tell how far an upload is.
      const request = new XMLHttpRequest();
      request.open('POST', this.transport.address(path, query));
      request.setRequestHeader('content-type', type);
      request.setRequestHeader('accept', 'application/json');
      request.upload.onprogress = (event) => on_progress(event.loaded / Math.max(event.total, 1));
      request.onerror = () => reject(unreachable('upload'));
      request.onload = () => {
        const answer = parsed(request.responseText);
        if (request.status >= 200 && request.status < 300) return resolve(answer as T);
        const problem: Problem = problem_from_document(answer ?? {}, request.status);
        this.transport.on_refused(problem);
        reject(problem);
      };
      request.send(body);
    });
  }
}

function parsed(text: string): Record<string, never> | null {
  try {
    return JSON.parse(text) as Record<string, never>;
  } catch {
    return null;
  }
}
