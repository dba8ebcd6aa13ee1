-- What administrators write, try and publish: drafts, verified answers, rules of the search, checks, gaps, conflicts.

-- Whether whoever wrote a draft may publish it; none means as in the node above.
ALTER TABLE communities ADD COLUMN four_eyes BIGINT;

-- `document` or `answer`: a verified answer is a document whose one passage is the answer.
ALTER TABLE documents ADD COLUMN kind TEXT NOT NULL DEFAULT 'document';

ALTER TABLE editions ADD COLUMN author_id TEXT REFERENCES accounts (id);
ALTER TABLE editions ADD COLUMN reviewer_id TEXT REFERENCES accounts (id);
ALTER TABLE editions ADD COLUMN note TEXT;
-- JSON of the file it came from, where that was kept.
ALTER TABLE editions ADD COLUMN original TEXT;

ALTER TABLE verified_answers ADD COLUMN spoken TEXT;
-- JSON list of the passages that carry it.
ALTER TABLE verified_answers ADD COLUMN sources TEXT NOT NULL DEFAULT '[]';

CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    -- NULL until something of it has been published.
    document_id TEXT UNIQUE REFERENCES documents (id),
    community_id TEXT NOT NULL REFERENCES communities (id),
    kind TEXT NOT NULL,
    -- `draft`, `in_review` or `scheduled`.
    state TEXT NOT NULL,
    -- Counts the changes; who writes names the version that they saw.
    version BIGINT NOT NULL,
    title TEXT NOT NULL,
    -- JSON of the document and of which passages were edited.
    content TEXT NOT NULL,
    source_name TEXT NOT NULL,
    original TEXT,
    based_on TEXT REFERENCES editions (id),
    publish_on TEXT,
    review_note TEXT,
    author_id TEXT REFERENCES accounts (id),
    updated_by TEXT REFERENCES accounts (id),
    -- Who passed it, where it waits for its day.
    reviewer_id TEXT REFERENCES accounts (id),
    gap_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX drafts_by_community ON drafts (community_id);
CREATE INDEX drafts_by_day ON drafts (publish_on) WHERE publish_on IS NOT NULL;

-- Passages that answer a question, or that never do, whatever their scores say.
CREATE TABLE search_rules (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    -- `pin` or `exclude`.
    effect TEXT NOT NULL,
    -- NULL: for every question.
    question TEXT,
    document_id TEXT NOT NULL REFERENCES documents (id),
    -- The passage by its name, so that the rule outlives the edition.
    locator TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX search_rules_by_community ON search_rules (community_id);

CREATE TABLE checks (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    question TEXT NOT NULL,
    variety TEXT,
    spoken BIGINT NOT NULL,
    -- JSON of what the answer must be.
    expect TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    last_at BIGINT,
    last_passed BIGINT,
    last_why TEXT
);
CREATE INDEX checks_by_community ON checks (community_id);

CREATE TABLE check_runs (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    account_id TEXT REFERENCES accounts (id),
    draft_id TEXT,
    total BIGINT NOT NULL,
    passed BIGINT NOT NULL,
    better BIGINT NOT NULL,
    worse BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX check_runs_by_community ON check_runs (community_id, created_at);

-- Matters that residents asked about in vain.
CREATE TABLE gaps (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    question TEXT NOT NULL,
    -- `open`, `not_ours`, `answered` or `merged`.
    state TEXT NOT NULL,
    assignee_id TEXT REFERENCES accounts (id),
    note TEXT NOT NULL,
    document_id TEXT REFERENCES documents (id),
    created_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX gaps_by_community ON gaps (community_id, state, last_at);

CREATE TABLE gap_turns (
    turn_id TEXT PRIMARY KEY REFERENCES turns (id),
    -- NULL: looked at, and no gap.
    gap_id TEXT REFERENCES gaps (id),
    -- `escalated`, `clarify` or `rated_down`.
    outcome TEXT NOT NULL,
    question TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX gap_turns_by_gap ON gap_turns (gap_id, at);
CREATE INDEX turns_rated_down ON turns (created_at) WHERE rating = 'down';

-- Two passages in force that say different numbers about one matter, or the same twice.
CREATE TABLE conflicts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    left_edition TEXT NOT NULL REFERENCES editions (id),
    left_ordinal BIGINT NOT NULL,
    right_edition TEXT NOT NULL REFERENCES editions (id),
    right_ordinal BIGINT NOT NULL,
    similarity DOUBLE PRECISION NOT NULL,
    -- JSON list of the values that differ.
    differing TEXT NOT NULL,
    -- `open` or `dismissed`.
    state TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (left_edition, left_ordinal, right_edition, right_ordinal)
);
CREATE INDEX conflicts_by_right ON conflicts (right_edition);

-- What came from a pack, and what it was like when it came.
CREATE TABLE pack_documents (
    community_id TEXT NOT NULL REFERENCES communities (id),
    pack TEXT NOT NULL,
    entry TEXT NOT NULL,
    document_id TEXT NOT NULL REFERENCES documents (id),
    digest TEXT NOT NULL,
    PRIMARY KEY (community_id, pack, entry)
);

-- Keys of other programs: what they may do, where, until when.
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    token_sha256 TEXT NOT NULL UNIQUE,
    community_id TEXT NOT NULL REFERENCES communities (id),
    name TEXT NOT NULL,
    -- JSON list.
    permissions TEXT NOT NULL,
    expires_on TEXT,
    account_id TEXT REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
