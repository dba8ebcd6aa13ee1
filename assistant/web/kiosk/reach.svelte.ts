import type { Api } from '../shared/api';
import { Problem } from '../shared/problem';
import type { Community } from '../shared/types';
import type { VoiceOffer } from '../shared/voice/types';

/** Waits between two looks for a server that is away, the last one again and again. */
const WAITS_MS = [2_000, 4_000, 8_000, 15_000];
/** How long the good news stands. */
const NEWS_MS = 4_000;

const NO_VOICE: VoiceOffer = { hearing: false, speaking: false, voices: [], sample_rate: 16_000 };

/** Whether the server can be reached, and what it says about the community and about voice. */
export class Reach {
  community = $state<Community | null>(null);
  offer = $state<VoiceOffer>(NO_VOICE);
  away = $state(false);
  /** It has just come back. */
  back = $state(false);
  /** The address of the page names a community that there is not. */
  unknown = $state(false);
  /** What to do when the server is back. */
  on_back: () => void = () => undefined;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly api: Api,
    readonly community_id: string,
  ) {
    window.addEventListener('offline', () => this.lost());
    window.addEventListener('online', () => void this.look());
  }

  /** Asks the server; keeps asking until it answers. */
  async look(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const [community, offer] = await Promise.all([
        this.api.community(this.community_id),
        this.#voice(),
      ]);
      this.community = community;
      this.offer = offer;
      this.unknown = false;
    } catch (error) {
      this.unknown = error instanceof Problem && error.status === 404;
      this.#later();
      return;
    }
    this.#attempt = 0;
    if (!this.away) return;
    this.away = false;
    this.back = true;
    setTimeout(() => (this.back = false), NEWS_MS);
    this.on_back();
  }

  /** Something did not get through. */
  lost(): void {
    if (this.away) return;
    this.#later();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.away = true;
    this.back = false;
    const wait = WAITS_MS[Math.min(this.#attempt, WAITS_MS.length - 1)]!;
    this.#attempt += 1;
    this.#timer = setTimeout(() => void this.look(), wait);
  }

  async #voice(): Promise<VoiceOffer> {
    try {
      return await this.api.voice();
    } catch (error) {
      // A server without voice still answers in writing.
      if (error instanceof Problem && error.status === 404) return NO_VOICE;
      throw error;
    }
  }
}
