// Speaking into the widget, and the server's voice reading aloud. The microphone plays a file.

import {
  QUESTIONS,
  ask,
  axe_findings,
  becomes,
  finished,
  fits,
  holds,
  open_widget,
  same,
} from './browser.mjs';

export async function voice_checks(session) {
  const { mock } = session;
  // What is "heard" is told to the stand-in; a real ear is checked by the kiosk's script.
  if (!mock) return;
  Object.assign(mock.voice.state, { hearing: true, speaking: true });
  const button = (page) => page.locator('.talk-button');

  await session.check(
    'held and let go: what was said is shown, then sent with its utterance',
    async () => {
      const page = await session.resident();
      await open_widget(page);
      await button(page).waitFor();
      same(await axe_findings(page), [], 'composer with a microphone');
      const box = await button(page).boundingBox();
      mock.voice.state.script = [{ text: '克社区办居住证咋个整' }];
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await mock.until(() => [...mock.voice.listeners].some(({ frames }) => frames > 12));
      mock.voice.tell({ type: 'partial', text: '克社区办' });
      await page.waitForFunction(
        () =>
          document.querySelector('xiangyin-widget').shadowRoot.querySelector('.writing textarea')
            .value === '克社区办',
      );
      await session.shot(page, 'widget-talking');
      await page.mouse.up();
      await finished(page.locator('.exchange').first());
      const turn = mock.requests.findLast(({ path }) => path.endsWith('/turns')).body;
      same(turn.text, '克社区办居住证咋个整', 'turn');
      holds(turn.utterance, 'the turn does not name its utterance');
      await mock.until(() => mock.voice.listeners.size === 0);
      await becomes(() => page.locator('.writing textarea').inputValue(), '', 'field after sending');
      same(page.complaints, [], 'complaints');
    },
  );

  await session.check(
    'tapped twice; what was not understood is said, and the draft stays',
    async () => {
      const page = await session.resident();
      await open_widget(page);
      await page.locator('.writing textarea').fill('还没写完');
      await button(page).focus();
      await page.keyboard.press('Enter');
      await mock.until(() => [...mock.voice.listeners].some(({ frames }) => frames > 3));
      await page.keyboard.press('Enter');
      await page.locator('.voice-note', { hasText: '没听清' }).waitFor();
      await becomes(() => page.locator('.writing textarea').inputValue(), '还没写完', 'draft');
      await becomes(() => page.locator('.exchange').count(), 0, 'exchanges');
      const narrow = await session.resident({ viewport: { width: 320, height: 568 } });
      await open_widget(narrow);
      await button(narrow).waitFor();
      await fits(narrow, 'composer with a microphone');
    },
  );

  await session.check('read aloud with the server’s voice', async () => {
    const page = await session.resident();
    await open_widget(page);
    const exchange = await ask(page, QUESTIONS.answered);
    const sentences = await exchange.locator('.sentence').count();
    const before = mock.voice.spoken.length;
    await exchange.getByRole('button', { name: '朗读' }).click();
    await exchange.getByRole('button', { name: '停止朗读' }).waitFor();
    await mock.until(() => mock.voice.spoken.length === before + sentences);
    await exchange.getByRole('button', { name: '朗读', exact: true }).waitFor();
  });

  await session.check('a server without voice: no microphone', async () => {
    Object.assign(mock.voice.state, { hearing: false, speaking: false });
    const page = await session.resident();
    await open_widget(page);
    await ask(page, QUESTIONS.answered);
    await becomes(() => button(page).count(), 0, 'microphones');
    Object.assign(mock.voice.state, { hearing: true, speaking: true });
  });
}
