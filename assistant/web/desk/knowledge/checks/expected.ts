import type { Texts } from '../../strings';
import type { Expect } from '../types';

/** What a check wants, in words. */
export function expected_text(expect: Expect, words: Texts['knowledge']): string {
  const parts = [words.expected[expect.disposition]];
  if (expect.title || expect.locator) {
    parts.push(words.expect_source(expect.title ?? '', expect.locator ?? ''));
  }
  if (expect.contains.length > 0) parts.push(words.expect_contains(expect.contains.join('、')));
  if (expect.lacks.length > 0) parts.push(words.expect_lacks(expect.lacks.join('、')));
  return parts.join('；');
}
