import { iso_day } from '../spoken-time';
import type { Texts } from '../strings';

/** A day as people write it: 2025年3月1日. */
export function spoken_date(day: string | null, texts: Texts): string {
  if (!day) return '';
  const moment = Date.parse(`${day}T00:00:00+08:00`);
  if (Number.isNaN(moment)) return day;
  return new Intl.DateTimeFormat(texts.language_tag, {
    timeZone: 'Asia/Shanghai',
    year: 'numeric',
    month: texts.language === 'zh' ? 'long' : 'short',
    day: 'numeric',
  }).format(moment);
}

/** Today in Shanghai, `YYYY-MM-DD`. */
export function today(): string {
  return iso_day(Date.now());
}
