import type { Drafts } from '../../drafts';

const FIELD = 'bench-questions';
const KEPT = 30;

/** The last questions that were tried, the newest first. */
export function last_questions(drafts: Drafts): string[] {
  try {
    return JSON.parse(drafts.read(FIELD) || '[]') as string[];
  } catch {
    return [];
  }
}

export function remember_question(drafts: Drafts, question: string): void {
  const others = last_questions(drafts).filter((one) => one !== question);
  drafts.write(FIELD, JSON.stringify([question, ...others].slice(0, KEPT)));
}
