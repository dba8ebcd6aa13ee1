// The page of the API in Chromium: the description in data/openapi, served as the server does, under
// the server's own content security policy.
//
//   npm run build && node tests/docs.e2e.mjs

import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Session, axe_findings, becomes, fits, focused, same } from './browser.mjs';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const DATA = fileURLToPath(new URL('../../data/openapi/', import.meta.url));
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'self'";
const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.svg': 'image/svg+xml' };

async function description() {
  const read = async (name) => JSON.parse(await readFile(join(DATA, name), 'utf8'));
  const whole = { ...(await read('overview.json')), paths: {} };
  for (const name of await readdir(DATA)) {
    if (name === 'overview.json') continue;
    const group = await read(name);
    Object.assign(whole.paths, group.paths);
    Object.assign(whole.components.schemas, group.schemas);
  }
  return whole;
}

async function serve() {
  const whole = JSON.stringify(await description());
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    if (path === '/api/openapi.json') {
      return void response.setHeader('content-type', 'application/json').end(whole);
    }
    const name = path === '/docs' ? 'docs.html' : normalize(path).replace(/^[/.]+/, '');
    readFile(join(DIST, name)).then(
      (bytes) => {
        response.setHeader('content-type', `${TYPES[extname(name)] ?? 'text/plain'}; charset=utf-8`);
        response.setHeader('content-security-policy', POLICY);
        response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const real = process.env.BASE_URL;
const server = real ? null : await serve();
const session = new Session(real ?? `http://127.0.0.1:${server.address().port}`, null);
await session.start();

async function docs(options) {
  const page = await session.resident({ path: '/docs', ...options });
  await page.locator('.operation').first().waitFor();
  return page;
}

for (const colorScheme of ['light', 'dark']) {
  await session.check(`axe finds nothing serious, ${colorScheme}`, async () => {
    const page = await docs({ colorScheme });
    same(await axe_findings(page), [], 'closed');
    for (const id of ['postConversationsIdTurns', 'putDeskKnowledgeDraftsId', 'postDeskWorkOrdersNumberMoves']) {
      await page.locator(`#${id} > summary`).click();
    }
    await page.locator('#putDeskKnowledgeDraftsId details > summary').first().click();
    same(await axe_findings(page), [], 'open');
    await page.locator('#putDeskKnowledgeDraftsId').scrollIntoViewIfNeeded();
    await session.shot(page, `docs-${colorScheme}`);
    same(page.complaints, [], 'complaints of the page');
  });
}

await session.check('320 px: everything open fits', async () => {
  const page = await docs({ viewport: { width: 320, height: 640 } });
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
  await fits(page, '320 px');
  same(await axe_findings(page), [], '320 px');
  await page.evaluate(() => window.scrollTo(0, 0));
  await session.shot(page, 'docs-320');
});

await session.check('keyboard only: find, open, copy', async () => {
  const page = await docs();
  await page.keyboard.press('Tab');
  await becomes(() => focused(page, (element) => element.classList.contains('skip')), true, 'the way past the head');
  for (let turn = 0; turn < 10; turn += 1) {
    if (await focused(page, (element) => element.id === 'wanted')) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type('草稿 走');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('试问一句');
  await page.locator('.operation').nth(1).waitFor({ state: 'detached' });
  for (let turn = 0; turn < 10; turn += 1) {
    await page.keyboard.press('Tab');
    if (await focused(page, (element) => element.tagName === 'SUMMARY')) break;
  }
  await page.keyboard.press('Enter');
  for (let turn = 0; turn < 40; turn += 1) {
    await page.keyboard.press('Tab');
    if (await focused(page, (element) => element.tagName === 'BUTTON')) break;
  }
  await page.keyboard.press('Enter');
  await page.getByText('已复制').waitFor();
});

await session.check('an address with an operation opens it', async () => {
  const page = await session.resident({ path: '/docs#getHealth' });
  await page.locator('#getHealth[open]').waitFor();
  await becomes(async () => (await page.locator('#getHealth pre').first().innerText()).includes('/api/health'), true, 'the command');
});

await session.browser.close();
server?.close();
process.exitCode = session.results.every(({ passed }) => passed) ? 0 : 1;
