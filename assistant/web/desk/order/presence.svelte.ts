import type { OrdersApi } from '../api/orders';
import type { Order } from '../types';

const AGAIN_MS = 15_000;
/** Who has not typed for this long is reading. */
const STILL_MS = 6_000;

/** Tells the others who looks at an order here, and this worker who looks at it elsewhere. */
export class Presence {
  others = $state.raw<Order['present']>([]);
  #writing = false;
  #still: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly api: OrdersApi,
    readonly number: string,
    readonly me: string,
  ) {}

  /** Begins, and gives back what ends it. */
  begin(): () => void {
    void this.#tell();
    const timer = setInterval(() => void this.#tell(), AGAIN_MS);
    const leave = (): void => this.api.leave(this.number);
    window.addEventListener('pagehide', leave);
    return () => {
      clearInterval(timer);
      clearTimeout(this.#still);
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }

  /** A key was pressed in one of the fields. */
  write(): void {
    clearTimeout(this.#still);
    this.#still = setTimeout(() => this.#set(false), STILL_MS);
    this.#set(true);
  }

  rest(): void {
    clearTimeout(this.#still);
    this.#set(false);
  }

  /** Somebody came, left, or began or ceased to write. */
  look(): void {
    void this.#tell();
  }

  see(present: Order['present']): void {
    this.others = present.filter(({ person }) => person.id !== this.me);
  }

  #set(writing: boolean): void {
    if (this.#writing === writing) return;
    this.#writing = writing;
    void this.#tell();
  }

  async #tell(): Promise<void> {
    if (document.hidden) return;
    try {
      const { present } = await this.api.be_present(this.number, this.#writing);
      this.see(present);
    } catch {
      // Nobody is kept from working by this; the lost line is said elsewhere.
    }
  }
}
