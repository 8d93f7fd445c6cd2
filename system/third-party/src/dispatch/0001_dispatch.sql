CREATE TABLE guard (
    staff TEXT NOT NULL PRIMARY KEY,
    is_on_duty BIGINT NOT NULL,
    -- The last place only: where somebody drove is nobody's business. Forgotten when the duty ends.
    north DOUBLE PRECISION,
    east DOUBLE PRECISION,
    placed_at BIGINT
);

CREATE TABLE mission (
    number INTEGER PRIMARY KEY,
    alarm_case TEXT NOT NULL,
    guard TEXT NOT NULL,
    state TEXT NOT NULL,
    offered_at BIGINT NOT NULL,
    accepted_at BIGINT,
    -- Seconds.
    travel BIGINT
);
CREATE INDEX mission_by_case ON mission (alarm_case, number);
CREATE INDEX mission_by_guard ON mission (guard, number);
CREATE INDEX mission_open ON mission (state) WHERE state IN ('offered', 'accepted', 'arrived');
