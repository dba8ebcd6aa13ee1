// What the stand-in server knows. The guide's text is made for the tests; only the shape matters.

export const SERVICES = [
  { label: '证件户籍', question: '居住证怎么办？' },
  { label: '医疗保障', question: '居民医保怎么参保？' },
  { label: '养老待遇', question: '养老金资格认证怎么做？' },
  { label: '困难帮扶', question: '低保怎么申请？' },
  { label: '住房物业', question: '公租房怎么申请？' },
  { label: '邻里环境', question: '楼上漏水怎么办？' },
];

const guide = {
  edition: 'edition-juzhuzheng',
  document: 'document-juzhuzheng',
  title: '居住证办理',
  issuer: '乡音起步包',
  number: null,
  kind: '办事指南',
  effective_on: '2026-01-01',
  expires_on: null,
  url: 'https://example.org/juzhuzheng',
  status: 'in_force',
  passages: [
    {
      passage: 0,
      headings: ['居住证办理', '简要回答'],
      locator: '简要回答',
      text: '离开户口所在地，到别的城市住满半年，有工作、有住处或者在上学的，可以申请居住证。',
    },
    {
      passage: 1,
      headings: ['居住证办理', '什么人可以申请'],
      locator: '什么人可以申请',
      text: '公民离开常住户口所在地，到其他城市居住半年以上，符合有合法稳定就业、合法稳定住所、连续就读条件之一的，可以申领居住证。\n三个条件有一个就行。',
    },
    {
      passage: 2,
      headings: ['居住证办理', '要带什么材料'],
      locator: '要带什么材料',
      text: '本人居民身份证、本人相片，以及居住地住址、就业、就读等证明材料。\n租房的带租赁合同；住单位宿舍的，由单位出具住宿证明。\n未满十六周岁的，由监护人代办，带监护人的身份证。',
    },
    {
      passage: 3,
      headings: ['居住证办理', '多久能办好'],
      locator: '多久能办好',
      text: '材料齐全的，应当自受理之日起15日内制作发放；地区偏远、交通不便的，可以延长，但不超过30日。',
    },
    {
      passage: 4,
      headings: ['居住证办理', '要不要钱'],
      locator: '要不要钱',
      text: '首次申领居住证，免收证件工本费。换领、补领的，缴纳证件工本费。',
    },
    {
      passage: 5,
      headings: ['居住证办理', '常见问题', '居住证要年年办吗'],
      locator: '居住证要年年办吗',
      text: '居住证每年签注一次。期满前一个月内，到居住地派出所或者受托的社区服务机构办理签注。',
    },
  ],
};

const law = {
  edition: 'edition-tiaoli',
  document: 'document-tiaoli',
  title: '居住证暂行条例',
  issuer: '国务院',
  number: '国务院令第663号',
  kind: '行政法规',
  effective_on: '2016-01-01',
  expires_on: null,
  url: 'javascript:alert(1)',
  status: 'superseded',
  passages: Array.from({ length: 23 }, (_, index) => ({
    passage: `article-${index + 1}`,
    headings: ['居住证暂行条例', index < 11 ? '第一部分' : '第二部分'],
    locator: `第${index + 1}条`,
    text:
      index === 8
        ? '第九条 申领居住证，应当向居住地公安派出所或者受公安机关委托的社区服务机构提交本人居民身份证、本人相片以及居住地住址、就业、就读等证明材料。'
        : `第${index + 1}条 测试用的条文，只为了看版面。`,
  })),
};

export const EDITIONS = new Map([
  [guide.edition, guide],
  [law.edition, law],
]);

function cite(number, edition, place, quote) {
  const passage = edition.passages[place];
  return {
    number,
    document: edition.document,
    edition: edition.edition,
    passage: passage.passage,
    title: edition.title,
    issuer: edition.issuer,
    locator: passage.locator,
    headings: passage.headings,
    quote,
    place: '全国',
    effective_on: edition.effective_on,
  };
}

