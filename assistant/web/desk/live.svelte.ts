import { problem_from_response } from '../shared/problem';
import { read_events } from '../shared/stream';
import type { Transport } from './api/transport';
import type { DeskEvent } from './types';

/** The server says something at least every 15 s. */
const SILENCE_MS = 40_000;
const LONGEST_PAUSE_MS = 15_000;
/** Name of the lock and of the channel by which the tabs of a browser share one stream. */
const SHARED = 'xiangyin-desk-changes';
/** Who gets the lock later than this took it over from a tab that was closed. */
const AT_ONCE_MS = 2_000;

type Listener = (event: DeskEvent | null) => void;
type Told = { event: DeskEvent | null } | { connected: boolean };

/**
 * The stream of changes. It opens itself again after every loss; listeners are then called with
 * null: anything may have changed. A browser allows six lines to a server, so that one tab reads
 * the stream and tells the others, where the browser can do that (pages with TLS).
 */
export class LiveChanges {
  /** False once the line has been lost, until it is back. */
  connected = $state(true);
  #listeners = new Set<Listener>();
  #last_id = '';
  #running = false;
  #pause = 0;
  #wake: () => void = () => undefined;
  #stop = new AbortController();
  #tabs =
    'locks' in navigator && 'BroadcastChannel' in window ? new BroadcastChannel(SHARED) : null;

  constructor(readonly transport: Transport) {
    window.addEventListener('online', () => this.#wake());
    this.#tabs?.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      if (!this.#running) return;
      if ('connected' in data) this.connected = data.connected;
      else this.#call(data.event);
    });
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    if (!this.#tabs) return void this.#run(signal, true);
    const asked = performance.now();
    navigator.locks
      .request(SHARED, { signal }, () => this.#run(signal, performance.now() - asked < AT_ONCE_MS))
      .catch(() => undefined);
  }

  stop(): void {
    this.#running = false;
    this.#stop.abort();
    this.#wake();
    this.connected = true;
  }

  /** Tries again at once. */
  retry(): void {
    this.#wake();
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #run(signal: AbortSignal, first: boolean): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal, first);
      } catch {
        // Said by `connected` below; the next try says more.
      }
      if (signal.aborted) return;
      first = false;
      this.#set_connected(false);
      this.#pause = Math.min(LONGEST_PAUSE_MS, Math.max(500, this.#pause * 2));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#pause * (0.75 + Math.random() / 2));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async #follow(signal: AbortSignal, first: boolean): Promise<void> {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (this.#last_id) headers['last-event-id'] = this.#last_id;
    const response = await fetch(this.transport.address('events'), {
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal,
    });
    if (!response.ok) {
      const problem = await problem_from_response(response);
      this.transport.on_refused(problem);
      // Whoever may read no orders has no changes to hear of.
      if (problem.status === 403) return this.stop();
      throw problem;
    }
    if (!response.body) return;
    this.#pause = 0;
    this.#set_connected(true);
    if (!first) this.#tell(null);
    for await (const { event, data, id } of read_events(response.body, SILENCE_MS)) {
      if (id) this.#last_id = id;
      if (event === 'change') this.#tell(JSON.parse(data) as DeskEvent);
      // More happened at once than the server keeps.
      else if (event === 'reset') this.#tell(null);
    }
  }

  #set_connected(connected: boolean): void {
    this.connected = connected;
    this.#tabs?.postMessage({ connected } satisfies Told);
  }

  #tell(event: DeskEvent | null): void {
    this.#tabs?.postMessage({ event } satisfies Told);
    this.#call(event);
  }

  #call(event: DeskEvent | null): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
