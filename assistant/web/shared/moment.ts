import type { Texts } from './strings';

/** Communities keep the time of China; a relative far away reads the hour that was promised there. */
const ZONE = 'Asia/Shanghai';

/** A moment as people write it here; milliseconds since 1970 or an ISO 8601 text. */
export function moment_text(moment: number | string, texts: Texts): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return String(moment);
  return date.toLocaleString(texts.language_tag, {
    timeZone: ZONE,
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** A limit as people say it: day and time, the year is plain. */
export function deadline_text(moment: number, texts: Texts): string {
  return new Date(moment).toLocaleString(texts.language_tag, {
    timeZone: ZONE,
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** The time of day of something said today; the day with it for anything older. */
export function said_at(moment: number, texts: Texts): string {
  const date = new Date(moment);
  const day = (date: Date): string => date.toLocaleDateString('sv', { timeZone: ZONE });
  if (day(date) !== day(new Date())) return deadline_text(moment, texts);
  return date.toLocaleTimeString(texts.language_tag, {
    timeZone: ZONE,
    hour: '2-digit',
    minute: '2-digit',
  });
}
