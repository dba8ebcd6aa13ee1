import { load, save } from './storage';
import { texts, type Language, type Texts } from './strings';

/** Letter sizes in CSS pixels. */
export const SIZES = [18, 24, 30] as const;
export type Size = (typeof SIZES)[number];

interface Kept {
  size: Size;
  elder: boolean;
  language: Language;
  variety: string;
}

const KEY = 'xiangyin:settings';
const CHANGED = 'xiangyin-settings';

/**
 * How this person reads and speaks: letter size, 长辈版, language and dialect. Kept in the browser, and the same for
 * the page and the widget on it: a change in one reaches the other at once.
 */
export class Settings {
  size = $state<Size>(18);
  elder = $state(false);
  language = $state<Language>('zh');
  /** Id of the dialect that the resident speaks; empty for that of the community. */
  variety = $state('');
  readonly texts: Texts = $derived(texts(this.language));

  constructor(defaults: Partial<Kept> = {}) {
    this.#take({ ...defaults, ...load<Kept>(KEY) });
    if (this.elder && this.size < 24) this.size = 24;
    const heard = (event: Event): void => this.#take((event as CustomEvent<Kept>).detail);
    const stored = (event: StorageEvent): void => {
      if (event.key === KEY) this.#take(load<Kept>(KEY) ?? {});
    };
    window.addEventListener(CHANGED, heard);
    window.addEventListener('storage', stored);
    this.stop_listening = () => {
      window.removeEventListener(CHANGED, heard);
      window.removeEventListener('storage', stored);
    };
  }

  readonly stop_listening: () => void;

  change(part: Partial<Kept>): void {
    if (part.elder !== undefined && part.size === undefined) {
      part = { ...part, size: part.elder ? 24 : 18 };
    }
    this.#take(part);
    const kept: Kept = {
      size: this.size,
      elder: this.elder,
      language: this.language,
      variety: this.variety,
    };
    save(KEY, kept);
    window.dispatchEvent(new CustomEvent(CHANGED, { detail: kept }));
  }

  #take(part: Partial<Kept>): void {
    if (SIZES.includes(part.size as Size)) this.size = part.size as Size;
    if (typeof part.elder === 'boolean') this.elder = part.elder;
    if (typeof part.variety === 'string') this.variety = part.variety;
    if (part.language === 'zh' || part.language === 'en') this.language = part.language;
  }
}
