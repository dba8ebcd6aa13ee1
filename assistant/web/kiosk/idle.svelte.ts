/** So long after the last touch or word the kiosk asks whether anybody is there. */
const QUIET_MS = 60_000;
/** So long it waits for a sign. */
const WARNING_S = 20;

/** Notices that the resident has gone. Any sign of life extends, as often as wanted. */
export class Idle {
  /** Seconds left of the warning; `null` while there is none. */
  left = $state<number | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #busy = false;

  constructor(
    readonly on_warning: () => void,
    /** A sign came while the warning stood. */
    readonly on_stay: () => void,
    readonly on_gone: () => void,
  ) {}

  /** A touch, a key or a voice. */
  sign(): void {
    this.#running = true;
    const warned = this.left !== null;
    this.left = null;
    this.#wait();
    if (warned) this.on_stay();
  }

  /** While the kiosk itself works or speaks, nobody is expected to do anything. */
  hold(busy: boolean): void {
    if (this.#busy === busy) return;
    this.#busy = busy;
    // The warning itself is spoken too.
    if (this.#running && this.left === null) this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#running = false;
    this.#busy = false;
    this.left = null;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (!this.#busy) this.#timer = setTimeout(() => this.#warn(), QUIET_MS);
  }

  #warn(): void {
    this.left = WARNING_S;
    this.on_warning();
    this.#timer = setTimeout(() => this.#count(), 1_000);
  }

  #count(): void {
    if (this.left === null) return;
    this.left -= 1;
    if (this.left > 0) {
      this.#timer = setTimeout(() => this.#count(), 1_000);
      return;
    }
    this.stop();
    this.on_gone();
  }
}
