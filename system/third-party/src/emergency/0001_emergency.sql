CREATE TABLE emergency (
    number INTEGER PRIMARY KEY,
    staff TEXT NOT NULL,
    pressed_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    presses BIGINT NOT NULL,
    -- What tells one press from another; a phone that got no answer sends the same one again.
    last_key TEXT NOT NULL,
    -- The case whose mission the guard had.
    alarm_case TEXT,
    acknowledged_at BIGINT,
    acknowledged_by TEXT,
    ended_at BIGINT,
    ended_by TEXT,
    -- Where the guard last said they were, and how it ended. Sealed, bound to the guard.
    detail BLOB NOT NULL
);
-- One open emergency a guard: whatever a phone does, it fills nothing.
CREATE UNIQUE INDEX emergency_open ON emergency (staff) WHERE ended_at IS NULL;
CREATE INDEX emergency_by_staff ON emergency (staff, number);
