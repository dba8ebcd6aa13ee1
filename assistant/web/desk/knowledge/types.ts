// What the server says about knowledge; the contract of `/api/desk/knowledge`.

import type { Moment } from '../types';

/** `YYYY-MM-DD`. */
export type Day = string;

export interface Ref {
  id: string;
  name: string;
}

export interface Metadata {
  title: string;
  kind: string | null;
  issuer: string | null;
  number: string | null;
  published_on: Day | null;
  effective_on: Day | null;
  expires_on: Day | null;
  version_date: Day | null;
  category: string | null;
  keywords: string[];
  audience: string | null;
  service_kind: string | null;
  /** Title or number of what it replaces. */
  replaces: string | null;
  url: string | null;
  licence: string | null;
}

/** Where a passage stands in the original. */
export type Origin =
  | { bytes: { start: number; end: number } }
  | { page: number }
  | { paragraphs: { start: number; end: number } }
  | { row: { sheet: string; row: number } };

export interface Passage {
  ordinal: number;
  headings: string[];
  locator: string;
  text: string;
  origin: Origin | null;
  edited: boolean;
}

export interface SourceRef {
  edition: string;
  ordinal: number;
  title?: string;
  locator?: string;
  quote?: string;
}

export interface Answer {
  /** The plainest first, at least one. */
  questions: string[];
  answer: string;
  /** As read on the telephone. */
  spoken: string | null;
  passage: number | null;
  sources: SourceRef[];
}

export interface Original {
  sha256: string;
  name: string;
  media_type: string;
  bytes: number;
  url: string;
}

export interface Warning {
  code: string;
  message: string;
  /** Pages of the original that it is about, from 1. */
  pages?: number[];
}

export type DraftState = 'draft' | 'in_review' | 'scheduled';

/** What is being written; publishing makes an edition of it. */
export interface Draft {
  id: string;
  kind: 'document' | 'answer';
  document_id: string | null;
  community: Ref;
  state: DraftState;
  version: number;
  metadata: Metadata;
  passages: Passage[];
  answers: Answer[];
  warnings: Warning[];
  source_name: string;
  original: Original | null;
  based_on: string | null;
  publish_on: Day | null;
  review_note: string | null;
  four_eyes: boolean;
  author: Ref | null;
  updated_by: Ref | null;
  updated_at: Moment;
  created_at: Moment;
  /** A published document of this title here: publishing makes a new edition of it. */
  same_title: { document_id: string; title: string } | null;
  may: {
    write: boolean;
    submit: boolean;
    approve: boolean;
    publish: boolean;
    delete: boolean;
    why_not_publish: string | null;
  };
}

export type InForce = 'now' | 'later' | 'expired' | 'withdrawn' | 'never';

export interface EditionLine {
  id: string;
  status: 'published' | 'withdrawn';
  in_force: InForce;
  effective_on: Day | null;
  expires_on: Day | null;
  created_at: Moment;
  author: Ref | null;
  reviewer: Ref | null;
  note: string | null;
  passages: number;
}

/** A line of the list; a document that was never published has the id of its draft. */
export interface DocumentLine {
  id: string;
  kind: string;
  title: string;
  community: Ref;
  issuer: string | null;
  number: string | null;
  category: string | null;
  in_force: InForce;
  effective_on: Day | null;
  expires_on: Day | null;
  days_left: number | null;
  passages: number;
  questions: number;
  warnings: number;
  conflicts: number;
  updated_at: Moment;
  updated_by: Ref | null;
  draft: {
    id: string;
    state: DraftState;
    updated_at: Moment;
    updated_by: Ref | null;
    publish_on: Day | null;
  } | null;
}

export const SHOWN = [
  'all',
  'in_force',
  'draft',
  'in_review',
  'scheduled',
  'expiring',
  'expired',
  'withdrawn',
] as const;
export type Shown = (typeof SHOWN)[number];

export interface DocumentList {
  documents: DocumentLine[];
  total: number;
  after: string | null;
  counts: Record<Shown, number>;
  categories: string[];
}

export interface DocumentPage {
  document: DocumentLine;
  /** The newest first. */
  editions: EditionLine[];
  draft: Draft | null;
  may: { write: boolean; publish: boolean };
}

export interface HistoryLine {
  at: Moment;
  by: Ref | null;
  action: string;
  detail: string | null;
}

export interface Edition {
  id: string;
  document_id: string;
  community: Ref;
  line: EditionLine;
  metadata: Metadata;
  text: string;
  passages: Passage[];
  answers: Answer[];
  warnings: Warning[];
  source_name: string;
  original: Original | null;
}

export interface Run {
  op: 'keep' | 'add' | 'cut';
  text: string;
}

export interface Changed<T> {
  kind: 'same' | 'changed' | 'added' | 'removed';
  before: T | null;
  after: T | null;
  runs: Run[];
}

export interface Difference {
  metadata: { field: string; label: string; before: string | null; after: string | null }[];
  passages: Changed<Passage>[];
  answers: Changed<Answer>[];
}

export interface Uploaded {
  draft: Draft | null;
  unchanged: boolean;
  document_id?: string;
}

/** What a new draft is made from. */
export interface NewDraft {
  kind: 'document' | 'answer';
  community_id: string;
  title?: string;
  text?: string;
  question?: string;
  answer?: string;
  order?: string;
  passage?: { edition: string; ordinal: number };
  gap?: string;
}

export interface PassageEdit {
  /** The ordinal in the draft as last read; null for a new one. */
  from: number | null;
  headings: string[];
  locator: string;
  text: string;
}

export interface DraftEdit {
  version: number;
  community_id: string;
  metadata: Metadata;
  passages: PassageEdit[];
  answers: Answer[];
}

export type Move = 'submit' | 'take_back' | 'send_back' | 'approve' | 'publish';

export interface Moved {
  draft: Draft | null;
  edition: string | null;
  document_id: string;
}

export interface Aliases {
  from_conversations: { text: string; count: number; last_at: Moment }[];
  by_model: string[];
}

export * from './types-mending';
