-- The account is the only thing here that is not sealed: it comes in clear in every frame.
CREATE TABLE panel (
    account TEXT NOT NULL PRIMARY KEY,
    -- Customer and key, sealed, bound to the account.
    detail BLOB NOT NULL,
    -- Seconds; NULL: not supervised.
    supervision BIGINT,
    created_at BIGINT NOT NULL
);
