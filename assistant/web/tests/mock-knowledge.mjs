// The knowledge of the stand-in server: documents, drafts and their life, as the pages see them.

import { allowance_table, empty_metadata, guide, id, kept, NAMES, originals, passages_of } from './mock-guides.mjs';
import { start_bench } from './mock-bench.mjs';

const DAY = 86_400_000;
const day = (from_now) => new Date(Date.now() + from_now * DAY).toISOString().slice(0, 10);
export const PLACES = [
  ['yunshan', null, '市', '云山市'],
  ['cuihu', 'yunshan', '街道', '翠湖街道'],
  ['demo', 'cuihu', '社区', '莲花社区'],
  ['jinsha', 'cuihu', '社区', '金沙社区'],
].map(([id, parent_id, kind, name], index, all) => ({
  id,
  parent_id,
  kind,
  name,
  path: all.slice(0, Math.min(index, 2)).map(([one]) => one).concat(id),
  names: [name],
}));
export const ME = { id: 'account-1', name: '林知夏' };
export const COLLEAGUE = { id: 'account-2', name: '周明' };
const ref = (place) => ({ id: place, name: PLACES.find((one) => one.id === place)?.name ?? place });

export class Refused extends Error {
  constructor(status, code, detail, more = {}) {
    super(detail);
    Object.assign(this, { status, code, detail, more });
  }
}

