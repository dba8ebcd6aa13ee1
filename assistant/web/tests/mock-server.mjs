// A stand-in for the server: the same addresses, the same fields, answers from a short list.
// It serves dist/ and is the fixture of the component tests; the real server is tested by
// pointing the same script at it (BASE_URL).
//
//   node tests/mock-server.mjs [port]

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start_community } from './mock-community.mjs';
import { start_desk } from './mock-desk.mjs';
import { EDITIONS, reply_to, SERVICES, WITH_PERSON } from './mock-replies.mjs';
import { start_voice } from './mock-voice.mjs';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
/** A check waits no longer for what must come. */
const PATIENCE_MS = 60_000;
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Starts the stand-in; `pace_ms` is the pause between two events of a stream. */
export function start_mock({ port = 0, pace_ms = 60 } = {}) {
  const community = start_community();
  const { conversations } = community;
  const desk = start_desk();
  const voice = start_voice(community);
  const requests = [];

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) problem(response, 500, 'internal', String(error));
    });
  });

  server.on('upgrade', (request, socket) => voice.upgrade(request, socket));

  async function handle(request, response) {
    const url = new URL(request.url, 'http://localhost');
    const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'authorization, content-type');
    response.setHeader('access-control-allow-methods', 'GET, POST, PUT');
    response.setHeader('access-control-expose-headers', 'retry-after');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (parts[0] !== 'api') return serve_file(parts, response);

    if (parts[1] === 'desk') return desk.handle(request, response, parts, url.searchParams);

    const body = await read_json(request);
    requests.push({ method: request.method, path: url.pathname, body });
    const route = `${request.method} ${parts[1]}/${parts.slice(3, 4).join('')}`;
    switch (route) {
      case 'GET communities/':
        if (parts[2] !== 'demo') {
          return problem(response, 404, 'community_not_found', '没有这个社区。');
        }
        return json(response, 200, {
          id: 'demo',
          name: '示范社区',
          path: ['全国', '示范社区'],
          greeting: null,
          services: SERVICES,
          varieties: [{ id: 'kunming', name: '昆明话' }],
          allowed: true,
        });
      case 'GET voice/':
        return json(response, 200, voice.offer());
      case 'POST conversations/speech':
        return with_conversation(request, response, parts[2], () =>
          voice.state.speaking
            ? voice.speak(body, response)
            : problem(response, 503, 'no_voice', '这里没有声音。'),
        );
      case 'POST conversations/': {
        const conversation = community.open_conversation();
        return json(response, 201, {
          id: conversation.id,
          token: conversation.token,
          greeting: null,
        });
      }
      case 'GET conversations/':
        return with_conversation(request, response, parts[2], (conversation) =>
          json(response, 200, {
            id: conversation.id,
            community: 'demo',
            turns: conversation.turns.map(({ cut, ...turn }) => turn),
          }),
        );
      case 'GET conversations/events':
        return with_conversation(request, response, parts[2], (conversation) =>
          community.listen(conversation, url.searchParams.get('after') ?? '', response),
        );
      case 'POST conversations/turns':
        return with_conversation(request, response, parts[2], (conversation) =>
          answer(conversation, body, response),
        );
      case 'PUT conversations/turns':
        return with_conversation(request, response, parts[2], (conversation) => {
          const turn = conversation.turns.find((one) => one.id === parts[4]);
          if (!turn) return problem(response, 404, 'turn_not_found', '没有这句话。');
          turn.rating = body.rating;
          response.writeHead(204).end();
        });
      case 'GET work-orders/': {
        const { searchParams: lookup } = url;
        return with_order(response, parts[2], lookup.get('code'), lookup.get('phone'), () => null);
      }
      case 'PUT work-orders/contact':
        return with_order(response, parts[2], body.lookup_code, null, (order) => {
          community.add(order, body);
        });
      case 'PUT work-orders/survey':
        return with_order(response, parts[2], body.lookup_code, null, (order) =>
          community.judge(order, body) ? null : '工单现在不能评价。请刷新看看最新的情况。',
        );
      case 'POST work-orders/reopen':
        return with_order(response, parts[2], body.lookup_code, null, (order) => {
          if (!body.reason?.trim()) return '请说一下哪里还没解决。';
          return community.reopen(order, body);
        });
      case 'GET editions/': {
        const edition = EDITIONS.get(parts[2]);
        if (!edition) return problem(response, 404, 'edition_not_found', '没有这份文件。');
        return json(response, 200, edition);
      }
      default:
        return problem(response, 404, 'not_found', '没有这个地址。');
    }
  }

  function with_conversation(request, response, id, act) {
    const conversation = conversations.get(id);
    if (!conversation) return problem(response, 404, 'conversation_not_found', '没有这个对话。');
    if (request.headers.authorization !== `Bearer ${conversation.token}`) {
      return problem(response, 401, 'token_wrong', '打不开这个对话。');
    }
    return act(conversation);
  }

  /** Acts on the order that is opened, and shows it; `act` gives back what is wrong. */
  function with_order(response, number, code, phone, act) {
    const order = community.find(number, code, phone);
    if (!order) return problem(response, 404, 'no_such_work_order', '没有查到这个工单。');
    const wrong = act(order);
    if (wrong) return problem(response, 409, 'not_possible', wrong);
    return json(response, 200, community.page(order));
  }

  async function answer(conversation, { text, client_id }, response) {
    if (!text?.trim() || !client_id) {
      return problem(response, 422, 'text_missing', '请写点什么再发。');
    }
    let turn = conversation.turns.find((one) => one.client_id === client_id);
    if (!turn) {
      // A message that comes before the answer to the last one is answered together with it.
      if (conversation.open) conversation.open.merged = true;
      turn = {
        id: randomUUID(),
        client_id,
        ordinal: conversation.turns.length,
        text,
        disposition: null,
        reason: null,
        sentences: [],
        passages: [],
        work_order: null,
        suggestions: [],
        rating: null,
        verified: false,
        quoted: false,
        created_at: Date.now(),
      };
      conversation.turns.push(turn);
      conversation.open = turn;
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
    const send = (event, data) => {
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      return new Promise((resolve) => setTimeout(resolve, pace_ms));
    };
    response.write(': ready\n\n');
    const { id, ordinal } = turn;
    await send('turn', { id, ordinal, text });

    // While a person speaks, the machine is silent.
    const reply = conversation.holder && turn.disposition === null ? WITH_PERSON : kept_reply(turn);
    const order = turn.work_order;
    if (turn.disposition === null) {
      await send('evidence', { passages: reply.passages });
      for (const stage of reply.stages ?? [{ stage: 'reading' }]) await send('progress', stage);
      await new Promise((resolve) => setTimeout(resolve, pace_ms * 4));
      // Half a thought: its answer waits for the rest, however late that comes.
      if (text.endsWith('我想问一下')) await until(() => turn.merged, pace_ms);
      if (turn.merged) {
        turn.reason = 'merged';
        await send('merged', { into: null });
        return void response.end();
      }
      if (conversation.open === turn) conversation.open = null;
    } else {
      await send('evidence', { passages: reply.passages });
    }
    for (const [index, sentence] of reply.sentences.entries()) {
      await send('sentence', sentence);
      if (text.includes('断线') && index === 0 && !turn.cut) {
        turn.cut = true;
        return void response.destroy();
      }
    }
    const outcome = {
      disposition: reply.disposition,
      reason: reply.reason ?? null,
      verified: reply.verified ?? false,
      quoted: reply.quoted ?? false,
      understood: reply.understood ?? null,
      work_order: order ?? (reply.files ? community.file(conversation, reply) : null),
      suggestions: reply.suggestions ?? [],
    };
    if (outcome.reason === 'asked_for_person') community.ask_for_person(conversation);
    Object.assign(turn, outcome, { sentences: reply.sentences, passages: reply.passages });
    await send('disposition', outcome);
    await send('done', { timings_ms: { total: pace_ms * 10 } });
    response.end();
  }

  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        requests,
        staff: community.staff,
        desk,
        voice,
        /** Resolves when `condition` holds. */
        until: (condition) => until(condition, pace_ms, PATIENCE_MS),
        stop: () => {
          server.closeAllConnections();
          return new Promise((done) => server.close(done));
        },
      });
    });
  });
}

/** What was replied to a turn, or will be. */
function kept_reply({ reason, text }) {
  return reason === 'with_person' ? WITH_PERSON : reply_to(text);
}

async function serve_file(parts, response) {
  let name = parts.join('/') || 'index.html';
  if (parts[0] === 'source') name = 'source.html';
  if (parts[0] === 'desk' && parts.length === 1) name = 'desk.html';
  if (parts[0] === 'kiosk') name = 'kiosk.html';
  const path = normalize(join(DIST, name));
  try {
    if (!path.startsWith(DIST)) throw new Error('outside');
    const bytes = await readFile(path);
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    });
    response.end(bytes);
  } catch {
    problem(response, 404, 'not_found', '没有这个页面。');
  }
}

async function read_json(request) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  return text ? JSON.parse(text) : {};
}

/** Resolves when `condition` holds; it is looked at every `pause_ms`. Fails after `longest_ms`. */
async function until(condition, pause_ms, longest_ms = Infinity) {
  const end = Date.now() + longest_ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never held: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
}

function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function problem(response, status, code, detail) {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', title: code, status, code, detail }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await start_mock({ port: Number(process.argv[2] ?? 8312), pace_ms: 250 });
  console.log(`stand-in server: ${url}`);
}
