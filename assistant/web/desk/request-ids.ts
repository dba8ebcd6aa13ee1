import { random_id } from '../shared/random';
import { load, remove, save } from '../shared/storage';

const KEY = 'xiangyin:desk-request:';

interface Kept {
  id: string;
  body: string;
}

/**
 * The name of a request: the same for as long as the same thing is tried, also after a reload, so
 * that the server does it once however often it is sent. `what` says which button it is.
 */
export function request_id(what: string, body: unknown): string {
  const text = JSON.stringify(body);
  const kept = load<Kept>(KEY + what);
  if (kept && kept.body === text) return kept.id;
  const id = random_id();
  save(KEY + what, { id, body: text });
  return id;
}

/** The server has done it; the next time is another request. */
export function request_done(what: string): void {
  remove(KEY + what);
}
