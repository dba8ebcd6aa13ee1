/** The text in pieces: those that are one of the words, and those between. */
export function highlighted(text: string, words: string[]): { text: string; hit: boolean }[] {
  const sought = words.filter(Boolean).sort((a, b) => b.length - a.length);
  if (sought.length === 0) return [{ text, hit: false }];
  const pattern = sought.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return text
    .split(new RegExp(`(${pattern})`))
    .filter(Boolean)
    .map((part) => ({ text: part, hit: words.includes(part) }));
}
