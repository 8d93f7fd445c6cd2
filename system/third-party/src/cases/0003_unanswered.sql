-- Bundles that are over without an answer, as the platform told, until the room that follows unlocks has it.
CREATE TABLE unanswered_unlock (
    bundle BLOB NOT NULL PRIMARY KEY,
    incident TEXT NOT NULL,
    is_sent BIGINT NOT NULL
);
