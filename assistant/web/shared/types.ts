/** What the server sends and takes, field by field as it stands on the wire. */

export interface Community {
  id: string;
  name: string;
  /** Names of the places from the root down to this one. */
  path: string[];
  greeting: string | null;
  services: Service[];
  /** Dialect of its residents, where it names one. */
  variety?: string | null;
  /** Dialects that a resident may choose. */
  varieties?: VarietyName[];
  /** Where its people are reached. */
  phone?: string | null;
  /** For how many days recordings of residents who agree are kept; 0: none are. */
  recordings_days?: number;
  /** Whether the site that asks may carry the widget. */
  allowed: boolean;
}

/** A dialect as a resident knows it. */
export interface VarietyName {
  id: string;
  name: string;
}

/** A common matter that a resident picks instead of typing. */
export interface Service {
  label: string;
  question: string;
}

/** A conversation and the secret that opens it. */
export interface ConversationKey {
  id: string;
  token: string;
}

export interface StartedConversation extends ConversationKey {
  greeting: string | null;
}

export interface KeptConversation {
  id: string;
  community: string;
  turns: Turn[];
}

export type Disposition = 'answered' | 'clarify' | 'escalated' | 'emergency' | 'handoff';
export type RatingValue = 'up' | 'down';

export interface Sentence {
  text: string;
  /** Numbers of the passages that carry it. */
  citations: number[];
}

/** A passage as a citation refers to it. */
export interface Passage {
  /** What `[n]` refers to. */
  number: number;
  document: string;
  edition: string;
  passage: number | string;
  title: string;
  issuer: string | null;
  /** How a person names the place: 第十二条. */
  locator: string;
  headings: string[];
  /** The sentences that bear on the question, as they stand in the passage. */
  quote: string;
  /** The place whose rule it is. */
  place: string | null;
  effective_on: string | null;
}

export interface FiledWorkOrder {
  number: string;
  lookup_code: string;
  urgent: boolean;
}

/** How a turn ended. */
export interface Outcome {
  disposition: Disposition;
  reason?: string | null;
  verified?: boolean;
  quoted?: boolean;
  /** How the question was understood, where that differs from what was said. */
  understood?: string | null;
  work_order?: FiledWorkOrder | null;
  suggestions?: string[];
}

/** A turn as it is kept; without a disposition it has no answer of its own. */
export interface Turn extends Omit<Outcome, 'disposition'> {
  id: string;
  ordinal: number;
  /** The name that the page which sent it gave to the message. */
  client_id: string;
  text: string;
  disposition: Disposition | null;
  sentences: Sentence[];
  passages: Passage[];
  rating: RatingValue | null;
  /** Milliseconds since 1970, or an ISO 8601 text. */
  created_at: number | string;
}

export type Stage = 'queued' | 'reading' | 'writing';

/** One event of the stream that answers a turn. */
export type TurnEvent =
  | { event: 'turn'; data: { id: string; ordinal: number; text: string } }
  | { event: 'evidence'; data: { passages: Passage[] } }
  | { event: 'progress'; data: { stage: Stage; waiting?: number } }
  | { event: 'sentence'; data: Sentence }
  | { event: 'disposition'; data: Outcome }
  | { event: 'merged'; data: { into?: string | null } }
  | { event: 'done'; data: { timings_ms?: Record<string, number> } }
  | { event: 'error'; data: ProblemDocument };

/** Who speaks with the resident: a named person, or nobody and thus the machine. */
export interface Holder {
  name: string | null;
  /** A person was asked for and has not come yet. */
  waiting: boolean;
}

/** What was said in the conversation besides turns; later messages have greater ids. */
export interface Message {
  id: string;
  /** A person of the staff, or news about a work order. */
  author: 'worker' | 'notice';
  name: string | null;
  text: string;
  /** Number of the work order that it is about. */
  work_order: string | null;
  /** Milliseconds since 1970. */
  at: number;
}

/** One event of the stream that tells of people in the conversation. */
export type ConversationEvent =
  { event: 'holder'; data: Holder } | { event: 'message'; data: Message };

/** RFC 9457 problem details. */
export interface ProblemDocument {
  type?: string;
  title?: string;
  status?: number;
  code?: string;
  detail?: string;
}

export interface Contact {
  phone?: string;
  name?: string;
  note?: string;
}

/** What opens a work order: the code of its receipt, or the telephone number left with it. */
export type Lookup = { code: string } | { phone: string };

export type Satisfaction = '满意' | '基本满意' | '不满意';

/** How it went, in the resident's eyes. */
export interface Verdict {
  solved: boolean;
  satisfaction?: Satisfaction;
  note?: string;
}

export interface WorkOrder {
  number: string;
  state: string;
  kind: string;
  created_at: number | string;
  updated_at: number | string;
  /** When it should be done, while it is open. */
  due_at?: number | null;
  /** What the resident was told about the end. */
  answer?: string | null;
  /** Whether the resident is asked how it went. */
  asks_verdict?: boolean;
  /** Whether the resident may have it done again. */
  may_reopen?: boolean;
  history: { at: number | string; text: string }[];
}

export type EditionStatus = 'in_force' | 'expired' | 'superseded' | 'withdrawn' | 'not_yet';

export interface EditionPassage {
  passage: number | string;
  headings: string[];
  locator: string;
  text: string;
}

/** One version of a document with its whole text. */
export interface Edition {
  edition: string;
  document: string;
  title: string;
  issuer: string | null;
  /** Document number given by the issuing body. */
  number: string | null;
  kind: string | null;
  effective_on: string | null;
  expires_on: string | null;
  url: string | null;
  status: EditionStatus;
  passages: EditionPassage[];
}
