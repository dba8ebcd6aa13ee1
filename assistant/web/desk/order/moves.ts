import type { Texts } from '../strings';
import type { AllowedMove, MoveName, MoveRequest, Survey } from '../types';

/** What a worker has filled in for a move. */
export interface MoveAnswers {
  assignee_id: string;
  reason: string;
  outcome: string;
  answer: string;
  question: string;
  days: number | null;
  into: string;
  contacted: boolean;
  solved: boolean | null;
  satisfaction: Survey['satisfaction'];
  survey_note: string;
}

export function empty_answers(): MoveAnswers {
  return {
    assignee_id: '',
    reason: '',
    outcome: '',
    answer: '',
    question: '',
    days: null,
    into: '',
    contacted: true,
    solved: null,
    satisfaction: null,
    survey_note: '',
  };
}

/** The part of the request that the move needs, nothing more. */
export function move_body(
  { move, needs }: AllowedMove,
  answers: MoveAnswers,
): Omit<MoveRequest, 'request_id' | 'version'> {
  const body: Omit<MoveRequest, 'request_id' | 'version'> = { move };
  for (const need of needs) {
    if (need === 'assignee') body.assignee_id = answers.assignee_id;
    else if (need === 'reason') body.reason = answers.reason.trim();
    else if (need === 'outcome') body.outcome = answers.outcome;
    else if (need === 'answer') body.answer = answers.answer.trim();
    else if (need === 'question') body.question = answers.question.trim();
    else if (need === 'days') body.days = answers.days ?? 1;
    else if (need === 'into') body.into = answers.into.trim();
    else {
      const { contacted, solved, satisfaction } = answers;
      const note = answers.survey_note.trim();
      body.survey = contacted
        ? { contacted, solved, satisfaction, ...(note ? { note } : {}) }
        : { contacted, solved: null, satisfaction: null, ...(note ? { note } : {}) };
    }
  }
  return body;
}

export function move_name({ move, label }: AllowedMove, texts: Texts): string {
  return texts.language === 'zh' ? label || texts.move[move] : (texts.move[move] ?? label);
}

/** The keys of the moves that are made every day. */
export const MOVE_KEYS: Partial<Record<string, MoveName[]>> = {
  a: ['accept'],
  d: ['dispatch'],
  s: ['sign', 'claim'],
  f: ['finish', 'approve', 'follow_up'],
};

export function key_of(move: MoveName): string | null {
  return Object.entries(MOVE_KEYS).find(([, moves]) => moves?.includes(move))?.[0] ?? null;
}

/** What takes a move back, where the machine allows it. */
export const INVERSE: Partial<Record<MoveName, MoveName>> = { merge: 'unmerge', suspend: 'resume' };

/** The moves that carry an order on; the rest waits under 更多操作. */
export const FORWARD: MoveName[] = [
  'accept',
  'dispatch',
  'claim',
  'sign',
  'finish',
  'approve',
  'follow_up',
  'resume',
  'unmerge',
];