export function start_knowledge() {
  const documents = new Map();
  const drafts = new Map();

  for (const [index, name] of NAMES.entries()) {
    const { metadata, passages, questions, original } = guide(name);
    metadata.effective_on = day(-200 + index);
    if (index === 5) metadata.expires_on = day(21);
    if (index === 6) metadata.expires_on = day(-9);
    const answers = questions.slice(0, 2).map((question) => ({
      questions: [question],
      answer: passages[0].text,
      spoken: null,
      passage: 0,
      sources: [],
    }));
    const document = published('document', index % 3 === 0 ? 'cuihu' : 'demo', metadata, passages, answers);
    document.editions[0].original = original;
    if (index === 7) document.editions[0].status = 'withdrawn';
  }
  const [first, second, third] = [...documents.values()];
  older_edition(first);
  open_draft(second).state = 'in_review';
  Object.assign(open_draft(third), { state: 'scheduled', publish_on: day(7) });
  published('answer', 'demo', empty_metadata('社区服务站几点上班？'), [], [
    {
      questions: ['社区服务站几点上班？', '服务站啥子时候开门', '周末上不上班'],
      answer: '周一到周五，上午8点半到12点，下午1点半到5点半。周末有人值班，打值班电话。',
      spoken: null,
      passage: null,
      sources: [],
    },
  ]);
  fresh_draft('document', 'cuihu', {
    metadata: { ...empty_metadata('高龄津贴发放标准'), number: '翠街发〔2026〕8号', issuer: '翠湖街道办事处' },
    passages: [
      ...passages_of('# 高龄津贴发放标准\n\n户籍在本街道、年满80周岁的老人可以申请高龄津贴。\n\n## 怎么申请\n\n带身份证、户口簿和社保卡，到社区服务站登记，次月起发放。', '高龄津贴发放标准'),
      { ...allowance_table(), origin: { page: 4 } },
    ],
    warnings: [{ code: 'no_text_on_page', message: '第 3 页没有文字（可能是图片），没有导入。共 1 页。', pages: [3] }],
    original: kept('高龄津贴发放标准.txt', 'text/plain; charset=utf-8', Buffer.from('高龄津贴发放标准\n户籍在本街道、年满80周岁的老人可以申请高龄津贴。\n')),
    source_name: '高龄津贴发放标准.txt',
  });

  function published(kind, place, metadata, passages, answers) {
    const document = { id: id(), kind, community: ref(place), editions: [], draft: null, history: [] };
    documents.set(document.id, document);
    add_edition(document, { metadata, passages, answers }, Date.now() - 30 * DAY);
    return document;
  }

  function add_edition(document, { metadata, passages, answers, original = null }, at = Date.now()) {
    document.editions.unshift({
      id: id(),
      status: 'published',
      created_at: at,
      author: ME,
      reviewer: COLLEAGUE,
      note: null,
      metadata,
      passages,
      answers,
      original,
    });
    note(document, 'knowledge.publish', metadata.title);
  }

  function older_edition(document) {
    const [newest] = document.editions;
    const passages = newest.passages.map((passage) => ({
      ...passage,
      text: passage.text.replace('免费', '收工本费20元').replace('社区', '派出所'),
    }));
    document.editions.push({ ...newest, id: id(), passages, created_at: Date.now() - 400 * DAY });
  }

  function fresh_draft(kind, place, parts) {
    const draft = {
      id: id(),
      kind,
      document_id: null,
      community: ref(place),
      state: 'draft',
      version: 1,
      metadata: empty_metadata(''),
      passages: [],
      answers: [],
      warnings: [],
      source_name: '',
      original: null,
      based_on: null,
      publish_on: null,
      review_note: null,
      four_eyes: false,
      author: ME,
      updated_by: ME,
      updated_at: Date.now(),
      created_at: Date.now(),
      same_title: null,
      ...parts,
    };
    drafts.set(draft.id, draft);
    return draft;
  }

  function open_draft(document) {
    if (document.draft) return drafts.get(document.draft);
    const [{ id: based_on, metadata, passages, answers, original }] = document.editions;
    const parts = { document_id: document.id, based_on, metadata, passages, answers, original };
    const draft = fresh_draft(document.kind, document.community.id, structuredClone(parts));
    document.draft = draft.id;
    return draft;
  }

  function shown(draft) {
    const may = {
      write: draft.state === 'draft',
      submit: draft.state === 'draft',
      approve: draft.state === 'in_review',
      publish: true,
      delete: true,
      why_not_publish: null,
    };
    return { ...draft, may };
  }

  function in_force({ status, metadata }) {
    if (status === 'withdrawn') return 'withdrawn';
    if (metadata.expires_on && metadata.expires_on < day(0)) return 'expired';
    return metadata.effective_on > day(0) ? 'later' : 'now';
  }

  function edition_line(edition) {
    const { metadata, passages, id, status, created_at, author, reviewer, note } = edition;
    const { effective_on, expires_on } = metadata;
    const line = { id, status, effective_on, expires_on, created_at, author, reviewer, note };
    return { ...line, in_force: in_force(edition), passages: passages.length };
  }

  function line(document) {
    const draft = document.draft ? drafts.get(document.draft) : null;
    const [edition] = document.editions;
    const { metadata, passages, answers } = edition ?? draft;
    const { title, issuer, number, category, effective_on, expires_on } = metadata;
    return {
      id: document.id,
      kind: document.kind,
      title,
      community: document.community,
      issuer,
      number,
      category,
      in_force: edition ? in_force(edition) : 'never',
      effective_on,
      expires_on,
      days_left: expires_on ? Math.ceil((Date.parse(expires_on) - Date.now()) / DAY) : null,
      passages: passages.length,
      questions: answers.flatMap(({ questions }) => questions).length,
      warnings: draft?.warnings.length ?? 0,
      conflicts: title === '居住证' ? 1 : 0,
      updated_at: draft?.updated_at ?? edition.created_at,
      updated_by: draft?.updated_by ?? edition.author,
      draft: draft && {
        id: draft.id,
        state: draft.state,
        updated_at: draft.updated_at,
        updated_by: draft.updated_by,
        publish_on: draft.publish_on,
      },
    };
  }

  /** Documents, and drafts that were never published under their own id. */
  function all() {
    const unpublished = [...drafts.values()]
      .filter(({ document_id }) => document_id === null)
      .map((draft) => ({ ...draft, editions: [], draft: draft.id, history: [] }));
    return [...unpublished, ...documents.values()];
  }

  function find(wanted) {
    const document = all().find((one) => one.id === wanted);
    if (!document) throw new Refused(404, 'document_not_found', '没有这份文档，可能已经删掉了。');
    return document;
  }

  function draft_of(wanted) {
    const draft = drafts.get(wanted);
    if (!draft) throw new Refused(404, 'draft_not_found', '没有这份草稿，可能已经发布或者删掉了。');
    return draft;
  }

  function page(document) {
    return {
      document: line(document),
      editions: document.editions.map(edition_line),
      draft: document.draft ? shown(drafts.get(document.draft)) : null,
      may: { write: true, publish: true },
    };
  }

  function note(document, action, detail, by = ME) {
    document.history.unshift({ at: Date.now(), by, action, detail });
  }

  const shows = {
    all: () => true,
    in_force: (one) => one.in_force === 'now',
    draft: (one) => one.draft?.state === 'draft',
    in_review: (one) => one.draft?.state === 'in_review',
    scheduled: (one) => one.draft?.state === 'scheduled',
    expiring: (one) => one.in_force === 'now' && one.days_left !== null && one.days_left <= 60,
    expired: (one) => one.in_force === 'expired',
    withdrawn: (one) => one.in_force === 'withdrawn',
  };

  function list(query) {
    const of_kind = all()
      .filter(({ kind }) => !query.get('kind') || kind === query.get('kind'))
      .map(line);
    const q = query.get('q') ?? '';
    const category = query.get('category') ?? '';
    const found = of_kind
      .filter(shows[query.get('show') || 'all'])
      .filter((one) => one.title.includes(q) && (!category || one.category === category));
    return {
      documents: found,
      total: found.length,
      after: null,
      counts: Object.fromEntries(
        Object.entries(shows).map(([name, test]) => [name, of_kind.filter(test).length]),
      ),
      categories: [...new Set(of_kind.map((one) => one.category).filter(Boolean))],
    };
  }

  function write(draft, body) {
    if (body.version !== draft.version) {
      throw new Refused(409, 'changed_meanwhile', `${draft.updated_by.name}也保存了这份草稿。`);
    }
    const before = draft.passages;
    draft.passages = body.passages.map(({ from, headings, locator, text }, ordinal) => {
      const old = before.find((passage) => passage.ordinal === from);
      const edited = old ? old.edited || old.text !== text : false;
      return { ordinal, headings, locator, text, origin: old?.origin ?? null, edited };
    });
    draft.metadata = body.metadata;
    draft.answers = body.answers;
    draft.community = ref(body.community_id);
    touch(draft, ME);
    return shown(draft);
  }

  function touch(draft, by) {
    draft.version += 1;
    draft.updated_by = by;
    draft.updated_at = Date.now();
  }

  function move(draft, { version, move, note: remark, publish_on }) {
    if (version !== draft.version) throw new Refused(409, 'changed_meanwhile', '草稿刚刚变了。');
    touch(draft, ME);
    const states = { submit: 'in_review', take_back: 'draft', send_back: 'draft' };
    if (publish_on > day(0)) Object.assign(draft, { state: 'scheduled', publish_on });
    else if (states[move]) draft.state = states[move];
    if (move === 'send_back') draft.review_note = remark;
    if (states[move] || draft.state === 'scheduled') {
      return { draft: shown(draft), edition: null, document_id: draft.document_id };
    }
    let document = documents.get(draft.document_id);
    if (!document) {
      const { kind, community } = draft;
      document = { id: id(), kind, community, editions: [], draft: null, history: [] };
      documents.set(document.id, document);
    }
    const metadata = { ...draft.metadata, effective_on: draft.metadata.effective_on ?? day(0) };
    add_edition(document, { ...draft, metadata });
    document.draft = null;
    drafts.delete(draft.id);
    return { draft: null, edition: document.editions[0].id, document_id: document.id };
  }

  function upload(place, name, bytes) {
    const text = bytes.toString('utf8');
    if (text.includes('\u0000') || name.endsWith('.exe')) {
      throw new Refused(422, 'unreadable_file', `${name} 读不出文字。请另存为 PDF 或 Word，再放进来。`);
    }
    const same = [...documents.values()].find((one) => one.editions[0].original?.name === name);
    if (same) return { draft: null, unchanged: true, document_id: same.id };
    const title = /^#+ (.*)$/m.exec(text)?.[1] ?? name.replace(/\.\w+$/, '');
    const parts = {
      metadata: empty_metadata(title),
      passages: passages_of(text, title),
      original: kept(name, 'text/plain; charset=utf-8', bytes),
      source_name: name,
    };
    return { draft: shown(fresh_draft('document', place, parts)), unchanged: false };
  }

  function make({ kind, community_id, title, text, question, answer, passage, order }) {
    const quoted = passage && edition(passage.edition).passages[passage.ordinal];
    const parts =
      kind === 'answer'
        ? {
            metadata: empty_metadata(question),
            answers: [
              {
                questions: [question],
                answer: answer ?? quoted?.text ?? (order ? '已经办好：周六上午上门更换灯管。' : ''),
                spoken: null,
                passage: null,
                sources: quoted ? [{ ...passage, ...source_words(passage) }] : [],
              },
            ],
          }
        : { metadata: empty_metadata(title), passages: passages_of(text, title) };
    return shown(fresh_draft(kind, community_id, parts));
  }

  function source_words({ edition: wanted, ordinal }) {
    const { metadata, passages } = edition(wanted);
    return { title: metadata.title, locator: passages[ordinal].locator, quote: passages[ordinal].text.slice(0, 80) };
  }

  function edition(wanted) {
    const found = [...documents.values()].flatMap(({ editions }) => editions).find((one) => one.id === wanted);
    if (!found) throw new Refused(404, 'edition_not_found', '没有这一版。');
    return found;
  }

  function edition_page(wanted) {
    const found = edition(wanted);
    const document = [...documents.values()].find(({ editions }) => editions.includes(found));
    const { metadata, passages, answers, original } = found;
    const text = passages.map((passage) => passage.text).join('\n');
    const more = { warnings: [], source_name: '', text, metadata, passages, answers, original };
    return { id: wanted, document_id: document.id, community: document.community, line: edition_line(found), ...more };
  }

  function withdraw(document) {
    document.editions[0].status = 'withdrawn';
    note(document, 'knowledge.withdraw', null);
    return page(document);
  }

  function roll_back(document, wanted) {
    add_edition(document, edition(wanted));
    note(document, 'knowledge.roll_back', null);
    return page(document);
  }

  return {
    documents, drafts, originals, list, find, page, line, open_draft, shown, draft_of, write, move, touch,
    upload, make, edition, edition_page, withdraw, roll_back, ref,
    bench: start_bench({ documents, drafts, in_force, ref }),
  };
}
