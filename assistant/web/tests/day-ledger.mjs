// What the script itself knows of every order, to be compared with what the product says at the end.

import { same } from './browser.mjs';

export class Ledger {
  orders = new Map();
  /** Residents whose conversation needed no order, by community. */
  answered = [];

  /** An order was filed, by `resident` or at the desk. */
  filed(number, { resident = null, added = [] } = {}) {
    if (this.orders.has(number)) throw new Error(`${number} was filed twice`);
    const events = [['filed', null], ...added.map((kind) => [kind, null])];
    this.orders.set(number, { resident, events, end: null });
  }

  /** Something happened to it; `by` is the name of the person, null for the resident. */
  did(number, kind, by = null) {
    this.#of(number).events.push([kind, by]);
  }

  /** Where it must stand when the day is over. */
  ends(number, end) {
    const order = this.#of(number);
    order.end = { outcome: null, satisfaction: null, reopened: 0, merged_into: null, ...end };
  }

  #of(number) {
    const order = this.orders.get(number);
    if (!order) throw new Error(`${number} is not in the ledger`);
    return order;
  }

  /** Compares every order with the product's page of it; gives what differs. */
  async compare(admin, places) {
    const numbers = [];
    for (const place of places) {
      let after = '';
      do {
        const path = `work-orders?queue=all&community=${place}&sort=oldest&limit=50${after}`;
        const list = await admin('GET', path);
        numbers.push(...list.orders.map(({ number }) => number));
        after = list.next ? `&after=${encodeURIComponent(list.next)}` : '';
      } while (after);
    }
    same(numbers.toSorted(), [...this.orders.keys()].toSorted(), 'numbers of all orders');
    const pages = new Map();
    const differing = [];
    for (const [number, { events, end }] of this.orders) {
      const page = await admin('GET', `work-orders/${number}`);
      pages.set(number, page);
      const { state, outcome, survey, reopened, merged_into, history } = page;
      const found = {
        state,
        outcome,
        satisfaction: survey?.satisfaction ?? null,
        reopened,
        merged_into,
        events: history.map(({ kind, by }) => line(kind, by?.name)),
      };
      const wanted = { ...end, events: events.map(([kind, by]) => line(kind, by)) };
      for (const key of Object.keys(found)) {
        if (JSON.stringify(found[key]) === JSON.stringify(wanted[key])) continue;
        differing.push(
          `${number} ${page.question}: ${key} ${found[key]} instead of ${wanted[key]}`,
        );
      }
    }
    same(differing, [], 'orders that differ from the ledger');
    return pages;
  }
}

function line(kind, by) {
  return by ? `${kind} ${by}` : kind;
}
