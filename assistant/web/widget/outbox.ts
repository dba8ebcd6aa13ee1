import { load, remove, save } from '../shared/storage';

/** A message that has no answer yet. */
export interface Unanswered {
  client_id: string;
  text: string;
  sent_at: number;
}

/** Messages without an answer, kept in the browser until they have one. */
export class Outbox {
  constructor(readonly name: string) {}

  get messages(): Unanswered[] {
    return load<Unanswered[]>(this.name) ?? [];
  }

  keep(client_id: string, text: string): void {
    save(this.name, [...this.messages, { client_id, text, sent_at: Date.now() }]);
  }

  forget(client_id: string): void {
    const left = this.messages.filter((unanswered) => unanswered.client_id !== client_id);
    if (left.length > 0) save(this.name, left);
    else this.clear();
  }

  clear(): void {
    remove(this.name);
  }
}
