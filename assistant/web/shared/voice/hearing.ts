import type { HearingMessage, HearingMode } from './types';

/** A broken line is taken up again after these waits in milliseconds, the last one again and again. */
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
/** Frames of 40 ms that are kept while the line is made: 4 s. */
const KEPT_FRAMES = 100;
/** Close codes of the server. */
const REFUSED = 4404;
const NO_RECOGNISER = 4503;
const TOO_MANY = 4429;
/** Nothing was sent for ten minutes; the next frame makes a new line. */
const ASLEEP = 4408;

/**
 * `closed`: nobody listens; `connecting`: the first try runs; `broken`: waiting for the next try;
 * `refused`: the conversation is gone; `unavailable`: the server has no recogniser.
 */
export type HearingState =
  'closed' | 'connecting' | 'ready' | 'broken' | 'busy' | 'asleep' | 'refused' | 'unavailable';

interface Listener {
  heard(message: HearingMessage): void;
  changed(state: HearingState): void;
}

interface Line {
  address: string;
  token: string;
  mode: HearingMode;
  agreed: boolean;
}

/** Sends what the microphone gives to the server's ear and tells what it says to it. */
export class Hearing {
  state: HearingState = 'closed';
  #line: Line | null = null;
  #socket: WebSocket | null = null;
  #kept: (ArrayBuffer | string)[] = [];
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #patient = false;
  #speaking = false;

  constructor(readonly listener: Listener) {}

  /**
   * Makes a line to `address` (a WebSocket), and again where it breaks. `agreed`: the resident lets
   * what they say be kept.
   */
  open(address: string, token: string, mode: HearingMode, agreed = false): void {
    const line = this.#line;
    const same = line?.address === address && line.mode === mode && line.agreed === agreed;
    if (same && ['connecting', 'ready', 'broken', 'busy'].includes(this.state)) return;
    this.close();
    this.#line = { address, token, mode, agreed };
    this.#connect();
  }

  /** One frame: mono, 16,000 samples a second, 16-bit. */
  hear(frame: Int16Array<ArrayBuffer>): void {
    if (this.state === 'asleep') this.#connect();
    this.#pass(frame.buffer);
  }

  /** The button went up: the utterance is over. */
  release(): void {
    this.#pass(JSON.stringify({ type: 'release' }));
  }

  /** Waits longer for the end of an utterance. */
  patient(on: boolean): void {
    if (this.#patient === on) return;
    this.#patient = on;
    this.#tell({ type: 'patient', on });
  }

  /** The page itself sounds. */
  speaking(on: boolean): void {
    if (this.#speaking === on) return;
    this.#speaking = on;
    this.#tell({ type: 'speaking', on });
  }

  /** Throws away what is being listened to. */
  forget(): void {
    this.#kept = [];
    this.#tell({ type: 'forget' });
  }

  /** Tries a broken line at once: the network is back. */
  try_again(): void {
    if (this.state !== 'broken' && this.state !== 'busy') return;
    this.#attempt = 0;
    this.#connect();
  }

  close(): void {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    this.#line = null;
    this.#kept = [];
    this.#attempt = 0;
    socket?.close();
    this.#become('closed');
  }

  #connect(): void {
    const line = this.#line;
    if (!line) return;
    clearTimeout(this.#retry);
    this.#become('connecting');
    let socket: WebSocket;
    try {
      socket = new WebSocket(line.address);
    } catch {
      return this.#try_later('broken');
    }
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      const { token, mode, agreed } = line;
      socket.send(JSON.stringify({ type: 'start', token, mode, patient: this.#patient, agreed }));
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket || typeof data !== 'string') return;
      const message = JSON.parse(data) as HearingMessage;
      if (message.type === 'ready') this.#begin(socket);
      else this.listener.heard(message);
    };
    socket.onclose = ({ code }) => {
      if (socket !== this.#socket) return;
      this.#socket = null;
      if (code === REFUSED) this.#become('refused');
      else if (code === NO_RECOGNISER) this.#become('unavailable');
      else if (code === ASLEEP) this.#become('asleep');
      else this.#try_later(code === TOO_MANY ? 'busy' : 'broken');
    };
  }

  #begin(socket: WebSocket): void {
    this.#attempt = 0;
    this.#become('ready');
    if (this.#speaking) socket.send(JSON.stringify({ type: 'speaking', on: true }));
    for (const kept of this.#kept) socket.send(kept);
    this.#kept = [];
  }

  #try_later(state: 'broken' | 'busy'): void {
    const wait = WAITS_MS[Math.min(this.#attempt, WAITS_MS.length - 1)]!;
    this.#attempt += 1;
    // What was said into a dead line would come out of order later.
    this.#kept = [];
    this.#become(state);
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #pass(data: ArrayBuffer | string): void {
    if (this.state === 'ready') this.#socket?.send(data);
    else if (this.state === 'connecting') this.#kept = [...this.#kept.slice(1 - KEPT_FRAMES), data];
  }

  #tell(message: object): void {
    if (this.state === 'ready') this.#socket?.send(JSON.stringify(message));
  }

  #become(state: HearingState): void {
    if (this.state === state) return;
    this.state = state;
    this.listener.changed(state);
  }
}
