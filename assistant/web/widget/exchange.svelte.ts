import type { Problem } from '../shared/problem';
import type {
  FiledWorkOrder,
  Disposition,
  Outcome,
  Passage,
  RatingValue,
  Sentence,
  Stage,
  Turn,
} from '../shared/types';

/**
 * Where an exchange stands: on its way, finished, merged into the next one, waiting for its turn
 * to be sent again, or broken off.
 */
export type ExchangeState = 'open' | 'finished' | 'merged' | 'waiting' | 'broken';

/** What a resident said and what came back. */
export class Exchange {
  /** Names the message for the server and on screen; never changes. */
  readonly client_id: string;
  readonly text: string;
  /** What was heard, by the server's name for it, where the words were spoken. */
  utterance: string | null = null;
  state = $state<ExchangeState>('open');
  /** Id of the turn once the server has kept it. */
  turn = $state<string | null>(null);
  stage = $state<Stage | 'sending' | 'searching'>('sending');
  waiting = $state(0);
  passages = $state<Passage[]>([]);
  sentences = $state<Sentence[]>([]);
  disposition = $state<Disposition | null>(null);
  reason = $state<string | null>(null);
  verified = $state(false);
  quoted = $state(false);
  understood = $state<string | null>(null);
  work_order = $state<FiledWorkOrder | null>(null);
  suggestions = $state<string[]>([]);
  rating = $state<RatingValue | null>(null);
  problem = $state<Problem | null>(null);
  /** Whether the words were asked for in this page, rather than loaded with the conversation. */
  readonly fresh: boolean;
  /** Place in the conversation. */
  order: number;
  /** How often the message was sent by hand; the newest sending is the one that counts. */
  deliveries = 0;
  /** Sentences heard in the stream that runs now; a repeated stream says the same ones again. */
  #heard = 0;

  constructor(client_id: string, text: string, fresh: boolean, order: number) {
    this.client_id = client_id;
    this.text = text;
    this.fresh = fresh;
    this.order = order;
  }

  static kept(turn: Turn, order: number): Exchange {
    const exchange = new Exchange(turn.client_id, turn.text, false, order);
    exchange.turn = turn.id;
    exchange.passages = turn.passages ?? [];
    exchange.sentences = turn.sentences ?? [];
    exchange.rating = turn.rating;
    if (turn.disposition) exchange.take_outcome({ ...turn, disposition: turn.disposition });
    exchange.reason = turn.reason ?? null;
    exchange.state = turn.reason === 'merged' ? 'merged' : 'finished';
    return exchange;
  }

  new_delivery(): number {
    this.deliveries += 1;
    return this.deliveries;
  }

  /** Begins to hear an answer, for the first time or again. */
  begin(): void {
    this.#heard = 0;
    this.state = 'open';
    this.problem = null;
    this.stage = 'sending';
  }

  /** Takes the next sentence; tells whether it is new on screen. */
  take_sentence(sentence: Sentence): boolean {
    const index = this.#heard;
    this.#heard += 1;
    if (this.sentences[index]?.text === sentence.text) return false;
    this.sentences = [...this.sentences.slice(0, index), sentence];
    return true;
  }

  take_outcome(outcome: Outcome): void {
    this.disposition = outcome.disposition;
    this.reason = outcome.reason ?? null;
    this.verified = outcome.verified ?? false;
    this.quoted = outcome.quoted ?? false;
    this.understood = outcome.understood ?? null;
    this.work_order = outcome.work_order ?? null;
    this.suggestions = outcome.suggestions ?? [];
  }

  finish(): void {
    this.sentences = this.sentences.slice(0, this.#heard);
    this.state = 'finished';
    this.problem = null;
  }

  merge(): void {
    this.state = 'merged';
    this.problem = null;
    this.passages = [];
    this.sentences = [];
  }

  /** A person reads it and will answer; the machine says nothing. */
  get delivered(): boolean {
    return this.reason === 'with_person' && this.sentences.length === 0;
  }

  passage(number: number): Passage | undefined {
    return this.passages.find((passage) => passage.number === number);
  }
}
