CREATE TABLE passkey (
    number INTEGER PRIMARY KEY,
    credential BLOB NOT NULL UNIQUE,
    staff TEXT NOT NULL,
    point BLOB NOT NULL,
    -- What its owner calls it. Sealed, bound to the credential.
    name BLOB NOT NULL,
    is_synchronised BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- What was removed is kept: its id is not taken again, and the next roster revokes it.
    removed_at BIGINT
);
CREATE INDEX passkey_by_staff ON passkey (staff, number);

-- What an authenticator was asked. Each question is answered once, in the session that asked.
CREATE TABLE question (
    challenge BLOB NOT NULL,
    session TEXT NOT NULL,
    purpose TEXT NOT NULL,
    alarm_case TEXT,
    -- The one spelling of what is signed; its digest is the challenge. NULL where a passkey is made.
    statement BLOB,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (challenge, session)
);
CREATE INDEX question_by_session ON question (session, asked_at);
CREATE INDEX question_by_time ON question (asked_at);

-- Every roster that was kept. It is public in the sense that whoever has it can do nothing with it.
CREATE TABLE roster (
    version BIGINT NOT NULL PRIMARY KEY,
    signed BLOB NOT NULL,
    kept_at BIGINT NOT NULL,
    kept_by TEXT NOT NULL,
    -- When the platform had it.
    sent_at BIGINT,
    tried_at BIGINT,
    -- Why it does not have it yet.
    problem TEXT
);
