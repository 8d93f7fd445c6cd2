CREATE TABLE alarm_case (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- `panel:` and the account.
    source TEXT NOT NULL,
    danger TEXT NOT NULL,
    priority BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    alarms BIGINT NOT NULL,
    is_plain BIGINT NOT NULL,
    owner TEXT,
    is_offered BIGINT NOT NULL DEFAULT 0,
    arrived_at BIGINT,
    restored_at BIGINT,
    closed_at BIGINT,
    outcome TEXT,
    -- Written by the person who closed it; may speak of people. Sealed, bound to the id.
    report BLOB
);
-- The board: what is open, the highest priority first, then the oldest.
CREATE INDEX alarm_case_open ON alarm_case (priority, opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX alarm_case_by_source ON alarm_case (source) WHERE closed_at IS NULL;
CREATE INDEX alarm_case_by_owner ON alarm_case (owner) WHERE closed_at IS NULL;

-- What happened to a case, in order.
CREATE TABLE case_entry (
    alarm_case TEXT NOT NULL REFERENCES alarm_case (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- NULL: a panel, or the server itself.
    who TEXT,
    what TEXT NOT NULL,
    -- Code, zone and text of a panel, a step, a note. Sealed, bound to the case: notes speak of people.
    detail BLOB NOT NULL,
    PRIMARY KEY (alarm_case, number)
);

CREATE TABLE case_step (
    alarm_case TEXT NOT NULL REFERENCES alarm_case (id),
    step TEXT NOT NULL,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (alarm_case, step)
);

-- Frames that were taken, so that one which comes again is answered and not counted again.
CREATE TABLE taken_frame (
    digest BLOB NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX taken_frame_by_time ON taken_frame (at);
