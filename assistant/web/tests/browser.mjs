// What the checks share: a browser, fresh residents, and a list of what passed.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Questions that the knowledge of the server under test answers in known ways. */
export const QUESTIONS = {
  answered: process.env.QUESTION ?? '居住证怎么办？',
  unknown: process.env.UNKNOWN_QUESTION ?? '合唱团排练室的钥匙在谁那里？',
  emergency: process.env.EMERGENCY_QUESTION ?? '我家里着火了！',
};

/** How long one answer may take; a small machine writes slowly. */
const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 120_000);

/** How long a page may take to show what it is waited for: other tests may have the machine. */
const LONGEST_WAIT_MS = 60_000;

export class Session {
  results = [];

  /** `mock` is the stand-in server, or null where a real one is tested. */
  constructor(base, mock) {
    this.base = base;
    this.mock = mock;
    this.shots = process.env.SHOTS;
    if (this.shots) mkdirSync(this.shots, { recursive: true });
  }

  /** `more` are further arguments of the browser. */
  async start(more = []) {
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [...ARGUMENTS, ...more],
    });
  }

  /** Runs one check; a failure is printed and the rest goes on. */
  async check(name, act) {
    if (process.env.ONLY && !name.includes(process.env.ONLY)) return;
    try {
      const skipped = await act();
      await this.empty();
      this.results.push({ name, passed: true });
      console.log(skipped ? `SKIPPED ${name}: ${skipped}` : `ok      ${name}`);
    } catch (error) {
      this.results.push({ name, passed: false });
      console.log(
        `FAILED  ${name}\n        ${String(error.stack ?? error)
          .split('\n')
          .slice(0, 6)
          .join('\n        ')}`,
      );
      for (const state of await this.states()) console.log(`        ${state}`);
    }
    await this.empty();
  }

  /** How the open pages are: one that neither answers nor draws explains a failed check. */
  states() {
    const pages = this.browser.contexts().flatMap((context) => context.pages());
    const within = (asked) =>
      Promise.race([asked, new Promise((next) => setTimeout(next, 2_000, 'no answer'))]);
    return Promise.all(
      pages.map(async (page) => {
        const seen = await within(page.evaluate(() => document.visibilityState).catch(String));
        const drawn = await within(
          page.evaluate(() => new Promise((next) => requestAnimationFrame(() => next('drawn')))).catch(String),
        );
        return `${page.url()}: ${seen}, ${drawn}`;
      }),
    );
  }

  /** Closes all pages; what the next check says must not go to one that is gone. */
  async empty() {
    for (const context of this.browser.contexts()) await context.close();
    if (this.mock?.voice) await this.mock.until(() => this.mock.voice.listeners.size === 0);
  }

  /** A resident who has never been here; `url` is a page of another site. */
  async resident({ path = '/', url = this.base + path, prepare = null, ...options } = {}) {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 860 },
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(LONGEST_WAIT_MS);
    page.complaints = [];
    count_requests(page);
    page.on('pageerror', (error) => page.complaints.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      // A request that a check breaks on purpose is reported by the browser, not by the page.
      if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(text)) {
        page.complaints.push(text);
      }
    });
    if (prepare) await prepare(page);
    await page.goto(url);
    return page;
  }

  async shot(page, name) {
    if (this.shots) await page.screenshot({ path: join(this.shots, `${name}.png`) });
  }
}

/** Keeps count of what the page waits for; a stream of news ends with the page only. */
function count_requests(page) {
  page.under_way = new Set();
  page.on('request', (request) => {
    const { accept = '' } = request.headers();
    if (!accept.includes('text/event-stream')) page.under_way.add(request);
  });
  for (const end of ['requestfinished', 'requestfailed']) {
    page.on(end, (request) => page.under_way.delete(request));
  }
}

/** Waits until what was asked for is there, is drawn, and moves no more. */
export async function settled(page) {
  const drawn = () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  await page.evaluate(drawn);
  await becomes(() => page.under_way.size, 0, 'requests under way');
  await page.evaluate(drawn);
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState, effect }) => {
      return playState !== 'running' || effect?.getComputedTiming().iterations === Infinity;
    }),
  );
}

