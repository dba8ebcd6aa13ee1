// Residents: most speak by the interface that the widget uses, some through the widget itself.

import { randomUUID } from 'node:crypto';
import { ask, holds, open_widget, same } from './browser.mjs';
import { PATIENCE_MS, until } from './day-setup.mjs';

/** Somebody with a conversation of their own. */
export class Resident {
  /** The order that the conversation is about, as number and lookup code. */
  order = null;
  /** What people and the community said, as it came. */
  heard = [];
  /** Name of the person who speaks; null is the machine. */
  holder = null;
  #gone = new AbortController();

  static async open(base, community) {
    const resident = new Resident(base);
    const opened = await resident.#send('POST', 'conversations', { community, channel: 'widget' });
    return Object.assign(resident, { id: opened.id, token: opened.token });
  }

  constructor(base) {
    this.base = base;
  }

  /** Says something and waits for the whole reply. */
  async say(text) {
    const response = await fetch(`${this.base}/api/conversations/${this.id}/turns`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${this.token}`,
      },
      body: JSON.stringify({ text, client_id: randomUUID() }),
    });
    same(response.status, 200, `status of "${text}"`);
    const reply = { text: '', disposition: 'none', order: null };
    let name = '';
    for (const line of (await response.text()).split('\n')) {
      if (line.startsWith('event:')) name = line.slice(6).trim();
      if (!line.startsWith('data:')) continue;
      const data = JSON.parse(line.slice(5));
      if (name === 'sentence') reply.text += data.text;
      if (name === 'disposition') Object.assign(reply, { ...data, order: data.work_order ?? null });
    }
    return reply;
  }

  /** Reports something; the reply must register it. `answers` are given to what is asked then. */
  async report(text, ...answers) {
    const reply = await this.say(text);
    holds(reply.order, `"${text}" became an order: ${JSON.stringify(reply)}`);
    this.order = reply.order;
    await this.listen();
    for (const answer of answers) reply.last = (await this.say(answer)).text;
    return reply;
  }

  /** Begins to keep what people and the community say in the conversation, from its beginning. */
  async listen() {
    const response = await fetch(`${this.base}/api/conversations/${this.id}/events`, {
      headers: { authorization: `Bearer ${this.token}` },
      signal: this.#gone.signal,
    });
    same(response.status, 200, 'status of the stream');
    void this.#keep(response.body).catch(() => undefined);
  }

  async #keep(stream) {
    let rest = '';
    let name = '';
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + part).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith('event:')) name = line.slice(6).trim();
        if (!line.startsWith('data:')) continue;
        const data = JSON.parse(line.slice(5));
        if (name === 'message') this.heard.push(data);
        if (name === 'holder') this.holder = data.name;
      }
    }
  }

  /** Waits until a person or the community says something with these words. */
  hears(words) {
    return until(`"${words}" in what ${this.order?.number ?? this.id} hears`, () =>
      this.heard.find(({ text }) => text.includes(words)),
    );
  }

  leave() {
    this.#gone.abort();
  }

  /** What number and code show of the own order. */
  progress() {
    const { number, lookup_code } = this.order;
    return this.#send('GET', `work-orders/${number}?code=${lookup_code}`);
  }

  judge(verdict) {
    const { number, lookup_code } = this.order;
    return this.#send('PUT', `work-orders/${number}/survey`, { lookup_code, ...verdict });
  }

  async #send(method, path, body) {
    const response = await fetch(`${this.base}/api/${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    holds(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }
}

/** A resident in front of the widget, on a telephone with large letters if `elder`. */
export class WidgetResident extends Resident {
  static async open(session, community, { elder = false } = {}) {
    const resident = new WidgetResident(session.base);
    resident.page_shown = await session.resident({
      path: `/?community=${community}`,
      viewport: elder ? { width: 390, height: 844 } : { width: 1000, height: 860 },
      prepare: (page) => prepare(page, elder),
    });
    await open_widget(resident.page_shown);
    resident.community = community;
    return resident;
  }

  /** Closes the browser; what is said further on is heard all the same. */
  async put_away() {
    await this.page_shown.context().close();
  }

  async say(text) {
    const exchange = await ask(this.page_shown, text);
    if (!this.id) Object.assign(this, await kept(this.page_shown, this.community));
    const slip = await exchange.locator('.slip dd').allInnerTexts();
    const emergency = (await exchange.locator('.emergency').count()) > 0;
    const [number, lookup_code] = slip.map((one) => one.trim());
    return {
      text: await exchange.locator('.answer').innerText(),
      disposition: emergency ? 'emergency' : number ? 'escalated' : 'answered',
      order: number ? { number, lookup_code } : null,
    };
  }

  /** The last news with these words, on the screen. */
  news(words) {
    return this.page_shown.locator('.message', { hasText: words }).last();
  }

  /** Asks for an order on the page for progress. */
  async look_up(number, key) {
    const sheet = this.page_shown.locator('.sheet');
    if ((await sheet.count()) === 0) {
      await this.page_shown.getByRole('button', { name: '查进度' }).last().click();
    }
    const form = sheet.locator('form').first();
    await form.locator('input').nth(0).fill(number);
    await form.locator('input').nth(1).fill(key);
    await form.locator('button[type=submit]').click();
    return sheet;
  }
}

async function prepare(page, elder) {
  page.setDefaultTimeout(PATIENCE_MS);
  if (!elder) return;
  await page.addInitScript(() =>
    localStorage.setItem(
      'xiangyin:settings',
      JSON.stringify({ size: 24, elder: true, language: 'zh' }),
    ),
  );
}

function kept(page, community) {
  return page.evaluate((community) => {
    const { id, token } = JSON.parse(localStorage.getItem(`xiangyin:${community}`));
    return { id, token };
  }, community);
}
