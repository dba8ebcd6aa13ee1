// What the interface of outreach answers and takes.

import type { Moment, Person } from '../types';

export const PURPOSES = ['announcement', 'reminder', 'satisfaction'] as const;
export type Purpose = (typeof PURPOSES)[number];
export type OutreachState = 'draft' | 'running' | 'paused' | 'finished' | 'stopped';

/** Where a number stands, in the order in which results are shown. */
export const NUMBER_STATES = [
  'reached',
  'partly',
  'no_answer',
  'busy',
  'declined',
  'unreachable',
  'failed',
  'opted_out',
  'settled',
  'calling',
  'waiting',
] as const;
export type NumberState = (typeof NUMBER_STATES)[number];

/** When numbers may be called, and how often. */
export interface Rules {
  /** Such as 09:00-20:00. */
  hours: string;
  workdays_only: boolean;
  attempts: number;
  minutes_between: number;
}

export interface OutreachText {
  title: string;
  said: string;
  rules: Rules;
  /** Null: whichever line serves the place. */
  account: string | null;
}

export interface Progress {
  total: number;
  by_state: Partial<Record<NumberState, number>>;
  solved: number;
  unsolved: number;
  satisfied: number;
  mostly: number;
  dissatisfied: number;
}

export interface Outreach extends OutreachText {
  id: string;
  community_id: string;
  place: string;
  purpose: Purpose;
  state: OutreachState;
  /** Filled by the program from finished orders. */
  automatic: boolean;
  by: Person | null;
  created_at: Moment;
  started_at: Moment | null;
  ended_at: Moment | null;
  progress: Progress;
}

export interface OutreachDetails extends Outreach {
  script: string[];
  /** When calls begin again, where it is outside the hours now. */
  opens_at: Moment | null;
  can_call: boolean;
  accounts: string[];
  may_change: boolean;
  may_read_numbers: boolean;
}

/** When finished orders are asked about; 0: never; null: as in the place above. */
export interface FollowUp {
  after_hours: number | null;
  after_hours_above: number;
  may_change: boolean;
}

export interface Outreaches {
  can_call: boolean;
  accounts: string[];
  may_change: boolean;
  follow_up: FollowUp;
  outreaches: Outreach[];
}

export interface PastedReport {
  added: number;
  /** Lines whose number was on the list already. */
  known: number[];
  refused: { line: number; text: string; reason: string }[];
  total: number;
}

export interface Verdict {
  solved: boolean;
  satisfaction: string | null;
  note: string | null;
}

export interface NumberLine {
  position: number;
  number: string;
  name: string | null;
  state: NumberState;
  attempts: number;
  due_at: Moment;
  last_result: NumberState | null;
  called_at: Moment | null;
  heard_seconds: number;
  verdict: Verdict | null;
  work_order: string | null;
  conversation_id: string | null;
}

export interface TrialResult {
  result: NumberState;
  heard_seconds: number;
  verdict: Verdict | null;
  opted_out: boolean;
}

export interface OptOut {
  id: string;
  community_id: string;
  masked: string;
  source: 'call' | 'staff';
  by: Person | null;
  created_at: Moment;
}

/** What a call says, to be heard before it is kept. */
export interface Words {
  community_id: string;
  purpose: Purpose;
  said: string;
}
