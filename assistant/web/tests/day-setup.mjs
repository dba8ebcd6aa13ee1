// The place of the scripted day: two communities, those who work there, and a receiver of alerts.

import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { call, sign_in_by_call } from './desk-people.mjs';

const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
/** How long anything may take: six browsers on a busy machine are slow. */
export const PATIENCE_MS = 90_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const CHINA_MS = 8 * 60 * 60 * 1000;

/** The day in China so many days after `from`, as 2026-11-22. */
export function day_after(from, days) {
  return new Date(from + CHINA_MS + days * DAY_MS).toISOString().slice(0, 10);
}

/** Waits until `probe` gives something true, and gives it back. */
export async function until(what, probe, longest_ms = PATIENCE_MS) {
  const end = Date.now() + longest_ms;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: did not happen in ${longest_ms / 1000} s`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

/**
 * 杨柳社区 with two grids works round the clock, so that the day may be played at any hour; 柳湾社区
 * keeps office hours and has a holiday today and tomorrow.
 */
export async function prepare_place(admin, now) {
  const mark = randomUUID().slice(0, 4);
  const ids = {
    home: `yl-${mark}`,
    east: `yl-${mark}-e`,
    west: `yl-${mark}-w`,
    away: `lw-${mark}`,
  };
  for (const [id, parent_id, kind, name] of [
    [ids.home, 'cn', '社区', '杨柳社区'],
    [ids.east, ids.home, '网格', '杨柳东网格'],
    [ids.west, ids.home, '网格', '杨柳西网格'],
    [ids.away, 'cn', '社区', '柳湾社区'],
  ]) {
    await admin('POST', 'places', { id, parent_id, kind, name });
  }
  const hours = {
    home: { work: ['00:00-24:00'], off: [] },
    away: { work: ['08:30-12:00', '14:00-18:00'], off: [] },
  };
  // Whatever weekday it is, the next two weeks are worked, but for the holiday.
  const off = { home: new Set(), away: new Set([day_after(now, 0), day_after(now, 1)]) };
  for (const which of ['home', 'away']) {
    const { work, off: days_off } = hours[which];
    const working_hours = Object.fromEntries(WEEK.map((name) => [name, work]));
    await admin('PATCH', `places/${ids[which]}`, { working_hours: { ...working_hours, days_off } });
    for (let days = 0; days < 21; days += 1) {
      const day = day_after(now, days);
      const rest = off[which].has(day);
      await admin('PUT', `places/${ids[which]}/days/${day}`, {
        kind: rest ? 'off' : 'work',
        name: rest ? '柳湾庙会' : '照常上班',
      });
    }
  }
  return { ids, hours, off };
}

/** Four people with what they may do. */
export async function hire(admin, { home, away }) {
  const staff = {};
  for (const [key, name, roles] of [
    ['chen', '陈静', { [home]: ['dispatcher'], [away]: ['dispatcher'] }],
    ['wang', '王建设', { [home]: ['worker'], [away]: ['worker'] }],
    ['li', '李淑芬', { [home]: ['worker'] }],
    ['zhou', '周敏', { [home]: ['reviewer', 'administrator'] }],
  ]) {
    const login = `${key}-${randomUUID().slice(0, 6)}`;
    const held = Object.entries(roles).flatMap(([community_id, names]) =>
      names.map((role) => ({ community_id, role })),
    );
    const added = await admin('POST', 'accounts', { login, name, roles: held });
    staff[key] = { id: added.account.id, name, login, one_time: added.password };
  }
  return staff;
}

/** Calls the desk as the first administrator; what no page shows is looked up with it. */
export async function administrator(session) {
  const context = await session.browser.newContext();
  const { DESK_LOGIN: login = 'admin', DESK_PASSWORD: password } = process.env;
  await sign_in_by_call(context, session.base, login, password);
  return (method, path, body) => call(context, session.base, method, path, body);
}

/** A web hook on this machine that keeps what it is sent. */
export async function alert_receiver() {
  const notices = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      notices.push({ id: request.headers['webhook-id'], ...JSON.parse(body) });
      response.end();
    });
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    /** The different notices about an order. */
    about: (number, type) => {
      const found = notices.filter(
        (one) => one.type === type && one.data.details.number === number,
      );
      return new Map(found.map((one) => [one.id, one]));
    },
    close: () => server.close(),
  };
}
