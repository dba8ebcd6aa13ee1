import type { GlyphName } from './parts/drawings';
import type { Queue } from './types';

/** The queues in the order of the day, each with the letter that follows g. */
export const QUEUES: { id: Queue; key: string; glyph: GlyphName }[] = [
  { id: 'mine', key: 'm', glyph: 'inbox' },
  { id: 'urgent', key: 'u', glyph: 'bolt' },
  { id: 'overdue', key: 'o', glyph: 'hourglass' },
  { id: 'mentions', key: 'n', glyph: 'mention' },
  { id: 'live', key: 'l', glyph: 'people' },
  { id: 'to_accept', key: 'a', glyph: 'flag' },
  { id: 'to_dispatch', key: 'd', glyph: 'chevron' },
  { id: 'to_sign', key: 's', glyph: 'pencil' },
  { id: 'in_progress', key: 'i', glyph: 'clock' },
  { id: 'suspended', key: 'h', glyph: 'pause' },
  { id: 'to_review', key: 'v', glyph: 'eye' },
  { id: 'to_follow_up', key: 'f', glyph: 'bell' },
  { id: 'open', key: 'e', glyph: 'note' },
  { id: 'archived', key: 'z', glyph: 'done' },
];

/** The page of a queue. */
export function queue_path(queue: Queue): string[] {
  if (queue === 'live') return ['live'];
  if (queue === 'mentions') return ['mentions'];
  return ['inbox', queue];
}
