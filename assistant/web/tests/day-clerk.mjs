// Somebody at the desk: a browser of their own, worked with mouse and keys like a person would.

import { focused, holds, same } from './browser.mjs';
import { PATIENCE_MS } from './day-setup.mjs';

const PASSWORD = '河边的老槐树开了白花';
const KEYS = {
  accept: 'a',
  dispatch: 'd',
  sign: 's',
  claim: 's',
  finish: 'f',
  approve: 'f',
  follow_up: 'f',
};

export class Clerk {
  /** Signs in at the page with the one-time password and changes it. */
  static async arrive(session, person, ledger, options = {}) {
    const prepare = (page) => page.setDefaultTimeout(PATIENCE_MS);
    const page = await session.resident({ path: '/desk', prepare, ...options });
    await page.locator('[name=username]').fill(person.login);
    await page.locator('[name=password]').fill(person.one_time);
    await page.keyboard.press('Enter');
    const fresh = page.locator('input[autocomplete=new-password]');
    await fresh.first().waitFor();
    await page.locator('form input[autocomplete=current-password]').fill(person.one_time);
    await fresh.nth(0).fill(PASSWORD);
    await fresh.nth(1).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('main#main').waitFor();
    return new Clerk(session, person, page, ledger);
  }

  constructor(session, person, page, ledger) {
    Object.assign(this, { ...person, session, page, ledger });
  }

  async go(to) {
    await this.page.evaluate((to) => (location.hash = `#/${to}`), to);
    await this.page.locator('main h1, main h2').first().waitFor({ state: 'attached' });
  }

  /** Opens an order afresh. */
  async open(number, queue = 'all') {
    const { page } = this;
    const title = page.locator('.order-head h2', { hasText: number });
    if (await title.count()) await this.go('mentions');
    await this.go(`inbox/${queue}/${number}`);
    await title.waitFor();
    await page.locator('.order .moves').waitFor();
  }

  state() {
    return this.page.locator('.order-head .state');
  }

  async state_is(wanted) {
    await this.state().filter({ hasText: wanted }).waitFor();
  }

  /** Makes a move on the order that is open: by its key where it has one, else with the mouse. */
  async move(number, move, answers = {}, state = null) {
    const { page } = this;
    if (!(await page.locator('.order-head h2', { hasText: number }).count()))
      await this.open(number);
    const button = page.locator(`.order [data-move=${move}]`).first();
    await button.waitFor({ state: 'attached' });
    const key = KEYS[move];
    const by_key = key && (await button.getAttribute('aria-keyshortcuts')) === key;
    if (by_key && !(await is_typing(page))) {
      await page.keyboard.press(key);
    } else {
      if (!(await button.isVisible())) {
        await page.locator('.moves [aria-controls=more-moves]').click();
      }
      await button.click();
    }
    if (Object.keys(answers).length > 0) await this.#fill(answers);
    if (state) await this.state_is(state);
    await page.locator('.move-form').waitFor({ state: 'detached' });
    this.ledger.did(number, move, this.name);
  }

  async #fill(answers) {
    const form = this.page.locator('.move-form');
    await form.waitFor();
    for (const [need, value] of Object.entries(answers)) {
      if (need === 'assignee') {
        const select = form.locator('select');
        await select.locator(`option[value="${value.id}"]`).waitFor({ state: 'attached' });
        await select.selectOption(value.id);
      } else if (need === 'outcome') {
        await form.locator('select').selectOption(value);
      } else if (need === 'days') {
        await form.locator('input[type=number]').fill(String(value));
      } else if (need === 'into') {
        await form.locator('input[autocomplete=off]').fill(value);
      } else if (need === 'survey') {
        await this.#survey(form, value);
      } else {
        await form.locator('textarea').fill(value);
      }
    }
    await form.locator('.button.main').click();
  }

  async #survey(form, { solved, satisfaction }) {
    await form
      .locator(`input[name$="-solved"]`)
      .nth(solved ? 0 : 1)
      .check();
    const at = ['满意', '基本满意', '不满意'].indexOf(satisfaction);
    await form.locator(`input[name$="-satisfaction"]`).nth(at).check();
  }

  /** Writes a note to colleagues. */
  async note(number, text, mention = null) {
    const { page } = this;
    await this.open(number);
    await page.keyboard.press('n');
    const field = page.locator('.composer textarea');
    await field.waitFor();
    if (mention) {
      await field.pressSequentially(`@${mention.slice(0, 1)}`);
      await page.locator('.composer [role=option]', { hasText: mention }).click();
    }
    await field.pressSequentially(text);
    await page.keyboard.press('Control+Enter');
    await page.locator('.history li', { hasText: text }).first().waitFor();
    this.ledger.did(number, 'note', this.name);
  }

  /** Writes to the resident. */
  async write(number, text) {
    const { page } = this;
    await this.open(number);
    await page.keyboard.press('r');
    await page.locator('.composer textarea').fill(text);
    await page.keyboard.press('Control+Enter');
    await page.locator('.said .worker, .history li', { hasText: text }).first().waitFor();
    this.ledger.did(number, 'message', this.name);
  }

  /** Corrects the department of an order. */
  async set_department(number, department) {
    const { page } = this;
    await this.open(number);
    const facts = page.locator('section[aria-labelledby=facts-title]');
    await facts.getByRole('button', { name: '修改' }).click();
    const selects = facts.locator('form select');
    await selects.nth(1).selectOption(department);
    await facts.locator('form .button.main').click();
    await facts.locator('dd', { hasText: department }).waitFor();
    this.ledger.did(number, 'edited', this.name);
  }

  /** Ticks these orders in a queue and makes one move on all of them. */
  async bulk(queue, numbers, label, assignee = null) {
    const { page } = this;
    await this.go('mentions');
    await this.go(`inbox/${queue}`);
    for (const number of numbers) {
      const row = page.locator('.row', { has: page.locator(`[data-number="${number}"]`) });
      await row.locator('.row-tick input').check();
    }
    const bar = page.locator('.bulk');
    await bar.getByRole('button', { name: label, exact: true }).click();
    if (assignee) {
      const select = bar.locator('form select');
      await select.locator(`option[value="${assignee.id}"]`).waitFor({ state: 'attached' });
      await select.selectOption(assignee.id);
      await this.shot(`bulk-${label}`);
      await bar.locator('form .button.main').click();
    }
    await bar.waitFor({ state: 'detached' });
  }

  /** Sees the alarm of an urgent order that nobody has signed for. */
  async alarmed(question) {
    await this.page.locator('.urgent-banner', { hasText: question }).waitFor();
  }

  async shot(name) {
    await this.session.shot(this.page, `day-${name}`);
  }

  /** Nothing on the page was complained about, and it is as wide as its window. */
  async content() {
    same(this.page.complaints, [], `complaints of the page of ${this.name}`);
    const wide = await this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    holds(wide <= 0, `the page of ${this.name} scrolls sideways`);
  }
}

function is_typing(page) {
  return focused(page, (element) => /^(TEXTAREA|SELECT|INPUT)$/.test(element?.tagName ?? ''));
}
