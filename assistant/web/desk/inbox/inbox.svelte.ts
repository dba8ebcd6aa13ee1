import { SvelteSet } from 'svelte/reactivity';
import type { Problem } from '../../shared/problem';
import type { Desk } from '../desk.svelte';
import type { OrderLine } from '../types';
import type { ListQuery } from '../types-more';

const PAGE = 50;
const GATHER_MS = 500;

/** The list of one queue: pages of it, refreshed in place, and what is selected in it. */
export class InboxList {
  orders = $state.raw<OrderLine[]>([]);
  total = $state(0);
  next = $state<string | null>(null);
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** Whether the orders shown are those of the query that was last asked. */
  fresh = $state(false);
  /** Number of the order that the keys act on. */
  cursor = $state<string | null>(null);
  readonly selected = new SvelteSet<string>();
  #query: ListQuery = { queue: 'mine' };
  #asked = 0;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly desk: Desk) {}

  /** Shows another query; the old lines stay until the new ones are here. */
  show(query: ListQuery): void {
    const other_queue = query.queue !== this.#query.queue;
    this.#query = query;
    this.fresh = false;
    this.selected.clear();
    if (other_queue) this.cursor = null;
    void this.#fetch(PAGE);
  }

  async more(): Promise<void> {
    if (this.busy || this.next === null) return;
    const mine = ++this.#asked;
    this.busy = true;
    try {
      const page = await this.desk.orders.list(this.#query, this.next, PAGE);
      if (mine !== this.#asked) return;
      const known = new Set(this.orders.map(({ number }) => number));
      this.#take([...this.orders, ...page.orders.filter(({ number }) => !known.has(number))]);
      this.total = page.total;
      this.next = page.next;
      this.problem = null;
    } catch (error) {
      if (mine === this.#asked) this.problem = error as Problem;
    } finally {
      if (mine === this.#asked) this.busy = false;
    }
  }

  /** Fetches again what is on the screen; several changes at once are one request. */
  refresh_soon(): void {
    if (this.#gathering) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      void this.refresh();
    }, GATHER_MS);
  }

  refresh(): Promise<void> {
    return this.#fetch(Math.max(PAGE, this.orders.length));
  }

  /** An order was changed here: its line shows it before the list is fetched again. */
  update(order: OrderLine): void {
    if (!this.orders.some(({ number }) => number === order.number)) return;
    this.orders = this.orders.map((line) => (line.number === order.number ? order : line));
  }

  toggle(number: string): void {
    if (!this.selected.delete(number)) this.selected.add(number);
  }

  /** Moves the cursor by `step` lines; gives the line back. */
  step(step: number): OrderLine | null {
    const at = this.orders.findIndex(({ number }) => number === this.cursor);
    const to = at < 0 ? 0 : Math.min(this.orders.length - 1, Math.max(0, at + step));
    const line = this.orders[to] ?? null;
    if (line) this.cursor = line.number;
    if (to >= this.orders.length - 3) void this.more();
    return line;
  }

  async #fetch(count: number): Promise<void> {
    const mine = ++this.#asked;
    this.busy = true;
    try {
      const orders: OrderLine[] = [];
      let next: string | null = null;
      do {
        const page = await this.desk.orders.list(this.#query, next, PAGE);
        if (mine !== this.#asked) return;
        orders.push(...page.orders);
        this.total = page.total;
        next = page.next;
      } while (next !== null && orders.length < count);
      this.next = next;
      this.#take(orders);
      this.fresh = true;
      this.problem = null;
    } catch (error) {
      if (mine === this.#asked) this.problem = error as Problem;
    } finally {
      if (mine === this.#asked) this.busy = false;
    }
  }

  #take(orders: OrderLine[]): void {
    this.desk.clocks.need(orders.map(({ community_id }) => community_id));
    const before = this.orders.findIndex(({ number }) => number === this.cursor);
    this.orders = orders;
    for (const number of [...this.selected]) {
      if (!orders.some((line) => line.number === number)) this.selected.delete(number);
    }
    // The order under the cursor left the queue: its neighbour takes its place.
    if (this.cursor !== null && !orders.some(({ number }) => number === this.cursor)) {
      this.cursor = orders[Math.min(Math.max(before, 0), orders.length - 1)]?.number ?? null;
    }
  }
}
