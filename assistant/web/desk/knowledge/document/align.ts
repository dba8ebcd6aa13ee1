/**
 * For each line of `before` the line of `after` that it became, or null where it is gone: equal
 * lines first (a longest common subsequence), then those between them in their order.
 */
export function align(before: string[], after: string[]): (number | null)[] {
  const became: (number | null)[] = before.map(() => null);
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) {
    became[start] = start;
    start += 1;
  }
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end += 1;
    became[before.length - end] = after.length - end;
  }
  const rows = before.length - start - end;
  const columns = after.length - start - end;
  for (const [row, column] of common(before, after, start, rows, columns)) {
    became[start + row] = start + column;
  }
  pair_the_rest(became, start, start + rows, start, start + columns);
  return became;
}

function common(
  before: string[],
  after: string[],
  start: number,
  rows: number,
  columns: number,
): [number, number][] {
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  const length = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        before[start + row] === after[start + column]
          ? length(row + 1, column + 1) + 1
          : Math.max(length(row + 1, column), length(row, column + 1));
    }
  }
  const pairs: [number, number][] = [];
  let row = 0;
  let column = 0;
  while (row < rows && column < columns) {
    if (before[start + row] === after[start + column]) pairs.push([row++, column++]);
    else if (length(row + 1, column) >= length(row, column + 1)) row += 1;
    else column += 1;
  }
  return pairs;
}

/** What stands between two equal lines is taken for the same lines, changed, as far as it goes. */
function pair_the_rest(
  became: (number | null)[],
  from: number,
  to: number,
  first: number,
  last: number,
): void {
  let next = first;
  for (let row = from; row < to; row += 1) {
    const known = became[row];
    if (typeof known === 'number') {
      next = known + 1;
      continue;
    }
    const limit = became.slice(row, to).find((one) => one !== null) ?? last;
    if (next < limit) became[row] = next++;
  }
}
