// The hand of an administrator who is no engineer: every click and every field filled is counted.

import { randomUUID } from 'node:crypto';
import { axe_findings, holds, same } from './browser.mjs';
import { call, sign_in_by_call } from './desk-people.mjs';

/** How long a page may take to show what was asked for, on a busy machine. */
const PATIENCE_MS = 60_000;

export class Hand {
  clicks = 0;
  fields = 0;
  characters = 0;
  /** What axe found serious, by page. */
  findings = [];

  /** Signs in with the one-time password and comes to the documents. */
  static async arrive(session, { login, password }) {
    const page = await session.resident({
      path: '/desk#/knowledge/documents',
      prepare: async (page) => {
        page.setDefaultTimeout(PATIENCE_MS);
        await sign_in_by_call(page.context(), session.base, login, password);
      },
    });
    await page.locator('.drop').waitFor();
    return new Hand(session, page);
  }

  constructor(session, page) {
    Object.assign(this, { session, page });
  }

  async click(target) {
    this.clicks += 1;
    const element = typeof target === 'string' ? this.page.locator(target).first() : target;
    await element.waitFor();
    await element.evaluate((node) => node.scrollIntoView({ block: 'center' }));
    const { x, y, width, height } = await element.boundingBox();
    // Chromium without a screen never calls what four fields for days stand beside still, so
    // nothing here waits for that.
    await this.page.mouse.click(x + width / 2, y + height / 2);
  }

  press(name) {
    return this.click(this.page.getByRole('button', { name }).first());
  }

  /** Fills a field; `typed` is how many characters a person would type for it. */
  async fill(target, text, typed = text.length) {
    this.fields += 1;
    this.characters += typed;
    await target.fill(text);
  }

  /**
   * What a person's hands and thoughts need for it, in milliseconds, by the keystroke-level model
   * (Card, Moran and Newell 1980): 1.35 s to think, 1.1 s to point and 0.2 s to press for a click or
   * a field, and 0.28 s a key, three keys a character.
   */
  get pace() {
    return (this.clicks + this.fields) * 2650 + this.characters * 3 * 280;
  }

  field(label) {
    return this.page.locator('.beside').getByLabel(label, { exact: true });
  }

  pane(name) {
    return this.click(this.page.locator('.beside .segments button', { hasText: name }));
  }

  saved() {
    return this.page.locator('.save-state.saved').waitFor();
  }

  /** Opens a page of knowledge by its tab, as a person does. */
  async tab(name) {
    await this.click(this.page.locator('.knowledge-bar .nav-line', { hasText: name }));
    await this.page.locator('main h1', { hasText: name }).waitFor();
  }

  /** The page as it is now, looked at by axe and kept as a picture. */
  async look(name) {
    this.findings.push(...(await axe_findings(this.page)).map((finding) => `${name}: ${finding}`));
    await this.session.shot(this.page, `walk-${name}`);
  }

  content() {
    same(this.findings, [], 'serious findings of axe');
    same(this.page.complaints, [], 'complaints of the pages');
  }
}

/** A community of its own with an administrator and an editor; nothing else on the server is touched. */
export async function settle(session) {
  const { base } = session;
  const context = await session.browser.newContext();
  const { DESK_LOGIN: login = 'admin', DESK_PASSWORD: password } = process.env;
  await sign_in_by_call(context, base, login, password);
  const above = (await call(context, base, 'GET', 'places')).find(({ parent_id }) => parent_id === null);
  holds(above, 'the server has a tree of places');
  const id = `fq-${randomUUID().slice(0, 4)}`;
  await call(context, base, 'POST', 'places', { id, parent_id: above.id, kind: '社区', name: '府前社区' });
  const hire = async (name, role) => {
    const login = `walk-${randomUUID().slice(0, 6)}`;
    const roles = [{ community_id: id, role }];
    const added = await call(context, base, 'POST', 'accounts', { login, name, roles });
    return { login, name, password: added.password };
  };
  const people = { admin: await hire('许主任', 'administrator'), editor: await hire('小孟', 'knowledge_editor') };
  await context.close();
  return { id, ...people };
}
