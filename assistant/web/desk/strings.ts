// Every word of the desk, Chinese first. What the server says is never translated here.

import { en } from './strings/en';
import { en_manage } from './strings/en-manage';
import { en_outreach } from './strings/en-outreach';
import { en_knowledge } from './strings/en-knowledge';
import { zh } from './strings/zh';
import { zh_knowledge } from './strings/zh-knowledge';
import { zh_manage } from './strings/zh-manage';
import { zh_outreach } from './strings/zh-outreach';

export type Language = 'zh' | 'en';

type Chinese = typeof zh & typeof zh_manage & typeof zh_knowledge & typeof zh_outreach;
export type Texts = Chinese;

const all: Record<Language, Texts> = {
  zh: { ...zh, ...zh_manage, ...zh_knowledge, ...zh_outreach },
  en: { ...en, ...en_manage, ...en_knowledge, ...en_outreach },
};

export function texts(language: Language): Texts {
  return all[language];
}
