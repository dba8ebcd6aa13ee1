import { load, save } from '../shared/storage';
import { texts, type Language, type Texts } from './strings';

/** Letter sizes in CSS pixels: 标准, 大字, 特大. */
export const SIZES = [16, 20, 24] as const;
export type Size = (typeof SIZES)[number];

export interface Kept {
  size: Size;
  language: Language;
  sound: boolean;
  notifications: boolean;
  /** Single keys do something (WCAG 2.1.4 asks that this can be turned off). */
  keys: boolean;
}

const KEY = 'xiangyin:desk-settings';

/** How this worker reads and is alerted; kept in the browser, the same in every tab. */
export class DeskSettings {
  size = $state<Size>(16);
  language = $state<Language>('zh');
  sound = $state(true);
  notifications = $state(false);
  keys = $state(true);
  readonly texts: Texts = $derived(texts(this.language));

  constructor() {
    this.#take(load<Kept>(KEY) ?? {});
    window.addEventListener('storage', (event) => {
      if (event.key === KEY) this.#take(load<Kept>(KEY) ?? {});
    });
  }

  change(part: Partial<Kept>): void {
    this.#take(part);
    const { size, language, sound, notifications, keys } = this;
    save(KEY, { size, language, sound, notifications, keys });
  }

  #take(part: Partial<Kept>): void {
    if (SIZES.includes(part.size as Size)) this.size = part.size as Size;
    if (part.language === 'zh' || part.language === 'en') this.language = part.language;
    if (typeof part.sound === 'boolean') this.sound = part.sound;
    if (typeof part.notifications === 'boolean') this.notifications = part.notifications;
    if (typeof part.keys === 'boolean') this.keys = part.keys;
  }
}
