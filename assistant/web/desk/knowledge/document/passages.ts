import { new_key, type Row } from './work';

/** Cuts a passage in two at a character; both come from the same place of the original. */
export function split(rows: Row[], key: string, at: number): { rows: Row[]; fresh: string } | null {
  const index = rows.findIndex((row) => row.key === key);
  const row = rows[index];
  if (!row) return null;
  const before = row.text.slice(0, at).trimEnd();
  const after = row.text.slice(at).trimStart();
  if (!before || !after) return null;
  const fresh = new_key();
  const halves = [
    { ...row, text: before },
    { ...row, key: fresh, text: after },
  ];
  return { rows: spliced(rows, index, 1, ...halves), fresh };
}

/** Joins a passage with the one after it. */
export function merge_with_next(rows: Row[], key: string): Row[] | null {
  const index = rows.findIndex((row) => row.key === key);
  const row = rows[index];
  const next = rows[index + 1];
  if (!row || !next) return null;
  const text = [row.text.trimEnd(), next.text.trimStart()].filter(Boolean).join('\n');
  return spliced(rows, index, 2, { ...row, text });
}

export function move(rows: Row[], key: string, step: 1 | -1): Row[] | null {
  const index = rows.findIndex((row) => row.key === key);
  const row = rows[index];
  const to = index + step;
  if (!row || to < 0 || to >= rows.length) return null;
  return spliced(spliced(rows, index, 1), to, 0, row);
}

/** An empty passage after that one, or at the end; under the same headings. */
export function add_after(rows: Row[], key: string | null): { rows: Row[]; fresh: string } {
  const found = rows.findIndex((row) => row.key === key);
  const index = found < 0 ? rows.length - 1 : found;
  const fresh = new_key();
  const row = { key: fresh, headings: rows[index]?.headings ?? [], locator: '', text: '' };
  return { rows: spliced(rows, index + 1, 0, row), fresh };
}

export function remove(rows: Row[], key: string): Row[] {
  return rows.filter((row) => row.key !== key);
}

export function change(rows: Row[], key: string, edit: Partial<Omit<Row, 'key'>>): Row[] {
  return rows.map((row) => (row.key === key ? { ...row, ...edit } : row));
}

/** Headings where they change, each with the passage that it stands above. */
export function outline(rows: Row[]): { key: string; depth: number; text: string }[] {
  const lines: { key: string; depth: number; text: string }[] = [];
  let before: string[] = [];
  for (const { key, headings } of rows) {
    const same = headings.findIndex((heading, depth) => heading !== before[depth]);
    if (same >= 0) {
      headings.slice(same).forEach((text, index) => lines.push({ key, depth: same + index, text }));
    }
    before = headings;
  }
  return lines;
}

function spliced(rows: Row[], at: number, gone: number, ...fresh: Row[]): Row[] {
  return [...rows.slice(0, at), ...fresh, ...rows.slice(at + gone)];
}
