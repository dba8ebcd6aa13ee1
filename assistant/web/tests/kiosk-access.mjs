// The kiosk's numbers: letters, targets, contrast, zoom, keyboard, screen readers.

import { axe_findings, becomes, holds, same } from './browser.mjs';
import { begin, LANDSCAPE, PORTRAIT, say, visitor } from './kiosk-browser.mjs';

const SCREENS = {
  portrait: PORTRAIT,
  landscape: LANDSCAPE,
  small: { width: 320, height: 640 },
  zoomed: { width: 540, height: 960 },
  'zoomed landscape': { width: 960, height: 540 },
};

export async function access_checks(session) {
  for (const [name, viewport] of Object.entries(SCREENS)) {
    await session.check(`axe, targets, letters and width in every state: ${name}`, async () => {
      const page = await visitor(session, { viewport, reducedMotion: 'reduce' });
      await page.locator('.tile').first().waitFor();
      await measure(session, page, name, 'start');
      await begin(session, page);
      await measure(session, page, name, 'listening');
      await say(session, page, '居住证怎么办', ['居住证要不要钱']);
      await page.locator('.choices .button').first().waitFor();
      await measure(session, page, name, 'answer');
      await page.locator('.citation').first().click();
      await page.locator('.cited mark').first().waitFor();
      await measure(session, page, name, 'source');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: '不是这个意思' }).click();
      await page.locator('.note-words').waitFor();
      await measure(session, page, name, 'apology');
      await say(session, page, '合唱团排练室的钥匙在谁那里');
      await page.locator('.slip').waitFor();
      await measure(session, page, name, 'slip');
      await say(session, page, '我家着火了');
      await page.locator('.danger').waitFor();
      await measure(session, page, name, 'danger');
      await page.getByRole('button', { name: '设置' }).click();
      await measure(session, page, name, 'settings');
      await page.getByRole('button', { name: '您平时说哪里话' }).click();
      await measure(session, page, name, 'dialects');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: '打字' }).click();
      await measure(session, page, name, 'typing');
      await page.keyboard.press('Escape');
    });
  }

  await session.check('high contrast, the largest and the smallest letters', async () => {
    for (const [path, name] of [
      ['/kiosk?contrast=high', 'contrast'],
      ['/kiosk?size=48', 'largest'],
      ['/kiosk?size=18', 'smallest'],
    ]) {
      const page = await visitor(session, { path });
      await page.locator('.tile').first().waitFor();
      await measure(session, page, name, 'start');
      await begin(session, page);
      await say(session, page, '我家着火了');
      await page.locator('.danger').waitFor();
      await measure(session, page, name, 'danger');
      await page.context().close();
    }
  });

  await session.check('320 px with the largest letters: nothing to scroll sideways', async () => {
    const page = await visitor(session, {
      path: '/kiosk?size=30',
      viewport: { width: 320, height: 568 },
    });
    await page.locator('.tile').first().waitFor();
    await measure(session, page, '320', 'start');
    await begin(session, page);
    await say(session, page, '居住证怎么办');
    await measure(session, page, '320', 'answer');
  });

  await session.check('keyboard only: begin, hear, open a source, close, leave', async () => {
    const page = await visitor(session);
    await page.locator('.tile').first().waitFor();
    await tab_to(page, '.talk-button');
    await page.keyboard.press('Enter');
    await session.mock.until(() => session.mock.voice.listeners.size > 0);
    await say(session, page, '居住证怎么办');
    await tab_to(page, '.citation');
    await page.keyboard.press('Enter');
    await page.locator('.cited mark').first().waitFor();
    for (let step = 0; step < 6; step += 1) {
      await page.keyboard.press('Tab');
      await becomes(() => has_focus(page, '.sheet *, .sheet'), true, 'the focus left the sheet');
    }
    await page.keyboard.press('Escape');
    await page.locator('.sheet').waitFor({ state: 'detached' });
    await becomes(() => has_focus(page, '.citation'), true, 'the focus did not come back to the source');
    await tab_to(page, '.person');
    await tab_to(page, '.bar .button:last-child');
    await page.keyboard.press('Enter');
    await page.locator('.start').waitFor();
  });

  await session.check('screen reader: states are told, the answer is not said twice', async () => {
    const page = await visitor(session);
    await begin(session, page);
    await say(session, page, '居住证怎么办');
    await page.locator('.sentence.sounding').waitFor();
    await becomes(() => page.locator('[aria-live=polite] p').count(), 0, 'lines while the kiosk speaks');
    await becomes(() => page.locator('.who [role=status]').textContent(), '', 'state while it speaks');
    await becomes(() => page.locator('main').count(), 1, 'main landmarks');
    await becomes(() => page.locator('.reply').getAttribute('aria-label'), '回答', 'name of the answer');
    await page.getByRole('button', { name: '设置' }).click();
    await page.getByRole('button', { name: '不出声' }).click();
    await page.keyboard.press('Escape');
    session.mock.voice.says('居住证要不要钱');
    await page
      .locator('[aria-live=polite] p', { hasText: '不收工本费' })
      .waitFor({ state: 'attached' });
  });

  await session.check('reduced motion: the face is still', async () => {
    const page = await visitor(session, { reducedMotion: 'reduce' });
    await begin(session, page);
    await page.locator('.face.speaking').waitFor();
    await becomes(
      () => page.locator('.face .mouth').evaluate((node) => getComputedStyle(node).animationName),
      'none',
      'animation',
    );
  });
}

/** Nothing serious for axe, no small target or letter, nothing wider than the screen. */
async function measure(session, page, screen, state) {
  const where = `${screen}, ${state}`;
  await session.shot(page, `kiosk-${screen}-${state}`.replaceAll(' ', '-'));
  // axe takes what is scrolled under the bar for a small target.
  const still = await page.addStyleTag({ content: '.bar { position: static !important; }' });
  same(await axe_findings(page), [], `axe (${where})`);
  await still.evaluate((style) => style.remove());
  const found = await page.evaluate(() => {
    const shown = (node) => node.getClientRects().length > 0 && !node.closest('[inert]');
    const targets = [...document.querySelectorAll('button, a[href], textarea, select, input')]
      .filter(shown)
      .map((node) => ({ node, box: node.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 59.5 || box.height < 59.5)
      .map(({ node, box }) => `${node.className}: ${box.width} by ${box.height}`);
    const letters = [...document.querySelectorAll('body *')]
      .filter(shown)
      .filter((node) =>
        [...node.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim()),
      )
      .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 18)
      .map((node) => node.className || node.tagName);
    const wide = [
      document.documentElement,
      ...document.querySelectorAll('.kiosk, .reply, .side, .sheet-body'),
    ]
      .filter((node) => node.scrollWidth > node.clientWidth + 1)
      .map((node) => `${node.className || node.tagName}: ${node.scrollWidth}`);
    return { targets, letters, wide };
  });
  same(found, { targets: [], letters: [], wide: [] }, where);
  if (!(await page.locator('.sheet').count())) {
    const person = page.getByRole('button', { name: '找工作人员' });
    const box = await person.boundingBox();
    const { height } = page.viewportSize();
    holds(box.y >= 0 && box.y + box.height <= height + 1, `找工作人员 is out of view (${where})`);
  }
}

function has_focus(page, selector) {
  return page.evaluate((selector) => document.activeElement.matches(selector), selector);
}

async function tab_to(page, selector) {
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press('Tab');
    if (await has_focus(page, selector)) return;
  }
  throw new Error(`not reached by Tab: ${selector}`);
}
