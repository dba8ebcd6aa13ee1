// The papers of the walk: four as they are, and a web page, a pdf and a docx made from others.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docx, escaped } from './walk-docx.mjs';

/**
 * What is put in, what is written beside it, which passage is mended, and what a resident asks then.
 * `told` must stand in the answer and `marked` in the passage that its source opens.
 */
export const PAPERS = [
  {
    kind: 'a law',
    path: 'national_laws/契税法(2020-08-11).md',
    as: 'md',
    title: '中华人民共和国契税法',
    facts: { category: '税费', audience: '买房子的居民' },
    mend: ['契税税率为百分之三至百分之五', '契税税率为百分之三至百分之五（3%到5%）'],
    question: '买房子要交的契税，税率是多少？',
    told: '3%到5%',
    marked: '契税税率为百分之三至百分之五',
  },
  {
    kind: 'a Shandong city rule',
    path: 'local/山东/济南市禁止燃放烟花爆竹的规定(2019-02-12).md',
    as: 'md',
    title: '济南市禁止燃放烟花爆竹的规定',
    facts: { issuer: '济南市人民代表大会常务委员会', effective_on: '2019-05-01', category: '安全' },
    mend: ['处以五百元罚款', '处以五百元（500元）罚款'],
    question: '重污染天气放烟花爆竹，罚多少钱？',
    told: '500元',
    marked: '在重污染天气期间燃放烟花爆竹',
  },
  {
    kind: 'a Guangzhou guide',
    path: 'service_guides/guangzhou/电子居住证如何申领？一文说清.md',
    as: 'md',
    title: '电子居住证如何申领？一文说清',
    facts: { issuer: '广州市公安局', category: '居住证', service_kind: '申领电子居住证' },
    mend: ['审核期限为5个工作日', '审核期限为 5 个工作日'],
    question: '粤居码怎么申领电子居住证？',
    told: '5 个工作日',
    marked: '申领电子居住证的审核期限',
  },
  {
    kind: 'a messy web page',
    path: 'service_guides/guangzhou/好消息！65岁以上老人免费！快上“穗好办”办理吧.md',
    as: 'html',
    title: '好消息！65岁以上老人免费！快上“穗好办”办理吧',
    facts: { issuer: '广州市政务服务数据管理局', published_on: '2024-02-28', audience: '六十岁以上的老人' },
    mend: ['羊城通客服热线400-844-0001', '羊城通客服热线：400-844-0001'],
    question: '老年人优待卡续期，羊城通客服热线是多少？',
    told: '羊城通客服热线：400-844-0001',
    marked: '400-844-0001',
  },
  {
    kind: 'a pdf',
    path: 'service_guides/guangzhou/广州市老年人优待办法.md',
    as: 'pdf',
    title: '广州市老年人优待办法',
    facts: { issuer: '广州市人民政府', effective_on: '2021-05-01', category: '养老服务' },
    mend: ['候车室、候船室、候机室应当设置老年人专座', '候车室、候船室、候机室都应当设置老年人专座'],
    question: '广州的候车室有没有老年人专座？',
    told: '候机室都应当设置老年人专座',
    marked: '候车室、候船室、候机室',
  },
  {
    kind: 'a docx',
    path: 'local/山东/济南市既有多层住宅增设电梯规定(2019-02-12).md',
    as: 'docx',
    title: '济南市既有多层住宅增设电梯规定',
    facts: { issuer: '济南市人民代表大会常务委员会', effective_on: '2019-02-12', category: '住房' },
    mend: ['公示期限为十五日', '公示期限为十五日（15天）'],
    question: '增设电梯的初步方案和实施方案要公示多少天？',
    told: '15天',
    marked: '公示期限为十五日',
  },
];

