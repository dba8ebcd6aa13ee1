/** Zero crossings of the filter on each side of a sample. */
const CROSSINGS = 12;
/** Places between two samples for which the filter is computed in advance. */
const PHASES = 64;
/** Part of the band that is kept; the rest is the filter's slope. */
const BAND = 0.92;

/**
 * Brings sound from one sampling rate to a lower one, block by block, with a Hann-windowed sinc
 * filter against aliasing. Delays by half the filter's length, under 1 ms.
 */
export class Resampler {
  readonly #ratio: number;
  readonly #half: number;
  readonly #filters: Float32Array[];
  #past: Float32Array;
  /** Where the next sample out stands, in samples of `#past`. */
  #place: number;

  /** Both rates in samples a second. */
  constructor(from: number, to: number) {
    this.#ratio = from / to;
    const band = (BAND * Math.min(from, to)) / from;
    this.#half = Math.ceil(CROSSINGS / band);
    this.#filters = Array.from({ length: PHASES + 1 }, (_, phase) =>
      filter(this.#half, band, phase / PHASES),
    );
    this.#past = new Float32Array(2 * this.#half);
    this.#place = this.#half;
  }

  /** What `block`, samples between -1 and 1, adds at the new rate. */
  add(block: Float32Array): Float32Array {
    const sound = new Float32Array(this.#past.length + block.length);
    sound.set(this.#past);
    sound.set(block, this.#past.length);
    const last = sound.length - this.#half;
    const count = Math.max(0, Math.ceil((last - this.#place) / this.#ratio));
    const out = new Float32Array(count);
    for (let index = 0; index < count; index += 1) {
      const whole = Math.floor(this.#place);
      const weights = this.#filters[Math.round((this.#place - whole) * PHASES)]!;
      const start = whole - this.#half + 1;
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap += 1) sum += weights[tap]! * sound[start + tap]!;
      out[index] = sum;
      this.#place += this.#ratio;
    }
    const gone = Math.max(0, Math.floor(this.#place) - this.#half);
    this.#past = sound.slice(gone);
    this.#place -= gone;
    return out;
  }
}

/** Weights of the samples around a place that lies `phase` after the middle left one. */
function filter(half: number, band: number, phase: number): Float32Array {
  const weights = new Float32Array(2 * half);
  let sum = 0;
  for (let tap = 0; tap < weights.length; tap += 1) {
    const distance = tap - half + 1 - phase;
    const angle = Math.PI * band * distance;
    const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
    const window =
      Math.abs(distance) < half ? 0.5 + 0.5 * Math.cos((Math.PI * distance) / half) : 0;
    weights[tap] = sinc * window;
    sum += weights[tap]!;
  }
  return weights.map((weight) => weight / sum);
}
