import type { Api } from '../shared/api';
import { Problem, unreachable } from '../shared/problem';
import { random_id } from '../shared/random';
import type { Settings } from '../shared/settings.svelte';
import { load, remove, save } from '../shared/storage';
import type {
  Community,
  ConversationKey,
  FiledWorkOrder,
  Message,
  RatingValue,
  TurnEvent,
} from '../shared/types';
import type { Announcer } from './announcer.svelte';
import { Exchange } from './exchange.svelte';
import { Feed, type PlacedMessage } from './feed.svelte';
import { Order } from './order';
import { Outbox, type Unanswered } from './outbox';

/** After this long a resident is asked whether to go on or start anew. */
const RESUME_MS = 30 * 60_000;
/** A broken stream is taken up again by itself after these waits, then by a button. */
const RETRY_MS = [1_000, 4_000];
/** The longest wait the server may ask for that we sit out by ourselves, in seconds. */
const LONGEST_WAIT_S = 60;

interface Kept extends ConversationKey {
  last_active_at: number;
  /** Id of the newest message of the staff that was on screen. */
  seen?: string;
}

/** `closed` until somebody opens the widget; `ask` while the resume question stands. */
export type Opening = 'closed' | 'loading' | 'ask' | 'ready';

/**
 * One resident's conversation: sends, hears the answers, and picks up where it was after a reload,
 * a broken stream or a lost network. Nothing a resident wrote is ever dropped.
 */
export class Conversation {
  opening = $state<Opening>('closed');
  exchanges = $state<Exchange[]>([]);
  draft = $state('');
  online = $state(navigator.onLine);
  /** Whether the network came back in this moment. */
  back_online = $state(false);
  community = $state<Community | null>(null);
  /** Minutes since the kept conversation was last used. */
  idle_minutes = $state(0);

  /** What people of the community say here. */
  readonly feed: Feed;
  /** Turns and messages as they followed each other. */
  readonly entries: (Exchange | PlacedMessage)[] = $derived.by(() => {
    const messages = this.opening === 'ask' ? [] : this.feed.messages;
    return [...this.exchanges, ...messages].sort((left, right) => left.order - right.order);
  });

  readonly #order = new Order();
  readonly #outbox: Outbox;
  #key: Promise<ConversationKey> | null = null;
  readonly #listeners = new AbortController();

