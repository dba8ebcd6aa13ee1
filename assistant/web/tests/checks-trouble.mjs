// Broken streams, lost networks, busy servers, and pages of other people.

import { createServer } from 'node:http';
import { QUESTIONS, becomes, finished, focused, open_widget, same, send } from './browser.mjs';

export async function trouble_checks(session) {
  await session.check(
    'cut stream: taken up again with the same client_id, nothing doubled',
    async () => {
      const page = await session.resident();
      await open_widget(page);
      const ids = [];
      await page.route('**/turns', async (route) => {
        ids.push(route.request().postDataJSON().client_id);
        if (ids.length > 1) return route.continue();
        // The server answers in full; the resident's line drops after the first sentence.
        const response = await route.fetch({ timeout: 120_000 });
        const body = await response.text();
        const cut = body.indexOf('\n\n', body.indexOf('event: sentence'));
        return route.fulfill({ response, body: body.slice(0, cut + 2) });
      });
      const exchange = await finished(await send(page, QUESTIONS.answered));
      same(ids.length, 2, 'sendings');
      same(ids[0], ids[1], 'client_id');
      const sentences = await exchange.locator('.sentence').allInnerTexts();
      same(new Set(sentences).size, sentences.length, 'sentences without repetition');
      const said = await page.locator('[aria-live=polite] p').allInnerTexts();
      same(
        said.filter((line) => sentences[0].startsWith(line)).length,
        1,
        'first sentence said once',
      );
      await becomes(() => page.locator('.exchange').count(), 1, 'exchanges');
    },
  );

  await session.check('broken connection in the middle of a sentence', async () => {
    if (!session.mock) return 'needs the stand-in server';
    const page = await session.resident();
    await open_widget(page);
    const exchange = await finished(await send(page, '断线时居住证怎么办？'));
    await becomes(() => exchange.locator('.sentence').count(), 3, 'sentences');
    return null;
  });

  await session.check('server away: text kept, button tries again', async () => {
    const page = await session.resident();
    await open_widget(page);
    let away = true;
    await page.route('**/turns', (route) => (away ? route.abort() : route.continue()));
    const exchange = await send(page, QUESTIONS.answered);
    await exchange.locator('.trouble').waitFor();
    await exchange.getByRole('button', { name: '改一改' }).waitFor({ timeout: 20_000 });
    await becomes(() => exchange.locator('.said p').innerText(), QUESTIONS.answered, 'what was said');
    await session.shot(page, 'desktop-trouble');
    away = false;
    await exchange.getByRole('button', { name: '重试' }).click();
    await finished(exchange);
  });

  await session.check('no network: said plainly, goes on by itself', async () => {
    const page = await session.resident();
    await open_widget(page);
    await page.context().setOffline(true);
    await page.locator('.banner').waitFor();
    const exchange = await send(page, QUESTIONS.answered);
    await exchange.locator('.trouble').waitFor();
    await page.context().setOffline(false);
    await finished(exchange);
    await becomes(() => page.locator('.banner:not(.good)').count(), 0, 'banner');
  });

  await session.check('left in the middle: the answer is there after a reload', async () => {
    const page = await session.resident();
    await open_widget(page);
    const exchange = await send(page, QUESTIONS.answered);
    await exchange.locator('.answer').waitFor();
    await page.waitForFunction(() => localStorage.getItem('xiangyin:demo') !== null);
    await page.reload();
    await open_widget(page);
    await finished(page.locator('.exchange').first());
    await becomes(() => page.locator('.exchange').count(), 1, 'exchanges');
  });

  await session.check('busy server: waits as told and sends again', async () => {
    const page = await session.resident();
    await open_widget(page);
    let refused = false;
    await page.route('**/turns', (route) => {
      if (refused) return route.continue();
      refused = true;
      return route.fulfill({
        status: 429,
        headers: {
          'retry-after': '1',
          'content-type': 'application/problem+json',
          'access-control-allow-origin': '*',
          'access-control-expose-headers': 'retry-after',
        },
        body: JSON.stringify({ status: 429, code: 'too_many_turns', detail: '请稍等。' }),
      });
    });
    const exchange = await send(page, QUESTIONS.answered);
    await exchange.getByText('1 秒后').waitFor();
    await finished(exchange);
  });

  await session.check('forgotten conversation: the same words open a new one', async () => {
    const page = await session.resident();
    await open_widget(page);
    await page.evaluate(() => {
      const kept = { id: 'gone', token: 'gone', last_active_at: Date.now() };
      localStorage.setItem('xiangyin:demo', JSON.stringify(kept));
    });
    await page.reload();
    await open_widget(page);
    await finished(await send(page, QUESTIONS.answered));
    await becomes(() => page.locator('.exchange').count(), 1, 'exchanges');
  });

  await session.check('source that does not open: the quoted words are shown', async () => {
    const page = await session.resident();
    await open_widget(page);
    const exchange = await finished(await send(page, QUESTIONS.answered));
    await page.route('**/api/editions/**', (route) => route.abort());
    await exchange.locator('.citation').first().click();
    await page.locator('.sheet .warning').waitFor();
    await becomes(async () => (await page.locator('.sheet mark').innerText()).length > 1, true, 'no quote');
  });

  await session.check(
    'another site: strict policy, its own shortcuts, no other server asked',
    async () => {
      const host = await start_host(session.base);
      try {
        const answer = await fetch(`${session.base}/api/communities/demo`);
        if ((await answer.json()).allowed === false) return 'this community allows no other site';
        const hosts = new Set();
        const page = await session.resident({
          url: host.url,
          prepare: async (page) => {
            page.on('request', (request) => hosts.add(new URL(request.url()).host));
            page.on('response', (response) => {
              if (response.status() === 403) hosts.add('refused');
            });
          },
        });
        const launcher = page.locator('.launcher');
        await launcher.waitFor({ timeout: 5_000 }).catch(() => undefined);
        if ((await launcher.count()) === 0) return 'this server does not allow the test site';
        // By the keyboard: a click waits for frames, which a window behind others need not draw. Every other check clicks.
        await launcher.press('Enter');
        await page.locator('.composer textarea').waitFor();
        await becomes(() => page.locator('.writing textarea').inputValue(), '预设的问题', 'preset question');
        await becomes(() => page.locator('#xiangyin-title').innerText(), '自己的标题', 'title');
        await page.locator('.writing textarea').fill('');
        await page.locator('.writing textarea').pressSequentially('jk');
        await becomes(() => page.evaluate(() => globalThis.shortcuts), 0, 'shortcuts of the page');
        await finished(await send(page, QUESTIONS.answered));
        await becomes(
          () => page.locator('.panel').evaluate((panel) => getComputedStyle(panel).position),
          'fixed',
          'styles',
        );
        await becomes(
          () => page
            .locator('.launcher, .panel')
            .evaluate((node) => getComputedStyle(node).fontStyle),
          'normal',
          'no styles of the page',
        );
        same(
          [...hosts].sort(),
          [new URL(session.base).host, new URL(host.url).host].sort(),
          'servers asked',
        );
        same(page.complaints, [], 'complaints of the page');
        await session.shot(page, 'embedded');
        return null;
      } finally {
        await host.stop();
      }
    },
  );
}

/** A site of somebody else, with a policy that allows nothing but the widget. */
async function start_host(base) {
  const policy = [
    "default-src 'none'",
    `script-src ${base} 'sha256-PLACE'`,
    `connect-src ${base}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  const { createHash } = await import('node:crypto');
  const script = 'shortcuts = 0; addEventListener("keydown", () => { shortcuts += 1; });';
  const hash = createHash('sha256').update(script).digest('base64');
  const page = `<!doctype html><html lang="zh-CN"><title>别的网站</title>
    <script>${script}</script>
    <h1>别的网站</h1><p>这里是别人的网页。</p>
    <script src="${base}/widget.js" data-community="demo" data-title="自己的标题"
      data-question="预设的问题" async></script></html>`;
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/' ? 200 : 404, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; ').replace('PLACE', hash),
    });
    response.end(request.url === '/' ? page : '');
  });
  await new Promise((resolve) =>
    server.listen(Number(process.env.EMBED_PORT ?? 0), '127.0.0.1', resolve),
  );
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
