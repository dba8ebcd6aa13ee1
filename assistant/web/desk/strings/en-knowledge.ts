import { en_editing } from './en-editing';
import { en_mending } from './en-mending';
import type { zh_knowledge } from './zh-knowledge';

/** The pages of knowledge. */
export const en_knowledge: typeof zh_knowledge = {
  page_knowledge: 'Knowledge',
  knowledge: { ...en_editing, ...en_mending },
};
