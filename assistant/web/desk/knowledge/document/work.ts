import type { Answer, Draft, DraftEdit, Metadata, Passage } from '../types';

/** A passage while it is written; `key` stays with it through every change. */
export interface Row {
  key: string;
  headings: string[];
  locator: string;
  text: string;
}

/** An answer while it is written; `row` is the passage that it belongs to. */
export interface AnswerRow extends Omit<Answer, 'passage'> {
  key: string;
  row: string | null;
}

/** All that is written of a draft. Never changed in place: undoing keeps the ones before. */
export interface Work {
  community_id: string;
  metadata: Metadata;
  rows: Row[];
  answers: AnswerRow[];
}

/** Which passage of the draft as last read a row comes from. */
export type Sources = Map<string, number>;

export function new_key(): string {
  return `n${Math.random().toString(36).slice(2, 10)}`;
}

export function work_of(draft: Draft): { work: Work; sources: Sources } {
  const sources: Sources = new Map();
  const key_of = new Map<number, string>();
  const rows = draft.passages.map(({ ordinal, headings, locator, text }: Passage) => {
    const key = new_key();
    sources.set(key, ordinal);
    key_of.set(ordinal, key);
    return { key, headings, locator, text };
  });
  const answers = draft.answers.map(({ passage, ...answer }) => ({
    ...answer,
    key: new_key(),
    row: passage === null ? null : (key_of.get(passage) ?? null),
  }));
  return {
    work: { community_id: draft.community.id, metadata: draft.metadata, rows, answers },
    sources,
  };
}

/** What is sent: passages without text stay behind, and answers without a question. */
export function edit_of(draft: Draft, work: Work, sources: Sources): { edit: DraftEdit; sent: Row[] } {
  const sent = rows_of(draft, work).filter(({ text }) => text.trim() !== '');
  const place = new Map(sent.map(({ key }, index) => [key, index]));
  const passages = sent.map(({ key, headings, locator, text }) => ({
    from: sources.get(key) ?? null,
    headings,
    locator,
    text,
  }));
  const answers = work.answers
    .map(({ key: _, row, ...answer }) => ({
      ...answer,
      questions: answer.questions.map((one) => one.trim()).filter(Boolean),
      spoken: answer.spoken?.trim() || null,
      passage: row === null ? null : (place.get(row) ?? null),
    }))
    .filter(({ questions, answer }) => questions.length > 0 || answer.trim());
  const { community_id, metadata } = work;
  return { edit: { version: draft.version, community_id, metadata, passages, answers }, sent };
}

/** A verified answer is its own only passage. */
function rows_of(draft: Draft, work: Work): Row[] {
  if (draft.kind !== 'answer') return work.rows;
  const text = work.answers[0]?.answer ?? '';
  const first = work.rows[0] ?? { key: 'answer', headings: [], locator: '' };
  return [{ ...first, text }];
}

export function empty_answer(): AnswerRow {
  return { key: new_key(), questions: [''], answer: '', spoken: null, row: null, sources: [] };
}
