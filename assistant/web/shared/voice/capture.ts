import { Resampler } from './resampler';

/*
 * Runs in the sound thread: takes what the microphone gives and posts frames of 40 ms, mono,
 * 16,000 samples a second, 16-bit, as the server wants them.
 */

const RATE = 16_000;
const FRAME = (RATE * 40) / 1000;

// The scope of an AudioWorklet (Web Audio API, section 1.32) is not among TypeScript's libraries.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, kind: typeof AudioWorkletProcessor): void;

class Capture extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, RATE);
  #frame = new Int16Array(FRAME);
  #filled = 0;

  process(inputs: Float32Array[][]): boolean {
    const channel = inputs[0]?.[0];
    if (!channel) return true;
    for (const sample of this.#resampler.add(channel)) {
      this.#frame[this.#filled] = Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
      this.#filled += 1;
      if (this.#filled < FRAME) continue;
      this.port.postMessage(this.#frame, [this.#frame.buffer]);
      this.#frame = new Int16Array(FRAME);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor('xiangyin-capture', Capture);
