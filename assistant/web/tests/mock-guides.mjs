// The guides of the starter pack as documents of the stand-in server.

import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const GUIDES = fileURLToPath(new URL('../../../knowledge/starter/guides/', import.meta.url));

export const NAMES = [
  'juzhuzheng',
  'budongchan-dengji',
  'canjirenzheng',
  'changhu-xian',
  'gaoling-jintie',
  'laji-fenlei',
  'jujia-yanglao',
  'wuye-fei',
  'zufang-jiufen',
  'shehui-baozhangka',
  'yidi-jiuyi',
  'diandongche-chongdian',
];

/** A guide of the starter pack: its metadata, its passages with their bytes, its questions. */
export function guide(name) {
  const bytes = readFileSync(`${GUIDES}${name}.md`);
  const text = bytes.toString('utf8');
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  const field = (key) => new RegExp(`^${key}: (.*)$`, 'm').exec(head)?.[1] ?? null;
  const questions = [...head.matchAll(/^ {2}- (.*)$/gm)].map(([, question]) => question);
  const metadata = {
    ...empty_metadata(field('title')),
    kind: field('kind'),
    issuer: field('issuer'),
    category: field('category'),
    version_date: field('version_date'),
    keywords: (field('keywords') ?? '').replace(/[[\]]/g, '').split(', '),
  };
  return {
    metadata,
    passages: passages_of(body, metadata.title, text),
    questions,
    original: kept(`${name}.md`, 'text/plain; charset=utf-8', bytes),
  };
}

export function empty_metadata(title) {
  return {
    title,
    kind: null,
    issuer: null,
    number: null,
    published_on: null,
    effective_on: null,
    expires_on: null,
    version_date: null,
    category: null,
    keywords: [],
    audience: null,
    service_kind: null,
    replaces: null,
    url: null,
    licence: null,
  };
}

/** Headings and what stands under them. */
export function passages_of(body, title, whole = body) {
  const found = [];
  let headings = [];
  for (const block of body.split(/\n(?=#{1,4} )/)) {
    const [first, ...rest] = block.trim().split('\n');
    const heading = /^(#{1,4}) (.*)$/.exec(first ?? '');
    if (heading) headings = [...headings.slice(0, heading[1].length - 1), heading[2]];
    const text = (heading ? rest : [first, ...rest]).join('\n').trim();
    if (!text) continue;
    const at = whole.indexOf(text);
    const start = Buffer.byteLength(whole.slice(0, Math.max(at, 0)));
    found.push({
      ordinal: found.length,
      headings: headings.filter(Boolean).length > 0 ? headings.filter(Boolean) : [title],
      locator: headings[headings.length - 1] ?? title,
      text,
      origin: at < 0 ? null : { bytes: { start, end: start + Buffer.byteLength(text) } },
      edited: false,
    });
  }
  return found;
}

export const originals = new Map();

export function kept(name, media_type, bytes) {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  originals.set(sha256, { media_type, bytes });
  const url = `/api/desk/knowledge/originals/${sha256}`;
  return { sha256, name, media_type, bytes: bytes.length, url };
}

/** A table as the import writes it: every value with the name of its column. */
export function allowance_table() {
  const rows = [
    ['80—89周岁', '每月50元', '每季度发一次'],
    ['90—99周岁', '每月120元', '每季度发一次'],
    ['100周岁以上', '每月500元', '每月发放'],
  ];
  const text = rows
    .map(([age, amount, pay]) => `年龄：${age}；标准：${amount}；发放：${pay}`)
    .join('\n');
  return {
    ordinal: 2,
    headings: ['高龄津贴发放标准', '标准'],
    locator: '标准表',
    text,
    origin: { row: { sheet: '标准', row: 2 } },
    edited: false,
  };
}

export const id = () => randomUUID();