export async function open_widget(page) {
  await page.locator('.launcher').click();
  await page.locator('.composer textarea').waitFor();
}

/** Types into the widget and sends; gives the exchange back. */
export async function send(page, text) {
  const before = await page.locator('.exchange').count();
  await page.locator('.writing textarea').fill(text);
  await page.locator('.writing textarea').press('Enter');
  const exchange = page.locator('.exchange').nth(before);
  await exchange.waitFor();
  return exchange;
}

/** Waits until an exchange has its whole answer. */
export async function finished(exchange) {
  await exchange.locator('.tools').waitFor({ timeout: PATIENCE_MS });
  return exchange;
}

export async function ask(page, text) {
  return finished(await send(page, text));
}

/** Asks until the reply is of the kind wanted; the server may ask back once before it files. */
export async function ask_until(page, text, selector) {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const exchange = await ask(page, text);
    if ((await exchange.locator(selector).count()) > 0) return exchange;
  }
  throw new Error(`no reply with ${selector} to "${text}"`);
}

/** The element that has the focus, through the shadow root. */
export function focused(page, read) {
  return page.evaluate((source) => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return new Function('element', `return (${source})(element)`)(element);
  }, read.toString());
}

/** Serious findings of axe, contrast of 7:1 among them. */
export async function axe_findings(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      rules: { 'color-contrast-enhanced': { enabled: true }, 'target-size': { enabled: true } },
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
  });
  return found;
}

/** Changes the letters while the widget is open, as a change on the page would. */
export async function read_as(page, size, elder) {
  await page.evaluate(
    (detail) => window.dispatchEvent(new CustomEvent('xiangyin-settings', { detail })),
    { size, elder, language: 'zh' },
  );
  await page.waitForTimeout(0);
}

/** Neither the page nor anything in the widget is wider than its place. */
export async function fits(page, where) {
  const wide = await page.evaluate(() => {
    const root = document.querySelector('xiangyin-widget')?.shadowRoot;
    const boxes = [
      document.documentElement,
      ...(root?.querySelectorAll('.panel, .talk, .log, .sheet, .sheet-body, .composer, .head') ??
        []),
    ];
    return boxes
      .filter((box) => box.scrollWidth > box.clientWidth + 1)
      .map((box) => `${box.tagName} ${box.className}: ${box.scrollWidth} in ${box.clientWidth}`);
  });
  same(wide, [], `too wide (${where})`);
}

export function small_targets(page, least) {
  return page.locator('.panel').evaluate((panel, least) => {
    const sheet = panel.querySelector('.sheet');
    return Array.from((sheet ?? panel).querySelectorAll('button, a[href], input, textarea'))
      .filter((node) => node.getClientRects().length > 0)
      .filter((node) => !(least < 60 && node.classList.contains('citation')))
      .map((node) => ({ name: node.className || node.tagName, box: node.getBoundingClientRect() }))
      .filter(({ box }) => box.width < least - 0.5 || box.height < least - 0.5)
      .map(({ name, box }) => `${name}: ${Math.round(box.width)} by ${Math.round(box.height)}`);
  }, least);
}

export function same(actual, expected, what) {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
  }
}

/** Waits until what is read is as expected; fails with what it was where it never is. */
export async function becomes(read, expected, what) {
  const end = Date.now() + LONGEST_WAIT_MS;
  const wanted = JSON.stringify(expected);
  let now = await read();
  while (JSON.stringify(now) !== wanted && Date.now() < end) {
    await new Promise((resume) => setTimeout(resume, 20));
    now = await read();
  }
  same(now, expected, what);
}

export function holds(truth, what) {
  if (!truth) throw new Error(what);
}

/** Stands in for the voices of the device, which a machine without sound has none of. */
export function voices(list) {
  globalThis.spoken = [];
  globalThis.SpeechSynthesisUtterance = class {
    constructor(text) {
      this.text = text;
    }
  };
  const synthesis = new EventTarget();
  synthesis.getVoices = () => list;
  synthesis.speak = (utterance) => globalThis.spoken.push(utterance.text);
  synthesis.cancel = () => undefined;
  Object.defineProperty(globalThis, 'speechSynthesis', { value: synthesis });
}
