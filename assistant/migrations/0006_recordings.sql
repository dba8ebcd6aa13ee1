-- For how many days recordings of residents who agree are kept; 0: none are; null: as in the node above.
ALTER TABLE communities ADD COLUMN recordings_days BIGINT;

-- What a resident said, where the community keeps recordings and the resident agreed. The sound lies
-- beside the database in a file of this id.
CREATE TABLE recordings (
    -- That of the utterance.
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    -- The turn that it became; null where the resident said something else instead.
    turn_id TEXT REFERENCES turns (id),
    variety TEXT,
    heard TEXT NOT NULL,
    -- What was really said, as a worker wrote it down.
    corrected TEXT,
    -- Whether a recogniser may be trained on it.
    training BIGINT NOT NULL DEFAULT 0,
    milliseconds BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    account_id TEXT REFERENCES accounts (id)
);
CREATE INDEX recordings_by_conversation ON recordings (conversation_id, created_at);
CREATE INDEX recordings_by_end ON recordings (expires_at);
