// The desk for everybody: axe in light and dark, telephones, zoom, large letters.

import { axe_findings, becomes, holds, same, settled } from './browser.mjs';
import { admin_page, file_order, worker_page } from './desk-people.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const SMALL = { viewport: { width: 320, height: 640 } };
const ZOOMED = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 };

const VIEWS = [
  'inbox/open',
  'mentions',
  'live',
  'file',
  'outreach',
  'figures',
  'map',
  'settings/mine',
  'settings/canned',
  'settings/duty',
];

export async function desk_access_checks(session, desk) {
  for (const colorScheme of ['light', 'dark']) {
    await session.check(`axe finds nothing serious, ${colorScheme}`, async () => {
      const page = await session.resident({ path: '/desk', colorScheme });
      await page.locator('[name=username]').waitFor();
      same(await axe_findings(page), [], 'sign-in');
      await page.context().close();
      const desk_page = await worker_page(session, desk, { colorScheme });
      const order = await file_order(desk_page, session, desk, '楼下垃圾桶满了没人收');
      for (const view of VIEWS) {
        await show(desk_page, view);
        same(await axe_findings(desk_page), [], view);
        await session.shot(desk_page, `desk-${colorScheme}-${view.replace('/', '-')}`);
      }
      await show(desk_page, `inbox/open/${order.number}`);
      await desk_page.locator('.order .moves').waitFor();
      await desk_page.keyboard.press('n');
      await desk_page.keyboard.press('Escape');
      same(await axe_findings(desk_page), [], 'order');
      await session.shot(desk_page, `desk-${colorScheme}-order`);
      await desk_page.keyboard.press('?');
      await desk_page.locator('dialog').waitFor();
      same(await axe_findings(desk_page), [], 'keys');
      same(desk_page.complaints, [], 'complaints of the page');
      await desk_page.context().close();
      const admin = await admin_page(session, { colorScheme });
      for (const view of ['accounts', `places/${desk.place.id}`, 'alerts', 'words', 'audit']) {
        await show(admin, `settings/${view}`);
        same(await axe_findings(admin), [], view);
        await session.shot(admin, `desk-${colorScheme}-settings-${view.split('/')[0]}`);
      }
      same(admin.complaints, [], 'complaints of the administrator');
    });
  }

  for (const [name, options] of [
    ['a telephone', PHONE],
    ['320 px', SMALL],
    ['200 % zoom', ZOOMED],
  ]) {
    await session.check(`${name}: nothing to scroll sideways`, async () => {
      const page = await worker_page(session, desk, options);
      const order = await file_order(page, session, desk, '小区门口的井盖松了，车过就响');
      for (const view of [...VIEWS, `inbox/open/${order.number}`]) {
        await show(page, view);
        if (view.split('/').length > 2) await page.locator('.order .moves').waitFor();
        await fits(page, view);
        if (options === PHONE) {
          await large_enough(page, view);
          await session.shot(
            page,
            `desk-phone-${view.split('/').slice(0, 2).join('-')}${view.split('/').length > 2 ? '-order' : ''}`,
          );
        }
      }
    });
  }

  await session.check('a telephone: reveal the number, call it, take a photo', async () => {
    const page = await worker_page(session, desk, PHONE);
    const order = await file_order(page, session, desk, '花坛边的栏杆断了');
    await show(page, `inbox/open/${order.number}`);
    await page.locator('.contact button').click();
    await becomes(
      () => page.locator('.contact a[href^="tel:"]').getAttribute('href'),
      'tel:13800001234',
      'link to call',
    );
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.locator('.upload .button').first().click(),
    ]);
    await chooser.setFiles({ name: '栏杆.png', mimeType: 'image/png', buffer: PICTURE });
    await page.locator('.photos img').waitFor();
    holds(
      await page
        .locator('.photos img')
        .evaluate((image) => image.decode().then(() => image.naturalWidth > 0)),
      'the picture is shown',
    );
  });

  await session.check('特大 letters on a desktop: everything still fits', async () => {
    const page = await worker_page(session, desk);
    await show(page, 'settings/mine');
    await page.locator('input[name=size]').last().check();
    for (const view of VIEWS) {
      await show(page, view);
      await fits(page, view);
    }
  });
}

async function show(page, view) {
  await page.evaluate((to) => (location.hash = `#/${to}`), view);
  await settled(page);
  await page.locator('main h1, main h2').first().waitFor({ state: 'attached' });
  await page.waitForFunction(() => !document.querySelector('main p[role=status]'));
  await settled(page);
}

async function fits(page, view) {
  const [wide, room] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  holds(wide <= room, `${view}: ${wide} px wide on ${room} px`);
  const main = await page.evaluate(() => {
    const box = document.querySelector('main');
    return box.scrollWidth - box.clientWidth;
  });
  holds(main <= 0, `${view}: the page scrolls ${main} px sideways`);
}

/** Buttons are at least 44 px high under a thumb. */
async function large_enough(page, view) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, .button, .bottom a, .nav-line')]
      .filter((element) => element.getClientRects().length > 0)
      .filter((element) => element.getBoundingClientRect().height < 43.5)
      .map((element) => element.textContent.trim().slice(0, 20) || element.className),
  );
  same(small, [], `${view}: small targets`);
}

// One grey pixel.
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mOor6//DwAFgAJ/lTjV8gAAAABJRU5ErkJggg==',
  'base64',
);
