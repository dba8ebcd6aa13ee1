import type { Mark, SpeechPiece } from './types';

/** A stretch of speech ready to sound. */
export interface SoundPiece {
  sound: AudioBuffer;
  marks: Mark[];
}

/** What the server's voice says for one text: comes piece by piece and can be played again. */
export class Recording {
  readonly #pieces: SoundPiece[] = [];
  readonly #stopping = new AbortController();
  #finished = false;
  #failure: unknown = null;
  #waiting: (() => void)[] = [];

  constructor(
    stream: (signal: AbortSignal) => Promise<AsyncGenerator<SpeechPiece>>,
    decode: (wav: ArrayBuffer) => Promise<AudioBuffer>,
  ) {
    void this.#take(stream, decode);
  }

  /** The piece at `index`, when it has come; `null` past the last one. Throws what went wrong. */
  async piece(index: number, signal: AbortSignal): Promise<SoundPiece | null> {
    while (!signal.aborted) {
      const piece = this.#pieces[index];
      if (piece) return piece;
      if (this.#failure !== null) throw this.#failure;
      if (this.#finished) return null;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return null;
  }

  /** Fetches no further. */
  stop(): void {
    this.#stopping.abort();
  }

  async #take(
    stream: (signal: AbortSignal) => Promise<AsyncGenerator<SpeechPiece>>,
    decode: (wav: ArrayBuffer) => Promise<AudioBuffer>,
  ): Promise<void> {
    try {
      for await (const { audio, marks } of await stream(this.#stopping.signal)) {
        this.#pieces.push({ sound: await decode(bytes(audio)), marks });
        this.#wake();
      }
      this.#finished = true;
    } catch (error) {
      this.#failure = error ?? new Error('no sound');
    }
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

function bytes(base64: string): ArrayBuffer {
  const text = atob(base64);
  const out = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) out[index] = text.charCodeAt(index);
  return out.buffer;
}
