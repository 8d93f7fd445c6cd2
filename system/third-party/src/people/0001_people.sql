-- Ids, digests, hashes and sealed texts.

CREATE TABLE staff (
    id TEXT NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    -- HMAC-SHA-256 of the e-mail address under a key that is not in the database.
    login_mac BLOB NOT NULL UNIQUE,
    -- Name and e-mail address, sealed, bound to the id.
    detail BLOB NOT NULL,
    -- NULL until the invitation has been accepted.
    password_hash TEXT,
    totp_secret BLOB,
    totp_last_step BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE staff_session (
    digest BLOB NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    staff TEXT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX staff_session_by_staff ON staff_session (staff);

CREATE TABLE staff_browser (
    digest BLOB NOT NULL PRIMARY KEY,
    staff TEXT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    used_at BIGINT NOT NULL
);
CREATE INDEX staff_browser_by_staff ON staff_browser (staff);

CREATE TABLE staff_ledger (
    key BLOB NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX staff_ledger_by_time ON staff_ledger (last_at);

CREATE TABLE staff_invitation (
    digest BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    -- NULL for the first administrator, who has no account yet.
    staff TEXT REFERENCES staff (id) ON DELETE CASCADE,
    totp_secret BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
