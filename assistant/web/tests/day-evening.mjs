// The afternoon: a holiday is announced, somebody at the counter, a person in the chat, the figures.

import { holds, same } from './browser.mjs';
import { same_dues } from './day-hours.mjs';
import { Resident, WidgetResident } from './day-resident.mjs';
import { day_after, until } from './day-setup.mjs';

/** A holiday is put between filing and limit: what is promised moves by just the days off. */
export async function holiday(day) {
  const { admin, place, ledger, clerks, session } = day;
  const { zhou, li } = clerks;
  const resident = await Resident.open(session.base, place.ids.east);
  await resident.report('建议在河边装一排长椅，让老人歇脚', '不留');
  const { number } = resident.order;
  ledger.filed(number, { resident, added: ['added'] });
  const plan = { work: place.hours.home.work, off: place.off.home };
  const before = await admin('GET', `work-orders/${number}`);
  same_dues(before, plan);
  await zhou.go(`settings/places/${place.ids.home}`);
  const panel = zhou.page.locator('.panel', { has: zhou.page.locator('input[type=date]') });
  // Tomorrow is worked still, so that the day may be played at midnight too.
  for (const off of [day_after(before.created_at, 2), day_after(before.created_at, 3)]) {
    await panel.locator('input[type=date]').fill(off);
    await panel.locator('select').selectOption('off');
    await panel.locator('form input[lang]').fill('杨柳庙会');
    await panel.locator('form .button').click();
    await panel.locator('.card-head', { hasText: off }).getByText('杨柳庙会').waitFor();
    plan.off.add(off);
  }
  await panel.locator('.card-head', { hasText: '杨柳庙会' }).first().scrollIntoViewIfNeeded();
  await zhou.shot('holiday');
  const after = await admin('GET', `work-orders/${number}`);
  same_dues(after, plan);
  const moved = after.clocks.map(({ due_at }, at) => due_at - before.clocks[at].due_at);
  same(moved, [2 * 86_400_000, 2 * 86_400_000], 'by how much the limits moved');
  same((await resident.progress()).due_at, after.due_at, 'what the resident is promised');
  await li.open(number);
  await li.shot('limit-after-holiday');
  await li.move(number, 'claim', {}, '办理中');
  // All that is open and was never stopped keeps to the same reckoning.
  for (const [other, { events }] of ledger.orders) {
    const rested = ['suspend', 'ask_resident', 'extend', 'merge', 'finish'];
    if (events.some(([kind]) => rested.includes(kind))) continue;
    same_dues(await admin('GET', `work-orders/${other}`), plan);
  }
  ledger.ends(number, { state: '办理中' });
}

/** Two who write to a community that has its holiday today. */
export async function holiday_today(day) {
  const { admin, place, ledger, clerks, session, staff } = day;
  const plan = { work: place.hours.away.work, off: place.off.away };
  const first = await Resident.open(session.base, place.ids.away);
  const { text } = await first.report('人工');
  holds(text.includes('下班') && text.includes('登记'), text);
  ledger.filed(first.order.number, { resident: first });
  const second = await Resident.open(session.base, place.ids.away);
  await second.report('17栋1单元的信箱坏了', '上个月', '不留');
  ledger.filed(second.order.number, { resident: second, added: ['added', 'added'] });
  for (const { order } of [first, second]) {
    const page = await admin('GET', `work-orders/${order.number}`);
    same_dues(page, plan);
    const open_again = Date.parse(`${day_after(page.created_at, 1)}T23:59:59+08:00`);
    holds(page.due_at > open_again, `${order.number} is not due before the holiday is over`);
  }
  await clerks.chen.open(second.order.number);
  await clerks.chen.move(second.order.number, 'dispatch', { assignee: staff.wang }, '待签收');
  await clerks.chen.shot('holiday-today');
  ledger.ends(first.order.number, { state: '待受理' });
  ledger.ends(second.order.number, { state: '待签收' });
}

