import type { Texts } from '../../strings';
import type { CheckRun } from '../types';
import { today } from '../dates';

/** The results as a table that spreadsheets open; the mark in front tells them that it is UTF-8. */
function results_csv(run: CheckRun, words: Texts['knowledge']): string {
  const lines = run.results.map(({ check, before, after, verdict }) => [
    check.question,
    verdict === 'same' ? words.no_change : words.verdict[verdict],
    after.passed ? words.passed : words.not_passed,
    after.why ?? '',
    before?.said ?? '',
    after.said,
    after.title ?? '',
    after.locator ?? '',
  ]);
  return `\ufeff${[words.csv_columns, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

export function download_results(run: CheckRun, words: Texts['knowledge']): void {
  const url = URL.createObjectURL(new Blob([results_csv(run, words)], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${words.tabs['checks']}-${today()}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** A cell that begins like a formula would be run by the spreadsheet. */
function cell(text: string): string {
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
