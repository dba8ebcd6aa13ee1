/** Lines `列名：值；列名：值` as the import writes the rows of a table. */
export interface Table {
  /** What stands above the rows. */
  caption: string[];
  columns: string[];
  rows: string[][];
}

const LONGEST_NAME = 20;

/** The passage as a table, where it is one and can be written back as it stands; else null. */
export function table_of(text: string): Table | null {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => cells_of(line) !== null);
  if (first < 0 || first > 2) return null;
  const caption = lines.slice(0, first);
  const cells = lines.slice(first).map(cells_of);
  if (cells.some((row) => row === null)) return null;
  const columns: string[] = [];
  for (const row of cells) {
    let at = 0;
    for (const [name] of row ?? []) {
      const known = columns.indexOf(name);
      if (known < 0) columns.splice(at, 0, name);
      at = (known < 0 ? at : known) + 1;
    }
  }
  const widest = Math.max(...cells.map((row) => row?.length ?? 0));
  // Sentences with colons share no names; rows of a table do.
  if (cells.length < 2 || columns.length > widest + 1) return null;
  const rows = cells.map((row) => {
    const values = new Map(row);
    return columns.map((name) => values.get(name) ?? '');
  });
  const table = { caption, columns, rows };
  return text_of(table) === text ? table : null;
}

export function text_of({ caption, columns, rows }: Table): string {
  const lines = rows.map((row) =>
    two_at_least(row.map((value) => value.trim()))
      .map((value, index) => [columns[index] ?? '', value] as const)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name}：${value}`)
      .join('；'),
  );
  return [...caption, ...lines].join('\n');
}

/** A row with fewer than two values would not be read as one. */
function two_at_least(row: string[]): string[] {
  let missing = 2 - row.filter(Boolean).length;
  return row.map((value) => value || (missing-- > 0 ? '—' : ''));
}

function cells_of(line: string): [string, string][] | null {
  const parts = line.split('；');
  if (parts.length < 2) return null;
  const cells: [string, string][] = [];
  for (const part of parts) {
    const at = part.indexOf('：');
    if (at < 1 || at > LONGEST_NAME || at === part.length - 1) return null;
    cells.push([part.slice(0, at), part.slice(at + 1)]);
  }
  return cells;
}
