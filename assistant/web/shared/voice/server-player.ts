import type { Api } from '../api';
import type { ConversationKey } from '../types';
import type { Player } from './player';
import { Recording, type SoundPiece } from './recording';

/** Seconds between asking for a sound and its beginning. */
const LEAD_S = 0.03;

interface Manner {
  voice: string | null;
  /** 0.5 to 2. */
  speed: number;
  /** 0 (silent) to 2. */
  volume: number;
}

/** Plays what the server's voice says, piece by piece as it comes. */
export class ServerPlayer implements Player {
  #manner: Manner = { voice: null, speed: 1, volume: 1 };
  #context: AudioContext | null = null;
  #gain: GainNode | null = null;
  readonly #recordings = new Map<string, Recording>();

  /** `key` opens the conversation that speaks. */
  constructor(
    readonly api: Api,
    readonly key: () => Promise<ConversationKey>,
  ) {}

  /** Takes a manner of speaking; another speed or voice is recorded anew. */
  set(manner: Partial<Manner>): void {
    const before = this.#manner;
    this.#manner = { ...before, ...manner };
    if (this.#gain) this.#gain.gain.value = this.#manner.volume;
    if (this.#manner.speed !== before.speed || this.#manner.voice !== before.voice) this.forget();
  }

  /** Browsers let a page sound only after a touch: call this in one. */
  wake(): void {
    const context = this.#sound();
    if (context.state === 'suspended') void context.resume();
  }

  prepare(text: string): void {
    this.#recording(text);
  }

  forget(): void {
    for (const recording of this.#recordings.values()) recording.stop();
    this.#recordings.clear();
  }

  /** Lets the device go. */
  close(): void {
    this.forget();
    void this.#context?.close();
    this.#context = null;
    this.#gain = null;
  }

  async play(
    text: string,
    marked: (from: number, to: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const context = this.#sound();
    if (context.state !== 'running') await context.resume();
    const recording = this.#recording(text);
    let end = 0;
    let last: Promise<void> = Promise.resolve();
    try {
      for (let index = 0; ; index += 1) {
        const piece = await recording.piece(index, signal);
        if (signal.aborted || !piece) break;
        const at = Math.max(context.currentTime + LEAD_S, end);
        end = at + piece.sound.duration;
        last = this.#sounding(piece, at, marked, signal);
      }
    } catch (error) {
      // What cannot be played must not be kept for the next try.
      this.#recordings.delete(text);
      throw error;
    }
    await last;
  }

  #sounding(
    { sound, marks }: SoundPiece,
    at: number,
    marked: (from: number, to: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const context = this.#sound();
    const source = context.createBufferSource();
    source.buffer = sound;
    source.connect(this.#gain!);
    source.start(at);
    return new Promise((resolve) => {
      let current = -1;
      let frame = 0;
      const follow = (): void => {
        const now = context.currentTime - at;
        const next = marks.findIndex((mark) => now >= mark.starts && now < mark.ends);
        const mark = marks[next];
        if (mark && next !== current) {
          current = next;
          marked(mark.from, mark.to);
        }
        frame = requestAnimationFrame(follow);
      };
      follow();
      const end = (): void => {
        cancelAnimationFrame(frame);
        source.disconnect();
        resolve();
      };
      source.onended = end;
      signal.addEventListener(
        'abort',
        () => {
          source.stop();
          end();
        },
        { once: true },
      );
    });
  }

  #recording(text: string): Recording {
    const kept = this.#recordings.get(text);
    if (kept) return kept;
    const { voice, speed } = this.#manner;
    const context = this.#sound();
    const stream = async (signal: AbortSignal) =>
      this.api.speech(await this.key(), { text, voice, speed, volume: 1 }, signal);
    const recording = new Recording(stream, (wav) => context.decodeAudioData(wav));
    this.#recordings.set(text, recording);
    return recording;
  }

  #sound(): AudioContext {
    if (this.#context) return this.#context;
    const context = new AudioContext();
    const gain = context.createGain();
    gain.gain.value = this.#manner.volume;
    // A voice made louder than it was recorded must not crackle.
    const limiter = context.createDynamicsCompressor();
    limiter.threshold.value = -3;
    limiter.ratio.value = 20;
    gain.connect(limiter).connect(context.destination);
    this.#context = context;
    this.#gain = gain;
    return context;
  }
}
