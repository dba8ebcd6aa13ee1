// The stand-in server's ear and voice: the WebSocket that listens and the stream that speaks.
// It does not understand anything: a check says what is heard, and it is "heard" when sound comes
// in, or when the check says so.

import { createHash, randomUUID } from 'node:crypto';

/** Seconds of sound for one character of text. */
const PACE_S = 0.12;
const RATE = 24_000;
/** Frames of sound before somebody counts as speaking, and of silence before they have ended. */
const LOUD_FRAMES = 4;
const QUIET_FRAMES = 12;
/** Root mean square above which a frame is sound. */
const LOUD = 500;

export function start_voice({ conversations }) {
  const listeners = new Set();
  const spoken = [];
  const state = { hearing: true, speaking: true, script: [], pace: PACE_S };

  /** Takes the WebSocket of a conversation. */
  function upgrade(request, socket) {
    const parts = new URL(request.url, 'http://localhost').pathname.split('/').filter(Boolean);
    const conversation = conversations.get(parts[2]);
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    const listener = {
      conversation,
      start: null,
      told: [],
      frames: 0,
      sizes: new Set(),
      sound: [],
      loud: 0,
      quiet: 0,
      talking: false,
      say: (message) => write(socket, 1, Buffer.from(JSON.stringify(message))),
      hang_up: (code) => {
        const body = Buffer.alloc(2);
        body.writeUInt16BE(code);
        write(socket, 8, body);
        socket.end();
      },
    };
    let rest = Buffer.alloc(0);
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      for (let frame = read(rest); frame; frame = read(rest)) {
        rest = rest.subarray(frame.length);
        if (frame.kind === 8) socket.end();
        else if (frame.kind === 1) take_text(listener, JSON.parse(frame.body.toString()));
        else if (frame.kind === 2) take_sound(listener, frame.body);
      }
    });
    const gone = () => listeners.delete(listener);
    // A page that goes without a word closes its half only.
    socket.on('end', () => socket.end());
    socket.on('close', gone);
    socket.on('error', gone);
  }

  function take_text(listener, message) {
    if (message.type !== 'start') {
      listener.told.push(message);
      if (message.type === 'release') hear_next(listener);
      return;
    }
    listener.start = message;
    if (!listener.conversation || message.token !== listener.conversation.token) {
      return listener.hang_up(4404);
    }
    if (!state.hearing) return listener.hang_up(4503);
    listeners.add(listener);
    listener.say({ type: 'ready' });
  }

  function take_sound(listener, body) {
    listener.frames += 1;
    listener.sizes.add(body.length);
    const samples = new Int16Array(
      body.buffer.slice(body.byteOffset, body.byteOffset + body.length),
    );
    if (listener.sound.length < 500) listener.sound.push(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const loud = Math.sqrt(power) > LOUD;
    listener.loud = loud ? listener.loud + 1 : 0;
    listener.quiet = loud ? 0 : listener.quiet + 1;
    if (state.script.length === 0 || listener.start.mode !== 'hands_free') return;
    if (!listener.talking && listener.loud >= LOUD_FRAMES) {
      listener.talking = true;
      listener.say({ type: 'speech_started' });
      const { text } = state.script[0];
      listener.say({ type: 'partial', text: text.slice(0, Math.ceil(text.length / 2)) });
    } else if (listener.talking && listener.quiet >= QUIET_FRAMES) {
      listener.talking = false;
      listener.say({ type: 'speech_ended' });
      hear_next(listener);
    }
  }

  /** Says that the next line of the script was heard. */
  function hear_next(listener) {
    const next = state.script.shift();
    if (!next) return listener.say({ type: 'nothing', reason: 'silence' });
    listener.say(heard(next));
  }

  function heard({ text, alternatives = [] }) {
    return {
      type: 'heard',
      utterance: randomUUID(),
      text,
      standard: text,
      variety: null,
      certainty: 0.83,
      alternatives,
      seconds: 2,
      compute_seconds: 0.4,
    };
  }

  /** Speaks a text as a soft hum, two pieces where it is long, and marks every two characters. */
  async function speak(request, response) {
    const { text } = request;
    spoken.push(request);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const cut = text.length > 12 ? Math.floor(text.length / 2) : text.length;
    for (const [from, to] of cut < text.length
      ? [
          [0, cut],
          [cut, text.length],
        ]
      : [[0, cut]]) {
      const seconds = ((to - from) * state.pace) / (request.speed ?? 1);
      const marks = [];
      for (let place = from; place < to; place += 2) {
        const each = seconds / (to - from);
        const end = Math.min(to, place + 2);
        marks.push({
          from: place,
          to: end,
          starts: (place - from) * each,
          ends: (end - from) * each,
        });
      }
      const piece = { audio: hum(seconds).toString('base64'), seconds, marks };
      response.write(`event: piece\ndata: ${JSON.stringify(piece)}\n\n`);
    }
    response.end('event: done\ndata: {}\n\n');
  }

  return {
    state,
    spoken,
    listeners,
    upgrade,
    speak,
    offer: () => ({
      hearing: state.hearing,
      speaking: state.speaking,
      voices: [
        { id: 'zf_xiaobei', name: '小北（女声）' },
        { id: 'zm_yunxi', name: '云希（男声）' },
      ],
      sample_rate: 16_000,
    }),
    /** What the ear tells every page that listens. */
    tell: (message) => listeners.forEach((listener) => listener.say(message)),
    /** Somebody says something, from the first sound to the text. */
    says(text, alternatives = []) {
      for (const message of [
        { type: 'speech_started' },
        { type: 'partial', text: text.slice(0, 3) },
        { type: 'speech_ended' },
        heard({ text, alternatives }),
      ]) {
        listeners.forEach((listener) => listener.say(message));
      }
    },
    hang_up: (code) => listeners.forEach((listener) => listener.hang_up(code)),
  };
}

/** Reads one masked frame (RFC 6455, section 5.2), or `null` where it is not complete. */
function read(data) {
  if (data.length < 2) return null;
  let size = data[1] & 0x7f;
  let at = 2;
  if (size === 126) {
    if (data.length < 4) return null;
    size = data.readUInt16BE(2);
    at = 4;
  } else if (size === 127) {
    if (data.length < 10) return null;
    size = Number(data.readBigUInt64BE(2));
    at = 10;
  }
  if (data.length < at + 4 + size) return null;
  const mask = data.subarray(at, at + 4);
  const body = Buffer.from(data.subarray(at + 4, at + 4 + size));
  for (let index = 0; index < size; index += 1) body[index] ^= mask[index % 4];
  return { kind: data[0] & 0x0f, body, length: at + 4 + size };
}

/** Writes one frame; what the stand-in says is short. */
function write(socket, kind, body) {
  if (socket.destroyed) return;
  const head =
    body.length < 126
      ? Buffer.from([0x80 | kind, body.length])
      : Buffer.from([0x80 | kind, 126, body.length >> 8, body.length & 0xff]);
  socket.write(Buffer.concat([head, body]));
}

/** A soft tone as a WAV file: mono, 16-bit. */
export function hum(
  seconds,
  rate = RATE,
  shape = (time) => Math.sin(2 * Math.PI * 180 * time) * 0.1,
) {
  const count = Math.round(seconds * rate);
  const wav = Buffer.alloc(44 + count * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + count * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(count * 2, 40);
  for (let index = 0; index < count; index += 1) {
    wav.writeInt16LE(Math.round(32_767 * shape(index / rate)), 44 + index * 2);
  }
  return wav;
}
