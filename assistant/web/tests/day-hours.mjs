// A slow reckoning of limits in working time, written apart from the product's to check it.

import { same } from './browser.mjs';
import { day_after } from './day-setup.mjs';

const MINUTE_MS = 60_000;
const UNITS = { d: 24 * 60, h: 60, m: 1 };

/** When a limit such as `4h`, `5d` or `30m elapsed` that begins at `from` runs out. */
export function due(from, limit, { work, off }) {
  if (limit.endsWith('elapsed')) return from + minutes(limit) * MINUTE_MS;
  if (/^\d+d$/.test(limit)) return end_of_day(from, Number.parseInt(limit, 10), { work, off });
  let left = minutes(limit) * MINUTE_MS;
  for (let days = 0; ; days += 1) {
    for (const [begin, end] of shifts(day_after(from, days), work, off)) {
      const length = end - Math.max(begin, from);
      if (length <= 0) continue;
      if (left <= length) return end - length + left;
      left -= length;
    }
  }
}

/** The end of the so-manieth working day after the one on which it was filed. */
function end_of_day(from, count, { work, off }) {
  let left = count + 1;
  for (let days = 0; ; days += 1) {
    const end = shifts(day_after(from, days), work, off).at(-1)?.[1];
    // What is filed after hours or on a day off counts for the next working day.
    if (end === undefined || end <= from) continue;
    left -= 1;
    if (left === 0) return end;
  }
}

function shifts(day, work, off) {
  if (off.has(day)) return [];
  const midnight = Date.parse(`${day}T00:00:00+08:00`);
  return work.map((shift) =>
    shift.split('-').map((clock) => {
      const [hours, minutes] = clock.split(':').map(Number);
      return midnight + (hours * 60 + minutes) * MINUTE_MS;
    }),
  );
}

function minutes(limit) {
  return [...limit.matchAll(/(\d+)([dhm])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit],
    0,
  );
}

/** The clocks of an order that nothing has stopped or moved run out when they must. */
export function same_dues({ number, clocks }, plan) {
  for (const { name, started_at, due_at, limit } of clocks) {
    same(day_and_time(due_at), day_and_time(due(started_at, limit, plan)), `${name} of ${number}`);
  }
}

function day_and_time(at) {
  return new Date(at).toISOString();
}
