// Knowledge from an uploaded file to an answer: writing, two editors at once, publishing, mending.

import { becomes, holds, same } from './browser.mjs';

const TEXT =
  '# 莲花社区图书室\n\n图书室每天上午9点到下午5点开放，凭身份证借书，一次两本。\n\n## 怎么还书\n\n30天内还到图书室，逾期要补办手续。';

export async function knowledge_page(session, view, options = {}) {
  const page = await session.resident({ path: `/desk#/knowledge/${view}`, ...options });
  await page.locator('main h1').first().waitFor();
  return page;
}

/** The list of documents as the server has it. */
export async function lines(page) {
  const answer = await page.request.get(`${new URL(page.url()).origin}/api/desk/knowledge/documents`);
  return (await answer.json()).documents;
}

async function upload(page, name, text) {
  await page.locator('.drop input[type=file]').setInputFiles({
    name,
    mimeType: 'text/markdown',
    buffer: Buffer.from(text),
  });
}

async function saved(page) {
  await page.locator('.save-state.saved').waitFor();
}

export async function knowledge_checks(session) {
  const { mock } = session;

  await session.check('several files come in at once, each with what became of it', async () => {
    const page = await knowledge_page(session, 'documents');
    await page.locator('.drop input[type=file]').setInputFiles([
      { name: '图书室.md', mimeType: 'text/markdown', buffer: Buffer.from(TEXT) },
      { name: 'juzhuzheng.md', mimeType: 'text/markdown', buffer: Buffer.from('一样') },
      { name: '程序.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\u0000') },
      { name: '空.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    ]);
    await page.locator('.upload.done').waitFor();
    await page.locator('.upload.unchanged').waitFor();
    await becomes(() => page.locator('.upload.failed').count(), 2, 'failed');
    const why = await page.locator('.upload.failed').allInnerTexts();
    holds(why.some((text) => text.includes('另存为')), 'what to do about the unreadable one');
    holds(why.some((text) => text.includes('空的')), 'what to do about the empty one');
    await page.locator('.document-title', { hasText: '莲花社区图书室' }).waitFor();
    same(page.complaints, [], 'complaints');
  });

  await session.check('pasted text of a page becomes a draft with its table', async () => {
    const page = await knowledge_page(session, 'documents');
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData(
        'text/html',
        '<h1>收费标准</h1><p>每月<b>交</b>一次。</p><table><tr><th>车</th><th>钱</th></tr><tr><td>小车</td><td>200元</td></tr></table>',
      );
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    });
    const text = await page.locator('dialog textarea').inputValue();
    same(text, '# 收费标准\n\n每月交一次。\n\n| 车 | 钱 |\n| --- | --- |\n| 小车 | 200元 |', 'Markdown');
    await page.locator('dialog .button.main').click();
    await page.locator('.document-page').waitFor();
    await becomes(() => page.locator('h1').innerText(), '收费标准', 'title');
  });

  await session.check('a passage is split, merged, moved and undone, and saved by itself', async () => {
    const page = await knowledge_page(session, 'documents');
    await upload(page, '活动室.md', TEXT.replaceAll('图书室', '活动室'));
    await page.locator('.upload.done a').click();
    const first = page.locator('.passage-row textarea').first();
    await first.focus();
    await first.evaluate((field) => field.setSelectionRange(field.value.indexOf('凭'), field.value.indexOf('凭')));
    await page.keyboard.press('Control+Enter');
    await becomes(() => page.locator('.passage-row').count(), 3, 'passages after splitting');
    await saved(page);
    const shown = page.locator('.passage-row').nth(1);
    await shown.locator('textarea').focus();
    await shown.locator('.passage-tools button').first().click();
    await becomes(async () => (await page.locator('.original-text mark').innerText()).includes('上午9点'), true, 'both halves lead to the original');
    await page.keyboard.press('Control+z');
    await becomes(() => page.locator('.passage-row').count(), 2, 'passages after undoing');
    await page.keyboard.press('Control+Shift+Z');
    await becomes(() => page.locator('.passage-row').count(), 3, 'passages after redoing');
    await page.locator('.passage-row textarea').first().focus();
    await page.keyboard.press('Control+Shift+Enter');
    await becomes(() => page.locator('.passage-row').count(), 2, 'passages after merging');
    await page.keyboard.press('Alt+ArrowDown');
    await page.waitForFunction(() => document.querySelectorAll('.passage-row textarea')[1]?.value.includes('上午9点'));
    await saved(page);
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll('.passage-row textarea')[1]?.value.includes('上午9点'));
    same(page.complaints, [], 'complaints');
  });

  await session.check('what was just written is there after a look at another view', async () => {
    const page = await knowledge_page(session, 'documents');
    await upload(page, '乒乓球.md', TEXT.replaceAll('图书室', '乒乓球室'));
    await page.locator('.upload.done a').click();
    await page.locator('.passage-row textarea').first().fill('乒乓球室早上7点开门。');
    await page.locator('.view-tab', { hasText: '经过' }).click();
    await page.locator('.view-tab').first().click();
    const first = page.locator('.passage-row textarea').first();
    await becomes(() => first.inputValue(), '乒乓球室早上7点开门。', 'what was written');
    await first.fill('乒乓球室早上8点开门。');
    await saved(page);
    await becomes(() => page.locator('.panel.clash').count(), 0, 'clashes with oneself');
  });

  await session.check('what did not reach the server is found again after a crash', async () => {
    const page = await knowledge_page(session, 'documents');
    await upload(page, '健身.md', TEXT.replaceAll('图书室', '健身点'));
    await page.locator('.upload.done a').click();
    await page.route('**/drafts/*', (route) =>
      route.request().method() === 'PUT' ? route.abort() : route.continue(),
    );
    await page.locator('.passage-row textarea').first().fill('早上6点开放。');
    await page.locator('.save-state.failed').waitFor();
    await page.unroute('**/drafts/*');
    page.on('dialog', (dialog) => dialog.accept());
    await page.reload();
    await becomes(() => page.locator('.passage-row textarea').first().inputValue(), '早上6点开放。', 'restored');
    await saved(page);
  });

  await session.check('two editors: nobody’s work is overwritten', async () => {
    const page = await knowledge_page(session, 'documents');
    await upload(page, '食堂.md', TEXT.replaceAll('图书室', '食堂'));
    await page.locator('.upload.done a').click();
    await page.locator('.passage-row textarea').first().waitFor();
    const id = new URL(page.url()).hash.split('/').pop().split('?')[0];
    mock.desk.colleague.write(id, (draft) => {
      draft.passages[1] = { ...draft.passages[1], text: '还书时间改为60天。' };
    });
    await page.locator('.passage-row textarea').first().fill('食堂中午开放。');
    await page.locator('.panel.clash').waitFor();
    await becomes(async () => (await page.locator('.clash h2').innerText()).includes('周明'), true, 'who changed it');
    await page.locator('.clash .button.main').click();
    await saved(page);
    const texts = () => page.locator('.passage-row textarea').evaluateAll((all) => all.map((one) => one.value));
    await becomes(texts, ['食堂中午开放。', '还书时间改为60天。'], 'both are there');
  });

  await session.check('a page without text is noticed at its place', async () => {
    const page = await knowledge_page(session, 'documents');
    await page.locator('.row-link', { hasText: '高龄津贴发放标准' }).click();
    const note = page.locator('.page-note');
    await note.waitFor();
    await becomes(async () => (await note.innerText()).includes('原件第 3 页'), true, 'which page');
    const rows = () =>
      page
        .locator('.text-passages > li')
        .evaluateAll((all) => all.map((row) => row.classList.contains('page-note')));
    await becomes(rows, [false, false, true, false], 'before the first passage of a later page');
    await page.locator('.beside .segments button', { hasText: '目录' }).click();
    await note.locator('button').click();
    await page.locator('.beside .original-name').waitFor();
    same(page.complaints, [], 'complaints');
  });

  await session.check('a table is written cell by cell', async () => {
    const page = await knowledge_page(session, 'documents');
    await page.locator('.row-link', { hasText: '高龄津贴发放标准' }).click();
    await page.locator('[data-cell="0-1"]').fill('每月80元');
    await page.locator('[data-cell="0-1"]').press('Enter');
    await becomes(() => page.evaluate(() => document.activeElement.dataset.cell), '1-1', 'Enter goes down');
    await saved(page);
    const id = new URL(page.url()).hash.split('/').pop().split('?')[0];
    const draft = await (await page.request.get(`${new URL(page.url()).origin}/api/desk/knowledge/drafts/${id}`)).json();
    holds(draft.passages[2].text.startsWith('年龄：80—89周岁；标准：每月80元；'), 'still a table');
  });

  await session.check('publishing asks the checks first, and the answer follows', async () => {
    const page = await knowledge_page(session, 'documents');
    await upload(page, '托管.md', TEXT.replaceAll('图书室', '托管班'));
    await page.locator('.upload.done a').click();
    await page.getByRole('button', { name: '发布…' }).click();
    await page.locator('dialog .run-sum').waitFor();
    await page.getByRole('button', { name: '发布给居民' }).click();
    await page.locator('.toast').waitFor();
    await page.getByText('居民现在问到的就是这一版').waitFor();
    await page.evaluate(() => (location.hash = '#/knowledge/bench'));
    await page.locator('.bench-form input').first().fill('托管班几点开放？');
    await page.keyboard.press('Enter');
    const reply = page.locator('.reply-text');
    await reply.waitFor();
    await becomes(async () => (await reply.innerText()).includes('上午9点'), true, 'the new document is told');
    await page.locator('.found mark').first().waitFor();
    await page.locator('.found').first().getByRole('button', { name: '置顶' }).click();
    await page.locator('.found .mark.open').first().waitFor();
    await page.locator('.found').first().getByRole('button', { name: '存为检查' }).click();
    await page.locator('dialog button.main').click();
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.locator('.bench-form input').first().fill('');
    await page.keyboard.press('ArrowUp');
    await becomes(() => page.locator('.bench-form input').first().inputValue(), '托管班几点开放？', 'up arrow');
  });

  await session.check('an edition is compared, withdrawn and brought back', async () => {
    const page = await knowledge_page(session, 'documents');
    await page.locator('.row-link', { hasText: '居住证办理' }).click();
    await page.locator('.view-tab', { hasText: '版本' }).click();
    await page.getByRole('link', { name: '和上一版对比' }).first().click();
    await page.locator('.runs ins').first().waitFor();
    await page.locator('.view-tab', { hasText: '版本' }).click();
    await page.getByRole('button', { name: '撤回…' }).click();
    await page.locator('dialog textarea').fill('内容有误');
    await page.locator('dialog .button.main').click();
    await page.locator('.toast', { hasText: '撤回' }).getByRole('button').first().click();
    await page.locator('.toast', { hasText: '退回好了' }).waitFor();
    await page.locator('.document-name .mark.open').waitFor();
  });

  await session.check('a gap becomes a verified answer with an accepted alias', async () => {
    const page = await knowledge_page(session, 'gaps');
    await page.locator('.gap', { hasText: '楼道灯' }).getByRole('button', { name: '用它起草' }).click();
    await page.locator('.answer-form').waitFor();
    await becomes(async () => (await page.locator('.answer-form textarea').first().inputValue()).length > 0, true, 'drafted from the order');
    await page.getByRole('button', { name: '看看大家还怎么问' }).click();
    await page.locator('.suggestions .chip').first().click();
    await becomes(() => page.locator('.question-row').count(), 2, 'accepted');
    await page.getByRole('button', { name: '找依据' }).click();
    await page.locator('dialog button.pick').first().click();
    await page.locator('dialog label.pick input').first().check();
    await page.getByRole('button', { name: '选好了' }).click();
    await saved(page);
    same(page.complaints, [], 'complaints');
  });

  await session.check('gaps: assigned, merged, not ours', async () => {
    const page = await knowledge_page(session, 'gaps');
    const gap = page.locator('.gap', { hasText: '羽毛球' });
    await gap.getByRole('button', { name: '交给谁' }).click();
    await page.locator('dialog .button.main').click();
    await gap.getByText('交给 林知夏').waitFor();
    await gap.getByRole('button', { name: '不归我们管' }).click();
    await page.locator('dialog textarea').fill('街道文化站');
    await page.locator('dialog .button.main').click();
    await gap.waitFor({ state: 'detached' });
    await page.locator('.gap').last().getByRole('button', { name: '合并' }).click();
    await page.locator('dialog button.pick').first().click();
    await page.locator('.toast', { hasText: '合并到' }).waitFor();
    await becomes(() => page.locator('.gap').count(), 1, 'one group is left');
    await page.getByLabel('哪里的居民问的').selectOption('jinsha');
    await page.locator('.gap').waitFor({ state: 'detached' });
    await page.getByLabel('哪里的居民问的').selectOption('');
    await page.locator('.gap').waitFor();
  });

  await session.check('checks: run, a table with a wrong line, a key shown once', async () => {
    const page = await knowledge_page(session, 'checks');
    await page.getByRole('button', { name: /全部问一遍/ }).click();
    await page.locator('.result').first().waitFor();
    await page.getByRole('button', { name: '从表格导入' }).click();
    await page.locator('dialog textarea').fill('question,disposition\n居住证,answered,多了一列');
    await page.locator('dialog .button.main').click();
    await becomes(async () => (await page.locator('dialog .problem').innerText()).includes('第 2 行'), true, 'line number');
    await page.keyboard.press('Escape');
    await page.evaluate(() => (location.hash = '#/knowledge/keys'));
    await page.getByRole('button', { name: '新建密钥' }).click();
    await page.locator('form input').first().fill('街道网站');
    await page.locator('form .button.main').click();
    await becomes(async () => (await page.locator('.password').innerText()).startsWith('xyk_'), true, 'the key');
    await page.getByRole('button', { name: '我放好了' }).click();
    await becomes(() => page.locator('.password').count(), 0, 'never again');
    await becomes(() => page.locator('.card', { hasText: '街道网站' }).count(), 1, 'listed');
  });

  await session.check('an error says what to do, and the page comes back', async () => {
    const page = await knowledge_page(session, 'keys');
    await page.route('**/knowledge/gaps*', (route) => route.abort());
    await page.evaluate(() => (location.hash = '#/knowledge/gaps'));
    await page.locator('.problem').waitFor();
    await page.unroute('**/knowledge/gaps*');
    await page.locator('.problem button').click();
    await page.locator('.gap').first().waitFor();
  });
}
