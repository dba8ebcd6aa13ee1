// Checks the kiosk in Chromium with a microphone made of a file.
//
//   npm run build && npm run test:kiosk                                against the stand-in server
//   npm run test:kiosk -- --server http://127.0.0.1:8311 --clip a.wav  a spoken question to a server
//
// With --server, --community names the community and --variety the dialect; the question of the
// clip is asked, and what was heard and answered is printed. SHOTS=folder saves screenshots,
// ONLY=text runs the checks whose name contains it.

import { parseArgs } from 'node:util';
import { Session } from './browser.mjs';
import { access_checks } from './kiosk-access.mjs';
import { fake_microphone, speech_like } from './kiosk-browser.mjs';
import { ask_server } from './kiosk-server.mjs';
import { visit_checks } from './kiosk-visit.mjs';
import { voice_checks } from './kiosk-voice.mjs';
import { start_mock } from './mock-server.mjs';

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    clip: { type: 'string' },
    community: { type: 'string', default: 'demo' },
    variety: { type: 'string', default: '' },
  },
});

const mock = values.server ? null : await start_mock({ pace_ms: 20 });
const session = new Session((values.server ?? mock.url).replace(/\/$/, ''), mock);
try {
  await session.start(fake_microphone(values.server ? values.clip : speech_like()));
  if (values.server) {
    await ask_server(session, values);
  } else {
    await voice_checks(session);
    await visit_checks(session);
    await access_checks(session);
  }
} finally {
  await session.browser?.close();
  await mock?.stop();
}

const failed = session.results.filter(({ passed }) => !passed);
console.log(`${session.results.length - failed.length} of ${session.results.length} checks passed`);
if (failed.length > 0 || session.results.length === 0) process.exitCode = 1;
