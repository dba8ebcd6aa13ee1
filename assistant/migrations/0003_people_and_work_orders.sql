-- Accounts with roles at nodes of the tree, the life of a work order, and the jobs and alerts that follow from it.

-- Ids from the root down, each followed by a slash: `cn/云南/demo/`. A node's subtree is a range of paths.
ALTER TABLE communities ADD COLUMN path TEXT NOT NULL DEFAULT '';
-- JSON of `working_time::WorkingHours`; none means those of the node above.
ALTER TABLE communities ADD COLUMN working_hours TEXT;
-- How staff are reached by telephone, said to residents when nobody answers here.
ALTER TABLE communities ADD COLUMN phone TEXT;
CREATE INDEX communities_by_path ON communities (path);

-- Days that differ from the national calendar at a node and below: `off` or `work`.
CREATE TABLE local_days (
    community_id TEXT NOT NULL REFERENCES communities (id),
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (community_id, day)
);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    -- Argon2id in PHC form.
    password_hash TEXT NOT NULL,
    must_change BIGINT NOT NULL,
    failures BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT,
    disabled_at BIGINT,
    preferences TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL
);

CREATE TABLE account_roles (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    community_id TEXT NOT NULL REFERENCES communities (id),
    role TEXT NOT NULL,
    PRIMARY KEY (account_id, community_id, role)
);
CREATE INDEX account_roles_by_community ON account_roles (community_id, role);

CREATE TABLE sessions (
    token_sha256 TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);

-- Each event carries the digest of the one before it, so that a change or a gap shows.
CREATE TABLE audit_events (
    sequence BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    account_id TEXT,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    community_id TEXT,
    details TEXT NOT NULL,
    digest TEXT NOT NULL
);
CREATE INDEX audit_events_by_subject ON audit_events (subject, sequence);

