import type { Api } from '../shared/api';
import type { Reader } from '../shared/speech.svelte';
import type { ConversationKey } from '../shared/types';
import type { Hearing, Microphone, ServerPlayer } from '../shared/voice';
import { may_listen } from '../shared/voice/may-listen';
import type { MicrophoneTrouble } from '../shared/voice/microphone';
import type { Heard, HearingMessage, VoiceOffer } from '../shared/voice/types';

/** What is wrong, by the name of its words. */
export type VoiceTrouble = MicrophoneTrouble | 'unclear' | 'failed';

/** Speed of the voice in 长辈版. */
const SLOWER = 0.85;

/**
 * The resident's voice and the server's in the widget. What it needs comes in a script of its own,
 * when the widget is opened on a server with voice.
 */
export class WidgetVoice {
  /** Whether somebody can speak here. */
  hears = $state(false);
  state = $state<'off' | 'listening' | 'recognising'>('off');
  /** What is heard so far. */
  partial = $state('');
  trouble = $state<VoiceTrouble | null>(null);
  #parts: Promise<typeof import('../shared/voice')> | null = null;
  #microphone: Microphone | null = null;
  #hearing: Hearing | null = null;
  #player: ServerPlayer | null = null;

  constructor(
    readonly api: Api,
    readonly key: () => Promise<ConversationKey>,
    readonly on_heard: (heard: Heard) => void,
    /** The server has a voice. */
    readonly on_reader: (reader: Reader) => void,
  ) {}

  /** Asks what the server can do with sound. */
  async meet(): Promise<void> {
    if (this.#parts) return;
    let offer: VoiceOffer;
    try {
      offer = await this.api.voice();
    } catch {
      // A server without voice, or none that can be reached: writing goes on.
      return;
    }
    const listens = offer.hearing && may_listen();
    if (!listens && !offer.speaking) return;
    const address = `${this.api.base}assets/widget-voice.js`;
    this.#parts ??= import(/* @vite-ignore */ address) as Promise<typeof import('../shared/voice')>;
    try {
      const parts = await this.#parts;
      this.hears = listens;
      if (offer.speaking) this.#make_reader(parts);
    } catch {
      // A page may forbid further scripts.
      this.#parts = null;
    }
  }

  /** The button goes down, or is tapped for the first time. */
  async begin(): Promise<void> {
    if (!this.#parts) return;
    this.state = 'listening';
    this.partial = '';
    this.trouble = null;
    const { Hearing, Microphone, NoMicrophone } = await this.#parts;
    this.#hearing ??= new Hearing({
      heard: (message) => this.#hear(message),
      changed: (line) => {
        if (['broken', 'busy', 'refused', 'unavailable'].includes(line)) this.#fail('failed');
      },
    });
    this.#microphone ??= new Microphone(this.api.base, {
      frame: (samples) => {
        if (this.state === 'listening') this.#hearing?.hear(samples);
      },
      lost: () => this.#fail('absent'),
    });
    try {
      await this.#microphone.open();
      const { id, token } = await this.key();
      if (this.state === 'listening') {
        this.#hearing.open(this.api.hearing_address({ id, token }), token, 'press');
      }
    } catch (error) {
      this.#fail(error instanceof NoMicrophone ? error.trouble : 'failed');
    }
  }

  /** The button goes up, or is tapped again. */
  end(): void {
    if (this.state !== 'listening') return;
    this.#microphone?.close();
    if (!this.#hearing || this.#hearing.state === 'closed') return this.close();
    this.state = 'recognising';
    this.#hearing.release();
  }

  /** Listens no more and forgets what was said. */
  close(): void {
    this.state = 'off';
    this.partial = '';
    this.#microphone?.close();
    this.#hearing?.close();
  }

  /** The widget is gone. */
  leave(): void {
    this.close();
    this.#player?.close();
    this.#player = null;
  }

  #hear(message: HearingMessage): void {
    if (message.type === 'partial') {
      this.partial = message.text;
    } else if (message.type === 'heard') {
      this.close();
      this.on_heard(message);
    } else if (message.type === 'nothing' && this.state === 'recognising') {
      this.#fail('unclear');
    } else if (message.type === 'problem') {
      this.#fail('failed');
    }
  }

  #fail(trouble: VoiceTrouble): void {
    this.trouble = trouble;
    this.close();
  }

  #make_reader({ ServerPlayer, Voice }: typeof import('../shared/voice')): void {
    const player = new ServerPlayer(this.api, this.key);
    this.#player = player;
    this.on_reader((sentences, slower, finished) => {
      player.set({ speed: slower ? SLOWER : 1 });
      player.wake();
      const voice = new Voice(player, {
        changed: (speaking) => {
          if (!speaking) finished();
        },
        sounding: () => undefined,
        failed: finished,
      });
      for (const sentence of sentences) voice.add(sentence);
      return () => voice.clear();
    });
  }
}
