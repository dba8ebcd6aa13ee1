import type { Api } from '../shared/api';
import type { ConversationKey } from '../shared/types';
import { DevicePlayer } from '../shared/voice/device-player';
import { ServerPlayer } from '../shared/voice/server-player';
import { Voice, type Sounding } from '../shared/voice/voice';
import { SPEEDS, VOLUMES, type KioskSettings } from './settings.svelte';

/** What the kiosk says aloud: with the server's voice, else with the device's, else not at all. */
export class Mouth {
  speaking = $state(false);
  /** The sentence and the words that sound now. */
  sounding = $state.raw<Sounding | null>(null);
  /** Stopped by hand or by a voice in the middle of something. */
  paused = $state(false);
  /** Neither server nor device has a voice. */
  mute = $state(false);
  readonly #server: ServerPlayer;
  readonly #device = new DevicePlayer();
  readonly #voice: Voice;

  constructor(
    api: Api,
    readonly settings: KioskSettings,
    key: () => Promise<ConversationKey>,
    /** Whether the server has a voice. */
    readonly served: () => boolean,
    readonly on_change: (speaking: boolean) => void,
  ) {
    this.#server = new ServerPlayer(api, key);
    this.#voice = new Voice(this.#server, {
      changed: (speaking) => {
        this.speaking = speaking;
        this.paused = this.#voice.interrupted;
        this.on_change(speaking);
      },
      sounding: (now) => (this.sounding = now),
      failed: () => this.#fail(),
    });
  }

  /** Whether answers are heard, so that a screen reader need not say them too. */
  get audible(): boolean {
    return !this.mute && this.settings.volume > 0;
  }

  /** Call in a touch: browsers let a page sound only after one. */
  wake(): void {
    if (this.served()) this.#server.wake();
  }

  say(text: string, place: number | null = null): void {
    if (!this.#ready()) return;
    this.#voice.add(text, place);
  }

  /** Says something before everything else. */
  say_first(text: string): void {
    if (!this.#ready()) return;
    this.#voice.first(text);
  }

  /** What was said in between has served. */
  skip_aside(): void {
    this.#voice.skip_aside();
  }

  hush(): void {
    this.#voice.hush();
    this.paused = this.#voice.interrupted;
  }

  go_on(): void {
    this.#voice.go_on();
    this.paused = false;
  }

  /** Takes the speed, loudness and voice of the settings. */
  adjust(): void {
    const { speed, volume, voice } = this.settings;
    this.#server.set({
      speed: SPEEDS[speed]!,
      volume: VOLUMES[volume]!,
      voice: voice || null,
    });
    this.#device.speed = SPEEDS[speed]!;
    this.#device.volume = VOLUMES[volume]!;
    if (VOLUMES[volume] === 0) this.clear();
  }

  /** Says the sentence that sounds now once more, in the manner that was just chosen. */
  anew(): void {
    this.#voice.anew();
  }

  clear(): void {
    this.#voice.clear();
    this.paused = false;
  }

  close(): void {
    this.#voice.clear();
    this.#server.close();
    if ('speechSynthesis' in window) this.#device.forget();
  }

  /** Chooses who speaks; tells whether anybody does. */
  #ready(): boolean {
    const device = DevicePlayer.find_voice() !== null;
    this.mute = !this.served() && !device;
    if (!this.#voice.speaking) this.#voice.player = this.served() ? this.#server : this.#device;
    return this.audible;
  }

  #fail(): void {
    this.mute = true;
  }
}