-- Who is on duty where, and when.
CREATE TABLE duty_shifts (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX duty_shifts_by_community ON duty_shifts (community_id, ends_at);

ALTER TABLE work_orders ADD COLUMN place_path TEXT NOT NULL DEFAULT '';
-- Counts the changes; who writes names the version that they saw.
ALTER TABLE work_orders ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE work_orders ADD COLUMN channel TEXT NOT NULL DEFAULT 'widget';
-- JSON object of the slots that the kind asks for: place, since, ...
ALTER TABLE work_orders ADD COLUMN slots TEXT NOT NULL DEFAULT '{}';
ALTER TABLE work_orders ADD COLUMN department TEXT;
ALTER TABLE work_orders ADD COLUMN department_confidence DOUBLE PRECISION;
ALTER TABLE work_orders ADD COLUMN assignee_id TEXT REFERENCES accounts (id);
ALTER TABLE work_orders ADD COLUMN supervised BIGINT NOT NULL DEFAULT 0;
ALTER TABLE work_orders ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE work_orders ADD COLUMN reopened BIGINT NOT NULL DEFAULT 0;
ALTER TABLE work_orders ADD COLUMN extended BIGINT NOT NULL DEFAULT 0;
ALTER TABLE work_orders ADD COLUMN waiting_for_resident BIGINT NOT NULL DEFAULT 0;
ALTER TABLE work_orders ADD COLUMN merged_into TEXT REFERENCES work_orders (id);
ALTER TABLE work_orders ADD COLUMN state_before TEXT;
ALTER TABLE work_orders ADD COLUMN outcome TEXT;
-- What the resident is told about the outcome.
ALTER TABLE work_orders ADD COLUMN answer TEXT;
ALTER TABLE work_orders ADD COLUMN contacted BIGINT;
ALTER TABLE work_orders ADD COLUMN solved BIGINT;
ALTER TABLE work_orders ADD COLUMN satisfaction TEXT;
ALTER TABLE work_orders ADD COLUMN signed_at BIGINT;
ALTER TABLE work_orders ADD COLUMN finished_at BIGINT;
ALTER TABLE work_orders ADD COLUMN archived_at BIGINT;
-- JSON of the clocks; the columns after it are computed from them.
ALTER TABLE work_orders ADD COLUMN clocks TEXT NOT NULL DEFAULT '{}';
ALTER TABLE work_orders ADD COLUMN clock_status TEXT NOT NULL DEFAULT 'none';
ALTER TABLE work_orders ADD COLUMN due_at BIGINT;
ALTER TABLE work_orders ADD COLUMN clock_next_at BIGINT;
-- All by which the inbox narrows and sorts, so that a list reads no row that it does not show: rows are wide.
CREATE INDEX work_orders_in_list ON work_orders
    (state, place_path, created_at, due_at, kind, clock_status, urgent, assignee_id, id);
-- All that the figures count.
CREATE INDEX work_orders_figures ON work_orders
    (community_id, created_at, kind, state, contacted, signed_at, solved, satisfaction, finished_at, clock_status, reopened);
DROP INDEX work_orders_by_state;
CREATE INDEX work_orders_unfinished ON work_orders (place_path) WHERE finished_at IS NULL;
CREATE INDEX work_orders_by_assignee ON work_orders (assignee_id, state);
CREATE INDEX work_orders_by_clock ON work_orders (clock_next_at) WHERE clock_next_at IS NOT NULL;
CREATE INDEX work_orders_merged ON work_orders (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX work_orders_by_age ON work_orders (created_at);

ALTER TABLE work_order_events ADD COLUMN account_id TEXT;
ALTER TABLE work_order_events ADD COLUMN from_state TEXT;
ALTER TABLE work_order_events ADD COLUMN to_state TEXT;
-- Whether the resident may read it.
ALTER TABLE work_order_events ADD COLUMN open BIGINT NOT NULL DEFAULT 1;
ALTER TABLE work_order_events ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
-- Names the request that made it, so that a repeated request changes nothing.
ALTER TABLE work_order_events ADD COLUMN request_id TEXT;
CREATE UNIQUE INDEX work_order_events_by_request ON work_order_events (work_order_id, request_id);

CREATE TABLE attachments (
    id TEXT PRIMARY KEY,
    work_order_id TEXT NOT NULL REFERENCES work_orders (id),
    -- before, after or other.
    stage TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    account_id TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX attachments_by_order ON attachments (work_order_id);

CREATE TABLE canned_replies (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Notes in which an account is named.
CREATE TABLE mentions (
    event_id TEXT NOT NULL REFERENCES work_order_events (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    seen_at BIGINT,
    PRIMARY KEY (event_id, account_id)
);
CREATE INDEX mentions_by_account ON mentions (account_id, seen_at);

-- Who has an order open just now.
CREATE TABLE presence (
    work_order_id TEXT NOT NULL REFERENCES work_orders (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    writing BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (work_order_id, account_id)
);

-- What a dispatcher chose where the classifier had proposed something else or nothing.
CREATE TABLE department_corrections (
    work_order_id TEXT PRIMARY KEY REFERENCES work_orders (id),
    text TEXT NOT NULL,
    department TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- The person who has taken over from the machine, and since when one was asked for.
ALTER TABLE conversations ADD COLUMN holder_id TEXT REFERENCES accounts (id);
ALTER TABLE conversations ADD COLUMN person_asked_at BIGINT;

-- What a person or the community says in a conversation outside the replies of the machine.
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    -- worker or notice.
    author TEXT NOT NULL,
    account_id TEXT,
    work_order_id TEXT,
    text TEXT NOT NULL,
    client_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (conversation_id, client_id)
);
CREATE INDEX messages_by_conversation ON messages (conversation_id, at);

-- Work that must be done even if the program stops: claimed, repeated until it succeeds or is given up.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    -- At most one unfinished job of a key.
    key TEXT,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    claimed_until BIGINT,
    finished_at BIGINT,
    failed_at BIGINT,
    error TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX jobs_waiting ON jobs (run_at) WHERE finished_at IS NULL AND failed_at IS NULL;
CREATE UNIQUE INDEX jobs_by_key ON jobs (key) WHERE finished_at IS NULL AND failed_at IS NULL;

-- Where alerts of a node and all below it go.
CREATE TABLE alert_targets (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    -- JSON list of event names; empty for all.
    events TEXT NOT NULL,
    last_delivered_at BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX alert_targets_by_community ON alert_targets (community_id);

CREATE INDEX work_order_events_by_time ON work_order_events (at);
CREATE INDEX messages_by_time ON messages (at);
CREATE INDEX turns_by_time ON turns (created_at);
CREATE INDEX turns_by_client ON turns (client_id);

-- Whether the resident said anything, and whether a work order came of it: the figures count these.
ALTER TABLE conversations ADD COLUMN spoken BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN filed BIGINT NOT NULL DEFAULT 0;
UPDATE conversations SET spoken = 1 WHERE EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id = conversations.id);
UPDATE conversations SET filed = 1 WHERE EXISTS (SELECT 1 FROM work_orders o WHERE o.conversation_id = conversations.id);
CREATE INDEX conversations_figures ON conversations (community_id, created_at, channel, spoken, filed);
CREATE INDEX conversations_live ON conversations (person_asked_at)
    WHERE person_asked_at IS NOT NULL OR holder_id IS NOT NULL;
