import { spoken_length } from '../spoken-time';
import type { Texts } from '../strings';

const UNITS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** A limit such as `4h`, `24h elapsed` or `5d` in words; anything else as the server wrote it. */
export function limit_text(limit: string, texts: Texts): string {
  const days = /^(\d+)d$/.exec(limit);
  if (days) return texts.limit_working_days(Number(days[1]));
  const found = /^((?:\d+[dhms])+)( ?elapsed)?$/.exec(limit);
  if (!found) return limit;
  let total = 0;
  for (const [, amount, unit] of found[1]!.matchAll(/(\d+)([dhms])/g)) {
    total += Number(amount) * UNITS[unit!]!;
  }
  return spoken_length(total, texts) + (found[2] ? texts.limit_elapsed : texts.clock_working);
}
