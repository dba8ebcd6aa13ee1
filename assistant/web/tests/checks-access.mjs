// Keyboard, input methods, small screens, large letters, screen readers.

import {
  QUESTIONS,
  ask,
  ask_until,
  axe_findings,
  becomes,
  finished,
  fits,
  focused,
  holds,
  open_widget,
  read_as,
  same,
  send,
  small_targets,
  voices,
} from './browser.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const SMALL = { viewport: { width: 320, height: 568 } };

export async function access_checks(session) {
  await session.check(
    'Enter sends, Shift+Enter breaks the line, an input method keeps its Enter',
    async () => {
      const page = await session.resident();
      await open_widget(page);
      const field = page.locator('.writing textarea');
      await field.pressSequentially('第一行');
      await field.press('Shift+Enter');
      await field.pressSequentially('第二行');
      await becomes(() => field.inputValue(), '第一行\n第二行', 'two lines');
      await field.fill('');
      const typing = await page.context().newCDPSession(page);
      await typing.send('Input.imeSetComposition', {
        text: 'juzhu',
        selectionStart: 5,
        selectionEnd: 5,
      });
      await field.press('Enter');
      await becomes(() => page.locator('.exchange').count(), 0, 'sent while composing');
      await typing.send('Input.insertText', { text: '居住证怎么办？' });
      await becomes(() => page.locator('.exchange').count(), 0, 'sent by committing');
      await field.fill(QUESTIONS.answered);
      await field.press('Enter');
      await finished(page.locator('.exchange').first());
      await becomes(() => field.inputValue(), '', 'field after sending');
    },
  );

  await session.check('keyboard only: open, ask, read the source, close', async () => {
    const page = await session.resident();
    await page.locator('.launcher').waitFor();
    await tab_to(page, 'Tab', (element) => element.classList.contains('launcher'));
    await page.keyboard.press('Enter');
    await page.locator('.writing textarea').waitFor();
    await becomes(() => focused(page, (element) => element.tagName), 'TEXTAREA', 'focus after opening');
    await page.keyboard.type(QUESTIONS.answered);
    await page.keyboard.press('Enter');
    await finished(page.locator('.exchange').first());
    await tab_to(page, 'Shift+Tab', (element) => element.classList.contains('citation'));
    await page.keyboard.press('Enter');
    await page.locator('.sheet .cited').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.sheet').waitFor({ state: 'detached' });
    await becomes(
      () => focused(page, (element) => element.classList.contains('citation')),
      true,
      'focus after the source',
    );
    await tab_to(page, 'Shift+Tab', (element) => element.classList.contains('log'));
    await page.keyboard.press('Escape');
    await page.locator('.panel').waitFor({ state: 'detached' });
    await becomes(
      () => focused(page, (element) => element.classList.contains('launcher')),
      true,
      'focus after closing',
    );
  });

  await session.check(
    '320 px: nothing to scroll sideways, in any view and at every letter size',
    async () => {
      const page = await session.resident(SMALL);
      await fits(page, 'page');
      await open_widget(page);
      await ask(page, QUESTIONS.answered);
      await fits(page, 'answer');
      await session.shot(page, '320-answer');
      for (const [size, elder] of [
        [24, false],
        [30, false],
        [24, true],
        [30, true],
      ]) {
        await read_as(page, size, elder);
        await fits(page, `answer at ${size} px${elder ? ' in 长辈版' : ''}`);
      }
      await session.shot(page, '320-elder-30');
      await page.locator('.citation').first().click();
      await page.locator('.cited mark').first().waitFor();
      await fits(page, 'source');
      await page.keyboard.press('Escape');
      await page.locator('.head-button[aria-label=设置]').click();
      await fits(page, 'settings');
      await page.keyboard.press('Escape');
      await ask_until(page, QUESTIONS.emergency, '.emergency');
      await fits(page, 'emergency');
      await page.locator('.head-button[aria-label=关闭]').click();
      await fits(page, 'page in 长辈版');
    },
  );

  await session.check('phone: fills the screen, nothing behind it is reachable', async () => {
    const page = await session.resident(PHONE);
    await page.locator('.launcher').waitFor();
    await session.shot(page, 'phone-page');
    await open_widget(page);
    const box = await page.locator('.panel').boundingBox();
    same([box.x, box.y, box.width, box.height], [0, 0, 390, 844], 'panel');
    await becomes(() => page.locator('.panel').getAttribute('aria-modal'), 'true', 'aria-modal');
    for (let step = 0; step < 25; step += 1) {
      await page.keyboard.press('Tab');
      holds(
        await focused(page, (element) => Boolean(element.closest('.panel'))),
        'focus left the panel',
      );
    }
    await ask(page, QUESTIONS.answered);
    await session.shot(page, 'phone-answer');
    await page.locator('.citation').first().click();
    await page.locator('.cited mark').first().waitFor();
    await session.shot(page, 'phone-source');
    await page.keyboard.press('Escape');
    await ask_until(page, QUESTIONS.emergency, '.emergency');
    await session.shot(page, 'phone-emergency');
    await page.getByRole('button', { name: '长辈版' }).last().click();
    await ask(page, QUESTIONS.answered);
    await session.shot(page, 'phone-elder');
  });

  await session.check('200 % zoom of a 1280 by 800 screen', async () => {
    const page = await session.resident({
      viewport: { width: 640, height: 400 },
      deviceScaleFactor: 2,
    });
    await open_widget(page);
    await ask(page, QUESTIONS.answered);
    await fits(page, 'answer');
    const log = await page.locator('.log').boundingBox();
    holds(log.height >= 180, `only ${log.height} px are left for the answer`);
    await session.shot(page, 'zoom-200');
  });

  await session.check('targets: 44 px, in 长辈版 60 px', async () => {
    const page = await session.resident();
    await open_widget(page);
    await ask_until(page, QUESTIONS.unknown, '.work-order');
    await ask(page, QUESTIONS.answered);
    await page.locator('.found-title').last().click();
    same(await small_targets(page, 44), [], 'small targets');
    await becomes(
      () => page
        .locator('.citation')
        .first()
        .evaluate((node) => getComputedStyle(node, '::after').height),
      '44px',
      'area of a citation',
    );
    await read_as(page, 24, true);
    same(await small_targets(page, 60), [], 'small targets in 长辈版');
    await page.locator('.head-button[aria-label=设置]').click();
    same(await small_targets(page, 60), [], 'small targets in the settings');
  });

  await session.check(
    '长辈版: large letters, kept after a reload, the same on page and widget',
    async () => {
      const page = await session.resident();
      await page.locator('.top').getByRole('button', { name: '长辈版' }).click();
      await open_widget(page);
      const size = () =>
        page.locator('.greeting').evaluate((node) => getComputedStyle(node).fontSize);
      await becomes(() => size(), '24px', 'letters');
      await page.locator('.head-button[aria-label=设置]').click();
      await page.getByRole('button', { name: '特大' }).click();
      await page.keyboard.press('Escape');
      await becomes(() => size(), '30px', 'letters');
      await page.reload();
      await open_widget(page);
      await becomes(() => size(), '30px', 'letters after a reload');
      await ask(page, QUESTIONS.answered);
      await session.shot(page, 'desktop-elder');
    },
  );

  await session.check('English interface, Chinese answers', async () => {
    const page = await session.resident();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Ask us' }).click();
    await page.getByRole('button', { name: 'Send' }).waitFor();
    const exchange = await ask(page, QUESTIONS.answered);
    await becomes(
      () => exchange.locator('.sentences').getAttribute('lang'),
      'zh-CN',
      'language of the answer',
    );
    await session.shot(page, 'desktop-english');
  });

  await session.check('read aloud: only with a Chinese voice of this device', async () => {
    const offer = await fetch(`${session.base}/api/voice`).then((reply) => reply.json());
    if (offer.speaking) return 'the server has a voice';
    const without = await session.resident({ prepare: (page) => page.addInitScript(voices, []) });
    await open_widget(without);
    await ask(without, QUESTIONS.answered);
    await becomes(() => without.getByRole('button', { name: '朗读' }).count(), 0, 'button without a voice');
    const remote = [{ lang: 'zh-CN', name: 'far', localService: false }];
    const far = await session.resident({ prepare: (page) => page.addInitScript(voices, remote) });
    await open_widget(far);
    await ask(far, QUESTIONS.answered);
    await becomes(
      () => far.getByRole('button', { name: '朗读' }).count(),
      0,
      'button with a voice elsewhere',
    );
    const local = [{ lang: 'zh-CN', name: 'near', localService: true }];
    const near = await session.resident({ prepare: (page) => page.addInitScript(voices, local) });
    await open_widget(near);
    const exchange = await ask(near, QUESTIONS.answered);
    await exchange.getByRole('button', { name: '朗读' }).click();
    const sentences = await exchange.locator('.sentence').count();
    await becomes(() => near.evaluate(() => globalThis.spoken.length), sentences, 'sentences read');
    await exchange.getByRole('button', { name: '停止朗读' }).click();
    await exchange.getByRole('button', { name: '朗读', exact: true }).waitFor();
  });

  await session.check('reduced motion: nothing moves', async () => {
    const page = await session.resident({ reducedMotion: 'reduce' });
    await open_widget(page);
    await page.route('**/turns', () => undefined);
    const exchange = await send(page, QUESTIONS.answered);
    await exchange.locator('.dots').waitFor();
    await becomes(
      () => exchange.locator('.dots').evaluate((node) => getComputedStyle(node).animationName),
      'none',
      'animation',
    );
  });

  for (const colorScheme of ['light', 'dark']) {
    await session.check(
      `axe, ${colorScheme}: page, widget, answer, source, work order, danger, 长辈版`,
      async () => {
        const page = await session.resident({ colorScheme });
        await page.locator('.launcher').waitFor();
        same(await axe_findings(page), [], 'page');
        await open_widget(page);
        same(await axe_findings(page), [], 'open widget');
        await ask(page, QUESTIONS.answered);
        await page.locator('.found-title').click();
        same(await axe_findings(page), [], 'answer');
        await session.shot(page, `${colorScheme}-answer`);
        await page.locator('.citation').first().click();
        await page.locator('.cited mark').first().waitFor();
        same(await axe_findings(page), [], 'source panel');
        const address = await page.locator('.source-foot a').getAttribute('href');
        await page.keyboard.press('Escape');
        await ask_until(page, QUESTIONS.unknown, '.work-order');
        same(await axe_findings(page), [], 'work order');
        await ask_until(page, QUESTIONS.emergency, '.emergency');
        same(await axe_findings(page), [], 'emergency');
        for (const name of ['常用服务', '查进度', '设置']) {
          await page.locator('.panel').getByRole('button', { name }).click();
          await page.locator('.sheet').waitFor();
          same(await axe_findings(page), [], name);
          await page.keyboard.press('Escape');
        }
        await read_as(page, 24, true);
        same(await axe_findings(page), [], '长辈版');
        await session.shot(page, `${colorScheme}-elder`);
        await page.goto(address);
        await page.locator('.cited').waitFor();
        same(await axe_findings(page), [], 'document page');
      },
    );
  }
}

async function tab_to(page, key, wanted) {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press(key);
    if (await focused(page, wanted)) return;
  }
  throw new Error(`not reached with ${key}: ${wanted}`);
}
