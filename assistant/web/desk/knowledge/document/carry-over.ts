import type { Texts } from '../../strings';
import type { Draft, Metadata } from '../types';
import { align } from './align';
import { type AnswerRow, new_key, type Row, type Sources, type Work, work_of } from './work';

/** One of one's own changes, and what a colleague made of the same place. */
export interface OwnChange {
  id: string;
  label: string;
  mine: string;
  theirs: string;
  /** The colleague changed the same place otherwise. */
  clash: boolean;
  apply: (work: Work) => Work;
}

/** One's own changes since `base`, to be laid over the colleague's draft. */
export function own_changes(
  base: Draft,
  mine: Work,
  sources: Sources,
  theirs: Draft,
  texts: Texts,
): { start: Work; sources: Sources; changes: OwnChange[] } {
  const { work: start, sources: fresh_sources } = work_of(theirs);
  const changes = [
    ...metadata_changes(base.metadata, mine.metadata, theirs.metadata, texts),
    ...row_changes(base, mine, sources, start, texts),
    ...answer_changes(base, mine, start, texts),
  ];
  return { start, sources: fresh_sources, changes };
}

function metadata_changes(
  base: Metadata,
  mine: Metadata,
  theirs: Metadata,
  texts: Texts,
): OwnChange[] {
  const words = texts.knowledge;
  const names = Object.keys(base) as (keyof Metadata)[];
  return names
    .filter((name) => shown(mine[name]) !== shown(base[name]))
    .map((name) => ({
      id: `field-${name}`,
      label: words.field[name],
      mine: shown(mine[name]),
      theirs: shown(theirs[name]),
      clash: shown(theirs[name]) !== shown(base[name]) && shown(theirs[name]) !== shown(mine[name]),
      apply: (work) => ({ ...work, metadata: { ...work.metadata, [name]: mine[name] } }),
    }));
}

function row_changes(
  base: Draft,
  mine: Work,
  sources: Sources,
  start: Work,
  texts: Texts,
): OwnChange[] {
  const words = texts.knowledge;
  const became = align(
    base.passages.map(({ text }) => text),
    start.rows.map(({ text }) => text),
  );
  /** The colleague's row that a row of one's own stands for. */
  const counterpart = (row: Row | undefined): Row | undefined => {
    const index = base.passages.findIndex(({ ordinal }) => ordinal === sources.get(row?.key ?? ''));
    const there = became[index] ?? null;
    return there === null ? undefined : start.rows[there];
  };
  const seen = new Set<number>();
  const changes: OwnChange[] = [];
  mine.rows.forEach((row, index) => {
    const from = sources.get(row.key);
    const old = base.passages.find(({ ordinal }) => ordinal === from);
    const there = counterpart(row);
    const label = row.headings[row.headings.length - 1] ?? row.locator;
    if (old && from !== undefined && !seen.has(from) && there) {
      seen.add(from);
      if (row.text === old.text && row.headings.join() === old.headings.join()) return;
      changes.push({
        id: row.key,
        label: words.own_change(label),
        mine: row.text,
        theirs: there.text,
        clash: there.text !== old.text && there.text !== row.text,
        apply: (work) => ({
          ...work,
          rows: work.rows.map((one) =>
            one.key === there.key ? { ...one, text: row.text, headings: row.headings } : one,
          ),
        }),
      });
    } else if (row.text.trim()) {
      if (from !== undefined) seen.add(from);
      const previous = counterpart(mine.rows[index - 1])?.key ?? mine.rows[index - 1]?.key;
      changes.push({
        id: row.key,
        label: words.own_added(label),
        mine: row.text,
        theirs: '',
        // It stood in the draft before, so the colleague took it away.
        clash: old !== undefined && !there,
        apply: (work) => ({ ...work, rows: inserted(work.rows, row, previous) }),
      });
    }
  });
  base.passages.forEach((old, index) => {
    const there = start.rows[became[index] ?? -1];
    if (seen.has(old.ordinal) || !there) return;
    changes.push({
      id: `gone-${old.ordinal}`,
      label: words.own_removed(old.headings[old.headings.length - 1] ?? old.locator),
      mine: '',
      theirs: there.text,
      clash: there.text !== old.text,
      apply: (work) => ({ ...work, rows: work.rows.filter(({ key }) => key !== there.key) }),
    });
  });
  return changes;
}

function inserted(rows: Row[], row: Row, after: string | undefined): Row[] {
  const index = rows.findIndex(({ key }) => key === after) + 1;
  return [...rows.slice(0, index), row, ...rows.slice(index)];
}

/** Answers have no identity of their own: they are taken together. */
function answer_changes(base: Draft, mine: Work, start: Work, texts: Texts): OwnChange[] {
  const written = (answers: AnswerRow[]): string =>
    answers
      .map(({ questions, answer, spoken }) => [...questions, answer, spoken ?? ''].join('\n').trim())
      .join('\n\n');
  const before = written(work_of(base).work.answers);
  const own = written(mine.answers);
  const theirs = written(start.answers);
  if (own === before) return [];
  const answers = mine.answers.map((answer) => ({ ...answer, key: new_key(), row: null }));
  return [
    {
      id: 'answers',
      label: texts.knowledge.pane.answers,
      mine: own,
      theirs,
      clash: theirs !== before && theirs !== own,
      apply: (work) => ({ ...work, answers }),
    },
  ];
}

function shown(value: string | string[] | null): string {
  return Array.isArray(value) ? value.join('、') : (value ?? '');
}
