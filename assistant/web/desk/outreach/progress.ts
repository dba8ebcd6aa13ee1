import type { Progress } from './types';

/** Numbers that are not called any more. */
export function done_of(progress: Progress): number {
  return progress.total - (progress.by_state.waiting ?? 0) - (progress.by_state.calling ?? 0);
}

/** A part of a whole in whole percent. */
export function percent_of(part: number, whole: number): number {
  return whole > 0 ? Math.round((part / whole) * 100) : 0;
}
