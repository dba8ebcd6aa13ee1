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
