// Checks the resident's page and the widget in Chromium.
//
//   npm run build && npm test                      against the stand-in server
//   BASE_URL=http://127.0.0.1:8311 npm test        against a running server
//
// SHOTS=folder saves screenshots, ONLY=text runs the checks whose name contains it, PATIENCE_MS is
// the longest time for one answer, QUESTION, UNKNOWN_QUESTION and EMERGENCY_QUESTION are what is
// asked, EMBED_PORT is the port of the other site that carries the widget (allow its origin first).

import { Session } from './browser.mjs';
import { access_checks } from './checks-access.mjs';
import { answer_checks } from './checks-answer.mjs';
import { people_checks } from './checks-people.mjs';
import { trouble_checks } from './checks-trouble.mjs';
import { voice_checks } from './checks-voice.mjs';
import { fake_microphone, speech_like } from './kiosk-browser.mjs';
import { start_mock } from './mock-server.mjs';

const mock = process.env.BASE_URL ? null : await start_mock();
const base = (process.env.BASE_URL ?? mock.url).replace(/\/$/, '');
// Most checks are of writing; those of the voice switch it on.
if (mock) Object.assign(mock.voice.state, { hearing: false, speaking: false });
const session = new Session(base, mock);
try {
  await session.start(fake_microphone(speech_like()));
  await answer_checks(session);
  await people_checks(session);
  await trouble_checks(session);
  await access_checks(session);
  await voice_checks(session);
} finally {
  await session.browser?.close();
  await mock?.stop();
}

const failed = session.results.filter(({ passed }) => !passed);
console.log(`${session.results.length - failed.length} of ${session.results.length} checks passed`);
if (failed.length > 0 || session.results.length === 0) process.exitCode = 1;
