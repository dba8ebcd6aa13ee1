import type { Api } from '../shared/api';
import { Problem } from '../shared/problem';
import type { Order } from './order';
import type { ConversationEvent, ConversationKey, Holder, Message } from '../shared/types';

/** A broken stream is taken up again after this long, then after twice as long, and so on. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** So long after the panel was closed nobody listens any more, until the page is looked at. */
const CLOSED_MS = 10 * 60_000;
/** What the server has kept comes at once; what comes later than this has just been said. */
const CATCH_UP_MS = 2_000;

const MACHINE: Holder = { name: null, waiting: false };

/** A message with its place in the conversation. */
export interface PlacedMessage extends Message {
  order: number;
}

interface Listener {
  /** A message came that this resident has not had on screen yet. */
  heard(message: Message): void;
  /** The resident has had everything up to this message on screen. */
  seen(id: string): void;
}

/**
 * What people of the community say in one conversation, and who speaks: heard as it happens, and
 * again from where it was after a lost line.
 */
export class Feed {
  /** Who speaks now. */
  holder = $state<Holder>(MACHINE);
  /** All messages, in the server's order. */
  messages = $state<PlacedMessage[]>([]);
  /** Id of the newest message that the resident has had on screen. */
  seen = $state('');
  readonly unread = $derived(this.messages.filter((message) => message.id > this.seen).length);
  /** Whether what the server had kept has come, so that anything from now on is new. */
  caught_up = true;

  /** Whether the panel is open, so that what comes is seen. */
  attended = false;
  #key: ConversationKey | null = null;
  #listening: AbortController | null = null;
  #wake: (() => void) | null = null;
  #closing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly api: Api,
    readonly order: Order,
    readonly listener: Listener,
  ) {}

  /** Listens to a conversation; `fresh` if it has only just begun and so has no past. */
  follow(key: ConversationKey, seen: string, fresh: boolean): void {
    if (this.#key?.id === key.id) return;
    this.forget();
    this.#key = key;
    this.seen = seen;
    this.caught_up = fresh;
    this.look();
  }

  /** The conversation is over. */
  forget(): void {
    this.#stop();
    this.#key = null;
    this.holder = MACHINE;
    this.messages = [];
    this.seen = '';
    this.caught_up = true;
  }

  /** The panel was opened or closed. */
  attend(open: boolean): void {
    this.attended = open;
    if (open) this.#see();
    this.look();
  }

  /** The page is looked at, or the line is back: listens at once, whatever the wait was. */
  look(): void {
    clearTimeout(this.#closing);
    if (!this.attended) this.#closing = setTimeout(() => this.#stop(), CLOSED_MS);
    if (this.#wake) this.#wake();
    else if (this.#key && !this.#listening) void this.#listen(this.#key);
  }

  close(): void {
    this.#stop();
    this.#key = null;
  }

  async #listen(key: ConversationKey): Promise<void> {
    const listening = new AbortController();
    const { signal } = listening;
    this.#listening = listening;
    for (let failures = 0; !signal.aborted; failures += 1) {
      let asked_to_wait = 0;
      try {
        const after = this.messages[this.messages.length - 1]?.id ?? '';
        for await (const event of this.api.events(key, after, signal)) {
          if (signal.aborted) return;
          failures = 0;
          this.#take(event);
        }
      } catch (error) {
        // What this key opened is gone; the next message of the resident begins anew.
        if (error instanceof Problem && error.forgotten) {
          if (!signal.aborted) this.close();
          return;
        }
        if (error instanceof Problem) asked_to_wait = (error.retry_after ?? 0) * 1000;
      }
      const longer = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
      // Many pages lose the same server at once; they don't all come back in the same moment.
      await this.#pause(Math.max(asked_to_wait, longer * (1 + Math.random() / 2)), signal);
    }
  }

  #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const go_on = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', go_on);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(go_on, milliseconds);
      signal.addEventListener('abort', go_on);
      this.#wake = go_on;
    });
  }

  #take({ event, data }: ConversationEvent): void {
    if (!this.caught_up) setTimeout(() => (this.caught_up = true), CATCH_UP_MS);
    switch (event) {
      case 'holder':
        this.holder = data;
        return;
      case 'message': {
        if (this.messages.some((message) => message.id === data.id)) return;
        const order = this.caught_up ? this.order.next(true, data.at) : this.order.kept(data.at);
        this.messages = [...this.messages, { ...data, order }];
        if (data.id <= this.seen) return;
        if (this.attended) this.#see();
        this.listener.heard(data);
        return;
      }
      default:
      // A newer server may say more than this page knows.
    }
  }

  #see(): void {
    const newest = this.messages[this.messages.length - 1];
    if (!newest || newest.id <= this.seen) return;
    this.seen = newest.id;
    this.listener.seen(newest.id);
  }

  #stop(): void {
    clearTimeout(this.#closing);
    this.#listening?.abort();
    this.#listening = null;
  }
}
