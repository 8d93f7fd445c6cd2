-- How companies' servers become theirs.
CREATE TABLE enrolment_code (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    company TEXT NOT NULL,
    made_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Certificates that are valid, and those that ended before their time.
CREATE TABLE certificate (
    serial TEXT NOT NULL PRIMARY KEY,
    company TEXT NOT NULL,
    -- When the server that it belongs to was enrolled: the same for each certificate that followed the first.
    enrolled_at BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    -- When it was revoked, or replaced, or a newer one was used.
    ended_at BIGINT
);
CREATE INDEX certificate_company ON certificate (company) WHERE ended_at IS NULL;
