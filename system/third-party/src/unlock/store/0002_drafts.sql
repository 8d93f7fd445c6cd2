CREATE TABLE draft (
    number INTEGER PRIMARY KEY,
    alarm_case TEXT NOT NULL,
    state TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- Statement and assertion, as they stand in a bundle.
    arrival BLOB NOT NULL,
    request BLOB,
    approval BLOB,
    -- SHA-256 of the bundle, once there is one: by it the gateway's answer is known.
    bundle BLOB,
    why TEXT
);
CREATE INDEX draft_by_case ON draft (alarm_case, number);
CREATE INDEX draft_by_bundle ON draft (bundle) WHERE bundle IS NOT NULL;
CREATE INDEX draft_open ON draft (state) WHERE state IN ('arrived', 'requested', 'approved', 'sent');
