import { iso_day } from '../spoken-time';

/** Which place, kind and days figures are of; empty means all. */
export interface Period {
  community: string;
  kind: string;
  from: string;
  to: string;
}

/** From the first of the month to today, in Shanghai. */
export function this_month(now = Date.now()): { from: string; to: string } {
  const to = iso_day(now);
  return { from: `${to.slice(0, 8)}01`, to };
}
