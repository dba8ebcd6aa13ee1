// The bench, checks, gaps and conflicts of the stand-in server: a small search over its documents.

import { id } from './mock-guides.mjs';

const DAY = 86_400_000;
const ME = { id: 'account-1', name: '林知夏' };
const DIALECT = [
  ['咋个', '怎么', '昆明话'],
  ['啥子', '什么', '西南官话'],
];

export function start_bench({ documents, drafts, in_force, ref }) {
  const rules = [];
  const checks = [];
  const runs = [];
  const keys = [];
  const texts = [...documents.values()].filter(({ kind }) => kind === 'document');
  const title_of = (document) => document.editions[0].metadata.title;
  for (const [question, index, contains] of [
    ['居住证在哪里办？', 0, '居住证'],
    ['房产证丢了怎么补？', 1, '补发'],
    ['残疾证到期了怎么换？', 2, '九月'],
  ]) {
    checks.push(check({ community_id: 'demo', question, expect: expected(texts[index], contains) }));
  }

  function expected(document, contains) {
    return {
      disposition: 'answered',
      document_id: document.id,
      title: title_of(document),
      locator: null,
      contains: [contains],
      lacks: [],
    };
  }

  function check({ community_id, question, variety = null, spoken = false, expect }) {
    return { id: id(), community: ref(community_id), question, variety, spoken, expect, by: ME, at: Date.now(), last: null };
  }

  function bigrams(text) {
    const plain = text.replace(/[\s，。？！、：]/g, '');
    return [...plain].slice(1).map((letter, index) => [...plain][index] + letter);
  }

  function search(question, draft) {
    const sought = new Set(bigrams(question).filter((pair) => !/[的了吗呢怎么哪里]/.test(pair)));
    const found = [];
    const from = (document, edition, metadata, passages) => {
      for (const passage of passages) {
        const text = `${metadata.title}${passage.locator}${passage.text}`;
        const matched_words = [...sought].filter((pair) => text.includes(pair));
        if (matched_words.length === 0) continue;
        const share = matched_words.length / Math.max(sought.size, 1);
        const fused = share * 0.6 + (metadata.title.includes(matched_words[0]) ? 0.25 : 0);
        found.push({ document, edition, metadata, passage, matched_words, share, fused });
      }
    };
    for (const document of documents.values()) {
      const [edition] = document.editions;
      if (in_force(edition) === 'now') from(document, edition.id, edition.metadata, edition.passages);
    }
    if (draft) from({ id: draft.document_id ?? draft.id, community: draft.community }, 'draft', draft.metadata, draft.passages);
    return found.sort((a, b) => b.fused - a.fused).slice(0, 8);
  }

  function bench({ community_id, question, variety, draft: draft_id }) {
    const changes = DIALECT.filter(([from]) => question.includes(from)).map(([from, to, why]) => ({ from, to, why }));
    const text = changes.reduce((now, { from, to }) => now.replaceAll(from, to), question);
    const found = search(text, draft_id ? drafts.get(draft_id) : null);
    const excluded = (one) => rules.some(({ effect, document_id, question: asked }) => effect === 'exclude' && document_id === one.document.id && asked === question);
    const usable = found.filter((one) => !excluded(one));
    const [best] = usable;
    const probability = best ? Math.min(0.97, best.fused + 0.12) : 0.03;
    const sufficient = probability >= 0.5;
    const said = best?.passage.text.split('\n')[0] ?? '';
    return {
      question,
      understood: { text, rewritten: changes.length > 0, doubtful: false, changes },
      intent: 'question',
      searched: text.replace(/[？?]/g, ''),
      evidence: found.map((one, index) => ({
        edition: one.edition,
        document_id: one.document.id,
        title: one.metadata.title,
        community: one.document.community,
        locator: one.passage.locator,
        headings: one.passage.headings,
        ordinal: one.passage.ordinal,
        text: one.passage.text,
        matched_words: one.matched_words,
        scores: {
          words: { value: one.share * 12, rank: index + 1 },
          bigrams: { value: one.share * 8, rank: index + 1 },
          sounds: { value: one.share * 5, rank: index > 3 ? null : index + 2 },
          dense: { value: 0.4 + one.share / 2, rank: index + 1 },
          fused: one.fused,
        },
        in_force_from: one.metadata.effective_on,
        expires_on: one.metadata.expires_on,
        pinned: rules.some(({ effect, document_id, question: asked }) => effect === 'pin' && document_id === one.document.id && asked === question),
        excluded: excluded(one),
      })),
      verified: null,
      gate: {
        sufficient,
        probability,
        threshold: 0.5,
        judged: sufficient && probability < 0.7 ? { sufficient, probability: 0.72, threshold: 0.4 } : null,
        features: [
          { name: 'coverage', label: '问的词有多少在原文里', value: best?.share ?? 0, weight: 2.1 },
          { name: 'dense', label: '意思有多近', value: best ? 0.4 + best.share / 2 : 0, weight: 1.7 },
          { name: 'margin', label: '比第二段好多少', value: 0.12, weight: 0.8 },
          { name: 'doubt', label: '听得准不准', value: variety ? 0.2 : 0, weight: -1.2 },
        ],
      },
      reply: sufficient
        ? {
            disposition: 'answered',
            sentences: [{ text: said, citations: [1] }],
            passages: [{ number: 1, document: best.document.id, edition: best.edition, passage: best.passage.ordinal, title: best.metadata.title, issuer: best.metadata.issuer, locator: best.passage.locator, headings: best.passage.headings, quote: said, place: null, effective_on: best.metadata.effective_on }],
          }
        : { disposition: 'escalated', sentences: [{ text: '文件里没有写到，我请社区工作人员来回答您。', citations: [] }], passages: [] },
      dropped: sufficient ? [{ text: '办证费用是30元。', reason: 'number', label: '原文里没有这个数字' }] : [],
      rules: rules.filter(({ question: asked }) => asked === question),
      timings_ms: { understand: 1.4, search: 18.2, embed: 41, gate: 0.3, generate: sufficient ? 2140 : 0, ground: 6, total: sufficient ? 2207 : 61 },
    };
  }

  function outcome({ community, question, expect }, draft_id) {
    const { reply } = bench({ community_id: community.id, question, draft: draft_id });
    const said = reply.sentences.map(({ text }) => text).join('');
    const [cited] = reply.passages;
    const missing = expect.contains.find((text) => !said.includes(text));
    const why = missing ? `答复里没有“${missing}”。` : null;
    return { disposition: reply.disposition, composition: 'quoted', said, document_id: cited?.document ?? null, title: cited?.title ?? null, locator: cited?.locator ?? null, passed: !why, why };
  }

  function run(list, draft_id) {
    const results = list.map((one) => {
      const before = draft_id ? outcome(one) : null;
      const after = outcome(one, draft_id);
      one.last = { at: Date.now(), passed: after.passed, why: after.why };
      const verdict = !before || before.passed === after.passed ? 'same' : after.passed ? 'better' : 'worse';
      return { check: one, before, after, verdict };
    });
    const count = (verdict) => results.filter((one) => one.verdict === verdict).length;
    const passed = results.filter(({ after }) => after.passed).length;
    const done = { id: id(), at: Date.now(), by: ME, total: list.length, passed, better: count('better'), worse: count('worse'), results };
    runs.unshift(done);
    return done;
  }

  const weeks = (counts) => counts.map((count, index) => ({ week: new Date(Date.now() - (11 - index) * 7 * DAY).toISOString().slice(0, 10), count }));
  const gap = (question, counts, more = {}) => ({
    id: id(),
    question,
    community: ref('demo'),
    count: counts.reduce((sum, one) => sum + one, 0),
    week: counts[11],
    before: counts[10],
    weeks: weeks(counts),
    last_at: Date.now() - 5 * 3_600_000,
    state: 'open',
    assignee: null,
    note: null,
    examples: [{ text: `你好，${question}我家在***栋。`, at: Date.now() - DAY, outcome: 'escalated', conversation: id(), order: null }],
    near: [],
    finished_orders: [],
    document_id: null,
    ...more,
  });
  const [residence] = texts;
  const gaps = [
    gap('楼道灯坏了找谁修？', [0, 1, 0, 2, 1, 1, 3, 2, 4, 3, 5, 9], {
      finished_orders: [{ number: 'W202611150003', question: '3栋楼道灯不亮', result: '物业周六上午更换了灯管，楼道灯由物业负责，电话登记后两天内修好。' }],
    }),
    gap('居住证可以网上续签吗？', [1, 0, 1, 1, 2, 1, 1, 0, 2, 1, 3, 2], {
      near: [{ edition: residence.editions[0].id, ordinal: 1, title: title_of(residence), locator: residence.editions[0].passages[1].locator, probability: 0.43 }],
    }),
    gap('社区的羽毛球场怎么约？', [0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1]),
  ];
  const side = (document, ordinal, what, text) => ({
    edition: document.editions[0].id,
    document_id: document.id,
    title: title_of(document),
    community: document.community,
    ordinal,
    locator: document.editions[0].passages[ordinal].locator,
    text: `${document.editions[0].passages[ordinal].text}\n办结时间：${text}。`,
    values: [{ text, what }],
    effective_on: document.editions[0].metadata.effective_on,
  });
  const conflicts = [
    { id: id(), kind: 'different_numbers', similarity: 0.91, at: Date.now(), state: 'open', note: null, left: side(texts[0], 0, '多久拿到', '15日'), right: side(texts[9], 0, '多久拿到', '30日') },
  ];
  return { rules, checks, runs, keys, gaps, conflicts, bench, run, check };
}
