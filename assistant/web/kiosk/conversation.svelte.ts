import type { Api } from '../shared/api';
import { Problem, unreachable } from '../shared/problem';
import { random_id } from '../shared/random';
import type {
  ConversationKey,
  FiledWorkOrder,
  Outcome,
  Sentence,
  TurnEvent,
} from '../shared/types';
import type { Heard } from '../shared/voice/types';
import { Exchange } from '../widget/exchange.svelte';

/** The longest wait the server may ask for that is sat out, in seconds. */
const LONGEST_WAIT_S = 60;

/** A question at the kiosk and what came back. */
export class KioskExchange extends Exchange {
  /** What was heard, where it was spoken. */
  readonly heard: Heard | null;
  /** Ends the answer: the resident meant something else. */
  readonly stopping = new AbortController();

  constructor(text: string, heard: Heard | null) {
    super(random_id(), text, true, 0);
    this.heard = heard;
  }
}

interface Listener {
  /** A new sentence of the answer on screen. */
  sentence(sentence: Sentence, place: number): void;
  ended(exchange: KioskExchange, outcome: Outcome): void;
  failed(exchange: KioskExchange, problem: Problem): void;
  /** The server cannot be reached. */
  lost(): void;
  /** A conversation has begun. */
  opened(key: ConversationKey): void;
}

/** One resident's conversation at the kiosk. It lives in this object and nowhere else. */
export class KioskConversation {
  /** The question on screen; earlier ones are gone from view. */
  exchange = $state<KioskExchange | null>(null);
  /** Work orders that were filed, newest last. */
  orders = $state<FiledWorkOrder[]>([]);
  #key: Promise<ConversationKey> | null = null;
  #over = false;
  /** Answers on their way, also to questions that are gone from view. */
  readonly #streams = new Set<AbortController>();

  constructor(
    readonly api: Api,
    readonly community: string,
    readonly variety: () => string,
    readonly listener: Listener,
  ) {}

  /** Opens the conversation where there is none yet. */
  key(): Promise<ConversationKey> {
    if (this.#key) return this.#key;
    const opening = this.api
      .start_conversation(this.community, 'kiosk', this.variety())
      .then(({ id, token }) => {
        if (!this.#over) this.listener.opened({ id, token });
        return { id, token };
      });
    this.#key = opening;
    opening.catch((error: unknown) => {
      if (this.#key === opening) this.#key = null;
      if (error instanceof Problem && error.passing) this.listener.lost();
    });
    return opening;
  }

  /** The server no longer knows the conversation: the next word begins a new one. */
  forget_key(): void {
    this.#key = null;
  }

  send(text: string, heard: Heard | null): void {
    const said = text.trim();
    if (!said || this.#over) return;
    const exchange = new KioskExchange(said, heard);
    this.exchange = exchange;
    void this.deliver(exchange);
  }

  /** Takes the last question and its answer away. */
  withdraw(): KioskExchange | null {
    const { exchange } = this;
    exchange?.stopping.abort();
    this.exchange = null;
    return exchange;
  }

  /** Sends what did not get through once more. */
  take_up(): void {
    const { exchange } = this;
    if (exchange && (exchange.state === 'waiting' || exchange.state === 'broken')) {
      void this.deliver(exchange);
    }
  }

  async choose_variety(variety: string): Promise<void> {
    if (!this.#key) return;
    await this.api.choose_variety(await this.#key, variety);
  }

  /** The resident has gone. */
  close(): void {
    this.#over = true;
    for (const stream of this.#streams) stream.abort();
    this.#streams.clear();
    this.exchange = null;
    this.orders = [];
    this.#key = null;
  }

  async deliver(exchange: KioskExchange): Promise<void> {
    const delivery = exchange.new_delivery();
    for (let attempt = 0; ; attempt += 1) {
      exchange.begin();
      try {
        await this.#hear(exchange);
        return;
      } catch (error) {
        const problem = error instanceof Problem ? error : unreachable(String(error));
        if (exchange.stopping.signal.aborted || exchange.deliveries !== delivery) return;
        if (problem.forgotten && attempt === 0) {
          this.forget_key();
          continue;
        }
        exchange.problem = problem;
        const wait = problem.retry_after;
        if (wait !== null && wait <= LONGEST_WAIT_S && attempt < 3) {
          exchange.state = 'waiting';
          await new Promise((resolve) => setTimeout(resolve, wait * 1000));
          if (this.exchange !== exchange) return;
          continue;
        }
        exchange.state = problem.passing ? 'waiting' : 'broken';
        if (problem.passing) this.listener.lost();
        else this.listener.failed(exchange, problem);
        return;
      }
    }
  }

  async #hear(exchange: KioskExchange): Promise<void> {
    const { text, client_id, heard, stopping } = exchange;
    const utterance = heard?.utterance ?? null;
    this.#streams.add(stopping);
    const key = await this.key();
    for await (const event of this.api.turn(key, text, client_id, utterance, stopping.signal)) {
      if (this.#take(exchange, event)) return;
    }
    throw unreachable('cut');
  }

  /** Takes one event; tells whether the answer is complete with it. */
  #take(exchange: KioskExchange, { event, data }: TurnEvent): boolean {
    const shown = this.exchange === exchange;
    switch (event) {
      case 'turn':
        exchange.turn = data.id;
        exchange.stage = 'searching';
        return false;
      case 'evidence':
        exchange.passages = data.passages;
        return false;
      case 'progress':
        exchange.stage = data.stage;
        exchange.waiting = data.waiting ?? 0;
        return false;
      case 'sentence':
        exchange.stage = 'writing';
        if (exchange.take_sentence(data) && shown) {
          this.listener.sentence(data, exchange.sentences.length - 1);
        }
        return false;
      case 'disposition':
        exchange.take_outcome(data);
        if (data.work_order && !this.#over) this.orders = [...this.orders, data.work_order];
        if (shown) this.listener.ended(exchange, data);
        return false;
      case 'merged':
        exchange.merge();
        return true;
      case 'done':
        exchange.finish();
        return true;
      default:
        // A newer server may say more than this page knows.
        return false;
    }
  }
}
