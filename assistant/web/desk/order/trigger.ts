/** A sign before the caret that asks for something to be inserted. */
export interface Trigger {
  kind: 'canned' | 'mention';
  /** What was typed after the sign. */
  typed: string;
  /** Where the sign stands in the text. */
  start: number;
}

/**
 * A half-width `;` calls the canned replies anywhere, the full-width `；` only where a line begins:
 * within a sentence it is a sign like any other. `@` names a colleague.
 */
export function trigger_before(text: string, caret: number): Trigger | null {
  const found = /([;；@＠])([^\s;；@＠，。]{0,12})$/.exec(text.slice(0, caret));
  if (!found) return null;
  const [, sign, typed = ''] = found;
  const start = found.index;
  if (sign === '；' && start > 0 && text[start - 1] !== '\n') return null;
  return { kind: sign === '@' || sign === '＠' ? 'mention' : 'canned', typed, start };
}
