// A whole day of a community in Chromium against a running server: forty residents, four who work
// there, each in a browser of their own. At its end every order must be where the script's own
// ledger says, with the same history, and the figures must agree.
//
//   BASE_URL=http://127.0.0.1:8311 DESK_LOGIN=admin DESK_PASSWORD=… node tests/day.e2e.mjs [folder]
//
// The server must be started with alerts.allow_private=true and work_orders.urgent_every_minutes=1.
// Into the folder go pictures of the main moments.

import { Session } from './browser.mjs';
import { Clerk } from './day-clerk.mjs';
import { Ledger } from './day-ledger.mjs';
import * as evening from './day-evening.mjs';
import * as morning from './day-morning.mjs';
import * as night from './day-night.mjs';
import * as noon from './day-noon.mjs';
import { administrator, alert_receiver, hire, prepare_place } from './day-setup.mjs';

const base = (process.env.BASE_URL ?? '').replace(/\/$/, '');
if (!base || !process.env.DESK_PASSWORD) {
  console.error('Set BASE_URL, DESK_LOGIN and DESK_PASSWORD; the head of this file tells how.');
  process.exit(2);
}
if (process.argv[2]) process.env.SHOTS = process.argv[2];

const began = Date.now();
const session = new Session(base, null);
const alerts = await alert_receiver();

async function step(name, act) {
  const from = Date.now();
  const given = await act();
  console.log(`ok      ${name} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
  return given;
}

async function play() {
  await session.start();
  const admin = await administrator(session);
  const place = await prepare_place(admin, began);
  const staff = await hire(admin, place.ids);
  const target = { kind: 'webhook', url: alerts.url };
  await admin('POST', 'alert-targets', {
    community_id: place.ids.home,
    name: '值班室',
    target,
    events: ['urgent'],
  });
  const ledger = new Ledger();
  const day = { session, admin, place, staff, ledger, alerts, cast: {}, clerks: {} };
  await step('four come to work', async () => {
    const telephone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const arrive = async (key, options) =>
      (day.clerks[key] = await Clerk.arrive(session, staff[key], ledger, options));
    await arrive('chen');
    await arrive('wang', telephone);
    await arrive('li');
    await arrive('zhou');
  });
  await step('ten ask, none becomes an order', () => morning.questions(day));
  await step('a fire is told at once', () => morning.fire_begins(day));
  await step('a lift and its neighbours', () => morning.lift(day));
  await step('somebody shut in', () => morning.shut_in(day));
  await step('ten repairs together', () => morning.repairs(day));
  await step('the wrong department, and a second look', () => noon.wrong_department(day));
  await step('a question to the resident', () => noon.question_to_resident(day));
  await step('waits for a part', () => noon.suspended(day));
  await step('longer, and watched', () => noon.extended_and_supervised(day));
  await step('done again, twice', () => noon.done_again(day));
  await step('merged in error', () => noon.merged_in_error(day));
  const silent = await step('the fire alerts again until it is signed for', () =>
    morning.fire_ends(day),
  );
  await step('a holiday is announced', () => evening.holiday(day));
  await step('a holiday today', () => evening.holiday_today(day));
  await step('somebody at the counter', () => evening.counter(day));
  await step('a person takes over', () => evening.taken_over(day));
  await step('what nobody knows', () => evening.unknown(day));
  silent();
  await step('every order is where it should be', () => night.nothing_lost(day));
  await step('the figures agree', () => night.figures(day));
  for (const clerk of Object.values(day.clerks)) await clerk.content();
  for (const { resident } of ledger.orders.values()) resident?.leave();
}

try {
  await play();
} catch (error) {
  console.log(`FAILED  ${error.stack}`);
  for (const [at, context] of session.browser?.contexts().entries() ?? []) {
    for (const page of context.pages()) await session.shot(page, `failed-${at}`);
  }
  process.exitCode = 1;
} finally {
  await session.browser?.close();
  alerts.close();
}
console.log(`${((Date.now() - began) / 1000).toFixed(0)} s`);
