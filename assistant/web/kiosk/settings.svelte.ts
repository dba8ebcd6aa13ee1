import { texts, type Language, type Texts } from '../shared/strings';
import type { HearingMode } from '../shared/voice/types';
import { kiosk_texts, type KioskTexts } from './strings';

/** Letter sizes in CSS pixels. */
export const SIZES = [18, 24, 30, 38, 48] as const;
export type Size = (typeof SIZES)[number];
/** Speeds of the voice, from slow to its own. */
export const SPEEDS = [0.7, 0.85, 1] as const;
/** Loudness of the voice, from none to twice its own. */
export const VOLUMES = [0, 0.45, 1, 1.9] as const;

/** Narrower screens begin with smaller letters, tall ones with larger letters. */
const NARROW_PX = 700;
const TALL_PX = 1_500;

/**
 * How the kiosk looks, hears and speaks for the resident who stands before it. Nothing is kept:
 * the next resident begins with what the address of the page says.
 */
export class KioskSettings {
  size = $state<Size>(30);
  contrast = $state(false);
  mode = $state<HearingMode>('hands_free');
  /** Waits longer for the end of a sentence. */
  patient = $state(false);
  /** Index in `SPEEDS`. */
  speed = $state(2);
  /** Index in `VOLUMES`. */
  volume = $state(2);
  /** Id of a voice; empty for the server's choice. */
  voice = $state('');
  /** Id of a dialect; empty for that of the community. */
  variety = $state('');
  language = $state<Language>('zh');
  readonly texts: KioskTexts = $derived(kiosk_texts(this.language));
  /** The words of the parts that pages share. */
  readonly shared_texts: Texts = $derived(texts(this.language));

  /** `query` may set size, contrast=high, mode=press, patient, voice, variety and language. */
  constructor(query: URLSearchParams) {
    const size = SIZES.find((size) => String(size) === query.get('size'));
    this.size = size ?? usual_size();
    this.contrast = query.get('contrast') === 'high';
    if (query.get('mode') === 'press') this.mode = 'press';
    this.patient = query.has('patient');
    this.voice = query.get('voice') ?? '';
    this.variety = query.get('variety') ?? '';
    if (query.get('language') === 'en') this.language = 'en';
  }

  /** Goes `steps` up or down the letter sizes, as far as they reach. */
  resize(steps: number): void {
    const place = SIZES.indexOf(this.size) + steps;
    this.size = SIZES[Math.max(0, Math.min(SIZES.length - 1, place))]!;
  }
}

function usual_size(): Size {
  if (window.innerWidth < NARROW_PX) return 24;
  return window.innerHeight >= TALL_PX ? 38 : 30;
}