/** A paper whose newer edition says other amounts from a later day on. */
export const ALLOWANCE = {
  path: 'service_guides/guangzhou/广州市残疾人两项补贴2025年发放情况和2026年发放标准.md',
  title: '广州市残疾人两项补贴标准',
  question: '广州市重度残疾人护理补贴每人每月多少钱？',
  older: { from: '2025-01-01', asked_on: '2025-06-01', told: '280元' },
  newer: { from: '2026-01-01', told: '290元' },
};

/** Whether every paper is there. */
export function all_there(folder) {
  return [...PAPERS, ALLOWANCE].every(({ path }) => existsSync(join(folder, path)));
}

/** The words of a paper below its front matter, line by line. */
export function lines_of(folder, path) {
  const text = readFileSync(join(folder, path), 'utf8');
  const body = text.startsWith('---') ? text.slice(text.indexOf('\n---', 3) + 4) : text;
  return body
    .replace(/<!--.*?-->/gs, '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The two sections of the allowances: what held first, and what holds since. */
export function allowances(folder) {
  const lines = lines_of(folder, ALLOWANCE.path);
  const amounts = (year) => lines.find((line) => line.includes(`${year}年1月起`) && line.includes('每人每月'));
  return { older: amounts(2025), newer: amounts(2026) };
}

/** The file that is uploaded, as a browser takes it. */
export async function file_of(browser, folder, paper) {
  const name = `${paper.title.replace(/[？！“”]/g, '')}.${paper.as}`;
  const give = (mimeType, bytes) => ({ name, mimeType, buffer: Buffer.from(bytes) });
  if (paper.as === 'md') return give('text/markdown', readFileSync(join(folder, paper.path)));
  const lines = lines_of(folder, paper.path).map((line) => line.replace(/^#+\s*/, ''));
  if (paper.as === 'docx') {
    return give('application/vnd.openxmlformats-officedocument.wordprocessingml.document', docx(lines));
  }
  if (paper.as === 'html') return give('text/html', web_page(paper.title, lines));
  return give('application/pdf', await print(browser, print_page(lines)));
}

/** A page that was photographed: a picture of text and nothing that could be selected. */
export async function scanned(browser, words, before = '') {
  const page = await browser.newPage({ viewport: { width: 700, height: 500 } });
  await page.setContent(`<p style="font-size:28px">${words}</p>`);
  const picture = (await page.screenshot()).toString('base64');
  await page.close();
  const image = `<img style="width:100%" src="data:image/png;base64,${picture}">`;
  return print(browser, before ? `${before}<div style="break-before:page">${image}</div>` : image);
}

async function print(browser, html) {
  const page = await browser.newPage();
  await page.setContent(html);
  const bytes = await page.pdf({ format: 'A4', margin: { top: '25mm', bottom: '25mm', left: '25mm', right: '25mm' } });
  await page.close();
  return bytes;
}

function print_page([title, ...lines]) {
  const paragraphs = lines.map((line) => `<p>${escaped(line)}</p>`).join('');
  return `<html lang="zh-CN"><h1>${escaped(title)}</h1>${paragraphs}</html>`;
}

/** As portals publish it: menus and buttons around the text, and a box for every line. */
function web_page(title, lines) {
  const boxes = lines
    .map((line) => `<div class="TRS_Editor"><p style="text-indent:2em"><span>${escaped(line)}</span></p></div>`)
    .join('\n');
  return `<!doctype html><html><head><meta charset="utf-8"><title>${escaped(title)} - 广州市人民政府门户网站</title>
<style>.nav{color:red}</style><script>var a=1;</script></head><body>
<div class="nav"><a href="/">首页</a> | <a href="/zwgk">政务公开</a> | <a href="/zwfw">政务服务</a> | <a href="/hd">互动交流</a></div>
<div>您当前所在的位置：首页 &gt; 政务服务 &gt; 专项服务 &gt; 公共服务</div>
<div class="share">分享到：<a>微信</a> <a>微博</a> 【打印】 【关闭窗口】</div>
${boxes}
<div class="footer">版权所有：广州市人民政府办公厅　网站标识码：4401000001　粤ICP备05080000号</div>
</body></html>`;
}
