// A visit to the kiosk: work orders by voice, danger, people, leaving, and what breaks.

import { becomes, holds, same } from './browser.mjs';
import { begin, kept, phase, say, visitor } from './kiosk-browser.mjs';

const NOTHING_KEPT = { local: {}, session: {}, cookies: '', databases: 0, caches: 0, state: null };

export async function visit_checks(session) {
  const { mock } = session;

  await session.check(
    'a work order by voice: asked for what is missing, then a slip to print',
    async () => {
      const page = await visitor(session, { path: '/kiosk?paper=58' });
      await begin(session, page);
      await say(session, page, '我们那里的路灯坏了');
      await page.locator('.words', { hasText: '请说楼号' }).waitFor();
      const [listener] = mock.voice.listeners;
      await mock.until(() => listener.told.some(({ type, on }) => type === 'patient' && on));
      await say(session, page, '三号楼门口');
      const slip = page.locator('.slip');
      await slip.waitFor();
      const number = await slip.locator('dd').first().textContent();
      holds(/^\d{8}-\d{4}$/.test(number), `number ${number}`);
      await becomes(async () => /^\d{6}$/.test(await slip.locator('dd').nth(1).textContent()), true, 'code');
      await slip.locator('.qr').waitFor();
      await session.shot(page, 'kiosk-slip');

      // Printing: the slip alone, on paper of the set width.
      await page.evaluate(() => {
        window.print = () => {
          const slip = document.querySelector('.printed');
          globalThis.printed = {
            text: slip.innerText,
            width: Math.round(slip.getBoundingClientRect().width),
            page: document.head.lastElementChild.textContent,
          };
        };
      });
      await page.getByRole('button', { name: '打印单子' }).click();
      await page.waitForFunction(() => globalThis.printed);
      const printed = await page.evaluate(() => globalThis.printed);
      same(printed.width, Math.round((58 / 25.4) * 96), 'width on paper');
      holds(/size: 58mm \d+mm/.test(printed.page), printed.page);
      await becomes(() => page.locator('.printed').count(), 0, 'copies after printing');

      // What the code on the slip leads to: the form with the number filled in.
      const telephone = await session.resident({
        path: `/?order=${number}`,
        viewport: { width: 390, height: 844 },
      });
      await telephone.locator('.sheet input').first().waitFor();
      await becomes(
        () => telephone.locator('.sheet input').first().inputValue(),
        number,
        'number in the form',
      );

      // The slip can be seen again after another question, until the resident leaves.
      await say(session, page, '居住证怎么办');
      await page.getByRole('button', { name: '看工单' }).click();
      await becomes(() => page.locator('.sheet dd').first().textContent(), number, 'number in the sheet');
    },
  );

  await session.check('danger: the numbers in the largest letters, said first', async () => {
    const page = await visitor(session);
    await begin(session, page);
    await say(session, page, '我家着火了');
    const number = page.locator('.danger .named strong').first();
    await number.waitFor();
    await becomes(() => number.textContent(), '119', 'first number');
    const size = await number.evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
    holds(size >= 150, `${size} px`);
    await mock.until(() => mock.voice.spoken.some(({ text }) => text.includes('119')));
    await session.shot(page, 'kiosk-danger');
  });

  await session.check(
    'a person: asked for by one button, their words are shown and said',
    async () => {
      const page = await visitor(session);
      await page.getByRole('button', { name: '找工作人员' }).click();
      await page.locator('.holder', { hasText: '已经去叫' }).waitFor();
      await mock.until(() => mock.voice.listeners.size > 0);
      const { id } = [...mock.voice.listeners][0].conversation;
      await mock.until(() => mock.staff.is_heard(id));
      mock.staff.take_over(id, '王芳');
      mock.staff.write(id, '您好，我马上下楼来。');
      await page.locator('.message', { hasText: '我马上下楼来' }).waitFor();
      await mock.until(() => mock.voice.spoken.some(({ text }) => text.includes('我马上下楼来')));
    },
  );

  await session.check(
    'gone: a warning after 60 s, extended by touch and voice, then wiped',
    async () => {
      const page = await visitor(session, { prepare: (page) => page.clock.install() });
      await begin(session, page);
      const [listener] = mock.voice.listeners;
      await say(session, page, '居住证怎么办');
      await page.getByRole('button', { name: '字大一点' }).click();
      await page.getByRole('button', { name: '停', exact: true }).click();
      const warning = page.getByRole('alertdialog');

      await pass(page, 58_000);
      await becomes(() => warning.count(), 0, 'warnings before their time');
      await pass(page, 3_000);
      await warning.waitFor();
      await session.shot(page, 'kiosk-still-there');
      // The button has the focus; a mouse would wait for frames that the stopped clock does not give.
      await page.keyboard.press('Enter');
      await warning.waitFor({ state: 'detached' });
      await becomes(async () => (await page.locator('.words').count()) > 0, true, 'the answer is gone after 我还在');

      await pass(page, 61_000);
      await warning.waitFor();
      mock.voice.tell({ type: 'speech_started' });
      await warning.waitFor({ state: 'detached' });
      mock.voice.tell({ type: 'nothing', reason: 'filler' });
      await page.getByRole('button', { name: '停', exact: true }).dispatchEvent('click');

      await pass(page, 61_000);
      await warning.waitFor();
      await pass_slowly(page, 21_000);
      await page.locator('.start').waitFor();
      await mock.until(() => !mock.voice.listeners.has(listener));
      await becomes(() => page.evaluate(() => globalThis.sounds.now), 0, 'sounds after the wipe');
      const text = await page.locator('body').innerText();
      holds(!text.includes('就能办居住证'), 'the answer is still on the page');
      await becomes(() => kept(page), NOTHING_KEPT, 'kept in the browser');
      await becomes(
        () => page.evaluate(() => document.documentElement.style.getPropertyValue('--size')),
        '38px',
        'letters of the next resident',
      );

      const before = listener.conversation.id;
      await page.locator('.talk-button').dispatchEvent('click');
      await mock.until(() => mock.voice.listeners.size > 0);
      holds(
        [...mock.voice.listeners][0].conversation.id !== before,
        'the same conversation goes on',
      );
      await becomes(() => page.locator('.words').count(), 0, 'words of the last resident');
    },
  );

  await session.check('结束 wipes at once', async () => {
    const page = await visitor(session);
    await begin(session, page);
    await say(session, page, '居住证怎么办');
    await page.getByRole('button', { name: '结束' }).click();
    await page.locator('.start').waitFor();
    await mock.until(() => mock.voice.listeners.size === 0);
    await becomes(() => kept(page), NOTHING_KEPT, 'kept in the browser');
  });

  await session.check(
    'the network goes and comes back: a banner, and the question is answered',
    async () => {
      const page = await visitor(session, { prepare: (page) => page.clock.install() });
      await begin(session, page);
      await phase(page, 'listening');
      await page.route('**/api/**', (route) => route.abort());
      await page.getByRole('button', { name: '打字' }).click();
      await page.locator('.type-form textarea').fill('居住证怎么办？');
      await page.keyboard.press('Enter');
      await page.locator('.banner', { hasText: '网络断了' }).waitFor();
      await session.shot(page, 'kiosk-offline');
      await page.unroute('**/api/**');
      await pass_slowly(page, 20_000);
      await page.locator('.words').first().waitFor();
      await page.locator('.banner', { hasText: '网络断了' }).waitFor({ state: 'detached' });
    },
  );

  await session.check('the line to the ear breaks and is made again', async () => {
    const page = await visitor(session, { prepare: (page) => page.clock.install() });
    await begin(session, page);
    const [first] = mock.voice.listeners;
    mock.voice.hang_up(1011);
    await mock.until(() => !mock.voice.listeners.has(first));
    await page.locator('.banner', { hasText: '正在接上' }).waitFor();
    await pass_slowly(page, 2_000);
    await mock.until(() => mock.voice.listeners.size > 0);
    await page.locator('.banner').waitFor({ state: 'detached' });
    await say(session, page, '居住证怎么办');
  });

  await session.check(
    'no microphone, or not allowed: said plainly, touching and typing still work',
    async () => {
      for (const [name, words] of [
        ['NotFoundError', '没有接话筒'],
        ['NotAllowedError', '话筒没有打开'],
      ]) {
        const page = await visitor(session, {
          prepare: (page) =>
            page.addInitScript((name) => {
              navigator.mediaDevices.getUserMedia = () =>
                Promise.reject(new DOMException('', name));
            }, name),
        });
        await page.locator('.tile').first().waitFor();
        await page.locator('.talk-button').click();
        await page.locator('.banner', { hasText: words }).waitFor();
        await page.locator('.tile').first().click();
        await page.locator('.words').first().waitFor();
        await page.context().close();
      }
    },
  );

  await session.check(
    'a server that neither hears nor speaks: tiles, typing and big letters',
    async () => {
      const page = await visitor(session, {
        prepare: () => {
          Object.assign(mock.voice.state, { hearing: false, speaking: false });
        },
      });
      await page.locator('.tile').first().waitFor();
      await becomes(() => page.locator('.talk-button').count(), 0, 'buttons to talk');
      await page.locator('.banner', { hasText: '听不了声音' }).waitFor();
      await page.locator('.tile').first().click();
      await page.locator('.words').first().waitFor();
      await becomes(() => page.getByRole('button', { name: '再说一遍' }).count(), 0, 'buttons of the voice');
      const told = page.locator('[aria-live=polite] p', { hasText: '就能办居住证' });
      await told.waitFor({ state: 'attached' });
    },
  );
}

/** Lets time pass at once; a timer rings once at most. */
async function pass(page, milliseconds) {
  await page.clock.fastForward(milliseconds);
  await page.clock.resume();
}

/** Lets time pass so that every timer rings as often as it should. */
async function pass_slowly(page, milliseconds) {
  await page.clock.runFor(milliseconds);
  await page.clock.resume();
}
