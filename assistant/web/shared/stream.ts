import { unreachable } from './problem';

/** One server-sent event, its data still text. */
export interface ServerEvent {
  event: string;
  data: string;
  /** The last id that the stream named; empty where it named none. */
  id: string;
}

/**
 * Reads `text/event-stream` as the HTML standard defines it (section 9.2.6).
 * Throws `unreachable` when nothing at all arrives for `silence_ms`.
 */
export async function* read_events(
  body: ReadableStream<Uint8Array>,
  silence_ms: number,
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let id = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await within(silence_ms, reader.read());
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A return at the very end may be the first half of a line break.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id };
          event = '';
          data = [];
          continue;
        }
        const colon = line.indexOf(':');
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (field === 'event') event = value;
        else if (field === 'data') data.push(value);
        else if (field === 'id' && !value.includes('\0')) id = value;
      }
    }
  } finally {
    // The server stops writing an answer that nobody reads any more.
    reader.cancel().catch(() => undefined);
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable('silent')), milliseconds);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
