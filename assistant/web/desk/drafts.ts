import { load, remove, save } from '../shared/storage';

const KEY = 'xiangyin:desk-draft:';

/** Text that was typed and not yet sent, by the account and the field: it outlives a reload. */
export class Drafts {
  account = '';

  read(field: string): string {
    return load<string>(this.#key(field)) ?? '';
  }

  write(field: string, text: string): void {
    if (text === '') remove(this.#key(field));
    else save(this.#key(field), text);
  }

  #key(field: string): string {
    return `${KEY}${this.account}:${field}`;
  }
}
