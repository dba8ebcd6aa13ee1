import type { Problem } from '../shared/problem';
import type { Texts } from './strings';

/** A refusal in words: the server's own where it says any. */
export function problem_text(problem: Problem, texts: Texts): string {
  if (problem.code === 'unreachable') return texts.unreachable;
  if (problem.detail) return problem.detail;
  return problem.status === 403 ? texts.not_allowed : `${texts.failed}（${problem.code}）`;
}
