import { zh_editing } from './zh-editing';
import { zh_mending } from './zh-mending';

/** The pages of knowledge. */
export const zh_knowledge = {
  page_knowledge: '知识',
  knowledge: { ...zh_editing, ...zh_mending },
};
