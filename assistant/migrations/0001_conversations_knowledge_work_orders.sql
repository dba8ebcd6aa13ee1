-- Text ids (UUID v7), 64-bit milliseconds since 1970 in UTC, days as YYYY-MM-DD, JSON as text, flags as 0 and 1:
-- what SQLite and PostgreSQL both take.

CREATE TABLE communities (
    id TEXT PRIMARY KEY,
    parent_id TEXT REFERENCES communities (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    greeting TEXT,
    fields TEXT NOT NULL DEFAULT '{}',
    allowed_origins TEXT NOT NULL DEFAULT '[]',
    created_at BIGINT NOT NULL
);

CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    title TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (community_id, title)
);

CREATE TABLE editions (
    id TEXT PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES documents (id),
    status TEXT NOT NULL,
    metadata TEXT NOT NULL,
    text TEXT NOT NULL,
    warnings TEXT NOT NULL,
    source_name TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    effective_on TEXT,
    -- The first day on which it no longer holds: its own last day, or the day the next edition takes over.
    expires_on TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (document_id, source_sha256)
);

CREATE TABLE passages (
    edition_id TEXT NOT NULL REFERENCES editions (id),
    ordinal BIGINT NOT NULL,
    headings TEXT NOT NULL,
    locator TEXT NOT NULL,
    span_start BIGINT NOT NULL,
    span_end BIGINT NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (edition_id, ordinal)
);

CREATE TABLE verified_answers (
    id TEXT PRIMARY KEY,
    edition_id TEXT NOT NULL REFERENCES editions (id),
    questions TEXT NOT NULL,
    answer TEXT NOT NULL,
    passage_ordinal BIGINT NOT NULL
);
CREATE INDEX verified_answers_by_edition ON verified_answers (edition_id);

-- Every change that the index of a node must follow, in order.
CREATE TABLE knowledge_log (
    sequence BIGINT PRIMARY KEY,
    edition_id TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    channel TEXT NOT NULL,
    token_sha256 TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    ordinal BIGINT NOT NULL,
    -- The resident's side names each message, so that a repeated request is the same turn.
    client_id TEXT NOT NULL,
    text TEXT NOT NULL,
    -- NULL until the reply is complete; a reply is written whole or not at all.
    reply TEXT,
    rating TEXT,
    rating_reason TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    UNIQUE (conversation_id, ordinal),
    UNIQUE (conversation_id, client_id)
);
CREATE INDEX turns_unfinished ON turns (finished_at) WHERE finished_at IS NULL;

CREATE TABLE work_orders (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    lookup_code TEXT NOT NULL,
    kind TEXT NOT NULL,
    urgent BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    community_id TEXT NOT NULL REFERENCES communities (id),
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    turn_id TEXT NOT NULL UNIQUE REFERENCES turns (id),
    question TEXT NOT NULL,
    -- The conversation so far and the passages looked at, as they were then.
    transcript TEXT NOT NULL,
    evidence TEXT NOT NULL,
    contact TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX work_orders_by_conversation ON work_orders (conversation_id);
CREATE INDEX work_orders_by_state ON work_orders (community_id, state, created_at);

CREATE TABLE work_order_events (
    id TEXT PRIMARY KEY,
    work_order_id TEXT NOT NULL REFERENCES work_orders (id),
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX work_order_events_by_order ON work_order_events (work_order_id, at);

-- Running numbers, such as the work orders of a day.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
