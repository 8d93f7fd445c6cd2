-- Ids, digests, hashes and sealed secrets. No name and no address of anybody (SR2-SP-6, SR3-SP-12).

CREATE TABLE account (
    person TEXT NOT NULL PRIMARY KEY,
    -- HMAC-SHA-256 of the e-mail address under a key that is not in the database.
    login_mac BLOB NOT NULL UNIQUE,
    -- NULL until the invitation has been accepted.
    password_hash TEXT,
    -- Sealed, bound to the person.
    totp_secret BLOB,
    totp_last_step BIGINT,
    -- `ja` or `en`, when the person chose one.
    lang TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE residence (
    person TEXT NOT NULL REFERENCES account (person) ON DELETE CASCADE,
    home TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (person, home)
);
CREATE INDEX residence_by_home ON residence (home);

CREATE TABLE session (
    digest BLOB NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES account (person) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- The browser as it names itself, cut to 120 characters; shown to its owner only.
    agent TEXT NOT NULL
);
CREATE INDEX session_by_person ON session (person);

-- Browsers that their owner has signed in from before, each with its own ledger of failures.
CREATE TABLE known_device (
    digest BLOB NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES account (person) ON DELETE CASCADE,
    used_at BIGINT NOT NULL
);
CREATE INDEX known_device_by_person ON known_device (person);

CREATE TABLE ledger (
    key BLOB NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX ledger_by_time ON ledger (last_at);

CREATE TABLE token (
    id TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES account (person) ON DELETE CASCADE,
    label TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX token_by_person ON token (person);

CREATE TABLE house_grant (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES account (person) ON DELETE CASCADE,
    home TEXT NOT NULL,
    label TEXT NOT NULL,
    digest BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX house_grant_by_home ON house_grant (home);

CREATE TABLE invitation (
    digest BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    -- NULL for the first operator, who has no account yet.
    person TEXT REFERENCES account (person) ON DELETE CASCADE,
    -- Sealed, bound to the digest.
    totp_secret BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- The version of each home's paired phones in the house plan; counts up with each change.
CREATE TABLE grants_version (
    home TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);
