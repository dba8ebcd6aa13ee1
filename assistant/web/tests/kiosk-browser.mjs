// What the kiosk's checks share: a microphone made of a file, a visitor, and what sounds.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hum } from './mock-voice.mjs';

export const PORTRAIT = { width: 1080, height: 1920 };
export const LANDSCAPE = { width: 1920, height: 1080 };

/** Arguments that make Chromium's microphone play `file`, again and again. */
export function fake_microphone(file) {
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${file}`,
  ];
}

/** A WAV file with a second of silence, a burst of syllables and two seconds of silence. */
export function speech_like() {
  const syllable = (time) => {
    const place = (time - 1) % 0.25;
    if (time < 1 || time > 2.5 || place > 0.18) return 0;
    const swell = Math.sin((Math.PI * place) / 0.18);
    const pitch = 140 + 60 * place + 20 * Math.floor((time - 1) / 0.25);
    // Harmonics that fall off as a voice's do; a pure tone is taken for noise and removed.
    let sound = 0;
    for (let part = 1; part <= 12; part += 1) {
      sound += Math.sin(2 * Math.PI * pitch * part * time) / part;
    }
    return 0.3 * swell * sound;
  };
  const file = join(mkdtempSync(join(tmpdir(), 'xiangyin-kiosk-')), 'speech.wav');
  writeFileSync(file, hum(4.5, 48_000, syllable));
  return file;
}

/** Counts the sounds that the page plays. */
function count_sounds() {
  globalThis.sounds = { now: 0, ever: 0 };
  const { start, stop } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (...rest) {
    globalThis.sounds.now += 1;
    globalThis.sounds.ever += 1;
    const end = () => {
      if (!this.over) globalThis.sounds.now -= 1;
      this.over = true;
    };
    this.addEventListener('ended', end);
    this.end = end;
    return start.apply(this, rest);
  };
  AudioBufferSourceNode.prototype.stop = function (...rest) {
    this.end?.();
    return stop.apply(this, rest);
  };
}

/** Somebody new before the kiosk. */
export function visitor(session, { path = '/kiosk', prepare = null, ...options } = {}) {
  if (session.mock) {
    // Slow enough for what sounds to be seen on a busy machine.
    const voice = { hearing: true, speaking: true, script: [], pace: 0.25 };
    Object.assign(session.mock.voice.state, voice);
  }
  return session.resident({
    path,
    viewport: PORTRAIT,
    ...options,
    prepare: async (page) => {
      await page.addInitScript(count_sounds);
      await prepare?.(page);
    },
  });
}

/** Touches the big button and waits until the kiosk listens. */
export async function begin(session, page) {
  await page.locator('.tile').first().waitFor();
  await page.locator('.talk-button').click();
  await session.mock.until(() => session.mock.voice.listeners.size > 0);
}

/** Waits until the face shows a state. */
export function phase(page, name) {
  return page.locator(`.phase.${name}`).waitFor();
}

/** Something is said, and the answer to it is on screen. */
export async function say(session, page, text, alternatives = []) {
  session.mock.voice.says(text, alternatives);
  await page.locator('.said-text', { hasText: text }).waitFor();
  await page.locator('.reply .sentence').first().waitFor();
}

/** The words that are marked as sounding. */
export function marked(page) {
  return page.evaluate(() => [...(CSS.highlights.get('sounding') ?? [])].map(String).join(''));
}

/** Everything that a page can keep in a browser. */
export function kept(page) {
  return page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    cookies: document.cookie,
    databases: (await indexedDB.databases()).length,
    caches: globalThis.caches ? (await caches.keys()).length : 0,
    state: history.state,
  }));
}
