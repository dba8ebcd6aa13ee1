import { Hearing, type HearingState } from '../shared/voice/hearing';
import { Microphone, NoMicrophone, type MicrophoneTrouble } from '../shared/voice/microphone';
import type { Heard, HearingMessage, NothingReason } from '../shared/voice/types';
import type { ConversationKey } from '../shared/types';
import type { Api } from '../shared/api';
import type { KioskSettings } from './settings.svelte';

/** `off`: the microphone is closed; `hearing`: somebody speaks; `recognising`: they have ended. */
export type EarState = 'off' | 'opening' | 'listening' | 'hearing' | 'recognising';

interface Listener {
  /** Somebody begins to speak. */
  started(): void;
  heard(heard: Heard): void;
  nothing(reason: NothingReason): void;
  problem(detail: string): void;
  /** A sign of life while somebody speaks. */
  sign(): void;
  /** The line to the server broke. */
  broken(): void;
  /** The conversation is gone. */
  refused(): void;
}

/** The microphone and the server's ear: what the kiosk hears, and whether it does. */
export class Ears {
  state = $state<EarState>('off');
  /** What is heard so far. */
  partial = $state('');
  /** Loudness of the microphone, 0 to 1. */
  level = $state(0);
  trouble = $state<MicrophoneTrouble | null>(null);
  line = $state<HearingState>('closed');
  /** The button is held: only then anything is sent. */
  pressed = $state(false);
  /** The resident lets what they say be kept. */
  agreed = false;
  readonly #microphone: Microphone;
  readonly #hearing: Hearing;

  constructor(
    readonly api: Api,
    readonly settings: KioskSettings,
    readonly listener: Listener,
  ) {
    this.#microphone = new Microphone(api.base, {
      frame: (samples) => this.#take(samples),
      lost: () => {
        this.trouble = 'absent';
        this.close();
      },
    });
    this.#hearing = new Hearing({
      heard: (message) => this.#hear(message),
      changed: (line) => this.#change_line(line),
    });
  }

  get is_open(): boolean {
    return this.state !== 'off';
  }

  /** Opens the microphone and the line to the server's ear. */
  async open(key: () => Promise<ConversationKey>): Promise<void> {
    if (this.state === 'off') this.state = 'opening';
    this.trouble = null;
    try {
      await this.#microphone.open();
      const { id, token } = await key();
      // Closed while the browser asked the resident, or the server was slow.
      if (!this.is_open) return this.#microphone.close();
      this.#hearing.open(this.api.hearing_address({ id, token }), token, this.settings.mode, this.agreed);
      if (this.state === 'opening') this.state = 'listening';
    } catch (error) {
      if (error instanceof NoMicrophone) this.trouble = error.trouble;
      this.close();
    }
  }

  /** Begins to take what is said, in the mode where a button is held. */
  press(): void {
    this.pressed = true;
    this.partial = '';
    this.#hearing.forget();
  }

  release(): void {
    if (!this.pressed) return;
    this.pressed = false;
    this.#hearing.release();
    if (this.state === 'hearing' || this.state === 'listening') this.state = 'recognising';
  }

  speaking(on: boolean): void {
    this.#hearing.speaking(on);
  }

  patient(on: boolean): void {
    this.#hearing.patient(on);
  }

  /** The network is back. */
  try_again(): void {
    this.#hearing.try_again();
  }

  close(): void {
    this.#hearing.forget();
    this.#hearing.close();
    this.#microphone.close();
    this.state = 'off';
    this.partial = '';
    this.level = 0;
    this.pressed = false;
  }

  #take(samples: Int16Array<ArrayBuffer>): void {
    const sending = this.settings.mode === 'hands_free' || this.pressed;
    this.level = sending ? loudness(samples) : 0;
    if (sending) this.#hearing.hear(samples);
  }

  #hear(message: HearingMessage): void {
    const { listener } = this;
    switch (message.type) {
      case 'speech_started':
        this.state = 'hearing';
        this.partial = '';
        listener.started();
        return;
      case 'partial':
        this.state = 'hearing';
        this.partial = message.text;
        listener.sign();
        return;
      case 'speech_ended':
        this.state = 'recognising';
        return;
      case 'heard':
        this.#rest();
        listener.heard(message);
        return;
      case 'nothing':
        this.#rest();
        listener.nothing(message.reason);
        return;
      case 'problem':
        this.#rest();
        listener.problem(message.detail || message.title);
        return;
      default:
        // A newer server may say more than this page knows.
        return;
    }
  }

  #rest(): void {
    this.partial = '';
    if (this.is_open) this.state = 'listening';
  }

  #change_line(line: HearingState): void {
    this.line = line;
    if (line === 'broken' || line === 'busy') {
      this.#rest();
      this.listener.broken();
    } else if (line === 'refused') {
      this.listener.refused();
    }
  }
}

/** Root mean square of a frame on a scale where speech fills 0 to 1. */
function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.min(1, Math.sqrt(sum / samples.length) / 6_000);
}
