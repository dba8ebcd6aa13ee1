/** A stretch of text, marked or not. */
export interface Stretch {
  text: string;
  marked: boolean;
}

/**
 * Splits `text` where `quote` stands in it. A quote made of sentences from different places is
 * marked sentence by sentence; white space does not count. A quote that is not there marks nothing.
 */
export function mark_quote(text: string, quote: string): Stretch[] {
  const { letters, positions } = without_space(text);
  const marked = new Array<boolean>(text.length).fill(false);
  const mark = (piece: string): boolean => {
    const wanted = without_space(piece).letters;
    const start = wanted ? letters.indexOf(wanted) : -1;
    if (start < 0) return false;
    const first = positions[start]!;
    const last = positions[start + wanted.length - 1]!;
    marked.fill(true, first, last + 1);
    return true;
  };
  if (!mark(quote)) {
    for (const piece of quote.split(/(?<=[。！？；!?;])|……|…|\n/)) mark(piece);
  }

  const stretches: Stretch[] = [];
  let start = 0;
  for (let end = 1; end <= text.length; end += 1) {
    if (end < text.length && marked[end] === marked[start]) continue;
    stretches.push({ text: text.slice(start, end), marked: marked[start]! });
    start = end;
  }
  return stretches;
}

function without_space(text: string): { letters: string; positions: number[] } {
  const positions: number[] = [];
  let letters = '';
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index]!;
    if (/\s/.test(letter)) continue;
    letters += letter;
    positions.push(index);
  }
  return { letters, positions };
}
