-- A call on the telephone, beside the conversation that it was.
CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    -- in or out.
    direction TEXT NOT NULL,
    -- The other side's number, masked.
    number TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    -- How it ended, such as ByPeer.
    ending TEXT NOT NULL,
    -- Whether a person spoke with the resident.
    connected BIGINT NOT NULL,
    -- JSON: of each turn its id and the milliseconds from the end of the utterance to what was heard, to
    -- the first words and to the first sound.
    turns TEXT NOT NULL,
    -- Packets of sound.
    sent BIGINT NOT NULL,
    received BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    -- Times that two of ours left more than 40 ms apart.
    gaps BIGINT NOT NULL
);
CREATE INDEX calls_by_conversation ON calls (conversation_id);
CREATE INDEX calls_by_start ON calls (started_at);
