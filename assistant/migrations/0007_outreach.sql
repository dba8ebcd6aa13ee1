-- Hours after which a finished work order whose resident has said nothing is asked about by telephone; 0: it is
-- not; null: as in the node above.
ALTER TABLE communities ADD COLUMN follow_up_call_hours BIGINT;

-- Calls to a list of numbers.
CREATE TABLE outreaches (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    -- announcement, reminder or satisfaction.
    purpose TEXT NOT NULL,
    title TEXT NOT NULL,
    said TEXT NOT NULL,
    -- Such as 09:00-20:00, by the clock of the place.
    hours TEXT NOT NULL,
    workdays_only BIGINT NOT NULL,
    -- Most calls to one number.
    attempts BIGINT NOT NULL,
    minutes_between BIGINT NOT NULL,
    -- The account of the line; null: whichever serves the place.
    account TEXT,
    -- draft, running, paused, finished or stopped.
    state TEXT NOT NULL,
    -- Whether the program fills it from finished work orders by itself.
    automatic BIGINT NOT NULL DEFAULT 0,
    account_id TEXT REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX outreaches_by_place ON outreaches (community_id, created_at);
CREATE UNIQUE INDEX outreaches_automatic ON outreaches (community_id) WHERE automatic = 1;

CREATE TABLE outreach_numbers (
    id TEXT PRIMARY KEY,
    outreach_id TEXT NOT NULL REFERENCES outreaches (id),
    -- Its place in the list, from 1.
    position BIGINT NOT NULL,
    number TEXT NOT NULL,
    name TEXT,
    work_order_id TEXT REFERENCES work_orders (id),
    -- waiting, calling, opted_out, settled or how the last call ended.
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Not to be called before.
    due_at BIGINT NOT NULL,
    -- Names the last call.
    call_id TEXT,
    claimed_until BIGINT,
    last_result TEXT,
    called_at BIGINT,
    heard_seconds BIGINT NOT NULL DEFAULT 0,
    solved BIGINT,
    satisfaction TEXT,
    note TEXT,
    conversation_id TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (outreach_id, position)
);
CREATE INDEX outreach_numbers_waiting ON outreach_numbers (outreach_id, due_at, position) WHERE state = 'waiting';
CREATE INDEX outreach_numbers_calling ON outreach_numbers (number) WHERE state = 'calling';
CREATE INDEX outreach_numbers_by_number ON outreach_numbers (outreach_id, number);
CREATE INDEX outreach_numbers_by_order ON outreach_numbers (work_order_id) WHERE work_order_id IS NOT NULL;
CREATE UNIQUE INDEX outreach_numbers_by_call ON outreach_numbers (call_id);

-- Who must not be called. The number itself is not kept: a digest of it under `outreach_key` finds it again.
CREATE TABLE outreach_opt_outs (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    digest TEXT NOT NULL,
    masked TEXT NOT NULL,
    -- call: said on the telephone; staff: written down by somebody.
    source TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    UNIQUE (community_id, digest)
);
CREATE INDEX outreach_opt_outs_by_digest ON outreach_opt_outs (digest);

CREATE TABLE outreach_key (
    id BIGINT PRIMARY KEY,
    key TEXT NOT NULL
);
