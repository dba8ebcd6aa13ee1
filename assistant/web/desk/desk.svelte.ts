import { createContext } from 'svelte';
import type { Problem } from '../shared/problem';
import { Alarm } from './alarm.svelte';
import { ConversationsApi } from './api/conversations';
import { OrdersApi } from './api/orders';
import { PeopleApi } from './api/people';
import { PlacesApi } from './api/places';
import { Transport } from './api/transport';
import { CannedReplies } from './canned';
import { KnowledgeApi } from './knowledge/api';
import { OutreachApi } from './outreach/api';
import { Uploads } from './knowledge/documents/uploads.svelte';
import { Clocks } from './clocks.svelte';
import { Drafts } from './drafts';
import { LiveChanges } from './live.svelte';
import { Notices } from './notices.svelte';
import { address, Route } from './route.svelte';
import { DeskSettings } from './settings.svelte';
import type { Me, Queues, Role } from './types';

const COUNTS_AGAIN_MS = 60_000;
const GATHER_MS = 700;

/** Everything that the parts of the desk share. */
export class Desk {
  readonly settings = new DeskSettings();
  readonly route = new Route();
  readonly notices = new Notices();
  readonly drafts = new Drafts();
  readonly transport: Transport;
  readonly orders: OrdersApi;
  readonly conversations: ConversationsApi;
  readonly people: PeopleApi;
  readonly places: PlacesApi;
  readonly knowledge: KnowledgeApi;
  readonly outreach: OutreachApi;
  /** Files on their way into the knowledge. */
  readonly uploads: Uploads;
  readonly canned: CannedReplies;
  readonly clocks: Clocks;
  readonly live: LiveChanges;
  readonly alarm: Alarm;
  /** Null while nobody is signed in. */
  me = $state.raw<Me | null>(null);
  must_change = $state(false);
  /** The session ended while the page was open. */
  ended = $state(false);
  counts = $state.raw<Queues | null>(null);
  readonly texts = $derived(this.settings.texts);
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(base: string) {
    this.transport = new Transport(base);
    this.transport.on_refused = (problem) => this.#refused(problem);
    this.orders = new OrdersApi(this.transport);
    this.conversations = new ConversationsApi(this.transport);
    this.people = new PeopleApi(this.transport);
    this.places = new PlacesApi(this.transport);
    this.knowledge = new KnowledgeApi(this.transport);
    this.outreach = new OutreachApi(this.transport);
    this.uploads = new Uploads(this.knowledge);
    this.canned = new CannedReplies(this.places);
    this.clocks = new Clocks(this.places);
    this.live = new LiveChanges(this.transport);
    this.alarm = new Alarm(this.orders, this.settings, (number) => this.open_order(number));
    this.live.listen((event) => {
      if (event === null || event.kind !== 'presence') this.#count_soon();
      if (event === null || event.urgent) void this.alarm.refresh();
    });
  }

  /** Someone is signed in now. */
  welcome(me: Me): void {
    this.me = me;
    this.ended = false;
    this.must_change = me.account.must_change;
    this.drafts.account = me.account.id;
    if (this.must_change) return;
    this.live.start();
    this.alarm.start();
    void this.count();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.count(), COUNTS_AGAIN_MS);
  }

  farewell(): void {
    this.me = null;
    this.must_change = false;
    this.counts = null;
    clearInterval(this.#timer);
    this.live.stop();
    this.alarm.stop();
  }

  async count(): Promise<void> {
    const community = this.route.query.get('community') ?? '';
    try {
      this.counts = await this.orders.queues(community);
    } catch {
      // Old counts stay; the lost line is said elsewhere.
    }
  }

  open_order(number: string): void {
    const queue = this.route.parts[0] === 'inbox' ? (this.route.parts[1] ?? 'all') : 'all';
    const query = this.route.parts[0] === 'inbox' ? this.route.query : {};
    this.route.go(address(['inbox', queue, number], query));
  }

  /** Whether the account holds one of the roles anywhere. */
  holds(...roles: Role[]): boolean {
    return this.me?.account.roles.some((held) => roles.includes(held.role)) ?? false;
  }

  #count_soon(): void {
    if (this.#gathering) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      if (this.me) void this.count();
    }, GATHER_MS);
  }

  #refused(problem: Problem): void {
    if (problem.code === 'not_signed_in' && this.me) {
      this.farewell();
      this.ended = true;
    }
    if (problem.code === 'must_change_password') this.must_change = true;
  }
}

export const [use_desk, give_desk] = createContext<Desk>();