  constructor(
    readonly api: Api,
    readonly community_id: string,
    readonly channel: 'widget' | 'web',
    readonly announcer: Announcer,
    readonly settings: Settings,
  ) {
    this.#outbox = new Outbox(`${this.#name}:unanswered`);
    this.feed = new Feed(api, this.#order, {
      heard: (message) => this.#hear_message(message),
      seen: (id) => this.#change_kept({ seen: id }),
    });
    const kept = load<Kept>(this.#name);
    if (kept) this.feed.follow(kept, kept.seen ?? '', false);
    const { signal } = this.#listeners;
    window.addEventListener('offline', () => (this.online = false), { signal });
    window.addEventListener('online', () => this.#reconnect(), { signal });
    const look = (): void => {
      if (document.visibilityState === 'visible') this.feed.look();
    };
    document.addEventListener('visibilitychange', look, { signal });
    this.draft = load<string>(this.#draft_name) ?? '';
  }

  /** Newest work order of this conversation. */
  get newest_work_order(): FiledWorkOrder | null {
    return this.exchanges.reduce<FiledWorkOrder | null>(
      (newest, exchange) => exchange.work_order ?? newest,
      null,
    );
  }

  /** The code of a work order that was filed here. */
  lookup_code(number: string): string | null {
    const filed = this.exchanges.find((exchange) => exchange.work_order?.number === number);
    return filed?.work_order?.lookup_code ?? null;
  }

  /** Whether a notice is the last word about its work order. */
  is_newest({ id, work_order }: Message): boolean {
    const notices = this.feed.messages.filter((other) => other.author === 'notice');
    return notices.filter((other) => other.work_order === work_order).pop()?.id === id;
  }

  /**
   * Takes the resident's dialect from now on, in this conversation and later ones. Where the server
   * cannot be told, the choice goes back to what it was, for everybody to see.
   */
  async choose_variety(variety: string): Promise<void> {
    const before = this.settings.variety;
    this.settings.change({ variety });
    try {
      // A conversation that does not exist yet begins with it.
      const key = (await this.#key) ?? load<Kept>(this.#name);
      if (key) await this.api.choose_variety(key, variety);
    } catch {
      this.settings.change({ variety: before });
    }
  }

  /** Learns the community's name, services and whether this site may carry the widget. */
  async meet(): Promise<void> {
    this.community = await this.api.community(this.community_id);
  }

  /** Opens the kept conversation, or asks first when it is old. */
  open(): void {
    if (this.opening !== 'closed') return;
    const kept = load<Kept>(this.#name);
    if (!kept) {
      // A first message that never reached the server has no conversation to come back to.
      this.opening = 'ready';
      this.#take_up_unanswered();
      return;
    }
    const idle = Date.now() - kept.last_active_at;
    this.idle_minutes = Math.max(1, Math.round(idle / 60_000));
    // Whoever has news waiting, or a person, does not want to be asked first.
    const { unread, holder } = this.feed;
    const awaited = unread > 0 || holder.waiting || holder.name !== null;
    if (idle > RESUME_MS && !awaited) this.opening = 'ask';
    else void this.resume();
  }

  /** Shows what was said before and takes up what was left unanswered. */
  async resume(): Promise<void> {
    const kept = load<Kept>(this.#name);
    if (!kept) return;
    this.opening = 'loading';
    const key = Promise.resolve({ id: kept.id, token: kept.token });
    this.#key = key;
    this.feed.follow(kept, kept.seen ?? '', false);
    try {
      const { turns } = await this.api.conversation(kept);
      if (this.#key !== key) return;
      const said = this.exchanges;
      const here = new Set(said.map(({ client_id }) => client_id));
      const before = turns.filter((turn) => !here.has(turn.client_id));
      const loaded = before.map((turn) => Exchange.kept(turn, this.#order.kept(turn.created_at)));
      for (const exchange of said) exchange.order = this.#order.next(this.feed.caught_up);
      this.exchanges = [...loaded, ...said];
    } catch (error) {
      if (this.#key !== key) return;
      // While the server is away the key stays: the next message goes to the same conversation.
      if (error instanceof Problem && error.forgotten) this.#forget_conversation();
    }
    this.opening = 'ready';
    this.#take_up_unanswered();
  }

  start_new(): void {
    this.#forget_conversation();
    this.#outbox.clear();
    this.exchanges = [];
    this.announcer.clear();
    this.opening = 'ready';
  }

  keep_draft(): void {
    save(this.#draft_name, this.draft);
  }

  /** The key of the conversation, which begins with it where there is none. */
  key(): Promise<ConversationKey> {
    if (this.opening === 'ask') void this.resume();
    return this.#conversation_key();
  }

  /** `utterance` names what was heard, where the words were spoken. */
  send(text: string, utterance: string | null = null): void {
    const said = text.trim();
    if (!said) return;
    if (this.opening === 'closed') this.open();
    if (this.opening === 'ask') void this.resume();
    const order = this.#order.next(this.feed.caught_up);
    const exchange = new Exchange(random_id(), said, true, order);
    exchange.utterance = utterance;
    this.exchanges = [...this.exchanges, exchange];
    this.announcer.clear();
    this.#outbox.keep(exchange.client_id, exchange.text);
    void this.deliver(exchange);
  }

  /** Sends a message, and again with the same `client_id` when the stream breaks. */
  async deliver(exchange: Exchange): Promise<void> {
    const delivery = exchange.new_delivery();
    for (let attempt = 0; ; attempt += 1) {
      exchange.begin();
      try {
        await this.#hear(exchange);
        this.#outbox.forget(exchange.client_id);
        this.#touch();
        return;
      } catch (error) {
        const problem = error instanceof Problem ? error : unreachable(String(error));
        if (problem.forgotten && attempt === 0) {
          // The conversation has passed its keeping time: the same words open a new one.
          this.#forget_conversation();
          continue;
        }
        const wait = this.#wait_before_retry(problem, attempt);
        exchange.problem = problem;
        exchange.state = wait === null ? 'broken' : 'waiting';
        if (wait === null) {
          this.announcer.say(this.explain(exchange));
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, wait));
        // The button, the network or a new conversation came first.
        if (exchange.deliveries !== delivery || !this.exchanges.includes(exchange)) return;
      }
    }
  }

  /** Takes a message that could not be sent back into the text field. */
  take_back(exchange: Exchange): void {
    this.exchanges = this.exchanges.filter((other) => other !== exchange);
    this.#outbox.forget(exchange.client_id);
    this.draft = this.draft ? `${exchange.text}\n${this.draft}` : exchange.text;
    this.keep_draft();
  }

  async rate(exchange: Exchange, rating: RatingValue | null, reason?: string): Promise<void> {
    if (!exchange.turn || !this.#key) return;
    await this.api.rate(await this.#key, exchange.turn, rating, reason);
    exchange.rating = rating;
  }

  /** Why there is no answer yet, in the resident's words. */
  explain({ problem, state }: Exchange): string {
    const texts = this.settings.texts;
    if (!this.online) return texts.offline;
    if (problem && problem.retry_after !== null && state === 'waiting') {
      return texts.problem_busy(problem.retry_after);
    }
    if (problem?.code === 'unreachable') return texts.problem_unreachable;
    if (problem?.status === 403) return texts.problem_not_allowed;
    return problem?.detail || texts.problem_other;
  }

  close(): void {
    this.#listeners.abort();
    this.feed.close();
  }

  async #hear(exchange: Exchange): Promise<void> {
    const key = await this.#conversation_key();
    let finished = false;
    const { text, client_id, utterance } = exchange;
    for await (const event of this.api.turn(key, text, client_id, utterance)) {
      // A new conversation has begun meanwhile.
      if (!this.exchanges.includes(exchange)) return;
      finished = this.#take_event(exchange, event) || finished;
    }
    if (!finished) throw unreachable('cut');
  }

  /** Takes one event; tells whether the answer is complete with it. */
  #take_event(exchange: Exchange, { event, data }: TurnEvent): boolean {
    const { announcer } = this;
    switch (event) {
      case 'turn':
        exchange.turn = data.id;
        exchange.stage = 'searching';
        // After a reload the same turn may already stand there, loaded without its answer.
        this.exchanges = this.exchanges.filter(
          (other) => other === exchange || other.turn !== data.id,
        );
        return false;
      case 'evidence':
        exchange.passages = data.passages;
        if (exchange.stage === 'searching') exchange.stage = 'reading';
        if (data.passages.length > 0) {
          announcer.say(this.settings.texts.found_passages(data.passages.length));
        }
        return false;
      case 'progress':
        exchange.stage = data.stage;
        exchange.waiting = data.waiting ?? 0;
        return false;
      case 'sentence':
        exchange.stage = 'writing';
        if (exchange.take_sentence(data)) announcer.say(data.text);
        return false;
      case 'disposition':
        exchange.take_outcome(data);
        if (data.disposition === 'emergency') announcer.alarm(this.settings.texts.emergency);
        if (data.work_order) {
          const { number, lookup_code } = data.work_order;
          announcer.say(this.settings.texts.work_order_text(number, lookup_code));
        }
        if (exchange.delivered) announcer.say(this.settings.texts.delivered);
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

  /** The conversation's key; the first message makes the conversation. */
  #conversation_key(): Promise<ConversationKey> {
    this.#key ??= this.api
      .start_conversation(this.community_id, this.channel, this.settings.variety)
      .then(({ id, token }) => {
        const kept: Kept = { id, token, last_active_at: Date.now() };
        save(this.#name, kept);
        this.feed.follow(kept, '', true);
        return { id, token };
      })
      .catch((error: unknown) => {
        this.#key = null;
        throw error;
      });
    return this.#key;
  }

  #wait_before_retry(problem: Problem, attempt: number): number | null {
    if (!this.online) return null;
    if (problem.retry_after !== null) {
      const bearable = problem.retry_after <= LONGEST_WAIT_S && attempt < RETRY_MS.length + 1;
      return bearable ? problem.retry_after * 1000 : null;
    }
    return problem.passing ? (RETRY_MS[attempt] ?? null) : null;
  }

  #reconnect(): void {
    this.online = true;
    this.back_online = true;
    this.announcer.say(this.settings.texts.online_again);
    this.feed.look();
    setTimeout(() => (this.back_online = false), 4_000);
    for (const exchange of this.exchanges) {
      if (exchange.problem?.passing) void this.deliver(exchange);
    }
  }

  #touch(): void {
    this.#change_kept({ last_active_at: Date.now() });
  }

  #change_kept(change: Partial<Kept>): void {
    const kept = load<Kept>(this.#name);
    if (kept) save(this.#name, { ...kept, ...change });
  }

  #hear_message(message: Message): void {
    const { texts } = this.settings;
    if (!this.feed.attended) {
      this.announcer.say(texts.new_messages(this.feed.unread));
      return;
    }
    this.announcer.say(`${texts.said_by(message)}：${message.text}`);
    if (this.opening === 'ask') void this.resume();
  }

  #take_up_unanswered(): void {
    for (const unanswered of this.#outbox.messages) this.#take_up(unanswered);
  }

  #take_up({ client_id, text, sent_at }: Unanswered): void {
    const known = this.exchanges.find((exchange) => exchange.client_id === client_id);
    const answered = known?.state === 'merged' || known?.disposition;
    // It was answered while nobody was here, or is on its way already.
    if (answered) this.#outbox.forget(client_id);
    if (answered || (known && known.state !== 'finished')) return;
    // What the server kept and has not answered yet is asked for in its place.
    const order = known ? known.order : this.#order.next(this.feed.caught_up);
    const exchange = new Exchange(client_id, text, true, order);
    this.exchanges = [...this.exchanges.filter((other) => other !== known), exchange];
    if (Date.now() - sent_at < RESUME_MS) {
      void this.deliver(exchange);
    } else {
      exchange.problem = unreachable('old');
      exchange.state = 'broken';
    }
  }

  #forget_conversation(): void {
    remove(this.#name);
    this.#key = null;
    this.feed.forget();
  }

  get #name(): string {
    return `xiangyin:${this.community_id}`;
  }

  get #draft_name(): string {
    return `${this.#name}:draft`;
  }
}
