// Speaking and being answered: what is heard, said aloud, marked, interrupted and taken back.

import { becomes, holds, same } from './browser.mjs';
import { begin, marked, phase, say, visitor } from './kiosk-browser.mjs';

export async function voice_checks(session) {
  const { mock } = session;

  await session.check(
    'the microphone’s frames: 40 ms of 16,000 samples, without aliases',
    async () => {
      for (const rate of [44_100, 48_000]) {
        const speech = await captured(rate, 440, 2);
        same(speech.sizes, [640], `samples a frame at ${rate}`);
        holds(
          [49, 50].includes(speech.frames),
          `${speech.frames} frames of two seconds at ${rate}`,
        );
        holds(Math.abs(speech.frequency - 440) < 4, `440 Hz came out as ${speech.frequency}`);
        holds(Math.abs(speech.power - 0.5 / Math.SQRT2) < 0.01, `power ${speech.power} at ${rate}`);
        const alias = await captured(rate, 11_000, 1);
        holds(alias.power < 0.004, `11 kHz came out with power ${alias.power} at ${rate}`);
      }
    },
  );

  await session.check(
    'a question spoken into the microphone is heard, answered and read aloud',
    async () => {
      const page = await visitor(session);
      await page.locator('.tile').first().waitFor();
      mock.voice.state.script = [{ text: '克社区办居住证咋个整' }];
      await page.locator('.talk-button').click();
      await page.locator('.partial', { hasText: '克社区' }).waitFor();
      await session.shot(page, 'kiosk-hearing');
      await page.locator('.said-text', { hasText: '克社区办居住证咋个整' }).waitFor();
      const [listener] = mock.voice.listeners;
      same([...listener.sizes], [1280], 'bytes a frame');
      same(
        [listener.start.mode, typeof listener.start.token, listener.start.patient],
        ['hands_free', 'string', false],
        'first message',
      );
      const asked = mock.requests.findLast(({ path }) => path.endsWith('/turns')).body;
      same(asked.text, '克社区办居住证咋个整', 'turn');
      holds(asked.utterance?.length > 10, 'the turn does not name its utterance');
      const opened = mock.requests.findLast(({ path }) => path === '/api/conversations').body;
      same(opened.channel, 'kiosk', 'channel');

      await page.locator('[data-place="0"]').waitFor();
      await page.waitForFunction(() => CSS.highlights.get('sounding')?.size === 1);
      const words = await marked(page);
      const sentence = await page.locator('.sentence.sounding .words').textContent();
      holds(words.length > 0 && sentence.includes(words), `"${words}" is not in "${sentence}"`);
      await session.shot(page, 'kiosk-answer');
      await page.locator('.sentence.sounding [data-place="1"]').waitFor();
      await phase(page, 'listening');
      await becomes(() => page.evaluate(() => globalThis.sounds.now), 0, 'sounds after the end');
      const said = mock.voice.spoken.map(({ text }) => text);
      const shown = await page.locator('.words').allTextContents();
      for (const text of shown) holds(said.includes(text), `"${text}" was not said`);
      const told = () =>
        listener.told
          .filter(({ type }) => type === 'speaking')
          .map(({ on }) => on)
          .slice(-2);
      await becomes(told, [true, false], 'what the ear was told');
      same(page.complaints, [], 'complaints');
    },
  );

  await session.check('nothing on the page moves while the words are marked', async () => {
    const page = await visitor(session);
    await begin(session, page);
    await say(session, page, '居住证怎么办');
    await page.locator('.choices .button').first().waitFor();
    const boxes = () =>
      page
        .locator('.words')
        .evaluateAll((nodes) =>
          nodes.map((node) => Object.values(node.getBoundingClientRect().toJSON()).join()),
        );
    await page.waitForFunction(() => CSS.highlights.get('sounding')?.size === 1);
    const before = await boxes();
    const first = await marked(page);
    await page.waitForFunction(
      (first) => [...(CSS.highlights.get('sounding') ?? [])].map(String).join('') !== first,
      first,
    );
    same(await boxes(), before, 'places of the words');
  });

  await session.check(
    'a voice stops the kiosk at once; after a cough it goes on where it was',
    async () => {
      const page = await visitor(session);
      await begin(session, page);
      await say(session, page, '居住证怎么办');
      await page.locator('.sentence.sounding [data-place="1"]').waitFor();
      mock.voice.tell({ type: 'speech_started' });
      await phase(page, 'hearing');
      await becomes(() => page.evaluate(() => globalThis.sounds.now), 0, 'sounds while somebody speaks');
      await becomes(() => page.locator('.sentence.sounding').count(), 0, 'marked sentences');
      mock.voice.tell({ type: 'speech_ended' });
      mock.voice.tell({ type: 'nothing', reason: 'filler' });
      await page.locator('.sentence.sounding [data-place="1"]').waitFor();

      mock.voice.tell({ type: 'speech_started' });
      mock.voice.tell({ type: 'nothing', reason: 'unclear' });
      await page.locator('.note-words', { hasText: '没听清' }).waitFor();
      await mock.until(() => mock.voice.spoken.some(({ text }) => text.includes('没听清')));

      await say(session, page, '居住证要不要钱');
      await becomes(() => page.locator('.words').count(), 1, 'sentences of the new answer');
      await page.getByText('您是想问：').waitFor();
    },
  );

  await session.check(
    'not what was meant: taken back with an apology and what else it may have been',
    async () => {
      const page = await visitor(session);
      await begin(session, page);
      await say(session, page, '居住证怎么办', ['居住证怎么伴', '居住证要不要钱']);
      await page.getByRole('button', { name: '不是这个意思' }).click();
      await page.locator('.note-words', { hasText: '对不起' }).waitFor();
      await becomes(() => page.locator('.words').count(), 0, 'sentences after taking back');
      await mock.until(() => mock.voice.spoken.some(({ text }) => text.includes('对不起')));
      await session.shot(page, 'kiosk-not-meant');
      await page.getByRole('button', { name: '居住证要不要钱' }).click();
      await page.locator('.words', { hasText: '不收工本费' }).waitFor();
      const asked = mock.requests.findLast(({ path }) => path.endsWith('/turns')).body;
      holds(asked.utterance, 'the choice does not name its utterance');
    },
  );

  await session.check('once more, slower, stop and go on', async () => {
    const page = await visitor(session);
    await begin(session, page);
    await say(session, page, '居住证怎么办');
    await page.locator('.sentence.sounding').waitFor();
    await page.getByRole('button', { name: '停', exact: true }).click();
    await becomes(() => page.evaluate(() => globalThis.sounds.now), 0, 'sounds after stopping');
    await page.getByRole('button', { name: '接着说' }).click();
    await page.locator('.sentence.sounding [data-place="0"]').waitFor();
    await page.getByRole('button', { name: '说慢一点' }).click();
    await mock.until(() => mock.voice.spoken.at(-1)?.speed === 0.85);
    await page.locator('.sentence.sounding [data-place="0"]').waitFor();
    await page.getByRole('button', { name: '停', exact: true }).click();
    await page.getByRole('button', { name: '再说一遍' }).click();
    await page.locator('.sentence.sounding [data-place="0"]').waitFor();
  });

  await session.check('told by voice: once more, slower, be quiet', async () => {
    const page = await visitor(session);
    await begin(session, page);
    await say(session, page, '居住证怎么办');
    await page.locator('.sentence.sounding').waitFor();
    const turns = () => mock.requests.filter(({ path }) => path.endsWith('/turns')).length;
    const before = turns();
    mock.voice.says('别说了。');
    await page.getByRole('button', { name: '接着说' }).waitFor();
    mock.voice.says('再说一遍');
    await page.locator('.sentence.sounding [data-place="0"]').waitFor();
    mock.voice.says('您说慢点吧');
    await mock.until(() => mock.voice.spoken.at(-1)?.speed === 0.85);
    same(turns(), before, 'turns sent');
    await say(session, page, '居住证慢一点办要不要钱');
    same(turns(), before + 1, 'turns sent after a question');
  });

  await session.check('holding the button: nothing is sent before and after', async () => {
    const page = await visitor(session, { path: '/kiosk?mode=press' });
    await page.locator('.tile').first().waitFor();
    const button = page.locator('.talk-button');
    const box = await button.boundingBox();
    mock.voice.state.script = [{ text: '居住证怎么办' }];
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await mock.until(() => [...mock.voice.listeners].some(({ frames }) => frames > 15));
    await page.mouse.up();
    await page.locator('.said-text', { hasText: '居住证怎么办' }).waitFor();
    const [listener] = mock.voice.listeners;
    same(listener.start.mode, 'press', 'mode');
    const { frames } = listener;
    await page.locator('.sentence.sounding [data-place="1"]').waitFor();
    same(listener.frames, frames, 'frames after letting go');

    // The same button by keyboard: a tap before and a tap after.
    mock.voice.state.script = [{ text: '居住证要不要钱' }];
    await button.focus();
    await button.evaluate(tap);
    await becomes(() => button.getAttribute('aria-pressed'), 'true', 'after a tap');
    await becomes(() => page.evaluate(() => globalThis.sounds.now), 0, 'sounds while the button is down');
    await mock.until(() => listener.frames > frames + 10);
    await button.evaluate(tap);
    await page.locator('.said-text', { hasText: '要不要钱' }).waitFor();
  });
}

