import type { Texts } from './strings';

const ZONE = 'Asia/Shanghai';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Days since 1970 in Shanghai. */
function day_of(moment: number): number {
  return Math.floor((moment + 8 * HOUR) / DAY);
}

/** A moment as people say it: 今天 14:30, 昨天 9:05, 11月3日 9:05, 2025年11月3日. */
export function spoken_moment(moment: number, texts: Texts, now = Date.now()): string {
  const days = day_of(moment) - day_of(now);
  const clock = new Intl.DateTimeFormat(texts.language_tag, {
    timeZone: ZONE,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(moment);
  const near = texts.near_days[String(days)];
  if (near) return `${near} ${clock}`;
  return `${spoken_day(moment, texts, now)} ${clock}`;
}

export function spoken_day(moment: number, texts: Texts, now = Date.now()): string {
  const same_year = iso_day(moment).slice(0, 4) === iso_day(now).slice(0, 4);
  return new Intl.DateTimeFormat(texts.language_tag, {
    timeZone: ZONE,
    year: same_year ? undefined : 'numeric',
    month: texts.language === 'zh' ? 'long' : 'short',
    day: 'numeric',
  }).format(moment);
}

/** `YYYY-MM-DD` in Shanghai. */
export function iso_day(moment: number): string {
  return new Date(moment + 8 * HOUR).toISOString().slice(0, 10);
}

/** The whole moment, for the title of a shortened one. */
export function full_moment(moment: number): string {
  return new Date(moment + 8 * HOUR).toISOString().slice(0, 16).replace('T', ' ');
}

/** `YYYY-MM-DDTHH:MM` of a form, meant in Shanghai; null where it is none. */
export function moment_of_field(text: string): number | null {
  const moment = Date.parse(`${text}:00+08:00`);
  return Number.isNaN(moment) ? null : moment;
}

export function field_of_moment(moment: number): string {
  return new Date(moment + 8 * HOUR).toISOString().slice(0, 16);
}

/** A length of time in two units at most: 3 小时 20 分. */
export function spoken_length(milliseconds: number, texts: Texts): string {
  const minutes = Math.max(0, Math.round(milliseconds / MINUTE));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days >= 2) return texts.length_days(days, hours);
  if (minutes >= 60) return texts.length_hours(days * 24 + hours, rest);
  return minutes === 0 ? texts.length_moment : texts.length_minutes(rest);
}
