// A resident on the community's page, and the same question by the interface where time is taken.

import { ask, holds, open_widget } from './browser.mjs';

/** The sample site of the community with the widget open. */
export async function neighbour(session, community) {
  const page = await session.resident({ path: `/?community=${community}` });
  await open_widget(page);
  return page;
}

/** Asks, opens the first source, and reads what is marked there. */
export async function asks_and_looks(session, page, { question, told, marked, title }, shot) {
  const exchange = await ask(page, question);
  const answer = (await exchange.locator('.sentences').innerText()).replace(/\s+/g, ' ');
  holds(answer.includes(told), `"${question}" is answered with "${told}": ${answer}`);
  await exchange.locator('.citation').first().click();
  const sheet = page.locator('.sheet');
  await sheet.locator('.cited mark').first().waitFor();
  const passage = await sheet.locator('.cited').innerText();
  holds(passage.includes(marked), `the source of "${question}" is opened at "${marked}": ${passage}`);
  const heading = await sheet.locator('#xiangyin-sheet').innerText();
  holds(heading.includes(title), `the source is 《${title}》: ${heading}`);
  await session.shot(page, shot);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  return answer;
}

/**
 * Asks over and over until a new conversation is answered with `told`; how long after `since` the
 * question was asked that got it, and how long after that it was answered, in milliseconds.
 */
export async function first_told(base, community, { question, told }, since) {
  for (;;) {
    const asked = Date.now();
    const text = await answer_of(base, community, question);
    if (text.includes(told)) return { asked: asked - since, answered: Date.now() - since };
    if (asked - since > 60_000) throw new Error(`"${question}" was never told "${told}": ${text}`);
  }
}

async function answer_of(base, community, text) {
  const post = (path, body, token) =>
    fetch(`${base}/api/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(body),
    });
  const { id, token } = await (await post('conversations', { community, channel: 'widget' })).json();
  const reply = await post(`conversations/${id}/turns`, { text, client_id: crypto.randomUUID() }, token);
  return (await reply.text())
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => JSON.parse(line.slice(5)).text ?? '')
    .join('');
}
