import { national_day } from './national-days';
import { WEEKDAYS, type PlaceHours, type WorkingHours } from './types-more';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** China has one time zone and no summer time. */
const SHANGHAI = 8 * 60 * MINUTE;
/** Further ahead nobody counts hours. */
const LONGEST_DAYS = 400;

/** Hours where a place and all above it say nothing; the server's own. */
const USUAL: WorkingHours = Object.fromEntries(
  WEEKDAYS.slice(0, 5).map((day) => [day, ['08:30-12:00', '13:30-17:30']]),
);

/** `08:30-12:00` in minutes; what ends at or before its beginning passes midnight. */
export function shift_minutes(text: string): [number, number] | null {
  const found = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (!found) return null;
  const [start_hour, start_minute, end_hour, end_minute] = found.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const start = start_hour * 60 + start_minute;
  const end = end_hour * 60 + end_minute;
  if (start_minute > 59 || end_minute > 59 || start >= 1440 || end > 1440 || start === end) {
    return null;
  }
  return [start, end < start ? end + 1440 : end];
}

/** The shifts of a day, as the server's `WorkingHours::on` finds them. */
function shifts_on(day_number: number, hours: WorkingHours, days: PlaceHours['days']): string[] {
  const day = new Date(day_number * DAY).toISOString().slice(0, 10);
  // 1 January 1970 was a Thursday.
  const weekday = (((day_number + 3) % 7) + 7) % 7;
  // The nearest place counts, and comes first.
  const kind = days.find((one) => one.day === day)?.kind ?? national_day(day);
  const off = hours.days_off ?? [];
  if (kind === 'off') return off;
  if (kind === 'work' && weekday >= 5) {
    return (
      WEEKDAYS.slice(0, 5)
        .map((name) => hours[name] ?? [])
        .find((one) => one.length > 0) ?? []
    );
  }
  return hours[WEEKDAYS[weekday]!] ?? off;
}

/** Milliseconds of working time from `from` to `to`; null where that can't be told. */
export function working_time(from: number, to: number, place: PlaceHours): number | null {
  if (to < from) {
    const back = working_time(to, from, place);
    return back === null ? null : -back;
  }
  const hours = place.own ?? place.inherited ?? USUAL;
  const first = Math.floor((from + SHANGHAI) / DAY) - 1;
  const last = Math.floor((to + SHANGHAI) / DAY);
  if (last - first > LONGEST_DAYS) return null;
  let total = 0;
  for (let day = first; day <= last; day += 1) {
    for (const text of shifts_on(day, hours, place.days)) {
      const shift = shift_minutes(text);
      if (!shift) continue;
      const midnight = day * DAY - SHANGHAI;
      const start = Math.max(from, midnight + shift[0] * MINUTE);
      const end = Math.min(to, midnight + shift[1] * MINUTE);
      total += Math.max(0, end - start);
    }
  }
  return total;
}
