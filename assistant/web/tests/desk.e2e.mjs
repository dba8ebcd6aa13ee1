// Checks the workers' desk in Chromium against a running server.
//
//   BASE_URL=http://127.0.0.1:8311 DESK_LOGIN=admin DESK_PASSWORD=… node tests/desk.e2e.mjs
//
// The account must be an administrator; with it the checks make a worker of their own, so that
// nothing else on the server is touched. DESK_NEW_PASSWORD is what a one-time password is changed
// to. COMMUNITY is where orders are filed (else the first 社区). SHOTS=folder saves screenshots,
// ONLY=text runs the checks whose name contains it.

import { Session } from './browser.mjs';
import { desk_access_checks } from './desk-access.mjs';
import { desk_life_checks } from './desk-life.mjs';
import { desk_outreach_checks } from './desk-outreach.mjs';
import { prepare_desk } from './desk-people.mjs';

const base = (process.env.BASE_URL ?? process.env.XIANGYIN_URL ?? '').replace(/\/$/, '');
if (!base || !process.env.DESK_PASSWORD) {
  console.error('Set BASE_URL, DESK_LOGIN and DESK_PASSWORD; the head of this file tells how.');
  process.exit(2);
}

const session = new Session(base, null);
try {
  await session.start();
  const desk = await prepare_desk(session);
  await desk_life_checks(session, desk);
  await desk_access_checks(session, desk);
  await desk_outreach_checks(session, desk);
} finally {
  await session.browser?.close();
}

const failed = session.results.filter(({ passed }) => !passed);
console.log(`${session.results.length - failed.length} of ${session.results.length} checks passed`);
if (failed.length > 0 || session.results.length === 0) process.exitCode = 1;
