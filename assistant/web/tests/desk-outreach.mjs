// Outreach on the desk: written, numbers pasted and told line by line, looked at before it starts.
//
// The server under test needs no telephone line. What a line brings about is laid over the server's answers.

import { axe_findings, becomes, holds, same, settled } from './browser.mjs';
import { admin_page, worker_page } from './desk-people.mjs';

const PASTED = [
  '姓名,电话',
  '王桂兰,138-1234-5678',
  '13912345678 李大爷',
  '13812345678',
  '1381234567',
  '家里没人',
].join('\n');

export async function desk_outreach_checks(session, desk) {
  await session.check('outreach: written by keyboard, numbers told line by line', async () => {
    const page = await worker_page(session, desk);
    await go(page, 'outreach');
    await page.locator('a[href^="#/outreach/new"]').press('Enter');
    await write(page, '停水通知');
    await page.getByRole('button', { name: '看看会怎么说' }).press('Enter');
    const script = page.locator('.script');
    await script.getByText('不是真人').waitFor();
    await becomes(async () => (await script.innerText()).includes('明天上午停水'), true, 'the preview says what was written');
    await page.getByRole('button', { name: '存下' }).press('Enter');
    await page.locator('h1').getByText('停水通知').waitFor();
    await page.getByLabel('把号码贴在这里').fill(PASTED);
    await page.getByRole('button', { name: '加进名单' }).press('Enter');
    await page.getByText('加了 2 个号码，现在一共 2 个').waitFor();
    const refused = page.locator('table').first().locator('tbody tr');
    await becomes(() => refused.locator('td:first-child').allInnerTexts(), ['4', '5', '6'], 'lines');
    // What is wrong stays, to be put right.
    await becomes(
      async () => (await page.getByLabel('把号码贴在这里').inputValue()).split('\n').length,
      3,
      'lines that stay',
    );
    const numbers = page.locator('.phone-number');
    await becomes(() => numbers.allInnerTexts(), ['138******78', '139******78'], 'numbers are masked');
    await page.getByLabel('看完整号码').check();
    await numbers.first().getByText('13812345678').waitFor();
    same(page.complaints, [], 'complaints of the page');
  });

  await session.check('outreach: who does not want to be called is put on a list', async () => {
    const page = await admin_page(session);
    await go(page, `outreach/opt-outs?community=${encodeURIComponent(desk.place.id)}`);
    await page.getByLabel('谁不愿接电话').fill('137 1234 5678');
    await page.getByRole('button', { name: '记入名单' }).press('Enter');
    const entry = page.locator('.card').filter({ hasText: '137******78' });
    await entry.waitFor();
    await go(page, 'outreach/new');
    await write(page, '名单试验');
    await page.getByLabel('以哪里的名义打').selectOption(desk.place.id);
    await page.getByRole('button', { name: '存下' }).click();
    await page.getByLabel('把号码贴在这里').fill('13712345678');
    await page.getByRole('button', { name: '加进名单' }).click();
    await page.getByText('不要再打，不会拨打').waitFor();
    await go(page, `outreach/opt-outs?community=${encodeURIComponent(desk.place.id)}`);
    await entry.getByRole('button').click();
    await page.getByLabel('为什么又可以打了').fill('测试');
    await page.locator('dialog').getByRole('button', { name: '从名单里去掉' }).click();
    await entry.waitFor({ state: 'detached' });
    same(page.complaints, [], 'complaints of the page');
  });

  for (const colorScheme of ['light', 'dark']) {
    await session.check(`outreach: axe finds nothing serious, ${colorScheme}`, async () => {
      const page = await admin_page(session, { colorScheme });
      await overlay(page);
      await go(page, 'outreach/new');
      same(await axe_findings(page), [], 'new');
      await session.shot(page, `outreach-${colorScheme}-new`);
      await write(page, '体检提醒');
      await page.getByLabel('以哪里的名义打').selectOption(desk.place.id);
      await page.getByRole('button', { name: '存下' }).click();
      await page.getByLabel('把号码贴在这里').fill(PASTED);
      await page.getByRole('button', { name: '加进名单' }).click();
      await page.getByText('加了 2 个号码').waitFor();
      await settled(page);
      same(await axe_findings(page), [], 'one with results');
      await session.shot(page, `outreach-${colorScheme}-one`);
      for (const view of ['outreach', 'outreach/opt-outs']) {
        await go(page, view);
        same(await axe_findings(page), [], view);
        await session.shot(page, `outreach-${colorScheme}-${view.split('/').join('-')}`);
      }
      same(page.complaints, [], 'complaints of the page');
    });
  }

  await session.check('outreach: a telephone scrolls nothing sideways', async () => {
    const page = await admin_page(session, {
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    });
    await overlay(page);
    await go(page, `outreach?community=${encodeURIComponent(desk.place.id)}`);
    await fits(page, 'list');
    await session.shot(page, 'outreach-phone-list');
    await page.locator('.cards a').first().click();
    await page.locator('.call-results').first().waitFor();
    await settled(page);
    await fits(page, 'one');
    await session.shot(page, 'outreach-phone-one');
    await page.locator('.call-results').first().scrollIntoViewIfNeeded();
    await session.shot(page, 'outreach-phone-results');
    await go(page, 'outreach/new');
    await fits(page, 'new');
    await session.shot(page, 'outreach-phone-new');
  });
}

/** Fills in what for and what is said. */
async function write(page, title) {
  await page.getByLabel('名称').fill(title);
  await page.getByLabel('电话里要说的话').fill('明天上午停水，请提前接水。');
  const place = page.getByLabel('以哪里的名义打');
  if ((await place.inputValue()) === '') await place.selectOption({ index: 1 });
}

async function go(page, view) {
  await page.evaluate((to) => (location.hash = `#/${to}`), view);
  await settled(page);
  await page.locator('main h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('main p[role=status]'));
  await settled(page);
}

async function fits(page, view) {
  const over = await page.evaluate(() => {
    const box = document.querySelector('main');
    const root = document.documentElement;
    return Math.max(box.scrollWidth - box.clientWidth, root.scrollWidth - root.clientWidth);
  });
  holds(over <= 0, `${view}: scrolls ${over} px sideways`);
}

/** Shows what a line would have brought about: a paused outreach with every kind of result. */
async function overlay(page) {
  await page.route(/\/api\/desk\/outreach\/[0-9a-f-]{36}$/, async (route) => {
    const response = await route.fetch();
    const one = await response.json();
    one.can_call = true;
    if (one.progress?.total > 0) {
      one.state = 'paused';
      const by_state = {
        reached: 61, partly: 12, no_answer: 18, busy: 3, declined: 4, unreachable: 2, failed: 1, opted_out: 2, waiting: 17,
      };
      one.progress = {
        total: 120, by_state, solved: 44, unsolved: 9, satisfied: 40, mostly: 4, dissatisfied: 5,
      };
    }
    await route.fulfill({ response, json: one });
  });
}
