// The worker that the checks of the desk sign in as.

import { randomUUID } from 'node:crypto';
import { holds } from './browser.mjs';

const NEW_PASSWORD = process.env.DESK_NEW_PASSWORD ?? 'e2e-lianhua-7391';

/** Calls the desk's interface with the cookies of `context`. */
export async function call(context, base, method, path, body) {
  const response = await context.request.fetch(`${base}/api/desk/${path}`, {
    method,
    headers: { origin: base, 'content-type': 'application/json' },
    data: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Signs an account in, changing a one-time password on the way. */
export async function sign_in_by_call(context, base, login, password) {
  let me;
  try {
    me = await call(context, base, 'POST', 'sign-in', { login, password });
  } catch (error) {
    // Changed by an earlier run.
    me = await call(context, base, 'POST', 'sign-in', { login, password: NEW_PASSWORD }).catch(
      () => {
        throw error;
      },
    );
  }
  if (me.account.must_change) {
    await call(context, base, 'PUT', 'me/password', { old: password, new: NEW_PASSWORD });
    me = await call(context, base, 'GET', 'me');
  }
  return me;
}

/** Makes a worker who may do everything with the orders of one community. */
export async function prepare_desk(session) {
  const { base } = session;
  const context = await session.browser.newContext();
  const admin = await sign_in_by_call(
    context,
    base,
    process.env.DESK_LOGIN ?? 'admin',
    process.env.DESK_PASSWORD,
  );
  const places = await call(context, base, 'GET', 'places');
  const place =
    places.find(({ id }) => id === process.env.COMMUNITY) ??
    places.find(({ kind }) => kind === '社区') ??
    places[places.length - 1];
  holds(place, 'the server has a place');
  const people = {};
  for (const [key, name] of [
    ['worker', '测试员甲'],
    ['other', '测试员乙'],
  ]) {
    const login = `e2e-${randomUUID().slice(0, 8)}`;
    const { account, password } = await call(context, base, 'POST', 'accounts', {
      login,
      name,
      phone: null,
      email: null,
      roles: ['worker', 'dispatcher', 'reviewer'].map((role) => ({ community_id: place.id, role })),
    });
    people[key] = { id: account.id, login, name, password, new_password: NEW_PASSWORD };
  }
  await context.close();
  const kind = admin.kinds.find(({ needs_review }) => !needs_review) ?? admin.kinds[0];
  return { ...people, place, kind: kind.name };
}

/** Another worker's hands: calls as somebody else than who sits in front of the page. */
export async function colleague(session, desk) {
  const context = await session.browser.newContext();
  const { login, password } = desk.other;
  await sign_in_by_call(context, session.base, login, password);
  return {
    call: (method, path, body) => call(context, session.base, method, path, body),
    close: () => context.close(),
  };
}

/** The desk with the worker signed in. */
export async function worker_page(session, desk, options = {}) {
  const { login, password } = desk.worker;
  const page = await session.resident({
    path: '/desk',
    prepare: (page) => sign_in_by_call(page.context(), session.base, login, password),
    ...options,
  });
  await page.locator('main#main').waitFor();
  return page;
}

/** The desk with the administrator signed in. */
export async function admin_page(session, options = {}) {
  const login = process.env.DESK_LOGIN ?? 'admin';
  const page = await session.resident({
    path: '/desk',
    prepare: (page) =>
      sign_in_by_call(page.context(), session.base, login, process.env.DESK_PASSWORD),
    ...options,
  });
  await page.locator('main#main').waitFor();
  return page;
}

/** Files an order by call; gives the order back. */
export function file_order(page, session, desk, question) {
  return call(page.context(), session.base, 'POST', 'work-orders', {
    request_id: randomUUID(),
    community_id: desk.place.id,
    kind: desk.kind,
    question,
    urgent: false,
    slots: {},
    contact: { phone: '13800001234', name: '赵大爷' },
    channel: 'counter',
  });
}
