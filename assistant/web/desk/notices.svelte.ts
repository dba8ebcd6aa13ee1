export interface Notice {
  key: number;
  text: string;
  bad: boolean;
  /** One thing that can be done about it, such as taking it back. */
  action: { label: string; run: () => void } | null;
}

/** Good news leaves by itself; bad news stays until it is put away. */
const LASTS_MS = 10_000;

/** What happened just now, on screen and for screen readers. */
export class Notices {
  list = $state.raw<Notice[]>([]);
  /** Spoken only. */
  spoken = $state('');
  #next = 0;

  good(text: string, action: Notice['action'] = null): void {
    const key = this.#add({ text, bad: false, action });
    setTimeout(() => this.close(key), LASTS_MS * (action ? 2 : 1));
  }

  bad(text: string): void {
    this.#add({ text, bad: true, action: null });
  }

  say(text: string): void {
    // The same words again are spoken again.
    this.spoken = this.spoken === text ? `${text}\u00a0` : text;
  }

  close(key: number): void {
    this.list = this.list.filter((notice) => notice.key !== key);
  }

  #add(notice: Omit<Notice, 'key'>): number {
    const key = this.#next++;
    const others = this.list.filter((one) => one.text !== notice.text);
    this.list = [...others.slice(-2), { key, ...notice }];
    return key;
  }
}
