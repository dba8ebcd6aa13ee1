// What the administrator does: papers in, read, mended, tried out, published; and what follows.

import { becomes, holds, same } from './browser.mjs';
import { ALLOWANCE, allowances, file_of, PAPERS, scanned } from './walk-papers.mjs';
import { Hand } from './walk-hand.mjs';
import { asks_and_looks, first_told } from './walk-resident.mjs';

const NAMES = {
  issuer: '发布单位',
  category: '分类',
  audience: '适用的人',
  service_kind: '办什么事',
  effective_on: '生效日期',
  published_on: '发布日期',
};

/** All papers at once, each with its progress and its end. */
export async function put_in({ hand, data, session }) {
  const files = [];
  for (const paper of PAPERS) files.push(await file_of(session.browser, data, paper));
  const began = Date.now();
  const { page } = hand;
  hand.clicks += 1;
  await page.locator('.drop input[type=file]').setInputFiles([
    ...files,
    { name: '照片.heic', mimeType: 'image/heic', buffer: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic\xff\xd8') },
  ]);
  await page.locator('.upload').first().waitFor();
  await hand.look('uploading');
  await page.locator('.upload.failed .upload-why').waitFor();
  await page.locator('.upload.done').nth(PAPERS.length - 1).waitFor();
  const why = await page.locator('.upload.failed .upload-why').innerText();
  holds(why.length > 10, `a reason for what failed: ${why}`);
  await hand.look('uploaded');
  const each = (Date.now() - began) / PAPERS.length;
  return { each, why };
}

/** One paper on its way from the list of uploads to residents. */
export async function publish_paper(walk, paper, index) {
  const { hand, session, resident } = walk;
  const { page } = hand;
  const [clicks, fields, pace, began] = [hand.clicks, hand.fields, hand.pace, Date.now()];
  await hand.tab('文档');
  await hand.click(page.locator('.upload.done', { hasText: paper.title }).locator('a'));
  await page.locator('.passage-row').first().waitFor();
  if (paper.as !== 'docx') await page.locator('.beside .original-text, .beside iframe.original').first().waitFor();
  await hand.pane('资料');
  await becomes(() => hand.field('标题').inputValue(), paper.title, 'the title as read');
  for (const [name, text] of Object.entries(paper.facts)) await hand.fill(hand.field(NAMES[name]), text);
  await mend(hand, ...paper.mend);
  await hand.saved();
  if (index < 4) await hand.look(`paper-${index + 1}-facts`);
  await hand.pane('试问');
  await hand.fill(page.locator('.beside .ask-row input'), paper.question);
  await hand.click('.beside .ask-row button');
  await page.locator('.beside .reply-text').waitFor();
  const trial = await page.locator('.beside .reply-text').innerText();
  holds(trial.includes(paper.told), `the bench tells "${paper.told}": ${trial}`);
  await hand.look(`paper-${index + 1}-bench`);
  const visible = await publish(walk, paper);
  if (index === 0) await hand.look('published');
  hand.clicks += 3;
  await asks_and_looks(session, resident, paper, `walk-paper-${index + 1}-resident`);
  return {
    clicks: hand.clicks - clicks,
    fields: hand.fields - fields,
    took: Date.now() - began,
    pace: hand.pace - pace,
    visible,
  };
}

/** Puts `to` where `from` stands in a passage. */
async function mend(hand, from, to) {
  const { page } = hand;
  const texts = await page
    .locator('.passage-row textarea')
    .evaluateAll((all) => all.map((one) => one.value));
  const at = texts.findIndex((text) => text.includes(from));
  holds(at >= 0, `a passage says "${from}"`);
  hand.clicks += 1;
  await hand.fill(page.locator('.passage-row textarea').nth(at), texts[at].replace(from, to), to.length - from.length);
}

/** Publishes what is open; how soon residents are told, in milliseconds. */
export async function publish({ hand, session, place }, { question, told }, options = {}) {
  const { page } = hand;
  await hand.press('发布…');
  await page.locator('dialog').getByText(/这里还没有检查题|通过/).first().waitFor();
  if (options.look) await hand.look(options.look);
  const moved = page.waitForResponse((response) => response.url().endsWith('/moves'));
  const since = Date.now();
  await hand.press('发布给居民');
  same((await moved).status(), 200, 'status of publishing');
  const first = await first_told(session.base, place, { question, told }, since);
  await page.locator('.toast').first().waitFor();
  await page.locator('.life', { hasText: '居民现在' }).waitFor();
  return first;
}

/** A newer edition for a later day: each day is answered with what holds on it. */
export async function edition_follows_edition(walk) {
  const { hand, data } = walk;
  const { page } = hand;
  const { older, newer } = allowances(data);
  const { question } = ALLOWANCE;
  await hand.tab('文档');
  await hand.press('粘贴文字');
  await hand.fill(page.locator('dialog textarea'), `${ALLOWANCE.title}\n\n${older}`);
  await hand.fill(page.locator('dialog input'), ALLOWANCE.title);
  await hand.press('做成草稿');
  await page.locator('.document-page').waitFor();
  await hand.fill(hand.field('生效日期'), ALLOWANCE.older.from);
  await hand.pane('问答');
  await hand.press('加一个问答');
  await hand.fill(hand.field('问题'), question);
  await hand.fill(hand.field('答复'), `每人每月${ALLOWANCE.older.told}。`);
  await hand.saved();
  await publish(walk, { question, told: ALLOWANCE.older.told });
  await hand.press('修改');
  await page.locator('.passage-row textarea').first().waitFor();
  const row = page.locator('.passage-row textarea').first();
  await hand.fill(row, newer);
  await hand.pane('问答');
  await hand.fill(hand.field('答复'), `每人每月${ALLOWANCE.newer.told}。`);
  await hand.pane('资料');
  await hand.fill(hand.field('生效日期'), ALLOWANCE.newer.from);
  await hand.saved();
  await hand.click(page.getByRole('link', { name: '和已发布的对比' }));
  await page.locator('.runs ins').first().waitFor();
  await hand.look('difference');
  await hand.click(page.locator('.view-tab').first());
  await publish(walk, { question, told: ALLOWANCE.newer.told }, { look: 'publish-sheet' });
  await hand.tab('试问');
  for (const [on, told] of [[ALLOWANCE.older.asked_on, ALLOWANCE.older.told], ['', ALLOWANCE.newer.told]]) {
    await hand.fill(page.locator('.bench-form input').first(), question);
    await hand.fill(page.locator('.bench-form input[type=date]'), on);
    const answered = page.waitForResponse((response) => response.url().endsWith('/knowledge/bench'));
    await hand.click('.bench-form button');
    await answered;
    await page.locator('.reply-text', { hasText: told }).waitFor();
    await hand.look(on ? 'bench-then' : 'bench-today');
  }
}

/** Two at one draft: the second to save is told, and both have what they wrote. */
export async function two_editors(walk) {
  const { hand, session, people } = walk;
  const { page } = hand;
  const other = await Hand.arrive(session, people.editor);
  await hand.tab('文档');
  await hand.press('粘贴文字');
  await hand.fill(page.locator('dialog textarea'), '## 几点开门\n\n活动室早上八点开门。\n\n## 哪天休息\n\n周一不开门。');
  await hand.fill(page.locator('dialog input'), '府前社区活动室');
  await hand.press('做成草稿');
  await page.locator('.passage-row').nth(1).waitFor();
  const address = new URL(page.url()).hash;
  await other.page.evaluate((to) => (location.hash = to), address);
  await other.page.locator('.passage-row').nth(1).waitFor();
  const saved = page.waitForResponse((response) => response.request().method() === 'PUT');
  const first = page.locator('.passage-row textarea').first();
  await first.fill((await first.inputValue()).replace('八点', '九点'));
  same((await saved).status(), 200, 'the first to save');
  const refused = other.page.waitForResponse((response) => response.request().method() === 'PUT');
  const last = other.page.locator('.passage-row textarea').last();
  await last.fill((await last.inputValue()).replace('周一', '周二'));
  same((await refused).status(), 409, 'the second to save');
  await other.page.locator('.panel.clash').waitFor();
  await other.look('two-editors');
  await other.press('把打勾的放进去，接着改');
  await other.saved();
  const id = address.split('/').pop().split('?')[0];
  const answer = await page.request.get(`${session.base}/api/desk/knowledge/drafts/${id}`);
  const text = (await answer.json()).passages.map((passage) => passage.text).join('\n');
  other.content();
  await other.page.context().close();
  return text;
}

/** A photographed page is noticed, alone and among pages with text. */
export async function scanned_pages({ hand, session }) {
  const { page } = hand;
  await hand.tab('文档');
  const words = '府前社区停水通知：明天上午九点到十一点停水。';
  const before = '<h1>府前社区暑期托管班</h1><p>托管班每天上午八点半开始，下午五点半结束，凭学生证报名。</p>';
  const pdf = (name, buffer) => ({ name, mimeType: 'application/pdf', buffer });
  hand.clicks += 1;
  await page.locator('.drop input[type=file]').setInputFiles([
    pdf('停水通知扫描件.pdf', await scanned(session.browser, words)),
    pdf('托管班.pdf', await scanned(session.browser, words, before)),
  ]);
  const [alone, among] = ['停水通知扫描件.pdf', '托管班.pdf'].map((name) =>
    page.locator('.upload', { hasText: name }).and(page.locator('.done, .failed, .unchanged')),
  );
  await alone.waitFor();
  await among.waitFor();
  await hand.look('scanned');
  const said = (await alone.innerText()).replace(/\s+/g, ' ');
  await hand.click(among.locator('a'));
  await page.locator('.manuscript .caution', { hasText: '没有文字' }).first().waitFor();
  await hand.look('scanned-page');
  return said;
}

/** Who wrote last cannot publish once two people are wanted at the place. */
export async function four_eyes({ hand, place }) {
  const { page } = hand;
  const draft = new URL(page.url()).hash;
  await page.locator('.life').getByRole('button', { name: '发布…' }).waitFor();
  await page.evaluate((to) => (location.hash = to), `#/settings/places/${place}`);
  await hand.click(page.locator('.choices label', { hasText: '不能是同一个人' }));
  await hand.look('four-eyes');
  const saved = page.waitForResponse((response) => response.request().method() === 'PATCH');
  await hand.click(page.locator('form', { hasText: '不能是同一个人' }).locator('.button.main'));
  same((await saved).status(), 200, 'status of saving the place');
  await page.evaluate((to) => (location.hash = to), draft);
  await page.locator('.life > .note').waitFor();
  const why = await page.locator('.life > .note').innerText();
  await becomes(() => page.locator('.life').getByRole('button', { name: '发布…' }).count(), 0, 'buttons to publish');
  return why;
}

/** The pages of knowledge that were not come by. */
export async function look_around({ hand }) {
  for (const name of ['核定答复', '缺口', '检查', '冲突', '知识包', '接口密钥', '文档']) {
    await hand.tab(name);
    await hand.page.waitForFunction(
      () => !document.querySelector('main .page > p[role=status]:not(.unseen)'),
    );
    await hand.look(`page-${name}`);
  }
}
