import table from '../../data/calendar/cn.tsv?raw';
import type { LocalDay } from './types-more';

/** The days off and make-up days of the State Council's notices; the server's own table. */
const DAYS = new Map<string, LocalDay['kind']>();
for (const line of table.split('\n')) {
  const [day = '', kind] = line.split('\t');
  if (kind === 'off' || kind === 'work') DAYS.set(day, kind);
}
const YEARS = new Set([...DAYS.keys()].map((day) => day.slice(0, 4)));

/** Holidays that stand on the same day each year, for a year whose notice is not out yet. */
const FIXED = ['01-01', '05-01', '05-02', '10-01', '10-02', '10-03'];

/** Whether the nation has the day off or works it, where that differs from its weekday. */
export function national_day(day: string): LocalDay['kind'] | null {
  const kind = DAYS.get(day);
  if (kind) return kind;
  return !YEARS.has(day.slice(0, 4)) && FIXED.includes(day.slice(5)) ? 'off' : null;
}
