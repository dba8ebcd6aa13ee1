// What single endpoints answer, besides `types.ts`.

import type { Moment, MoveRequest, Passage, Person, Problem } from './types';

/** Who may be given an order. */
export interface Assignee {
  id: string;
  name: string;
  /** Orders not yet finished. */
  open: number;
  on_duty: boolean;
  /** Name of the place at which the role is held. */
  role_place: string;
}

/** A note in which who asks is named. */
export interface Mention {
  event: string;
  number: string;
  text: string;
  by: Person | null;
  at: Moment;
  seen: boolean;
}

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Shifts such as `08:30-12:00` by day of the week; a day that is not named is off. */
export type WorkingHours = Partial<Record<Weekday | 'days_off', string[]>>;

/** A day that differs from its weekday. */
export interface LocalDay {
  /** The place that set it. */
  community_id?: string;
  /** `YYYY-MM-DD`. */
  day: string;
  kind: 'off' | 'work';
  name: string;
}

export interface PlaceHours {
  own: WorkingHours | null;
  /** What holds where the place has none of its own. */
  inherited: WorkingHours | null;
  /** Set at the place and at those above it. */
  days: LocalDay[];
  /** The last day for which the national calendar is known. */
  known_until: string | null;
}

/** What a place says about itself; the list of places leaves this out. */
export interface PlaceDetails {
  name?: string;
  greeting?: string | null;
  variety?: string | null;
  phone?: string | null;
  working_hours?: WorkingHours | null;
  /** Whether nobody publishes what they wrote last; null: as in the place above. */
  four_eyes?: boolean | null;
  /** For how many days recordings are kept; 0: none; null: as in the place above. */
  recordings_days?: number | null;
}

/** A voice that a resident agreed to have kept. */
export interface Recording {
  id: string;
  conversation_id: string;
  community_id: string;
  variety: string | null;
  heard: string;
  corrected: string | null;
  training: boolean;
  milliseconds: number;
  created_at: Moment;
  expires_at: Moment;
  url: string;
}

/** Outcome of one line of a bulk move. */
export interface BulkResult {
  number: string;
  ok: boolean;
  problem?: Problem;
}

export interface BulkMove extends MoveRequest {
  number: string;
}

/** Draft of a verified answer that editors may publish. */
export interface KnowledgeDraft {
  title: string;
  question: string;
  answer: string;
  passages: Passage[];
}

/** What the list is asked for. */
export interface ListQuery {
  queue: string;
  state?: string;
  kind?: string;
  community?: string;
  clock?: string;
  q?: string;
  sort?: 'due' | 'newest' | 'oldest';
}

/** An order that a worker files for a resident. */
export interface NewOrder {
  community_id: string;
  kind: string;
  question: string;
  urgent: boolean;
  slots: Record<string, string>;
  contact: { phone: string; name: string };
  channel: 'counter' | 'phone';
}

export interface SessionInfo {
  id: string;
  address: string;
  agent: string;
  created_at: Moment;
  seen_at: Moment;
  current: boolean;
}

/** A word of a place, with what it means in standard Mandarin; empty for a term that is standard itself. */
export interface LocalWord {
  community_id: string;
  form: string;
  gloss: string;
}

/** A word that came up again and again and that nothing here knows. */
export interface UnknownWord {
  form: string;
  /** In how many conversations. */
  conversations: number;
  examples: string[];
}
