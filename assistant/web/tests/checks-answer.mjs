// A question, its answer, its sources, and what a resident does with them.

import {
  QUESTIONS,
  ask,
  ask_until,
  becomes,
  finished,
  focused,
  holds,
  open_widget,
  same,
  send,
} from './browser.mjs';

export async function answer_checks(session) {
  await session.check(
    'ask: evidence first, then sentences with citations, said to screen readers',
    async () => {
      const page = await session.resident();
      await open_widget(page);
      await session.shot(page, 'desktop-open');
      await page.evaluate(() => {
        const root = document.querySelector('xiangyin-widget').shadowRoot;
        globalThis.order = [];
        new MutationObserver(() => {
          for (const name of ['found', 'sentence', 'tools']) {
            if (root.querySelector(`.${name}`) && !globalThis.order.includes(name)) {
              globalThis.order.push(name);
            }
          }
        }).observe(root, { childList: true, subtree: true });
      });
      const exchange = await ask(page, QUESTIONS.answered);
      await becomes(() => page.evaluate(() => globalThis.order), ['found', 'sentence', 'tools'], 'order');
      await becomes(async () => (await exchange.locator('.citation').count()) > 0, true, 'no citation');
      const heard = await page.locator('[aria-live=polite]').textContent();
      const first = await exchange
        .locator('.sentence')
        .first()
        .evaluate((node) => node.firstChild.textContent.trim());
      holds(heard.includes(first), `"${first}" was not said`);
      await becomes(
        () => exchange.locator('.found-title').getAttribute('aria-expanded'),
        'false',
        'passages',
      );
      same(page.complaints, [], 'complaints of the page');
      await session.shot(page, 'desktop-answer');
    },
  );

  await session.check(
    'citation: opens the passage marked, focus stays inside, Escape gives it back',
    async () => {
      const page = await session.resident();
      await open_widget(page);
      const exchange = await ask(page, QUESTIONS.answered);
      const citation = exchange.locator('.citation').first();
      const name = await citation.getAttribute('aria-label');
      await citation.click();
      const sheet = page.locator('.sheet');
      await sheet.locator('.cited mark').first().waitFor();
      holds(
        (await sheet.locator('mark').first().textContent()).trim().length > 1,
        'nothing is marked',
      );
      await page.waitForFunction(() => {
        const root = document.querySelector('xiangyin-widget').shadowRoot;
        return root.activeElement?.classList.contains('cited');
      });
      await becomes(() => in_view(sheet.locator('.cited')), true, 'the passage is out of view');
      await session.shot(page, 'desktop-source');
      for (let step = 0; step < 12; step += 1) {
        await page.keyboard.press(step % 3 === 2 ? 'Shift+Tab' : 'Tab');
        holds(
          await focused(page, (element) => Boolean(element.closest('.sheet'))),
          'focus left the sheet',
        );
      }
      const address = await sheet.locator('.source-foot a').getAttribute('href');
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });
      await becomes(() => focused(page, (element) => element.getAttribute('aria-label')), name, 'focus');

      await page.goto(address);
      await page.locator('.cited mark').waitFor();
      await becomes(() => focused(page, (element) => element.id), 'cited', 'focus on the document page');
      await becomes(() => in_view(page.locator('.cited')), true, 'the passage is out of view on its page');
      same(page.complaints, [], 'complaints of the page');
      await session.shot(page, 'document');
    },
  );

  await session.check('reload: conversation and draft are still there', async () => {
    const page = await session.resident();
    await open_widget(page);
    const exchange = await ask(page, QUESTIONS.answered);
    const said = await exchange.locator('.sentences').innerText();
    await page.locator('.writing textarea').fill('还没写完的话');
    await page.reload();
    await open_widget(page);
    await page.locator('.exchange .tools').waitFor();
    await becomes(() => page.locator('.exchange').count(), 1, 'exchanges');
    await becomes(() => page.locator('.sentences').innerText(), said, 'answer');
    await becomes(() => page.locator('.writing textarea').inputValue(), '还没写完的话', 'draft');
  });

  await session.check('old conversation: go on or start anew', async () => {
    const page = await session.resident();
    await open_widget(page);
    await ask(page, QUESTIONS.answered);
    const make_old = () =>
      page.evaluate(() => {
        const kept = JSON.parse(localStorage.getItem('xiangyin:demo'));
        kept.last_active_at -= 40 * 60_000;
        localStorage.setItem('xiangyin:demo', JSON.stringify(kept));
      });
    await make_old();
    await page.reload();
    await open_widget(page);
    await page.getByRole('button', { name: '接着聊' }).click();
    await page.locator('.exchange .tools').waitFor();
    await make_old();
    await page.reload();
    await open_widget(page);
    await page.getByRole('button', { name: '新对话' }).click();
    await page.locator('.opening .chip').first().waitFor();
    await becomes(() => page.locator('.exchange').count(), 0, 'exchanges');
  });

  await session.check('burst: two messages, one answer', async () => {
    // A real server may answer the first message before the second is sent; see tests/conversations.rs.
    if (!session.mock) return 'needs the stand-in server';
    const page = await session.resident();
    await open_widget(page);
    const say = (text) =>
      page.evaluate((said) => document.querySelector('xiangyin-widget').ask(said), text);
    await say('我想问一下');
    // The stand-in server gives no answer to half a thought before the rest has come.
    await page.locator('.exchange .waiting').first().waitFor();
    await say(QUESTIONS.answered);
    await finished(page.locator('.exchange').nth(1));
    await page.locator('.exchange').nth(0).locator('.merged').waitFor();
    await becomes(() => page.locator('.answer').count(), 1, 'answers');
    await becomes(() => page.locator('.waiting').count(), 0, 'pending bubbles');
    await page.reload();
    await open_widget(page);
    await page.locator('.exchange .tools').waitFor();
    await becomes(() => page.locator('.answer').count(), 1, 'answers after a reload');
  });

  await session.check(
    'not written down: work order with number and code, contact, progress',
    async () => {
      const page = await session.resident();
      await open_widget(page);
      const exchange = await ask_until(page, QUESTIONS.unknown, '.work-order');
      const [number, code] = await exchange.locator('.slip dd').allInnerTexts();
      holds(/\d/.test(number) && /^\w{4,}$/.test(code), `number ${number}, code ${code}`);
      await session.shot(page, 'desktop-escalated');
      const form = exchange.locator('form');
      await form.locator('input[type=tel]').fill('123');
      await form.locator('button[type=submit]').click();
      await form.getByText('电话像是不对').waitFor();
      await form.locator('input[type=tel]').fill('138 0013 8000');
      await form.locator('button[type=submit]').click();
      await exchange.locator('.done').waitFor();
      await page.getByRole('button', { name: '查进度' }).first().click();
      const sheet = page.locator('.sheet');
      await becomes(() => sheet.locator('input').first().inputValue(), number, 'number in the form');
      await sheet.locator('button[type=submit]').click();
      await sheet.locator('.history li').first().waitFor();
      await session.shot(page, 'desktop-progress');
      await sheet.locator('input').nth(1).fill('000001');
      await sheet.locator('button[type=submit]').click();
      await sheet.getByText('没有查到').waitFor();
    },
  );

  await session.check('danger: unmistakable, with numbers to call', async () => {
    const page = await session.resident();
    await open_widget(page);
    const exchange = await ask_until(page, QUESTIONS.emergency, '.emergency');
    const calls = await exchange
      .locator('.emergency a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    same([...calls].sort(), ['tel:110', 'tel:119', 'tel:120'], 'numbers');
    same(calls[0], 'tel:119', 'number on top');
    await becomes(
      () => page.locator('[role=alert]').first().textContent(),
      '紧急情况，请马上打电话',
      'alert',
    );
    await session.shot(page, 'desktop-emergency');
  });

  await session.check('a person is one press away', async () => {
    const page = await session.resident();
    await open_widget(page);
    await page.getByRole('button', { name: '转人工' }).last().click();
    const exchange = await finished(page.locator('.exchange').first());
    await becomes(() => exchange.locator('.said p').innerText(), '人工', 'what was said');
  });

  await session.check('rating, with a reason; copy', async () => {
    const page = await session.resident({ permissions: ['clipboard-read', 'clipboard-write'] });
    await open_widget(page);
    const exchange = await ask(page, QUESTIONS.answered);
    const sent = page.waitForRequest((request) => request.url().endsWith('/rating'));
    await exchange.getByRole('button', { name: '没用' }).click();
    same((await sent).postDataJSON().rating, 'down', 'rating');
    const reason = page.waitForRequest((request) => request.url().endsWith('/rating'));
    await exchange.getByRole('button', { name: '没有说全' }).click();
    same((await reason).postDataJSON(), { rating: 'down', reason: 'incomplete' }, 'reason');
    await exchange.getByText('谢谢，记下了').waitFor();
    await becomes(
      () => exchange.getByRole('button', { name: '没用' }).getAttribute('aria-pressed'),
      'true',
      'pressed',
    );
    await exchange.getByRole('button', { name: '复制' }).first().click();
    await exchange.getByText('已复制').first().waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    holds(copied.includes('[1]'), `copied: ${copied}`);
  });

  await session.check('suggestions ask the next question', async () => {
    const page = await session.resident();
    await open_widget(page);
    const exchange = await ask(page, QUESTIONS.answered);
    const suggestion = exchange.locator('.suggestions button').first();
    if ((await suggestion.count()) === 0) return 'this answer suggests nothing';
    const text = (await suggestion.innerText()).trim();
    await suggestion.click();
    const next = await finished(page.locator('.exchange').nth(1));
    await becomes(() => next.locator('.said p').innerText(), text, 'what was said');
    return null;
  });

  await session.check('who means none of what is offered reaches a person', async () => {
    if (!session.mock) return 'needs the stand-in server';
    const page = await session.resident();
    await open_widget(page);
    const exchange = await ask(page, '我要办证');
    await exchange.locator('.suggestions').getByRole('button', { name: '都不是' }).click();
    const next = await finished(page.locator('.exchange').nth(1));
    await next.locator('.work-order').waitFor();
    return null;
  });

  await session.check('the page asks the widget: services and the text field', async () => {
    const page = await session.resident();
    await page.locator('main .service').first().click();
    await finished(page.locator('.exchange').first());
    await page.locator('.head-button[aria-label=关闭]').click();
    await page.locator('#question').fill(QUESTIONS.answered);
    await page.locator('#question').press('Enter');
    await finished(page.locator('.exchange').nth(1));
  });
}

function in_view(locator) {
  return locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top < innerHeight && bottom > 0 && top >= -1;
  });
}