const PERMIT = {
  disposition: 'answered',
  passages: [
    cite(1, guide, 1, '符合有合法稳定就业、合法稳定住所、连续就读条件之一的，可以申领居住证。'),
    cite(
      2,
      guide,
      2,
      '本人居民身份证、本人相片，以及居住地住址、就业、就读等证明材料。租房的带租赁合同；',
    ),
    cite(3, law, 8, '应当向居住地公安派出所或者受公安机关委托的社区服务机构提交'),
  ],
  sentences: [
    {
      text: '您在这里住满半年，有工作、有固定住处或者在上学，占一样就能办居住证。',
      citations: [1],
    },
    { text: '请带身份证、相片，和住址、工作或者上学的证明；租房的带租赁合同。', citations: [2, 3] },
    { text: '到居住地派出所，或者受委托的社区服务机构去办。', citations: [3] },
  ],
  suggestions: ['居住证多久能办好？', '居住证要不要钱？'],
};

const RULES = [
  {
    words: ['着火', '火灾', '救命'],
    reply: {
      disposition: 'emergency',
      reason: 'danger',
      files: true,
      urgent: true,
      kind: '求助',
      passages: [],
      sentences: [
        { text: '请马上离开房间，到安全的地方打 119。', citations: [] },
        { text: '有人受伤，再打 120。不要乘电梯，不要回去拿东西。', citations: [] },
        { text: '我已经告诉社区值班的人。', citations: [] },
      ],
    },
  },
  {
    words: ['人工'],
    reply: {
      disposition: 'handoff',
      reason: 'asked_for_person',
      files: true,
      passages: [],
      sentences: [{ text: '好，我请工作人员来联系您。', citations: [] }],
    },
  },
  {
    words: ['路灯'],
    reply: {
      disposition: 'clarify',
      reason: 'slot',
      passages: [],
      sentences: [{ text: '记下了。坏的路灯在哪里？请说楼号或者路名。', citations: [] }],
    },
  },
  {
    words: ['三号楼'],
    reply: {
      disposition: 'escalated',
      reason: 'reported',
      files: true,
      kind: '报修',
      passages: [],
      sentences: [{ text: '好，三号楼的路灯，我请人来修。', citations: [] }],
    },
  },
  {
    words: ['办证'],
    reply: {
      disposition: 'clarify',
      reason: 'ambiguous',
      passages: [],
      sentences: [{ text: '您要办的是哪一种证？', citations: [] }],
      suggestions: ['居住证怎么办？', '身份证怎么办？', '残疾人证怎么办？'],
    },
  },
  {
    words: ['工本费', '要不要钱'],
    reply: {
      disposition: 'answered',
      understood: '居住证要不要钱？',
      verified: true,
      passages: [cite(1, guide, 4, '首次申领居住证，免收证件工本费。')],
      sentences: [{ text: '第一次办居住证不收工本费。', citations: [1] }],
    },
  },
  {
    words: ['多久'],
    reply: {
      disposition: 'answered',
      quoted: true,
      stages: [{ stage: 'queued', waiting: 3 }],
      passages: [cite(1, guide, 3, '材料齐全的，应当自受理之日起15日内制作发放')],
      sentences: [{ text: '材料齐全的，应当自受理之日起15日内制作发放。', citations: [1] }],
    },
  },
  { words: ['居住证', '断线'], reply: PERMIT },
];

const NOTHING_WRITTEN = {
  disposition: 'escalated',
  reason: 'nothing_written',
  files: true,
  passages: [],
  sentences: [
    { text: '这件事在公开的文件里没有写。我已经记成工单，请工作人员来答您。', citations: [] },
  ],
};

/** A person speaks with the resident: no words of the machine. */
export const WITH_PERSON = {
  disposition: 'handoff',
  reason: 'with_person',
  passages: [],
  sentences: [],
};

export function reply_to(text) {
  const rule = RULES.find(({ words }) => words.some((word) => text.includes(word)));
  return rule?.reply ?? NOTHING_WRITTEN;
}
