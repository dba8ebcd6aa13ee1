// The desk of the stand-in server: who is signed in, and the addresses of knowledge. Its inbox is empty.

import { COLLEAGUE, ME, PLACES, Refused, start_knowledge } from './mock-knowledge.mjs';
import { id } from './mock-guides.mjs';

const ROLES = ['administrator', 'knowledge_editor', 'reviewer', 'dispatcher', 'worker'];

/** Answers `/api/desk/…`; gives false back for what it does not know. */
export function start_desk() {
  const knowledge = start_knowledge();
  const { bench } = knowledge;
  const me = {
    account: {
      ...ME,
      login: 'linzhixia',
      phone: null,
      email: null,
      roles: ROLES.map((role) => ({ community_id: 'yunshan', community_name: '云山市', role })),
      must_change: false,
      disabled: false,
      locked_until: null,
      created_at: 0,
    },
    places: PLACES,
    kinds: [{ name: '咨询', slots: [], needs_review: false }],
    departments: [],
    outcomes: [],
    fetches_addresses: true,
  };
  const queue_names = ['mine', 'to_accept', 'to_dispatch', 'to_sign', 'in_progress', 'suspended', 'to_review', 'to_follow_up', 'overdue', 'urgent', 'mentions', 'live'];

  const fixed = {
    'GET me': () => me,
    'GET queues': () => Object.fromEntries(queue_names.map((name) => [name, 0])),
    'GET work-orders': () => ({ orders: [], total: 0, next: null }),
    'GET mentions': () => [],
    'GET live': () => [],
    'GET knowledge/editors': () => [ME, COLLEAGUE],
    'GET knowledge/documents': ({ query }) => knowledge.list(query),
    'GET knowledge/rules': () => bench.rules,
    'GET knowledge/checks': () => bench.checks,
    'GET knowledge/checks/runs': () => bench.runs.map(({ results: _, ...run }) => run),
    'GET knowledge/api-keys': () => bench.keys,
    'GET knowledge/conflicts': ({ query }) => bench.conflicts.filter(({ state }) => state === query.get('state')),
    'GET knowledge/gaps': ({ query }) => {
      const at = query.get('community');
      const here = bench.gaps.filter(
        ({ community }) => !at || PLACES.find(({ id }) => id === community.id)?.path.includes(at),
      );
      const of = (state) =>
        here.filter((gap) =>
          state === 'mine' ? gap.assignee?.id === ME.id : gap.state === state,
        );
      const counts = Object.fromEntries(['open', 'mine', 'not_ours', 'answered'].map((state) => [state, of(state).length]));
      return { gaps: of(query.get('state') || 'open'), after: null, counts };
    },
    'POST knowledge/bench': ({ body }) => bench.bench(body),
    'POST knowledge/drafts': ({ body }) => knowledge.make(body),
    'POST knowledge/uploads': ({ query, bytes }) => knowledge.upload(query.get('community'), query.get('name'), bytes),
    'POST knowledge/checks/runs': () => bench.run(bench.checks),
    'POST knowledge/checks/batch': ({ bytes, query }) => batch(bytes.toString('utf8'), query.get('keep') === '1'),
    'POST knowledge/packs': ({ bytes }) => {
      if (bytes.subarray(0, 2).toString() !== 'PK') {
        throw new Refused(422, 'unreadable_pack', '这不是知识包。请选名字以 .xiangyin-pack.zip 结尾的文件。');
      }
      const [first] = knowledge.documents.values();
      const kept = [{ document_id: first.id, draft: id(), title: first.editions[0].metadata.title }];
      return { name: '云山市服务指南', version: '2026-11-01', added: 12, updated: 3, unchanged: 86, kept, checks: 40 };
    },
    'POST knowledge/rules': ({ body }) => {
      const document = knowledge.documents.get(body.document_id);
      const title = document.editions[0].metadata.title;
      const rule = { ...body, id: id(), community: knowledge.ref(body.community_id), title, by: ME, at: Date.now() };
      bench.rules.push(rule);
      return rule;
    },
    'POST knowledge/checks': ({ body }) => {
      const check = bench.check(body);
      bench.checks.push(check);
      return check;
    },
    'POST knowledge/api-keys': ({ body: { community_id, ...body } }) => {
      const key = { id: id(), ...body, community: knowledge.ref(community_id), created_at: Date.now(), last_used_at: null };
      bench.keys.push(key);
      return { key, token: `xyk_${id().replaceAll('-', '')}` };
    },
    'GET knowledge/difference': ({ query }) => difference(text_at(query.get('before')), text_at(query.get('after'))),
  };

  /** `[method, kind, act]` of the addresses with an id in the third part. */
  const of_one = {
    'GET documents': ({ one }) => knowledge.page(knowledge.find(one)),
    'GET documents/history': ({ one }) => knowledge.find(one).history,
    'POST documents/draft': ({ one }) => knowledge.shown(knowledge.open_draft(knowledge.find(one))),
    'POST documents/withdraw': ({ one }) => knowledge.withdraw(knowledge.find(one)),
    'POST documents/roll-back': ({ one, body }) => knowledge.roll_back(knowledge.find(one), body.edition),
    'GET editions': ({ one }) => knowledge.edition_page(one),
    'GET drafts': ({ one }) => knowledge.shown(knowledge.draft_of(one)),
    'PUT drafts': ({ one, body }) => knowledge.write(knowledge.draft_of(one), body),
    'DELETE drafts': ({ one }) => {
      const { document_id } = knowledge.draft_of(one);
      knowledge.drafts.delete(one);
      if (document_id) knowledge.documents.get(document_id).draft = null;
    },
    'POST drafts/moves': ({ one, body }) => knowledge.move(knowledge.draft_of(one), body),
    'POST drafts/preview': ({ one }) => ({ checks: bench.run(bench.checks, one) }),
    'POST drafts/aliases': () => ({
      from_conversations: [{ text: '服务站礼拜天开不开', count: 4, last_at: Date.now() }],
      by_model: ['社区办事大厅的上班时间', '几点去社区找得到人'],
    }),
    'DELETE rules': ({ one }) => remove(bench.rules, one),
    'PUT checks': ({ one, body }) => Object.assign(bench.checks.find((check) => check.id === one), body),
    'DELETE checks': ({ one }) => remove(bench.checks, one),
    'PATCH gaps': ({ one, body }) => {
      const gap = bench.gaps.find((gap) => gap.id === one);
      if (body.assignee !== undefined) gap.assignee = [ME, COLLEAGUE].find(({ id }) => id === body.assignee) ?? null;
      if (body.state) gap.state = body.state;
      if (body.note) gap.note = body.note;
      return gap;
    },
    'POST gaps/merge': ({ one, body }) => {
      const [gap, into] = [one, body.into].map((wanted) => bench.gaps.find((gap) => gap.id === wanted));
      into.count += gap.count;
      into.examples.push(...gap.examples);
      remove(bench.gaps, one);
      return into;
    },
    'PATCH conflicts': ({ one, body }) => Object.assign(bench.conflicts.find((found) => found.id === one), body),
    'DELETE api-keys': ({ one }) => remove(bench.keys, one),
  };

  function remove(list, wanted) {
    const index = list.findIndex((one) => one.id === wanted);
    if (index >= 0) list.splice(index, 1);
  }

  function batch(text, keep) {
    const [head, ...lines] = text.replace(/^\ufeff/, '').split(/\r?\n/).filter(Boolean);
    const columns = head.split(',');
    if (!columns.includes('question')) {
      throw new Refused(422, 'bad_table', '第 1 行：没有 question 这一列。请看例子。');
    }
    const wrong = lines.findIndex((line) => line.split(',').length > columns.length);
    if (wrong >= 0) throw new Refused(422, 'bad_table', `第 ${wrong + 2} 行：列数比第一行多。`);
    const list = lines.map((line) => {
      const cells = Object.fromEntries(line.split(',').map((cell, index) => [columns[index], cell]));
      const contains = cells.contains ? [cells.contains] : [];
      const expect = { disposition: cells.disposition || 'answered', document_id: null, locator: null, contains, lacks: [] };
      return bench.check({ community_id: 'demo', question: cells.question, expect });
    });
    if (keep) bench.checks.push(...list);
    return bench.run(list);
  }

  function text_at(name) {
    const [kind, wanted] = name.split(':');
    return kind === 'draft' ? knowledge.draft_of(wanted) : knowledge.edition(wanted);
  }

  return {
    knowledge,
    /** What a colleague does while somebody writes. */
    colleague: {
      write(draft, change) {
        const there = knowledge.draft_of(draft);
        change(there);
        knowledge.touch(there, COLLEAGUE);
      },
    },
    async handle(request, response, parts, query) {
      const path = parts.slice(2);
      if (path[0] === 'events') {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
        return void response.write(': ready\n\n');
      }
      if (path[1] === 'originals') {
        const { media_type, bytes } = knowledge.originals.get(path[2]);
        return void response.writeHead(200, { 'content-type': media_type }).end(bytes);
      }
      const pieces = [];
      for await (const piece of request) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      const is_json = request.headers['content-type']?.startsWith('application/json');
      const body = is_json && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : {};
      const [, kind, one, act] = path;
      const handler =
        fixed[`${request.method} ${path.join('/')}`] ??
        of_one[`${request.method} ${[kind, act].filter(Boolean).join('/')}`];
      try {
        if (!handler) throw new Refused(404, 'not_found', '没有这个地址。');
        const answer = handler({ body, bytes, query, one });
        const status = answer === undefined ? 204 : 200;
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(answer === undefined ? undefined : JSON.stringify(answer));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const { status, code, detail } = error;
        response.writeHead(status, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ type: 'about:blank', title: code, status, code, detail }));
      }
    },
  };
}

/** What changed, passage for passage in their order; a run is cut at the first and last difference. */
function difference(before, after) {
  const length = Math.max(before.passages.length, after.passages.length);
  const passages = Array.from({ length }, (_, index) => {
    const [old, now] = [before.passages[index] ?? null, after.passages[index] ?? null];
    const kind = !old ? 'added' : !now ? 'removed' : old.text === now.text ? 'same' : 'changed';
    return { kind, before: old, after: now, runs: kind === 'changed' ? runs(old.text, now.text) : [] };
  });
  const metadata = before.metadata.title === after.metadata.title ? [] : [{ field: 'title', label: '标题', before: before.metadata.title, after: after.metadata.title }];
  return { metadata, passages, answers: [] };
}

function runs(before, after) {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return [
    { op: 'keep', text: before.slice(0, start) },
    { op: 'cut', text: before.slice(start, before.length - end) },
    { op: 'add', text: after.slice(start, after.length - end) },
    { op: 'keep', text: before.slice(before.length - end) },
  ].filter(({ text }) => text);
}
