import type { Sounding } from '../shared/voice/voice';

/** Name of the highlight that the style sheet paints. */
const NAME = 'sounding';
/** A reader who scrolled is left alone for so long. */
const HANDS_OFF_MS = 8_000;

let touched_at = 0;
for (const kind of ['wheel', 'touchmove', 'keydown'] as const) {
  window.addEventListener(kind, () => (touched_at = Date.now()), { passive: true });
}

/** Marks the words of a text that sound now. Nothing on the page changes its place by it. */
export function mark_words(text: Node | null, sounding: Sounding | null): void {
  // Older browsers mark the whole sentence only.
  if (!('highlights' in CSS)) return;
  const length = text?.nodeValue?.length ?? 0;
  if (!text || !sounding || sounding.to <= sounding.from || sounding.from >= length) {
    CSS.highlights.delete(NAME);
    return;
  }
  const range = new Range();
  range.setStart(text, sounding.from);
  range.setEnd(text, Math.min(length, sounding.to));
  CSS.highlights.set(NAME, new Highlight(range));
}

/** Scrolls gently where the sentence is not wholly to be seen. */
export function keep_in_view(sentence: HTMLElement): void {
  if (Date.now() - touched_at < HANDS_OFF_MS) return;
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  sentence.scrollIntoView({ block: 'nearest', behavior: still ? 'auto' : 'smooth' });
}
