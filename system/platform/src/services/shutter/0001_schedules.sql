-- The residents' schedules, and one row for each firing of each: the row is what makes a firing happen once.

CREATE TABLE schedule (
    id TEXT NOT NULL PRIMARY KEY,
    home TEXT NOT NULL,
    -- The whole schedule as JSON; the columns beside it are for finding it.
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- When it took its present form: a schedule does not fire for moments before that.
    since BIGINT NOT NULL,
    -- The resident who wrote its present form.
    changed_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX schedule_by_home ON schedule (home, created_at, id);

CREATE TABLE firing (
    schedule TEXT NOT NULL,
    -- The civil date in the home's zone, `2026-11-23`.
    date TEXT NOT NULL,
    home TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- The schedule as it was when it came due, as JSON.
    body TEXT NOT NULL,
    standing TEXT NOT NULL,
    PRIMARY KEY (schedule, date)
);
CREATE INDEX firing_by_home ON firing (home, at);
CREATE INDEX firing_by_standing ON firing (standing, at);

-- The version of each home's schedules in the house plan; counts up with each change.
CREATE TABLE schedules_version (
    home TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

-- How far the ticker has looked; one row.
CREATE TABLE outlook (
    one BIGINT NOT NULL PRIMARY KEY,
    through BIGINT NOT NULL
);
