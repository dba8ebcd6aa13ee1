import { may_listen } from './may-listen';

/** Why there is no sound from the microphone. */
export type MicrophoneTrouble = 'refused' | 'absent' | 'busy' | 'insecure';

export class NoMicrophone extends Error {
  override readonly name = 'NoMicrophone';

  constructor(readonly trouble: MicrophoneTrouble) {
    super(trouble);
  }
}

interface Listener {
  /** A frame of 40 ms: mono, 16,000 samples a second, 16-bit. */
  frame(samples: Int16Array<ArrayBuffer>): void;
  /** The microphone went away while it was open. */
  lost(): void;
}

/** The device's microphone, with the browser's echo cancellation. */
export class Microphone {
  #stream: MediaStream | null = null;
  #context: AudioContext | null = null;
  #opening = 0;

  /** `base` is the server's address and ends with a slash. */
  constructor(
    readonly base: string,
    readonly listener: Listener,
  ) {}

  get is_open(): boolean {
    return this.#stream !== null;
  }

  /** Begins to give frames. Throws `NoMicrophone`. */
  async open(): Promise<void> {
    if (this.#stream) return;
    if (!may_listen()) throw new NoMicrophone('insecure');
    this.#opening += 1;
    const opening = this.#opening;
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: {
          channelCount: 1,
          echoCancellation: true,
          noiseSuppression: true,
          autoGainControl: true,
        },
      });
    } catch (error) {
      throw new NoMicrophone(trouble(error));
    }
    const context = new AudioContext();
    const stop = (): void => {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    };
    try {
      await context.audioWorklet.addModule(`${this.base}assets/capture.js`);
    } catch {
      stop();
      throw new NoMicrophone('busy');
    }
    // Closed, or opened again, while the browser asked the resident.
    if (opening !== this.#opening) return stop();
    const source = context.createMediaStreamSource(stream);
    const capture = new AudioWorkletNode(context, 'xiangyin-capture', { numberOfOutputs: 0 });
    capture.port.onmessage = ({ data }: MessageEvent<Int16Array<ArrayBuffer>>) => {
      if (this.#stream === stream) this.listener.frame(data);
    };
    source.connect(capture);
    for (const track of stream.getAudioTracks()) {
      track.addEventListener('ended', () => {
        if (this.#stream !== stream) return;
        this.close();
        this.listener.lost();
      });
    }
    this.#stream = stream;
    this.#context = context;
    if (context.state !== 'running') await context.resume();
  }

  close(): void {
    this.#opening += 1;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    void this.#context?.close();
    this.#stream = null;
    this.#context = null;
  }
}

function trouble(error: unknown): MicrophoneTrouble {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'absent';
  return 'busy';
}
