import type { Problem } from '../../shared/problem';
import type { Desk } from '../desk.svelte';
import { Loaded } from '../loaded.svelte';
import { request_done, request_id } from '../request-ids';
import type { AllowedMove, Conversation, Order, OrderEdit } from '../types';
import { differences } from './differences';
import { INVERSE, move_body, move_name, type MoveAnswers } from './moves';

const GATHER_MS = 400;

/** What another person changed while something was being written here. */
export interface Conflict {
  /** The server's words, where it refused. */
  detail: string;
  lines: string[];
}

/** The order on the screen: kept up to date, changed by moves, edits, notes and messages. */
export class OpenOrder {
  order = $state.raw<Order | null>(null);
  problem = $state.raw<Problem | null>(null);
  readonly conversation = new Loaded<Conversation>();
  /** The move whose form is open. */
  chosen = $state.raw<AllowedMove | null>(null);
  conflict = $state.raw<Conflict | null>(null);
  /** What is being sent now; a second click on anything changes nothing. */
  sending = $state<string | null>(null);
  /** Called when something was done: what had the focus may be gone. */
  on_done: () => void = () => undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly desk: Desk,
    readonly number: string,
    readonly on_change: (order: Order) => void,
  ) {}

  async load(): Promise<void> {
    try {
      this.#renew(await this.desk.orders.one(this.number));
      this.problem = null;
    } catch (error) {
      this.problem = error as Problem;
      return;
    }
    await this.load_conversation();
  }

  async load_conversation(): Promise<void> {
    const id = this.order?.conversation_id;
    if (id) await this.conversation.load(() => this.desk.conversations.one(id));
  }

  refresh_soon(): void {
    if (this.#gathering) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      // An answer to what is being sent brings the order anyway.
      if (!this.sending) void this.load();
    }, GATHER_MS);
  }

  /** Makes a move; true when it was made. */
  async move(move: AllowedMove, answers: MoveAnswers): Promise<boolean> {
    const texts = this.desk.texts;
    const body = move_body(move, answers);
    const done = await this.#send(`move:${this.number}:${move.move}`, body, (id, version) =>
      this.desk.orders.move(this.number, { request_id: id, version, ...body }),
    );
    if (!done) return false;
    this.chosen = null;
    this.conflict = null;
    const state = texts.state[done.state] ?? done.state;
    const inverse = done.moves.find((allowed) => allowed.move === INVERSE[move.move]);
    const undo =
      inverse && inverse.needs.length === 0
        ? { label: texts.undo, run: () => void this.move(inverse, answers) }
        : null;
    this.desk.notices.good(texts.move_done(move_name(move, texts), state), undo);
    void this.desk.count();
    void this.desk.alarm.refresh();
    return true;
  }

  async edit(edit: Omit<OrderEdit, 'request_id' | 'version'>): Promise<boolean> {
    const done = await this.#send(`edit:${this.number}`, edit, (id, version) =>
      this.desk.orders.edit(this.number, { request_id: id, version, ...edit }),
    );
    if (done) this.desk.notices.good(this.desk.texts.saved);
    return done !== null;
  }

  async note(text: string, mentions: string[]): Promise<boolean> {
    const done = await this.#send(`note:${this.number}`, { text, mentions }, (id) =>
      this.desk.orders.note(this.number, id, text, mentions),
    );
    if (done) this.desk.notices.good(this.desk.texts.note_kept);
    return done !== null;
  }

  async message(text: string): Promise<boolean> {
    const done = await this.#send(`message:${this.number}`, { text }, (id) =>
      this.desk.orders.message(this.number, id, text),
    );
    if (!done) return false;
    this.desk.notices.good(this.desk.texts.message_sent);
    void this.load_conversation();
    return true;
  }

  /** Takes one of the orders that were merged into this one out again. */
  async separate(number: string, version: number): Promise<void> {
    const what = `move:${number}:unmerge`;
    try {
      const request = { request_id: request_id(what, {}), version, move: 'unmerge' as const };
      await this.desk.orders.move(number, request);
      request_done(what);
      await this.load();
    } catch (error) {
      this.#say(error as Problem);
    }
  }

  /** Takes the conversation over, or gives it back to the assistant. */
  async hold(take: boolean): Promise<void> {
    const id = this.order?.conversation_id;
    if (!id || this.sending) return;
    this.sending = 'hold';
    try {
      const act = take ? this.desk.conversations.take(id) : this.desk.conversations.give_back(id);
      this.conversation.value = await act;
      this.desk.notices.good(take ? this.desk.texts.taken : this.desk.texts.given_back);
      await this.load();
    } catch (error) {
      this.#say(error as Problem);
    } finally {
      this.sending = null;
    }
  }

  /** An answer of the server to what was done here. */
  take(order: Order): void {
    this.order = order;
    this.desk.clocks.need([order.community_id]);
    this.on_change(order);
  }

  async #send(
    what: string,
    body: unknown,
    act: (id: string, version: number) => Promise<Order>,
  ): Promise<Order | null> {
    if (this.sending || !this.order) return null;
    this.sending = what;
    const before = this.order;
    try {
      const order = await act(request_id(what, body), before.version);
      request_done(what);
      this.take(order);
      return order;
    } catch (error) {
      const problem = error as Problem;
      if (problem.status === 409) await this.#look_again(before, problem);
      else this.#say(problem);
      return null;
    } finally {
      this.sending = null;
      this.on_done();
    }
  }

  async #look_again(before: Order, refused: Problem): Promise<void> {
    try {
      const order = await this.desk.orders.one(this.number);
      this.take(order);
      const lines = differences(before, order, this.desk.texts);
      this.conflict = { detail: refused.detail, lines };
    } catch (error) {
      this.#say(error as Problem);
    }
  }

  /** A newer version came by itself. */
  #renew(order: Order): void {
    const before = this.order;
    this.take(order);
    if (!before || before.version >= order.version) return;
    if (this.chosen) {
      const lines = differences(before, order, this.desk.texts);
      if (lines.length > 0) this.conflict = { detail: '', lines };
    }
    this.desk.notices.say(this.desk.texts.changed_by_other);
  }

  #say(problem: Problem): void {
    const texts = this.desk.texts;
    if (problem.code === 'unreachable') this.desk.notices.bad(texts.unreachable);
    else this.desk.notices.bad(problem.detail || `${texts.failed}（${problem.code}）`);
  }
}
