import type { OrdersApi } from './api/orders';
import type { DeskSettings } from './settings.svelte';
import type { OrderLine } from './types';

const AGAIN_MS = 60_000;
const QUIET_MS = 10 * 60_000;
const LIMIT = 20;

/** Urgent orders that nobody has signed for: on every page, with sound, until someone does. */
export class Alarm {
  orders = $state.raw<OrderLine[]>([]);
  quiet_until = $state(0);
  #known = new Set<string>();
  #audio: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly api: OrdersApi,
    readonly settings: DeskSettings,
    readonly on_open: (number: string) => void,
  ) {
    // A browser lets a page make sound only after it was touched.
    const wake = (): void => {
      this.#audio ??= 'AudioContext' in window ? new AudioContext() : null;
      void this.#audio?.resume();
    };
    window.addEventListener('pointerdown', wake, { once: true });
    window.addEventListener('keydown', wake, { once: true });
  }

  start(): void {
    void this.refresh();
    this.#timer ??= setInterval(() => {
      if (this.orders.length > 0) this.ring();
      void this.refresh();
    }, AGAIN_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.orders = [];
    this.#known.clear();
  }

  async refresh(): Promise<void> {
    try {
      const { orders } = await this.api.list({ queue: 'urgent', sort: 'oldest' }, null, LIMIT);
      this.orders = orders.filter(({ state }) => ['待受理', '待派单', '待签收'].includes(state));
    } catch {
      // The next change or the next minute asks again; a lost line is said elsewhere.
      return;
    }
    const fresh = this.orders.filter(({ number }) => !this.#known.has(number));
    this.#known = new Set(this.orders.map(({ number }) => number));
    if (fresh.length > 0) this.ring();
    for (const order of fresh) this.#notify(order);
  }

  /** Silence for a while: someone has heard it. */
  be_quiet(): void {
    this.quiet_until = Date.now() + QUIET_MS;
  }

  /** Two tones, twice. */
  ring(): void {
    if (!this.settings.sound || Date.now() < this.quiet_until) return;
    const audio = this.#audio;
    if (!audio || audio.state !== 'running') return;
    for (const [index, pitch] of [880, 660, 880, 660].entries()) {
      const start = audio.currentTime + index * 0.22;
      const tone = audio.createOscillator();
      const loudness = audio.createGain();
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.0001, start);
      loudness.gain.exponentialRampToValueAtTime(0.25, start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.2);
      tone.connect(loudness).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.21);
    }
  }

  #notify(order: OrderLine): void {
    if (!this.settings.notifications || !('Notification' in window)) return;
    if (Notification.permission !== 'granted') return;
    const texts = this.settings.texts;
    try {
      // Without what the resident said: others may see the screen.
      const shown = new Notification(texts.urgent_notification, {
        body: `${order.community_name} · ${order.kind} · ${order.number}`,
        tag: order.number,
        icon: '/icon.svg',
        requireInteraction: true,
      });
      shown.onclick = () => {
        window.focus();
        this.on_open(order.number);
        shown.close();
      };
    } catch {
      // Some telephones allow notifications only to service workers.
    }
  }
}
