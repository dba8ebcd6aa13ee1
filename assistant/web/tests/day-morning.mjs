// The morning: questions, a broken lift and its neighbours, a fire, and a pile of small repairs.

import { holds, same } from './browser.mjs';
import { Resident, WidgetResident } from './day-resident.mjs';
import { until } from './day-setup.mjs';

const QUESTIONS = [
  '高龄津贴怎么领？',
  '医保怎么报销',
  '怎么办身份证',
  '垃圾怎么分类',
  '养老金认证怎么弄',
  '新生儿怎么上户口',
  '残疾证怎么办理',
  '低保怎么申请',
  '公租房怎么申请',
];

/** Ten who only want to know something; the first of them on a telephone with large letters. */
export async function questions(day) {
  const { session, place, ledger } = day;
  const elder = await WidgetResident.open(session, place.ids.east, { elder: true });
  const reply = await elder.say('居住证怎么办？');
  same(reply.order, null, 'order for a question');
  await session.shot(elder.page_shown, 'day-elder-answer');
  ledger.answered.push(elder);
  await elder.put_away();
  const others = await Promise.all(
    QUESTIONS.map(async (text) => {
      const resident = await Resident.open(session.base, place.ids.west);
      const { disposition, order } = await resident.say(text);
      same([disposition, order], ['answered', null], text);
      return resident;
    }),
  );
  ledger.answered.push(...others);
}

/** A lift: the first to tell it, one who joins, one who will not, and whom the desk joins. */
export async function lift(day) {
  const { session, place, ledger, clerks, staff } = day;
  const { chen, wang } = clerks;
  const first = await WidgetResident.open(session, place.ids.east, { elder: true });
  const { last } = await first.report('3栋2单元的电梯坏了', '昨天晚上开始的', '13812340001');
  holds(last.includes('都记好了') && !last.includes('13812340001'), last);
  await session.shot(first.page_shown, 'day-elder-report');
  const { number } = first.order;
  ledger.filed(number, { resident: first, added: ['added', 'contact'] });

  const second = await Resident.open(session.base, place.ids.east);
  const { text } = await second.report('3栋2单元电梯又坏了，上不去楼');
  holds(text.includes('邻居') && text.includes('一起'), text);
  ledger.filed(second.order.number, { resident: second });
  await second.say('一起');
  ledger.did(second.order.number, 'merge');
  ledger.did(number, 'merged');

  const third = await Resident.open(session.base, place.ids.east);
  await third.report('3栋2单元电梯坏了，老人下不了楼', '单独', '13812340003');
  ledger.filed(third.order.number, { resident: third, added: ['contact'] });
  await chen.open(third.order.number, 'to_accept');
  const similar = chen.page.locator('section[aria-labelledby=similar-title]');
  await chen.shot('similar');
  await similar.getByRole('button', { name: new RegExp(number) }).click();
  await chen.state_is('合并');
  ledger.did(third.order.number, 'merge', chen.name);
  ledger.did(number, 'merged');

  await chen.move(number, 'accept', {}, '待派单');
  await chen.move(number, 'dispatch', { assignee: staff.wang }, '待签收');
  await wang.move(number, 'sign', {}, '办理中');
  await Promise.all([first, second, third].map((one) => one.hears('有工作人员在办')));
  await wang.move(
    number,
    'finish',
    { outcome: '已解决', answer: '换了一块主板，试了十趟。' },
    '待回访',
  );
  await Promise.all([first, second, third].map((one) => one.hears('换了一块主板')));

  // For the neighbour it does not go: all of it begins again.
  await second.say('没解决，还是不动');
  ledger.did(second.order.number, 'added');
  for (const kind of ['added', 'reopen']) ledger.did(number, kind);
  await first.hears('重新办理');
  await wang.open(number);
  await wang.state_is('办理中');
  await wang.shot('telephone-reopened');
  await wang.move(
    number,
    'finish',
    { outcome: '已解决', answer: '又换了控制柜，三家都试过。' },
    '待回访',
  );
  const news = first.news('又换了控制柜');
  await news.getByRole('button', { name: '解决了', exact: true }).click();
  await session.shot(first.page_shown, 'day-elder-verdict');
  await news.getByRole('button', { name: '满意', exact: true }).click();
  await first.hears('谢谢您的评价');
  await first.put_away();
  ledger.did(number, 'follow_up');
  await third.hears('又换了控制柜');
  ledger.ends(number, { state: '已归档', outcome: '已解决', satisfaction: '满意', reopened: 1 });
  for (const { order } of [second, third])
    ledger.ends(order.number, { state: '合并', merged_into: number });
}

/** A fire: told at once, in the page and outside, and again until somebody signs. */
export async function fire_begins(day) {
  const { session, place, ledger, clerks, alerts } = day;
  const resident = await Resident.open(session.base, place.ids.west);
  const { disposition, text } = await resident.report('我家厨房着火了');
  same(disposition, 'emergency', 'disposition of a fire');
  holds(text.includes('119'), text);
  ledger.filed(resident.order.number, { resident });
  await Promise.all(Object.values(clerks).map((clerk) => clerk.alarmed('我家厨房着火了')));
  await clerks.zhou.shot('urgent');
  await clerks.wang.shot('telephone-urgent');
  const { number } = resident.order;
  await until('the first alert', () => alerts.about(number, 'work_order.urgent').size === 1);
  day.cast.fire = resident;
}

