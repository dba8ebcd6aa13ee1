import type { Passage, Warning } from '../types';

/** A page of the original that something was noticed on. */
export interface PageNote {
  page: number;
  warning: Warning;
}

/**
 * Where in the text each note about a page belongs: before the passage with this index, which is the
 * first from a later page; after the last passage where none is.
 */
export function page_notes(
  origins: (Passage['origin'] | undefined)[],
  warnings: Warning[],
): Map<number, PageNote[]> {
  const found = new Map<number, PageNote[]>();
  for (const warning of warnings) {
    for (const page of warning.pages ?? []) {
      const later = origins.findIndex((origin) => origin && 'page' in origin && origin.page > page);
      const index = later < 0 ? origins.length : later;
      const notes = [...(found.get(index) ?? []), { page, warning }];
      found.set(index, notes.sort((a, b) => a.page - b.page));
    }
  }
  return found;
}
