import type { Problem } from '../shared/problem';

/** Something fetched from the server: only the answer to the newest question counts. */
export class Loaded<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #newest = 0;

  async load(fetch: () => Promise<T>): Promise<void> {
    const mine = ++this.#newest;
    this.busy = true;
    try {
      const value = await fetch();
      if (mine !== this.#newest) return;
      this.value = value;
      this.problem = null;
    } catch (error) {
      if (mine === this.#newest) this.problem = error as Problem;
    } finally {
      if (mine === this.#newest) this.busy = false;
    }
  }

  clear(): void {
    this.#newest += 1;
    this.value = null;
    this.problem = null;
    this.busy = false;
  }
}
