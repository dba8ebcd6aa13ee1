/**
 * What a screen reader hears: whole sentences, one after the other. The lines stand in a live
 * region that exists before they do, as screen readers need it.
 */
export class Announcer {
  polite = $state<{ key: number; text: string }[]>([]);
  /** Interrupts: only for danger. */
  urgent = $state('');
  #next = 0;

  say(text: string): void {
    this.polite = [...this.polite, { key: this.#next, text }];
    this.#next += 1;
  }

  alarm(text: string): void {
    this.urgent = text;
  }

  /** Forgets what was said, so that a reader who walks the page does not meet it twice. */
  clear(): void {
    this.polite = [];
    this.urgent = '';
  }
}
