import type { Player } from './player';

/** Something to say. `place` is what it is on screen, for whoever marks it. */
export interface Line {
  text: string;
  place: number | null;
  /** Said in between, and not again where it was interrupted. */
  aside?: boolean;
  /** It was quiet before this aside, and is quiet after it. */
  then_quiet?: boolean;
}

/** What sounds now: the line's place and the stretch of it as UTF-16 indices. */
export interface Sounding {
  place: number | null;
  from: number;
  to: number;
}

interface Listener {
  /** Whether something sounds. */
  changed(speaking: boolean): void;
  sounding(now: Sounding | null): void;
  /** A line could not be said; the rest is not tried. */
  failed(error: unknown): void;
}

/** Says lines one after the other, from a queue that grows while it speaks. */
export class Voice {
  #lines: Line[] = [];
  /** The line that sounds or sounds next. */
  #next = 0;
  #running: AbortController | null = null;
  #hushed = false;

  constructor(
    public player: Player,
    readonly listener: Listener,
  ) {}

  get speaking(): boolean {
    return this.#running !== null;
  }

  /** Somebody stopped it in the middle, and it may go on. */
  get interrupted(): boolean {
    return this.#hushed && this.#next < this.#lines.length;
  }

  /** Says something after what is to be said already. */
  add(text: string, place: number | null = null): void {
    if (!text.trim()) return;
    this.#lines.push({ text, place });
    if (this.#running && this.#lines.length === this.#next + 2) this.player.prepare(text);
    this.#run();
  }

  /** Says something before everything else, also where it was hushed. */
  first(text: string): void {
    const then_quiet = this.#hushed;
    this.#halt();
    this.#lines.splice(this.#next, 0, { text, place: null, aside: true, then_quiet });
    this.#hushed = false;
    this.#run();
  }

  /** Leaves out what is said in between: it has served. */
  skip_aside(): void {
    if (!this.#running || !this.#lines[this.#next]?.aside) return;
    this.#halt();
    this.#run();
  }

  /** Stops at once and remembers the sentence. */
  hush(): void {
    this.#hushed = true;
    this.#halt();
  }

  /** Goes on from the beginning of the sentence where it stopped. */
  go_on(): void {
    this.#hushed = false;
    this.#run();
  }

  /** Says the sentence that sounds now once more: the player speaks in another manner now. */
  anew(): void {
    if (!this.#running) return;
    this.#halt();
    this.#run();
  }

  /** Stops and forgets what was to be said. */
  clear(): void {
    this.#halt();
    this.#lines = [];
    this.#next = 0;
    this.#hushed = false;
  }

  #halt(): void {
    const running = this.#running;
    if (!running) return;
    this.#running = null;
    running.abort();
    const line = this.#lines[this.#next];
    if (line?.aside) {
      this.#lines.splice(this.#next, 1);
      this.#hushed ||= line.then_quiet === true;
    }
    this.listener.sounding(null);
    this.listener.changed(false);
  }

  #run(): void {
    if (this.#running || this.#hushed || this.#next >= this.#lines.length) return;
    const running = new AbortController();
    this.#running = running;
    this.listener.changed(true);
    void this.#say(running);
  }

  async #say(running: AbortController): Promise<void> {
    const { signal } = running;
    while (this.#next < this.#lines.length) {
      const { text, place } = this.#lines[this.#next]!;
      const following = this.#lines[this.#next + 1];
      this.listener.sounding({ place, from: 0, to: 0 });
      try {
        const playing = this.player.play(
          text,
          (from, to) => {
            if (this.#running === running) this.listener.sounding({ place, from, to });
          },
          signal,
        );
        if (following) this.player.prepare(following.text);
        await playing;
      } catch (error) {
        if (this.#running !== running) return;
        this.#next = this.#lines.length;
        this.#halt();
        this.listener.failed(error);
        return;
      }
      if (this.#running !== running) return;
      if (this.#lines[this.#next]?.then_quiet) break;
      this.#next += 1;
    }
    this.#halt();
  }
}