/** A key that is down for an instant; between two messages to a busy browser it would be held. */
function tap(node) {
  for (const type of ['keydown', 'keyup']) {
    node.dispatchEvent(new KeyboardEvent(type, { key: ' ', bubbles: true, cancelable: true }));
  }
}

/** What the sound thread makes of a tone. Runs the built file as a browser's would. */
async function captured(rate, pitch, seconds) {
  let Processor = null;
  Object.assign(globalThis, {
    sampleRate: rate,
    AudioWorkletProcessor: class {
      port = { postMessage: (frame) => this.posted.push(frame) };
      posted = [];
    },
    registerProcessor: (_, kind) => (Processor = kind),
  });
  const file = new URL(`../dist/assets/capture.js?${rate}-${pitch}`, import.meta.url);
  await import(file.href);
  const capture = new Processor();
  let time = 0;
  while (time < seconds * rate) {
    const block = Float32Array.from(
      { length: 128 },
      (_, index) => 0.5 * Math.sin((2 * Math.PI * pitch * (time + index)) / rate),
    );
    time += 128;
    capture.process([[block]]);
  }
  // The first frame holds the filter's beginning.
  const sound = capture.posted.slice(1).flatMap((frame) => [...frame]);
  const crossings = sound.filter((value, index) => index > 0 && value >= 0 && sound[index - 1] < 0);
  return {
    frames: capture.posted.length,
    sizes: [...new Set(capture.posted.map((frame) => frame.length))],
    frequency: (crossings.length * 16_000) / sound.length,
    power: Math.sqrt(sound.reduce((sum, value) => sum + value * value, 0) / sound.length) / 32_767,
  };
}
