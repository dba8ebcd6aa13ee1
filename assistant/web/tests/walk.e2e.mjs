// The whole way of a policy paper in Chromium against a running server: an administrator who is no
// engineer puts six papers in, mends them, tries them out and publishes them, and a resident is told.
//
//   BASE_URL=http://127.0.0.1:8311 DESK_PASSWORD=… node tests/walk.e2e.mjs --data FOLDER [--out FOLDER]
//
// `--data` holds the papers named in walk-papers.mjs; without them the walk is skipped. Into `--out`
// go pictures. DESK_LOGIN is the first administrator (admin). A community and two accounts are made.

import { parseArgs } from 'node:util';
import { holds, Session } from './browser.mjs';
import { Hand, settle } from './walk-hand.mjs';
import { all_there, PAPERS } from './walk-papers.mjs';
import { neighbour } from './walk-resident.mjs';
import * as steps from './walk-steps.mjs';

const LONGEST_MS = 5 * 60_000;
const SOON_MS = 2000;
const { values } = parseArgs({ options: { data: { type: 'string' }, out: { type: 'string' } } });
const base = (process.env.BASE_URL ?? '').replace(/\/$/, '');
if (!base || !process.env.DESK_PASSWORD || !values.data) {
  console.error('Set BASE_URL, DESK_PASSWORD and --data; the head of this file tells how.');
  process.exit(2);
}
if (!all_there(values.data)) {
  console.error(`SKIPPED: ${values.data} has not all papers that walk-papers.mjs names`);
  process.exit(0);
}
if (values.out) process.env.SHOTS = values.out;

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
const session = new Session(base, null);

async function step(name, act) {
  const from = Date.now();
  const given = await act();
  console.log(`ok      ${name} (${seconds(Date.now() - from)})`);
  return given;
}

/** Figures are printed; how fast a machine is decides nothing here. */
function told(what, milliseconds, limit) {
  console.log(`        ${what}: ${seconds(milliseconds)}${milliseconds > limit ? `, OVER ${seconds(limit)}` : ''}`);
}

async function play() {
  await session.start();
  const people = await settle(session);
  const hand = await Hand.arrive(session, people.admin);
  const resident = await neighbour(session, people.id);
  const walk = { session, hand, resident, people, place: people.id, data: values.data };
  const { each, why } = await step('six papers are put in at once', () => steps.put_in(walk));
  console.log(`        what failed says why: ${why}`);
  for (const [index, paper] of PAPERS.entries()) {
    const way = await step(`${paper.kind}: read, mended, tried out, published, told`, () =>
      steps.publish_paper(walk, paper, index),
    );
    console.log(`        ${way.clicks} clicks, ${way.fields} fields filled`);
    told('the whole way as played, its share of the upload with it', way.took + each, LONGEST_MS);
    told('with what a person needs to read, point and type', way.took + each + way.pace, LONGEST_MS);
    told('from the click on publish to a question that gets it', way.visible.asked, SOON_MS);
    told('from that click to the whole answer', way.visible.answered, SOON_MS);
  }
  await step('a newer edition replaces an older one, each answered on its days', () =>
    steps.edition_follows_edition(walk),
  );
  const text = await step('two editors at one draft', () => steps.two_editors(walk));
  holds(text.includes('九点') && text.includes('周二'), `both are kept: ${text}`);
  const alone = await step('a scanned page is noticed', () => steps.scanned_pages(walk));
  holds(/没有文字|图片|扫描/.test(alone), `the upload says so: ${alone}`);
  const why_not = await step('two people are wanted for what is published', () =>
    steps.four_eyes(walk),
  );
  console.log(`        what the writer is told: ${why_not}`);
  await step('every page of knowledge is looked at', () => steps.look_around(walk));
  hand.content();
}

const began = Date.now();
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
}
console.log(seconds(Date.now() - began));
