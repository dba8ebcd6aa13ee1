// What the server says to the desk; the same names as in `assistant/src/http/desk`.

import type { Recording } from './types-more';

/** Milliseconds since 1970. */
export type Moment = number;

export type Role = 'administrator' | 'knowledge_editor' | 'reviewer' | 'dispatcher' | 'worker' | 'viewer';

/** A node of the tree; `path` names its ancestors by their ids from the root down, itself last. */
export interface Place {
  id: string;
  parent_id: string | null;
  kind: string;
  name: string;
  path: string[];
  /** Names from the root down, for reading. */
  names: string[];
  /** What the places above say about two people for everything published. */
  four_eyes_above?: boolean;
  /** For how many days recordings are kept, as said by the place itself; 0: none are. */
  recordings_days?: number | null;
  /** What the places above say of it. */
  recordings_days_above?: number;
}

export interface Held {
  community_id: string;
  community_name: string;
  role: Role;
}

export interface Account {
  id: string;
  login: string;
  name: string;
  phone: string | null;
  email: string | null;
  roles: Held[];
  must_change: boolean;
  disabled: boolean;
  locked_until: Moment | null;
  created_at: Moment;
}

/** Who is signed in, and what they may reach. */
export interface Me {
  account: Account;
  /** Nodes at which and below which the account holds any role, subtrees included. */
  places: Place[];
  kinds: KindInfo[];
  departments: string[];
  outcomes: string[];
  /** Whether papers may be fetched from the internet. */
  fetches_addresses: boolean;
}

export interface KindInfo {
  name: string;
  slots: SlotInfo[];
  needs_review: boolean;
}

export interface SlotInfo {
  id: string;
  label: string;
  question: string;
}

export type State =
  | '待受理' | '待派单' | '待签收' | '办理中' | '挂起' | '待审核' | '待回访' | '已归档' | '合并';

export type ClockStatus = 'none' | 'running' | 'warning' | 'overdue' | 'paused' | 'met' | 'missed';

export interface Person {
  id: string;
  name: string;
}

/** A line of the list. */
export interface OrderLine {
  number: string;
  kind: string;
  urgent: boolean;
  supervised: boolean;
  state: State;
  question: string;
  place: string | null;
  community_id: string;
  community_name: string;
  department: string | null;
  assignee: Person | null;
  channel: string;
  clock_status: ClockStatus;
  due_at: Moment | null;
  /** Whether the limit counts working time alone. */
  working_time: boolean;
  waiting_for_resident: boolean;
  reopened: number;
  /** Orders of other residents about the same matter. */
  merged_count: number;
  merged_into: string | null;
  created_at: Moment;
  updated_at: Moment;
  version: number;
}

export interface OrderList {
  orders: OrderLine[];
  total: number;
  /** Pass as `after` for the next page; null at the end. */
  next: string | null;
}

/** How many orders each queue holds for who asks. */
export interface Queues {
  mine: number;
  to_accept: number;
  to_dispatch: number;
  to_sign: number;
  in_progress: number;
  suspended: number;
  to_review: number;
  to_follow_up: number;
  overdue: number;
  urgent: number;
  mentions: number;
  live: number;
}

export type Queue = keyof Queues | 'open' | 'archived' | 'all';

export type MoveName =
  | 'accept' | 'dispatch' | 'claim' | 'sign' | 'return' | 'ask_extension' | 'extend' | 'supervise'
  | 'suspend' | 'ask_resident' | 'resume' | 'finish' | 'approve' | 'send_back' | 'follow_up'
  | 'reopen' | 'decline' | 'merge' | 'unmerge';

/** A move that this account may make now, with what it needs. */
export interface AllowedMove {
  move: MoveName;
  label: string;
  needs: ('assignee' | 'reason' | 'outcome' | 'answer' | 'question' | 'days' | 'into' | 'survey')[];
}

/** Body of `POST …/moves`. `request_id` makes a repeated request harmless; `version` is the one seen. */
export interface MoveRequest {
  request_id: string;
  version: number;
  move: MoveName;
  assignee_id?: string;
  reason?: string;
  /** To the resident: the outcome in words, or the question asked back. */
  answer?: string;
  question?: string;
  outcome?: string;
  days?: number;
  into?: string;
  survey?: Survey;
}

export interface Survey {
  contacted: boolean;
  solved: boolean | null;
  satisfaction: '满意' | '基本满意' | '不满意' | null;
  note?: string;
}

export interface OrderEvent {
  id: string;
  kind: string;
  text: string;
  at: Moment;
  by: Person | null;
  from_state: State | null;
  to_state: State | null;
  /** Whether the resident reads it. */
  open: boolean;
}

export interface Attachment {
  id: string;
  stage: 'before' | 'after' | 'other';
  name: string;
  media_type: string;
  size: number;
  url: string;
  created_at: Moment;
}

