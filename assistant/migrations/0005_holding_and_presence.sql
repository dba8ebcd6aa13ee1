-- Since when a person holds a conversation: who then says nothing gives it back to the machine.
ALTER TABLE conversations ADD COLUMN held_at BIGINT;

-- When somebody came to an order, left it, or began or ceased to write: the feed tells of it.
ALTER TABLE presence ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX presence_by_change ON presence (changed_at);

-- Wrong sign-ins under names that nobody has, counted as those of accounts are, so that the two look alike.
CREATE TABLE unknown_logins (
    login_sha256 TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    locked_until BIGINT,
    tried_at BIGINT NOT NULL
);
