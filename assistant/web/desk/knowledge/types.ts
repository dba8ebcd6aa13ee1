// What the server says about knowledge; the contract of `/api/desk/knowledge`.

import type { Disposition, Passage as CitedPassage, Sentence } from '../../shared/types';
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

export interface Score {
  value: number;
  rank: number | null;
}

export interface Found {
  edition: string;
  document_id: string;
  title: string;
  community: Ref;
  locator: string;
  headings: string[];
  ordinal: number;
  text: string;
  matched_words: string[];
  scores: { words: Score; bigrams: Score; sounds: Score; dense: Score; fused: number };
  in_force_from: Day | null;
  expires_on: Day | null;
  pinned: boolean;
  excluded: boolean;
}

export interface BenchQuestion {
  community_id: string;
  question: string;
  on?: Day;
  variety?: string;
  spoken?: boolean;
  draft?: string;
}

export interface BenchReply {
  disposition: Disposition;
  reason?: string | null;
  sentences: Sentence[];
  passages: CitedPassage[];
  verified?: boolean;
  quoted?: boolean;
  suggestions?: string[];
}

/** Every step from the question to the answer. */
export interface Bench {
  question: string;
  understood: {
    text: string;
    rewritten: boolean;
    doubtful: boolean;
    changes: { from: string; to: string; why: string }[];
  };
  intent: string;
  searched: string;
  evidence: Found[];
  verified: {
    document_id: string;
    edition: string;
    title: string;
    question: string;
    similarity: number;
    answer: string;
  } | null;
  gate: {
    sufficient: boolean;
    probability: number;
    threshold: number;
    features: { name: string; label: string; value: number; weight: number }[];
  };
  reply: BenchReply;
  dropped: { text: string; reason: string; label: string }[];
  rules: { id: string; effect: 'pin' | 'exclude'; question: string | null }[];
  timings_ms: Record<string, number>;
}

export interface Rule {
  id: string;
  community: Ref;
  effect: 'pin' | 'exclude';
  question: string | null;
  document_id: string;
  title: string;
  locator: string | null;
  by: Ref | null;
  at: Moment;
}

export interface NewRule {
  community_id: string;
  effect: 'pin' | 'exclude';
  question: string | null;
  document_id: string;
  locator: string | null;
}

export const EXPECTED = ['answered', 'declined', 'emergency', 'any'] as const;

export interface Expect {
  disposition: (typeof EXPECTED)[number];
  document_id: string | null;
  title?: string;
  locator: string | null;
  contains: string[];
  lacks: string[];
}

export interface NewCheck {
  community_id: string;
  question: string;
  variety?: string | null;
  spoken?: boolean;
  expect: Expect;
}

export interface Check {
  id: string;
  community: Ref;
  question: string;
  variety: string | null;
  spoken: boolean;
  expect: Expect;
  by: Ref | null;
  at: Moment;
  last: { at: Moment; passed: boolean; why: string | null } | null;
}

export interface Outcome {
  disposition: string;
  composition: string;
  said: string;
  document_id: string | null;
  title: string | null;
  locator: string | null;
  passed: boolean;
  why: string | null;
}

export interface CheckResult {
  check: Check;
  before: Outcome | null;
  after: Outcome;
  verdict: 'better' | 'worse' | 'same';
}

export interface CheckRun {
  id: string;
  at: Moment;
  by: Ref | null;
  total: number;
  passed: number;
  better: number;
  worse: number;
  results: CheckResult[];
}

export const GAP_STATES = ['open', 'mine', 'not_ours', 'answered'] as const;
export type GapState = (typeof GAP_STATES)[number];

export interface Gap {
  id: string;
  question: string;
  community: Ref;
  count: number;
  /** In the last seven days, and in the seven before. */
  week: number;
  before: number;
  weeks: { week: Day; count: number }[];
  last_at: Moment;
  state: string;
  assignee: Ref | null;
  note: string | null;
  examples: {
    text: string;
    at: Moment;
    outcome: 'escalated' | 'clarify' | 'rated_down' | 'reopened';
    conversation: string;
    order: string | null;
  }[];
  near: { edition: string; ordinal: number; title: string; locator: string; probability: number }[];
  finished_orders: { number: string; question: string; result: string }[];
  document_id: string | null;
}

export interface GapList {
  gaps: Gap[];
  after: string | null;
  counts: Record<string, number>;
}

export interface Side {
  edition: string;
  document_id: string;
  title: string;
  community: Ref;
  ordinal: number;
  locator: string;
  text: string;
  values: { text: string; what: string }[];
  effective_on: Day | null;
}

export interface Conflict {
  id: string;
  kind: 'different_numbers' | 'near_duplicate';
  similarity: number;
  at: Moment;
  state: 'open' | 'dismissed';
  note: string | null;
  left: Side;
  right: Side;
}

export interface PackReport {
  name: string;
  version: string;
  added: number;
  updated: number;
  unchanged: number;
  /** Edited here since: the new text waits as a draft. */
  kept: { document_id: string; draft: string; title: string }[];
  checks: number;
}

export const KEY_PERMISSIONS = ['write_knowledge', 'publish_knowledge'] as const;

export interface ApiKey {
  id: string;
  name: string;
  community: Ref;
  permissions: string[];
  created_at: Moment;
  expires_on: Day | null;
  last_used_at: Moment | null;
}
