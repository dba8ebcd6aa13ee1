import type { Texts } from './strings';

/** A moment as people write it here; milliseconds since 1970 or an ISO 8601 text. */
export function moment_text(moment: number | string, texts: Texts): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return String(moment);
  return date.toLocaleString(texts.language_tag, {
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
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** The time of day of something said today; the day with it for anything older. */
export function said_at(moment: number, texts: Texts): string {
  const date = new Date(moment);
  const today = date.toDateString() === new Date().toDateString();
  if (!today) return deadline_text(moment, texts);
  return date.toLocaleTimeString(texts.language_tag, { hour: '2-digit', minute: '2-digit' });
}
