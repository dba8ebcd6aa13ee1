/** Later than any clock: what is said before the past has been loaded stands after it. */
const AFTER_THE_PAST = 1e15;

/**
 * Where things stand in a conversation. What the server kept stands by the server's clock; what
 * happens before the resident's eyes stands in the order in which it happens, whatever the clocks
 * of telephone and server say.
 */
export class Order {
  #newest = 0;

  /** Place of something kept, by the moment that the server noted. */
  kept(at: number | string): number {
    const moment = new Date(at).getTime() || 0;
    this.#newest = Math.max(this.#newest, moment);
    return moment;
  }

  /** Place after everything there is; `past_known` is false while kept things may still come. */
  next(past_known = true, at = 0): number {
    const least = past_known ? at : AFTER_THE_PAST;
    this.#newest = Math.max(this.#newest + 1, least);
    return this.#newest;
  }
}
