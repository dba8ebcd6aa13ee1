// Night: everything is compared with the ledger, and the figures with what it adds up to.

import { holds, same } from './browser.mjs';

/** Every order stands where it must, with its whole history, and nobody was told anything twice. */
export async function nothing_lost(day) {
  const { admin, place, ledger } = day;
  for (const [number, { end }] of ledger.orders) holds(end, `${number} has an end in the ledger`);
  const pages = await ledger.compare(admin, [place.ids.home, place.ids.away]);
  for (const [number, { resident, end }] of ledger.orders) {
    if (!resident) continue;
    const shown = await resident.progress();
    same(shown.state, pages.get(end.merged_into ?? number).state, `state that ${number} shows`);
    const told = resident.heard.map(({ id }) => id);
    same(told.length, new Set(told).size, `messages to ${number} told once`);
    const { answer } = pages.get(end.merged_into ?? number);
    if (answer) {
      const times = resident.heard.filter(({ text }) => text.includes(answer)).length;
      same(times, 1, `how often "${answer}" was told to ${number}`);
    }
  }
  console.log(`        ${ledger.orders.size} orders as the ledger says`);
}

/** The figures of the day, as the script adds them up, by the interface and on the page. */
export async function figures(day) {
  const { admin, place, ledger, clerks } = day;
  const home = [];
  for (const [number, { events, end, resident }] of ledger.orders) {
    const page = await admin('GET', `work-orders/${number}`);
    if (page.community_id !== place.ids.away) home.push({ events, end, resident });
  }
  const judged = home.filter(({ end }) => end.satisfaction !== null);
  const reached = home.filter(({ events }) => events.some(([kind]) => kind === 'follow_up'));
  const open = ['待受理', '待派单', '待签收', '办理中', '挂起', '待审核', '待回访'];
  const talks = [...ledger.answered, ...home.map(({ resident }) => resident)].filter(Boolean);
  const wanted = {
    filed: home.length,
    archived: home.filter(({ end }) => end.state === '已归档').length,
    open: home.filter(({ end }) => open.includes(end.state)).length,
    followed_up: reached.length,
    response: 1,
    solution: 1,
    reopened: home.filter(({ end }) => end.reopened > 0).length / home.length,
    on_time: 1,
    first_contact: ledger.answered.length / talks.length,
  };
  const { total } = await admin('GET', `figures?community=${place.ids.home}`);
  for (const [name, value] of Object.entries(wanted)) same(total[name], value, `figure ${name}`);
  const count = (wanted) => judged.filter(({ end }) => end.satisfaction === wanted).length;
  console.log(
    `        满意 ${count('满意')} 基本满意 ${count('基本满意')} of ${judged.length}: ${total.satisfaction}`,
  );

  const { zhou } = clerks;
  await zhou.go('figures');
  const tiles = zhou.page.locator('.tiles');
  for (const [name, value] of [
    ['登记', wanted.filed],
    ['归档', wanted.archived],
  ]) {
    const tile = tiles.locator('.tile', { has: zhou.page.locator('dt', { hasText: name }) });
    await tile
      .locator('dd', { hasText: new RegExp(`^\\s*${value}\\s*$`) })
      .first()
      .waitFor();
  }
  await zhou.shot('figures');
  await zhou.go('map');
  await zhou.page.locator('main table, main .heat').first().waitFor();
  await zhou.shot('map');
}