/** One line of the conversation: what the resident said, the machine answered, a person wrote. */
export interface Said {
  who: 'resident' | 'assistant' | 'worker' | 'notice';
  name: string | null;
  text: string;
  at: Moment;
  /** The resident's voice, where it was kept. */
  recording?: Recording;
}

export interface Passage {
  number: number;
  edition: string;
  passage: number;
  title: string;
  locator: string;
  quote: string;
  place: string;
}

export interface ClockInfo {
  name: 'respond' | 'finish';
  label: string;
  status: ClockStatus;
  started_at: Moment;
  due_at: Moment | null;
  limit: string;
}

export interface Suggestion {
  department: string;
  /** 0 to 1. */
  confidence: number;
}

export interface Order extends OrderLine {
  reason: string;
  slots: Record<string, string>;
  /** Masked unless the account may see it: `reveal` asks for it and leaves a trace. */
  contact: string;
  /** Whether `POST …/contact` would show it. */
  may_reveal: boolean;
  conversation_id: string;
  /** Who speaks with the resident now. */
  holder: Person | null;
  /** When the resident asked for a person and nobody has come yet. */
  person_asked_at: Moment | null;
  evidence: Passage[];
  history: OrderEvent[];
  attachments: Attachment[];
  clocks: ClockInfo[];
  suggestions: Suggestion[];
  merged: OrderLine[];
  others: OrderLine[];
  similar: OrderLine[];
  outcome: string | null;
  answer: string | null;
  survey: Survey | null;
  moves: AllowedMove[];
  may_edit: boolean;
  /** Whether the account may write to the resident and to colleagues, add files and take over. */
  may_write: boolean;
  present: { person: Person; writing: boolean }[];
}

/** Body of `PATCH …`: what a dispatcher corrects. */
export interface OrderEdit {
  request_id: string;
  version: number;
  kind?: string;
  department?: string;
  urgent?: boolean;
  community_id?: string;
  slots?: Record<string, string>;
}

export interface CannedReply {
  id: string;
  community_id: string;
  title: string;
  text: string;
}

/** A draft that the machine made from the knowledge; a person changes and sends it. */
export interface Draft {
  text: string;
  passages: Passage[];
  /** Why there is none, where `text` is empty. */
  remark: string | null;
}

/** A conversation that is going on or waits for a person. */
export interface LiveConversation {
  id: string;
  community_id: string;
  community_name: string;
  channel: string;
  last_text: string;
  last_at: Moment;
  person_asked_at: Moment | null;
  holder: Person | null;
  work_order: string | null;
}

export interface Conversation {
  id: string;
  community_id: string;
  community_name: string;
  channel: string;
  variety: string | null;
  holder: Person | null;
  person_asked_at: Moment | null;
  said: Said[];
  /** The call that it was, where it came by telephone. */
  calls?: PhoneCall[];
  work_orders: OrderLine[];
}

/** A call on the telephone. */
export interface PhoneCall {
  id: string;
  conversation_id: string;
  community_name: string;
  direction: 'in' | 'out';
  /** Masked. */
  number: string;
  started_at: number;
  ended_at: number;
  /** Whether a person spoke with the resident. */
  connected: boolean;
}

/** Event of the stream `GET /api/desk/events`: something changed; fetch what is on the screen again. */
export interface DeskEvent {
  kind: 'work_order' | 'conversation' | 'presence';
  /** Number of the order or id of the conversation. */
  id: string;
  event: string;
  urgent: boolean;
  title: string;
  at: Moment;
}

export interface Figures {
  from: string;
  to: string;
  total: Row;
  by_community: Row[];
  by_kind: Row[];
  by_month: Row[];
  weights: { response: number; solution: number; satisfaction: number };
}

/** Shares are 0 to 1 and null where nothing was counted. */
export interface Row {
  key: string;
  name: string;
  filed: number;
  archived: number;
  open: number;
  followed_up: number;
  response: number | null;
  solution: number | null;
  satisfaction: number | null;
  weighted: number | null;
  on_time: number | null;
  reopened: number | null;
  first_contact: number | null;
}

/** 需求一张图: orders by place and kind. */
export interface HeatMap {
  places: { id: string; name: string; total: number; by_kind: Record<string, number>; change: number | null }[];
  kinds: string[];
}

export interface AlertTarget {
  id: string;
  community_id: string;
  name: string;
  kind: 'email' | 'webhook' | 'wecom' | 'dingtalk';
  /** Address or URL with its secret part masked. */
  address: string;
  events: string[];
  last_delivered_at: Moment | null;
  last_error: string | null;
}

export interface AuditEvent {
  sequence: number;
  at: Moment;
  by: Person | null;
  address: string;
  action: string;
  subject: string;
  community_id: string | null;
  details: unknown;
}

export interface DutyShift {
  id: string;
  community_id: string;
  account: Person;
  starts_at: Moment;
  ends_at: Moment;
}

/** RFC 9457. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
}
