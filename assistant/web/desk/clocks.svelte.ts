import { SvelteMap } from 'svelte/reactivity';
import type { PlacesApi } from './api/places';
import { spoken_length, spoken_moment } from './spoken-time';
import type { Texts } from './strings';
import type { ClockStatus } from './types';
import type { PlaceHours } from './types-more';
import { working_time } from './working-time';

const TICK_MS = 20_000;
const KEEP_MS = 30 * 60_000;

interface Timed {
  clock_status: ClockStatus;
  due_at: number | null;
  community_id: string;
  working_time: boolean;
}

/** What time it is, and how much working time is left until something is due. */
export class Clocks {
  now = $state(Date.now());
  #hours = new SvelteMap<string, PlaceHours | null>();
  #asked = new Map<string, number>();

  constructor(readonly places: PlacesApi) {
    setInterval(() => (this.now = Date.now()), TICK_MS);
  }

  /** Fetches the hours of places whose orders are shown. */
  need(communities: Iterable<string>): void {
    for (const id of communities) {
      if (Date.now() - (this.#asked.get(id) ?? 0) < KEEP_MS) continue;
      this.#asked.set(id, Date.now());
      this.places.hours(id).then(
        (hours) => this.#hours.set(id, nearest_first(id, hours)),
        () => this.#hours.set(id, this.#hours.get(id) ?? null),
      );
    }
  }

  /** The clock in words, with what it means in full. */
  words(order: Timed, texts: Texts): { short: string; long: string } {
    const { clock_status: status, due_at } = order;
    if (status === 'none') return { short: texts.clock.none, long: texts.clock.none };
    if (status !== 'running' && status !== 'warning' && status !== 'overdue') {
      return { short: texts.clock[status], long: texts.clock_long[status] };
    }
    if (due_at === null) return { short: texts.clock[status], long: texts.clock[status] };
    const hours = order.working_time ? (this.#hours.get(order.community_id) ?? null) : null;
    const working = hours ? working_time(this.now, due_at, hours) : null;
    const left = working ?? due_at - this.now;
    const length = spoken_length(Math.abs(left), texts);
    const late = status === 'overdue' || due_at < this.now;
    const short = late ? texts.clock_late(length) : texts.clock_left(length);
    const moment = spoken_moment(due_at, texts, this.now);
    const until = late ? texts.clock_was_due(moment) : texts.clock_until(moment);
    const kind = working === null ? '' : texts.clock_working;
    return { short, long: `${short}${kind}${texts.pause}${until}` };
  }
}

/** The days of the place itself before those of the places above it. */
function nearest_first(id: string, hours: PlaceHours): PlaceHours {
  const own = (day: PlaceHours['days'][number]): number => (day.community_id === id ? 0 : 1);
  return { ...hours, days: [...hours.days].sort((one, other) => own(one) - own(other)) };
}