/** The rest of it, a minute later. */
export async function fire_ends(day) {
  const { ledger, clerks, alerts, cast } = day;
  const { number } = cast.fire.order;
  await until('a second alert', () => alerts.about(number, 'work_order.urgent').size >= 2);
  const { wang } = clerks;
  await wang.page.locator('.urgent-banner').getByRole('button', { name: '去处理' }).click();
  await wang.page.locator('.order-head h2', { hasText: number }).waitFor();
  await wang.move(number, 'claim', {}, '办理中');
  const told = alerts.about(number, 'work_order.urgent').size;
  await wang.page.locator('.urgent-banner').waitFor({ state: 'detached' });
  const answer = '火已经扑灭，人没事，换了灶台的软管。';
  await wang.move(number, 'finish', { outcome: '已解决', answer }, '待回访');
  await cast.fire.hears('火已经扑灭');
  await cast.fire.say('解决了，满意');
  ledger.did(number, 'follow_up');
  ledger.ends(number, { state: '已归档', outcome: '已解决', satisfaction: '满意' });
  return () =>
    same(alerts.about(number, 'work_order.urgent').size, told, 'alerts after it was signed for');
}

/** Somebody shut in a lift, told in the widget; signed for at once. */
export async function shut_in(day) {
  const { session, place, ledger, clerks } = day;
  const resident = await WidgetResident.open(session, place.ids.west);
  const { disposition } = await resident.report('9栋1单元电梯把人关在里面了，快来');
  same(disposition, 'emergency', 'disposition of somebody shut in');
  await session.shot(resident.page_shown, 'day-widget-emergency');
  const { number } = resident.order;
  ledger.filed(number, { resident });
  const { li } = clerks;
  await li.alarmed('电梯把人关在里面');
  await li.open(number, 'urgent');
  await li.move(number, 'claim', {}, '办理中');
  await resident.hears('有工作人员在办');
  await li.move(
    number,
    'finish',
    { outcome: '已解决', answer: '人已经平安出来，电梯停用检修。' },
    '待回访',
  );
  await resident
    .news('人已经平安出来')
    .getByRole('button', { name: '解决了', exact: true })
    .click();
  await resident.news('人已经平安出来').getByRole('button', { name: '满意', exact: true }).click();
  await resident.hears('谢谢您的评价');
  await resident.put_away();
  ledger.did(number, 'follow_up');
  ledger.ends(number, { state: '已归档', outcome: '已解决', satisfaction: '满意' });
}

/** Ten small repairs: accepted and given out together, done one by one. */
export async function repairs(day) {
  const { session, place, ledger, clerks, staff } = day;
  const { chen, wang } = clerks;
  const told = [
    ['6栋1单元楼道的灯不亮了', '不清楚', '不留'],
    ['7栋地下车库漏水', '昨天', '13812340016'],
    ['小区东门的门禁刷不开了', '今天早上', '不留'],
    ['2栋3单元下水道堵了，水往外冒', '刚才', '不留'],
    ['13栋水压太小，六楼没水', '三天了', '13812340019'],
    ['5栋的电动车充电桩坏了', '今天', '13812340034'],
    ['11栋2单元的水管漏水', '前天', '不留'],
    ['21栋楼道感应灯坏了', '昨天', '不留'],
    ['24栋的排水沟堵了，一下雨就积水', '去年', '不留'],
    ['16栋门口的垃圾桶盖子坏了', '上周', '不留'],
  ];
  const residents = await Promise.all(
    told.map(async (words) => {
      const resident = await Resident.open(session.base, place.ids.west);
      await resident.report(...words);
      const phone = /^1\d{10}$/.test(words[2]);
      ledger.filed(resident.order.number, {
        resident,
        added: ['added', ...(phone ? ['contact'] : ['added'])],
      });
      return resident;
    }),
  );
  const numbers = residents.map(({ order }) => order.number);
  await chen.bulk('to_accept', numbers, '受理');
  for (const number of numbers) ledger.did(number, 'accept', chen.name);
  await chen.bulk('to_dispatch', numbers, '派单', staff.wang);
  for (const number of numbers) ledger.did(number, 'dispatch', chen.name);
  await wang.bulk('to_sign', numbers, '签收');
  for (const number of numbers) ledger.did(number, 'sign', wang.name);
  await wang.go('inbox/mine');
  await wang.shot('telephone-mine');
  // The last says nothing, the fourth not how satisfied.
  const satisfactions = [
    '满意',
    '基本满意',
    '满意',
    null,
    '满意',
    '满意',
    '满意',
    '基本满意',
    '满意',
  ];
  for (const [at, resident] of residents.entries()) {
    const { number } = resident.order;
    await wang.move(
      number,
      'finish',
      { outcome: '已解决', answer: `已经修好，第${at + 1}家。` },
      '待回访',
    );
    await resident.hears(`第${at + 1}家`);
    const satisfaction = satisfactions[at];
    if (satisfaction === undefined) {
      // Who says nothing is asked for seven days: this one stays open.
      ledger.ends(number, { state: '待回访', outcome: '已解决' });
      continue;
    }
    const said = await resident.say(satisfaction ? `解决了，${satisfaction}` : '解决了');
    holds(said.text.includes('谢谢'), said.text);
    ledger.did(number, 'follow_up');
    ledger.ends(number, { state: '已归档', outcome: '已解决', satisfaction });
  }
}
