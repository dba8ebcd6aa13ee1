// One spoken question to a running server: a clip in, the written and spoken answer out.

import { holds } from './browser.mjs';
import { LANDSCAPE, visitor } from './kiosk-browser.mjs';

/** Recognition and generation on a small machine. */
const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 120_000);

export async function ask_server(session, { clip, community, variety }) {
  if (!clip) throw new Error('--clip names the WAV file that the microphone plays');
  await session.check(`${clip} is heard and answered`, async () => {
    const query = new URLSearchParams({ community, variety });
    const page = await visitor(session, { path: `/kiosk?${query}`, viewport: LANDSCAPE });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.locator('.tile').first().waitFor();
    await page.locator('.talk-button').click();
    await page.locator('.said-text').waitFor();
    console.log(`heard:   ${await page.locator('.said-text').textContent()}`);
    await session.shot(page, 'kiosk-server-heard');
    // The clip plays again and again: what it says next must not replace this answer.
    await page.getByRole('button', { name: '先别听' }).click();
    await page.locator('.reply .words').first().waitFor();
    const sounded = page.locator('.sentence.sounding').waitFor();
    await page.waitForFunction(() => !document.querySelector('.reply .waiting'));
    const words = await page.locator('.reply .words').allTextContents();
    console.log(`answer:  ${words.join('\n         ')}`);
    const sources = await page.locator('.citation').count();
    console.log(`sources: ${sources}`);
    await session.shot(page, 'kiosk-server-answer');
    const offer = await page.request.get(`${session.base}/api/voice`).then((reply) => reply.json());
    if (offer.speaking) {
      await sounded;
      await page.waitForFunction(() => globalThis.sounds.ever > 0);
      await session.shot(page, 'kiosk-server-speaking');
    } else {
      sounded.catch(() => undefined);
      console.log('SKIPPED the spoken answer: the server has no voice');
    }
    holds(words.length > 0, 'no answer');
  });
}
