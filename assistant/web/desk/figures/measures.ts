import type { Texts } from '../strings';
import type { Row } from '../types';

export interface Measure {
  id: Exclude<keyof Row, 'key' | 'name'>;
  name: string;
  /** A share of 0 to 1 rather than a count. */
  share: boolean;
}

/** The figures in the order in which they are read. */
export function measures(texts: Texts): Measure[] {
  return [
    { id: 'weighted', name: texts.figures_weighted, share: true },
    { id: 'response', name: texts.figures_response, share: true },
    { id: 'solution', name: texts.figures_solution, share: true },
    { id: 'satisfaction', name: texts.figures_satisfaction, share: true },
    { id: 'on_time', name: texts.figures_on_time, share: true },
    { id: 'reopened', name: texts.figures_reopened, share: true },
    { id: 'first_contact', name: texts.figures_first_contact, share: true },
    { id: 'filed', name: texts.figures_filed, share: false },
    { id: 'archived', name: texts.figures_archived, share: false },
    { id: 'open', name: texts.figures_open, share: false },
    { id: 'followed_up', name: texts.figures_followed_up, share: false },
  ];
}

export function measured(row: Row, measure: Measure, texts: Texts): string {
  const value = row[measure.id];
  if (value === null) return texts.figures_no_value;
  return measure.share ? `${(value * 100).toFixed(1)}%` : String(value);
}
