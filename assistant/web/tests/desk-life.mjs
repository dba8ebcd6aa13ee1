// A worker's day: signing in, one order from the counter to the archive, colleagues, lost lines.

import { randomUUID } from 'node:crypto';
import { becomes, focused, holds, same } from './browser.mjs';
import { admin_page, call, colleague, file_order, worker_page } from './desk-people.mjs';

const MARK = randomUUID().slice(0, 6);

export async function desk_life_checks(session, desk) {
  await session.check(
    'sign-in: a wrong password is said, a one-time password is changed',
    async () => {
      const { worker } = desk;
      const page = await session.resident({ path: '/desk' });
      await page.locator('[name=username]').fill(worker.login);
      await page.locator('[name=password]').fill('not this one');
      await page.keyboard.press('Enter');
      await page.locator('.problem').waitFor();
      await becomes(
        () => focused(page, (element) => element.name),
        'password',
        'focus after a wrong password',
      );
      await session.shot(page, 'desk-sign-in');
      await page.locator('[name=password]').fill(worker.password);
      await page.keyboard.press('Enter');
      const fields = page.locator('form input[autocomplete$=password]');
      await page.locator('input[autocomplete=new-password]').first().waitFor();
      await fields.nth(0).fill(worker.password);
      await fields.nth(1).fill(worker.new_password);
      await fields.nth(2).fill('something else 1');
      await page.keyboard.press('Enter');
      await page.locator('.problem').waitFor();
      await fields.nth(2).fill(worker.new_password);
      await page.keyboard.press('Enter');
      await page.locator('main#main').waitFor();
      same(page.complaints, [], 'complaints of the page');
    },
  );

  await session.check(
    'keyboard only: file, accept, dispatch, sign, finish, follow up',
    async () => {
      const page = await worker_page(session, desk);
      const question = `${MARK} 三栋楼道的灯不亮，老人晚上下楼看不见`;
      const number = await file_by_form(page, session, desk, question);

      await page.keyboard.press('g');
      await page.keyboard.press('e');
      await page.keyboard.press('/');
      await page.keyboard.type(MARK);
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        (wanted) => document.activeElement?.getAttribute('data-number') === wanted,
        number,
      );
      await page.keyboard.press('Enter');
      await page.locator('.order .moves').waitFor();

      if (await has_move(page, 'accept')) {
        await page.keyboard.press('a');
        await state_leaves(page, ['待受理']);
      }
      await page.keyboard.press('d');
      const who = page.locator('.move-form select');
      await who.locator(`option[value="${desk.worker.id}"]`).waitFor({ state: 'attached' });
      await who.focus();
      await choose_by_keys(page, who, desk.worker.id);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await state_is(page, '待签收');
      await page.keyboard.press('s');
      await state_is(page, '办理中');
      await session.shot(page, 'desk-order');

      await page.keyboard.press('n');
      await page.keyboard.type(`已经联系电工 ${MARK}`);
      await page.keyboard.press('Control+Enter');
      await page.locator('.history .internal', { hasText: `已经联系电工 ${MARK}` }).waitFor();
      await page.keyboard.press('r');
      await page.keyboard.type('您好，电工下午来换灯。');
      await page.keyboard.press('Control+Enter');
      await page
        .locator('.said .worker, .history li', { hasText: '电工下午来换灯' })
        .first()
        .waitFor();

      await page.keyboard.press('f');
      const outcome = page.locator('.move-form select').first();
      await outcome.waitFor();
      await choose_by_keys(page, outcome, null);
      const answer = page.locator('.move-form textarea').first();
      while (!(await answer.evaluate((field) => field === document.activeElement))) {
        await page.keyboard.press('Tab');
      }
      await page.keyboard.type('楼道的灯已经换好，请您放心。');
      await page.keyboard.press('Control+Enter');
      await state_leaves(page, ['办理中']);
      if ((await state(page)) === '待审核') {
        await page.keyboard.press('f');
        await state_leaves(page, ['待审核']);
      }
      await state_is(page, '待回访');
      await page.keyboard.press('f');
      for (const name of ['contacted', 'solved', 'satisfaction']) {
        await page.locator(`.move-form input[name$="-${name}"]`).first().focus();
        await page.keyboard.press('Space');
      }
      await page.keyboard.press('Enter');
      await state_is(page, '已归档');
      await session.shot(page, 'desk-archived');
      same(page.complaints, [], 'complaints of the page');
    },
  );

  await session.check('a dialect word is learned, tried and taken back', async () => {
    const page = await admin_page(session);
    // Rare, and written the same in traditional and simplified script.
    const rare = () => [...'嗈嗐嗗嗙嗝嗞嗫嗬嗲嗳嗵嗾嘁嘈嘌嘏'][Math.floor(Math.random() * 16)];
    const word = `嘎${rare()}${rare()}`;
    await page.goto(`${session.base}/desk#/settings/words`);
    const place = page.locator('main select').first();
    await place.waitFor();
    await place.selectOption(desk.place.id);
    const reads = async () => {
      await page.locator('[name=word-trial]').fill(`我家${word}坏了`);
      await page.locator('.words-trial button').click();
      await page.waitForFunction(() => document.querySelector('.words-read')?.textContent.trim());
      return (await page.locator('.words-read').textContent()).trim();
    };
    holds(!(await reads()).includes('水龙头'), 'the word is not known yet');
    await page.locator('[name=word-form]').fill(word);
    await page.locator('[name=word-gloss]').fill('水龙头');
    await page.keyboard.press('Enter');
    const card = page.locator('.known-words .card', { hasText: word });
    await card.waitFor();
    holds((await reads()).includes('水龙头'), 'the assistant reads it');
    await session.shot(page, 'desk-words');
    await card.locator('button').click();
    await card.waitFor({ state: 'detached' });
    same(page.complaints, [], 'complaints of the page');
  });

  await session.check('who only reads is offered nothing to write', async () => {
    const admin = await admin_page(session);
    const login = `e2e-${randomUUID().slice(0, 8)}`;
    const { password } = await call(admin.context(), session.base, 'POST', 'accounts', {
      login,
      name: '只看的人',
      phone: null,
      email: null,
      roles: [{ community_id: desk.place.id, role: 'viewer' }],
    });
    const filed = await file_order(admin, session, desk, `${MARK} 只能看`);
    same(/^\d{6}$/.test(filed.lookup_code), true, 'a code for the resident');
    const viewer = { ...desk, worker: { ...desk.worker, login, password } };
    const page = await worker_page(session, viewer);
    await page.evaluate((to) => (location.hash = `#/inbox/open/${to}`), filed.number);
    await page.locator('.order #wish-title').waitFor();
    await becomes(() => page.locator('.composer').count(), 0, 'composers');
    await becomes(() => page.locator('.upload').count(), 0, 'uploads');
  });

  await session.check('a double click and a retry do it once', async () => {
    const page = await worker_page(session, desk);
    const { number } = await file_order(page, session, desk, `${MARK} 一次就好`);
    await open(page, number);
    await page.keyboard.press('n');
    await page.keyboard.type(`只记一次 ${MARK}`);
    // The answer to the first try is lost on the way.
    let tries = 0;
    await page.route('**/notes', async (route) => {
      tries += 1;
      if (tries > 1) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await page.locator('.composer .button.main').dblclick();
    await page.locator('.toast.bad').waitFor();
    await becomes(
      () => page.locator('.composer textarea').inputValue(),
      `只记一次 ${MARK}`,
      'text after a loss',
    );
    await page.locator('.composer .button.main').click();
    await page
      .locator('.history li', { hasText: `只记一次 ${MARK}` })
      .first()
      .waitFor();
    const order = await call(page.context(), session.base, 'GET', `work-orders/${number}`);
    same(
      order.history.filter(({ text }) => text.includes(`只记一次 ${MARK}`)).length,
      1,
      'notes on the server',
    );
  });

  await session.check(
    'a colleague was faster: what changed is shown, what was typed stays',
    async () => {
      const page = await worker_page(session, desk);
      const { number } = await file_order(page, session, desk, `${MARK} 两个人一起看`);
      const other = await colleague(session, desk);
      await open(page, number);
      const before = await other.call('GET', `work-orders/${number}`);
      const decline = before.moves.find(({ needs }) => needs.includes('reason'));
      if (!decline) return 'no move with a reason in this state';
      if (!(await page.locator(`[data-move=${decline.move}]`).isVisible()))
        await page.keyboard.press('m');
      await page.locator(`[data-move=${decline.move}]`).first().click();
      await page.locator('.move-form textarea').first().fill('这是写了一半的原因');
      await other.call('PUT', `work-orders/${number}/presence`, { writing: true });
      await other.call('PATCH', `work-orders/${number}`, {
        request_id: randomUUID(),
        version: before.version,
        urgent: true,
      });
      await page.locator('.move-form .problem').waitFor();
      // At once, by the feed: the page itself asks every 15 s.
      await page.locator('.presence', { hasText: desk.other.name }).waitFor({ timeout: 10_000 });
      await becomes(
        () => page.locator('.move-form textarea').first().inputValue(),
        '这是写了一半的原因',
        'typed text',
      );
      await session.shot(page, 'desk-conflict');
      await page.reload();
      await page.locator('.order .moves').waitFor();
      if (!(await page.locator(`[data-move=${decline.move}]`).isVisible()))
        await page.keyboard.press('m');
      await page.locator(`[data-move=${decline.move}]`).first().click();
      await becomes(
        () => page.locator('.move-form textarea').first().inputValue(),
        '这是写了一半的原因',
        'typed text after a reload',
      );
      // Left as it was found: an urgent order would ring for whoever works here.
      const after = await other.call('GET', `work-orders/${number}`);
      await other.call('PATCH', `work-orders/${number}`, {
        request_id: randomUUID(),
        version: after.version,
        urgent: false,
      });
      await other.close();
    },
  );

  await session.check(
    'a new order appears by itself, a lost line is said and comes back',
    async () => {
      const page = await worker_page(session, desk);
      await page.goto(`${session.base}/desk#/inbox/open?sort=newest`);
      await page.locator('.rows').waitFor();
      await page.waitForTimeout(1000);
      const other = await colleague(session, desk);
      const first = await other.call('POST', 'work-orders', order_body(desk, `${MARK} 自己出现`));
      await page.locator(`[data-number="${first.number}"]`).waitFor();
      await open(page, first.number);
      await page.keyboard.press('n');
      await page.keyboard.type('断线也不丢');
      await page.context().setOffline(true);
      // Chromium keeps open streams alive when it goes offline, so the worker's own doing shows it.
      await page.keyboard.press('Control+Enter');
      await page.locator('.toast.bad').waitFor({ timeout: 40_000 });
      await page.context().setOffline(false);
      await becomes(() => page.locator('.composer textarea').inputValue(), '断线也不丢', 'typed text');
      const second = await other.call('POST', 'work-orders', order_body(desk, `${MARK} 连上以后`));
      await page.locator(`[data-number="${second.number}"]`).waitFor({ timeout: 60_000 });
      await other.close();
    },
  );
}

function order_body(desk, question) {
  return {
    request_id: randomUUID(),
    community_id: desk.place.id,
    kind: desk.kind,
    question,
    urgent: false,
    slots: {},
    contact: { phone: '13800001234', name: '赵大爷' },
    channel: 'phone',
  };
}

/** Files by the form, with the keys. */
async function file_by_form(page, session, desk, question) {
  await page.goto(`${session.base}/desk#/file`);
  await page.locator('form textarea').waitFor();
  const [place, kind] = [page.locator('form select').nth(0), page.locator('form select').nth(1)];
  await place.focus();
  await choose_by_keys(page, place, desk.place.id);
  await kind.focus();
  await choose_by_keys(page, kind, desk.kind);
  await page.keyboard.press('Tab');
  await page.keyboard.type(question);
  await page.locator('input[type=tel]').focus();
  await page.keyboard.type('13800001234');
  await page.keyboard.press('Enter');
  const done = page.locator('.done-number');
  await done.waitFor();
  const number = /[A-Z0-9][A-Z0-9-]{6,}/.exec(await done.textContent())?.[0];
  holds(number, 'the number is shown');
  return number;
}

/** Arrow keys until the value is chosen; null for the next one. */
async function choose_by_keys(page, select, value) {
  await select.focus();
  if (value === null) return void (await page.keyboard.press('ArrowDown'));
  const step = async (key) => {
    for (let count = 0; count < 60; count += 1) {
      if ((await select.inputValue()) === value) return true;
      await page.keyboard.press(key);
    }
    return (await select.inputValue()) === value;
  };
  holds((await step('ArrowDown')) || (await step('ArrowUp')), `${value} can be chosen`);
}

async function open(page, number) {
  await page.evaluate((to) => (location.hash = `#/inbox/open/${to}`), number);
  await page.locator('.order .moves').waitFor();
}

function has_move(page, move) {
  return page.locator(`.order [data-move=${move}]`).count();
}

async function state(page) {
  return (await page.locator('.order-head .state').textContent()).trim();
}

async function state_is(page, wanted) {
  await page.locator('.order-head .state', { hasText: wanted }).waitFor();
}

async function state_leaves(page, states) {
  await page.waitForFunction(
    (left) => !left.includes(document.querySelector('.order-head .state')?.textContent?.trim()),
    states,
  );
}
