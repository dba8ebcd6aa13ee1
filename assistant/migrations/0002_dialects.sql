-- The dialect that residents of a community speak, in the ids of the crate `dialects`; none means that of the
-- community above. A conversation may have its own.
ALTER TABLE communities ADD COLUMN variety TEXT;
ALTER TABLE conversations ADD COLUMN variety TEXT;

-- Words of a community that are in no built-in lexicon, and terms that residents there are likely to say.
CREATE TABLE local_words (
    id TEXT PRIMARY KEY,
    community_id TEXT NOT NULL REFERENCES communities (id),
    form TEXT NOT NULL,
    -- What it means in standard Mandarin; empty for a term that is standard itself.
    gloss TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (community_id, form, gloss)
);
