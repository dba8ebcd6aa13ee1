// People in the conversation, news about work orders, and what residents say about the outcome.

import {
  QUESTIONS,
  ask,
  ask_until,
  axe_findings,
  becomes,
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

const ALONE = 'needs the stand-in server, whose staff the check plays';

export async function people_checks(session) {
  const { mock } = session;

  await session.check('a worker takes over, writes and gives back', async () => {
    if (!mock) return ALONE;
    const page = await session.resident();
    await open_widget(page);
    const first = await ask(page, QUESTIONS.answered);
    await becomes(() => speaker(page).innerText(), '', 'line while the machine answers');
    const id = await conversation(page);
    await page.getByRole('button', { name: '转人工' }).last().click();
    await speaker(page).getByText('在等工作人员').waitFor();

    mock.staff.take_over(id, '王芳');
    await speaker(page).getByText('现在是社区工作人员王芳在跟您说').waitFor();
    await becomes(() => speaker(page).getAttribute('role'), 'status', 'role of the line');
    await becomes(async () => (await page.locator('.head-names p').innerText()).includes('真人'), true, 'head of the panel');

    const said = await send(page, '我家在三楼');
    await said.locator('.delivered').waitFor();
    await becomes(() => said.locator('.delivered').innerText(), '已送到', 'instead of an answer');
    await becomes(() => said.locator('.answer').count(), 0, 'answers of the machine');

    mock.staff.write(id, '好的，我下午两点到。');
    const message = page.locator('.message.worker');
    await message.getByText('好的，我下午两点到。').waitFor();
    await becomes(() => message.locator('strong').innerText(), '王芳', 'name');
    await becomes(() => message.locator('.badge').innerText(), '工作人员', 'badge');
    await heard(page, '好的，我下午两点到。');
    await session.shot(page, 'desktop-person');
    await becomes(() => first.locator('.sentence').count(), 3, 'the answer before it');

    const kinds = await entries(page);
    same(kinds, ['turn', 'turn', 'notice', 'turn', 'worker'], 'order');
    await page.reload();
    await open_widget(page);
    await page.locator('.message.worker').waitFor();
    await page.locator('.delivered').waitFor();
    await becomes(() => entries(page), kinds, 'order after a reload');
    await speaker(page).getByText('王芳').waitFor();

    mock.staff.give_back(id);
    await page.getByText('现在又由我（智能助手）陪您说').last().waitFor();
    await until_text(speaker(page), '');
    const last = await ask(page, QUESTIONS.answered);
    await becomes(async () => (await last.locator('.sentence').count()) > 0, true, 'no answer of the machine');
    same(page.complaints, [], 'complaints of the page');
    return null;
  });

  await session.check('line lost: what people said meanwhile comes, nothing twice', async () => {
    if (!mock) return ALONE;
    const page = await session.resident();
    await open_widget(page);
    await ask(page, QUESTIONS.answered);
    const id = await conversation(page);
    mock.staff.take_over(id, '王芳');
    mock.staff.write(id, '第一句');
    await page.locator('.message.worker').first().waitFor();
    const again = page.waitForRequest((request) => /events\?after=message-/.test(request.url()));
    mock.staff.hang_up(id);
    mock.staff.write(id, '第二句');
    await again;
    await page.getByText('第二句').last().waitFor();
    await becomes(
      () => page.locator('.message.worker .message-text').allInnerTexts(),
      ['第一句', '第二句'],
      'messages',
    );
    return null;
  });

  await session.check('news while closed: counted, said, there when opened', async () => {
    if (!mock) return ALONE;
    const page = await session.resident();
    await open_widget(page);
    const [number] = await file(page);
    await page.locator('.head-button[aria-label=关闭]').click();
    await becomes(() => page.locator('.unread').count(), 0, 'count before anything came');
    mock.staff.begin(number);
    await until_text(page.locator('.unread'), '1');
    await heard(page, '1 条新消息');
    await page.getByRole('button', { name: /问社区\s*1 条新消息/ }).waitFor();
    await session.shot(page, 'desktop-unread');
    await page.reload();
    await until_text(page.locator('.unread'), '1');
    await open_widget(page);
    await page.locator('.message').getByText('已经有工作人员在办了').waitFor();
    await page.locator('.head-button[aria-label=关闭]').click();
    await becomes(() => page.locator('.unread').count(), 0, 'count after it was seen');
    await page.reload();
    await open_widget(page);
    await page.locator('.message').waitFor();
    await page.locator('.head-button[aria-label=关闭]').click();
    await becomes(() => page.locator('.unread').count(), 0, 'count after a reload');
    return null;
  });

  await session.check('old conversation with news: opens without a question', async () => {
    if (!mock) return ALONE;
    const page = await session.resident();
    await open_widget(page);
    const [number] = await file(page);
    await page.evaluate(() => {
      const kept = JSON.parse(localStorage.getItem('xiangyin:demo'));
      kept.last_active_at -= 40 * 60_000;
      localStorage.setItem('xiangyin:demo', JSON.stringify(kept));
    });
    await page.reload();
    mock.staff.begin(number);
    await until_text(page.locator('.unread'), '1');
    await open_widget(page);
    await page.locator('.message').waitFor();
    await page.locator('.exchange').first().waitFor();
    await becomes(() => page.getByRole('button', { name: '接着聊' }).count(), 0, 'question');
    return null;
  });

  await session.check('closed for long: nobody listens until the page is seen', async () => {
    if (!mock) return ALONE;
    const page = await session.resident({ prepare: (page) => page.clock.install() });
    await open_widget(page);
    const [number] = await file(page);
    const id = await conversation(page);
    await page.locator('.head-button[aria-label=关闭]').click();
    await mock.until(() => mock.staff.is_heard(id));
    await page.clock.fastForward(11 * 60_000);
    await mock.until(() => !mock.staff.is_heard(id));
    mock.staff.begin(number);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await until_text(page.locator('.unread'), '1');
    return null;
  });

  await session.check('a reader further up is left alone and shown the way down', async () => {
    if (!mock) return ALONE;
    const page = await session.resident();
    await open_widget(page);
    await file(page);
    const id = await conversation(page);
    mock.staff.take_over(id, '王芳');
    for (let line = 1; line <= 12; line += 1) mock.staff.write(id, `第 ${line} 句`);
    await page.locator('.message').getByText('第 12 句').waitFor();
    await page.locator('.log').focus();
    await page.keyboard.press('Home');
    await page.waitForFunction(at_top);
    mock.staff.write(id, '最后一句');
    await page.getByRole('button', { name: '看新消息' }).click();
    await becomes(() => page.locator('.news-below').count(), 0, 'button after it was pressed');
    await becomes(() => focused(page, (element) => element.className), 'log', 'focus');
    await becomes(() => page.evaluate(at_top), false, 'still at the top');
    return null;
  });

  await session.check('read aloud: what a worker wrote', async () => {
    if (!mock) return ALONE;
    const local = [{ lang: 'zh-CN', name: 'near', localService: true }];
    const page = await session.resident({ prepare: (page) => page.addInitScript(voices, local) });
    await open_widget(page);
    await ask(page, QUESTIONS.answered);
    const id = await conversation(page);
    mock.staff.take_over(id, '王芳');
    mock.staff.write(id, '我下午两点到。');
    await page.locator('.message.worker').getByRole('button', { name: '朗读' }).click();
    await becomes(() => page.evaluate(() => globalThis.spoken), ['我下午两点到。'], 'what was read');
    return null;
  });

  await session.check('done: solved, with one tap for how satisfied', async () => {
    if (!mock) return ALONE;
    const page = await session.resident();
    await open_widget(page);
    const [number, code] = await file(page);
    mock.staff.begin(number);
    await page.locator('.message').getByText('在办了').waitFor();
    mock.staff.finish(number, '灯换好了。');
    const notice = page.locator('.message', { hasText: '办好了' });
    await notice.getByRole('button', { name: '解决了', exact: true }).click();
    await becomes(() => focused(page, (element) => element.innerText.trim()), '满意', 'focus');
    const sent = page.waitForRequest((request) => request.url().endsWith('/survey'));
    await notice.getByRole('button', { name: '基本满意' }).click();
    const { request_id, ...verdict } = (await sent).postDataJSON();
    same(verdict, { lookup_code: code, solved: true, satisfaction: '基本满意' }, 'verdict');
    holds(request_id?.length > 10, 'no request id');
    await notice.getByText('谢谢您，记下了').waitFor();
    await page.locator('.message', { hasText: '谢谢您的评价' }).waitFor();
    await becomes(() => page.locator('.verdict').count(), 0, 'questions left');
    await becomes(
      () => focused(page, (element) => element.classList.contains('done')),
      true,
      'focus after it',
    );
    await page.reload();
    await open_widget(page);
    await page.locator('.message', { hasText: '谢谢您的评价' }).waitFor();
    await page.locator('.exchange .work-order').waitFor();
    await becomes(() => page.locator('.verdict').count(), 0, 'questions after a reload');
    return null;
  });

  await session.check('done, but not solved: a few words, then it is done again', async () => {
    if (!mock) return ALONE;
    const page = await session.resident();
    await open_widget(page);
    const [number] = await file(page);
    mock.staff.finish(number, '灯换好了。');
    await page.locator('.message .verdict').waitFor();
    // The question is still there after a reload.
    await page.reload();
    await open_widget(page);
    const notice = page.locator('.message', { hasText: '办好了' });
    await notice.getByRole('button', { name: '没解决' }).click();
    await becomes(() => focused(page, (element) => element.tagName), 'TEXTAREA', 'focus');
    await page.keyboard.type('还是不亮');
    await session.shot(page, 'desktop-unsolved');
    const sent = page.waitForRequest((request) => request.url().endsWith('/survey'));
    await notice.getByRole('button', { name: '送出，请再办' }).click();
    const { solved, note } = (await sent).postDataJSON();
    same({ solved, note }, { solved: false, note: '还是不亮' }, 'verdict');
    await notice.getByText('我们接着办').waitFor();
    await page.locator('.message', { hasText: '重新办理' }).waitFor();
    return null;
  });

  await session.check('progress by telephone number: read; by code: add, judge, again', async () => {
    if (!mock) return ALONE;
    const page = await session.resident();
    await open_widget(page);
    const [number, code] = await file(page);
    const contact = page.locator('.exchange form');
    await contact.locator('input[type=tel]').fill('138 0013 8000');
    await contact.locator('button[type=submit]').click();
    await page.locator('.exchange .done').waitFor();

    // Somebody else's telephone, where this conversation is not kept.
    const other = await session.resident();
    await open_widget(other);
    await other.getByRole('button', { name: '查进度' }).last().click();
    const sheet = other.locator('.sheet');
    await look_up(sheet, number, '13800138000');
    await sheet.getByText('收到了，等社区受理').first().waitFor();
    await sheet.getByText(/预计 \d+月\d+日 \d\d:\d\d 前办结/).last().waitFor();
    await sheet.getByText('请填查询码再查一次').waitFor();
    await becomes(() => sheet.getByRole('button', { name: '补充几句' }).count(), 0, 'what the number opens');
    await look_up(sheet, number, '13900139000');
    await sheet.getByText('没有查到').waitFor();

    await look_up(sheet, number, code);
    await sheet.getByRole('button', { name: '补充几句' }).click();
    await sheet.getByRole('button', { name: '送出' }).click();
    await sheet.getByText('请先写上要补充的话').waitFor();
    await sheet.locator('.progress textarea').fill('门口也不亮');
    await sheet.getByRole('button', { name: '送出' }).click();
    await sheet.getByText('补充的话送到了').waitFor();
    await sheet.getByText('居民补充：门口也不亮').waitFor();

    mock.staff.finish(number, '灯换好了。');
    await look_up(sheet, number, code);
    await sheet.locator('.outcome').getByText('灯换好了。').waitFor();
    await session.shot(other, 'desktop-progress-done');
    await sheet.getByRole('button', { name: '解决了', exact: true }).click();
    await sheet.getByRole('button', { name: '不评了' }).click();
    await sheet.getByText('谢谢您，记下了').waitFor();

    await sheet.getByRole('button', { name: '没解决，要求重办' }).click();
    await sheet.getByRole('button', { name: '要求重办', exact: true }).click();
    await sheet.getByText('请写一句哪里还没解决').waitFor();
    await sheet.locator('.progress textarea').fill('又灭了');
    const sent = other.waitForRequest((request) => request.url().endsWith('/reopen'));
    await sheet.getByRole('button', { name: '要求重办', exact: true }).click();
    const { reason, lookup_code } = (await sent).postDataJSON();
    same({ reason, lookup_code }, { reason: '又灭了', lookup_code: code }, 'reopening');
    await sheet.getByText('我们接着办').waitFor();
    await sheet.getByText('正在办').first().waitFor();
    same(other.complaints, [], 'complaints of the page');
    return null;
  });

  for (const colorScheme of ['light', 'dark']) {
    await session.check(`people: axe, ${colorScheme}; targets, 320 px, 长辈版`, async () => {
      if (!mock) return ALONE;
      const page = await session.resident({ colorScheme, viewport: { width: 320, height: 568 } });
      await open_widget(page);
      const [number, code] = await file(page);
      const id = await conversation(page);
      mock.staff.take_over(id, '王芳');
      mock.staff.write(id, '我来看看。');
      mock.staff.finish(number, '灯换好了。');
      const verdict = page.locator('.verdict');
      await verdict.waitFor();
      await page.locator('.speaker.person').waitFor();
      await view(page, '消息');
      await verdict.getByRole('button', { name: '解决了', exact: true }).click();
      await view(page, '满意');
      await verdict.getByRole('button', { name: '点错了' }).click();
      await verdict.getByRole('button', { name: '没解决' }).click();
      await view(page, '没解决');
      await page.getByRole('button', { name: '查进度' }).last().click();
      await look_up(page.locator('.sheet'), number, code);
      await page.locator('.sheet .verdict').waitFor();
      await view(page, '进度');
      await session.shot(page, `320-${colorScheme}-progress`);
      await page.keyboard.press('Escape');
      await page.locator('.head-button[aria-label=关闭]').click();
      mock.staff.write(id, '办好了告诉您。');
      await page.locator('.unread').waitFor();
      await view(page, '新消息');
      return null;
    });
  }

  /** Axe, sizes and widths, in both versions. */
  async function view(page, name) {
    for (const [size, elder, least] of [
      [18, false, 44],
      [24, true, 60],
    ]) {
      await read_as(page, size, elder);
      const where = `${name}${elder ? ' in 长辈版' : ''}`;
      same(await axe_findings(page), [], where);
      await fits(page, where);
      if ((await page.locator('.panel').count()) > 0) {
        same(await small_targets(page, least), [], `small targets (${where})`);
      }
      await session.shot(page, `320-${name}${elder ? '-elder' : ''}`);
    }
    await read_as(page, 18, false);
  }
}

function speaker(page) {
  return page.locator('.speaker');
}

/** Id of the conversation that the page keeps. */
function conversation(page) {
  return page.evaluate(() => JSON.parse(localStorage.getItem('xiangyin:demo')).id);
}

/** Has a work order filed; its number and code. */
async function file(page) {
  const exchange = await ask_until(page, QUESTIONS.unknown, '.work-order');
  return exchange.locator('.slip dd').allInnerTexts();
}

async function look_up(sheet, number, key) {
  const form = sheet.locator('form').first();
  await form.locator('input').nth(0).fill(number);
  await form.locator('input').nth(1).fill(key);
  await form.locator('button[type=submit]').click();
}

/** Whether the beginning of the conversation is in view. */
function at_top() {
  return document.querySelector('xiangyin-widget').shadowRoot.querySelector('.log').scrollTop === 0;
}

/** What stands in the conversation, from above. */
function entries(page) {
  return page
    .locator('.entry')
    .evaluateAll((nodes) =>
      nodes.map((node) =>
        node.classList.contains('exchange')
          ? 'turn'
          : node.classList.contains('worker')
            ? 'worker'
            : 'notice',
      ),
    );
}

/** Waits until a screen reader was given these words. */
function heard(page, words) {
  return page
    .locator('[aria-live=polite] p', { hasText: words })
    .first()
    .waitFor({ state: 'attached' });
}

/** Waits until an element says just this. */
async function until_text(locator, text) {
  await locator.filter({ hasText: new RegExp(`^\\s*${text}\\s*$`) }).waitFor({ state: 'attached' });
}
