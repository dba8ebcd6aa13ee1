import type { Problem } from '../../shared/problem';

/** One change at a time, with what went wrong. */
export class Change {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);

  /** Runs `act`; what it gives back, or null where it failed or another runs. */
  async run<T>(act: () => Promise<T>): Promise<{ value: T } | null> {
    if (this.busy) return null;
    this.busy = true;
    try {
      const value = await act();
      this.problem = null;
      return { value };
    } catch (error) {
      this.problem = error as Problem;
      return null;
    } finally {
      this.busy = false;
    }
  }
}
