import type { ListQuery } from '../types-more';

/** What runs out first stands first, except where nothing runs any more. */
export function usual_sort(queue: string): NonNullable<ListQuery['sort']> {
  return queue === 'archived' || queue === 'all' ? 'newest' : 'due';
}
