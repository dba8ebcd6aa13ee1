// What the server says about the bench, checks, gaps, conflicts, packs and keys.

import type { Disposition, Passage as CitedPassage, Sentence } from '../../shared/types';
import type { Moment } from '../types';
import type { Day, Ref } from './types';

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
    /** What the writer made of it, where the scores alone left doubt. */
    judged: { sufficient: boolean; probability: number; threshold: number } | null;
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
