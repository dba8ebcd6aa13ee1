// The pages of knowledge for everybody: axe in light and dark, a telephone, 320 px, English.

import { axe_findings, holds, same, settled } from './browser.mjs';
import { knowledge_page, lines } from './desk-knowledge.mjs';

const SMALL = { viewport: { width: 320, height: 640 } };

async function views(page) {
  const all = await lines(page);
  const [draft, answer] = [all.find(({ in_force }) => in_force === 'never'), all.find(({ kind }) => kind === 'answer')];
  const read = all.find(({ kind, in_force, draft }) => kind === 'document' && in_force === 'now' && !draft);
  return [
    'documents',
    `documents/${draft.id}`,
    `documents/${read.id}`,
    `documents/${read.id}?view=editions`,
    `documents/${read.id}?view=history`,
    'answers',
    `answers/${answer.id}`,
    `bench?q=${encodeURIComponent('残疾证咋个办？')}`,
    'checks',
    'gaps',
    'conflicts',
    'packs',
    'keys',
  ];
}

async function show(page, view) {
  await page.evaluate((to) => (location.hash = `#/knowledge/${to}`), view);
  await settled(page);
  await page.locator('main h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('main .page > p[role=status]:not(.unseen)'));
  await settled(page);
}

export async function knowledge_access_checks(session) {
  for (const colorScheme of ['light', 'dark']) {
    await session.check(`knowledge: axe finds nothing serious, ${colorScheme}`, async () => {
      const page = await knowledge_page(session, 'documents', { colorScheme });
      for (const view of await views(page)) {
        await show(page, view);
        same(await axe_findings(page), [], view);
        await session.shot(page, `knowledge-${colorScheme}-${view.replace(/[/?].*$/, '')}`);
      }
      const [, draft] = await views(page);
      await show(page, draft);
      for (const pane of await page.locator('.beside .segments button').all()) {
        // Chromium without a screen never calls what four fields for days stand beside still.
        const { x, y, width, height } = await pane.boundingBox();
        await page.mouse.click(x + width / 2, y + height / 2);
        await settled(page);
        same(await axe_findings(page), [], await pane.innerText());
      }
      await page.getByRole('button', { name: '发布…' }).click();
      await page.locator('dialog .run-sum').waitFor();
      await settled(page);
      same(await axe_findings(page), [], 'before publishing');
      same(page.complaints, [], 'complaints');
    });
  }

  await session.check('knowledge at 320 px: nothing to scroll sideways', async () => {
    const page = await knowledge_page(session, 'documents', SMALL);
    for (const view of await views(page)) {
      await show(page, view);
      const [wide, main] = await page.evaluate(() => {
        const box = document.querySelector('main');
        const html = document.documentElement;
        return [html.scrollWidth - html.clientWidth, box.scrollWidth - box.clientWidth];
      });
      holds(wide <= 0 && main <= 0, `${view}: ${wide} and ${main} px too wide`);
      await session.shot(page, `knowledge-320-${view.replace(/[/?].*$/, '')}`);
    }
  });

  await session.check('knowledge in English has no Chinese of its own', async () => {
    const page = await knowledge_page(session, 'documents', {
      prepare: (page) =>
        page.addInitScript(() =>
          localStorage.setItem('xiangyin:desk-settings', JSON.stringify({ language: 'en' })),
        ),
    });
    for (const view of await views(page)) {
      await show(page, view);
      const chinese = await page.evaluate(() =>
        [...document.querySelectorAll('.knowledge *')]
          .filter((node) => !node.closest('[lang=zh-CN], select'))
          .flatMap((node) => [...node.childNodes])
          .filter((node) => node.nodeType === 3)
          // Names of people and columns, and what stands after a colon, are the community's own words.
          .map((node) => node.data.trim().replace(/: .*$|林知夏|周明|标准|年龄/g, ''))
          .filter((text) => /[\u4e00-\u9fff]/.test(text)),
      );
      same(chinese, [], view);
    }
  });
}
