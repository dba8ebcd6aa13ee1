// Checks the pages of knowledge in Chromium against the stand-in server.
//
//   npm run build && npm run test:knowledge
//
// SHOTS=folder saves screenshots, ONLY=text runs the checks whose name contains it.

import { Session } from './browser.mjs';
import { knowledge_access_checks } from './knowledge-access.mjs';
import { knowledge_checks } from './desk-knowledge.mjs';
import { start_mock } from './mock-server.mjs';

const mock = await start_mock();
const session = new Session(mock.url, mock);
try {
  await session.start();
  await knowledge_checks(session);
  await knowledge_access_checks(session);
} finally {
  await session.browser?.close();
  await mock.stop();
}

const failed = session.results.filter(({ passed }) => !passed);
console.log(`${session.results.length - failed.length} of ${session.results.length} checks passed`);
if (failed.length > 0 || session.results.length === 0) process.exitCode = 1;