/** Somebody at the counter, who asks by telephone number later; a stranger's number opens nothing. */
export async function counter(day) {
  const { session, place, ledger, clerks } = day;
  const { chen, li } = clerks;
  const { page } = chen;
  await chen.go('file');
  await page.locator('form textarea').waitFor();
  await page.locator('form select').nth(0).selectOption(place.ids.east);
  await page.locator('form select').nth(1).selectOption('上门服务');
  await page.locator('form textarea').fill('老伴腿脚不便，想请人上门理发');
  await page.locator('input[type=tel]').fill('13812340029');
  await page.locator('form .two input').last().fill('孙玉梅');
  await chen.shot('counter');
  await page.locator('form .button.main').click();
  const done = page.locator('.done-number');
  await done.waitFor();
  const [number] = /\d{8}-\d+/.exec(await done.textContent());
  ledger.filed(number);
  await li.open(number);
  await li.move(number, 'claim', {}, '办理中');

  const resident = await WidgetResident.open(session, place.ids.east, { elder: true });
  const sheet = await resident.look_up(number, '13812340029');
  await sheet.getByText('正在办').first().waitFor();
  await session.shot(resident.page_shown, 'day-elder-progress');
  await resident.look_up(number, '13800000000');
  await sheet.getByText('没有查到').waitFor();
  await resident.put_away();
  const other = await Resident.open(session.base, place.ids.west);
  const asked = await other.say(`查 ${number} 13812340029`);
  holds(asked.text.includes('办理中'), asked.text);
  const strange = await other.say(`查 ${number} 13800000000`);
  holds(strange.text.includes('没有查到') && !strange.order, strange.text);
  ledger.answered.push(other);

  await li.move(number, 'finish', { outcome: '已解决', answer: '志愿者上门理过了。' }, '待回访');
  await li.move(number, 'follow_up', { survey: { solved: true, satisfaction: '满意' } }, '已归档');
  ledger.ends(number, { state: '已归档', outcome: '已解决', satisfaction: '满意' });
}

/** A person takes over the chat and gives it back; the resident always knows who speaks. */
export async function taken_over(day) {
  const { session, place, ledger, clerks } = day;
  const { li } = clerks;
  const resident = await WidgetResident.open(session, place.ids.east);
  const { order } = await resident.report('人工');
  ledger.filed(order.number, { resident });
  await li.go('live');
  await li.page.locator(`a[href="#/live/${resident.id}"]`).click();
  await li.page.getByRole('button', { name: '接过对话' }).click();
  const speaker = resident.page_shown.locator('.speaker');
  await speaker.getByText(`现在是社区工作人员${li.name}在跟您说`).waitFor();
  const field = li.page.locator('.composer textarea');
  await field.fill('您好，我是李淑芬，您说。');
  await li.page.keyboard.press('Control+Enter');
  await resident.page_shown.locator('.message.worker', { hasText: '我是李淑芬' }).waitFor();
  await resident.page_shown.locator('.writing textarea').fill('我想问问老年食堂几点开饭');
  await resident.page_shown.keyboard.press('Enter');
  await li.page.locator('.said-text', { hasText: '老年食堂几点开饭' }).waitFor();
  await li.shot('live');
  await session.shot(resident.page_shown, 'day-widget-person');
  await field.fill('中午十一点半，下午五点。');
  await li.page.keyboard.press('Control+Enter');
  await resident.hears('中午十一点半');
  await li.page.getByRole('button', { name: '交还' }).click();
  await until('the machine speaks again', () => resident.holder === null);
  const { order: none } = await resident.say('居住证怎么办？');
  same(none, null, 'order for a question after it was given back');
  await resident.put_away();

  const { number } = order;
  await li.move(number, 'claim', {}, '办理中');
  const answer = '老年食堂的开饭时间已经告诉您了。';
  await li.move(number, 'finish', { outcome: '已答复解释', answer }, '待回访');
  await resident.hears('老年食堂的开饭时间');
  await resident.judge({ solved: true, satisfaction: '满意' });
  ledger.did(number, 'follow_up');
  ledger.ends(number, { state: '已归档', outcome: '已答复解释', satisfaction: '满意' });
}

/** What the documents do not know, and what is not ours. */
export async function unknown(day) {
  const { session, place, ledger, clerks } = day;
  const { chen, li } = clerks;
  const first = await Resident.open(session.base, place.ids.east);
  await first.report('合唱团排练室的钥匙在谁那里？');
  ledger.filed(first.order.number, { resident: first });
  await li.open(first.order.number);
  await li.move(first.order.number, 'claim', {}, '办理中');
  await li.write(first.order.number, '我去问问文化站，一会儿告诉您。');
  await first.hears('我去问问文化站');
  const answer = '钥匙在文化站值班室，凭老年证借。';
  await li.move(first.order.number, 'finish', { outcome: '已答复解释', answer }, '待回访');
  await first.hears('凭老年证借');
  await li.move(
    first.order.number,
    'follow_up',
    { survey: { solved: true, satisfaction: '满意' } },
    '已归档',
  );
  ledger.ends(first.order.number, { state: '已归档', outcome: '已答复解释', satisfaction: '满意' });

  const second = await Resident.open(session.base, place.ids.east);
  await second.report('隔壁市的高铁票能不能帮我退了');
  ledger.filed(second.order.number, { resident: second });
  await chen.open(second.order.number, 'to_accept');
  await chen.move(
    second.order.number,
    'decline',
    { answer: '退票请打12306，社区代办不了。' },
    '已归档',
  );
  await second.hears('退票请打12306');
  ledger.ends(second.order.number, { state: '已归档', outcome: '不予受理' });
}
