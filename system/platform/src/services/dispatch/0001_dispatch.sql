-- Security companies, their contracts with homes, and incidents with all that happened in them.

CREATE TABLE company (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    -- How many changes the company was given so far; each has its number.
    changes BIGINT NOT NULL,
    -- Through which change the company has said that it has everything.
    acknowledged BIGINT NOT NULL
);

-- At most one company guards a home.
CREATE TABLE contract (
    home TEXT NOT NULL PRIMARY KEY,
    company TEXT NOT NULL REFERENCES company (id),
    -- What may be disclosed during an incident: words, separated by spaces.
    discloses TEXT NOT NULL,
    since BIGINT NOT NULL
);

-- What a home's gateway guards by, as JSON, and the version of this part of the house plan.
CREATE TABLE security (
    home TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE incident (
    id TEXT NOT NULL PRIMARY KEY,
    home TEXT NOT NULL,
    -- The company that had the contract when it was opened; it stays that company's.
    company TEXT REFERENCES company (id),
    nonce TEXT NOT NULL,
    -- The most urgent hazard so far.
    hazard TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    -- Whether the residents may know of it while it is open.
    is_shown BIGINT NOT NULL,
    closed_at BIGINT,
    closing TEXT,
    -- Whether the gateway knows that it is closed.
    gateway_knows BIGINT NOT NULL
);
CREATE INDEX incident_home ON incident (home, opened_at);
CREATE INDEX incident_opened ON incident (opened_at);
CREATE INDEX incident_to_tell ON incident (home) WHERE closed_at IS NOT NULL AND gateway_knows = 0;

-- The timeline of each incident.
CREATE TABLE entry (
    incident TEXT NOT NULL REFERENCES incident (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    -- The alarm's id, when it is one: told twice, it is there once.
    alarm TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (incident, number),
    UNIQUE (incident, alarm)
);

-- What each company is told, in the order in which it happened.
CREATE TABLE change (
    company TEXT NOT NULL REFERENCES company (id),
    number BIGINT NOT NULL,
    incident TEXT NOT NULL,
    entry BIGINT NOT NULL,
    PRIMARY KEY (company, number)
);

-- Through which number the alarms of the houses are taken in; one row.
CREATE TABLE intake (
    one BIGINT NOT NULL PRIMARY KEY,
    through BIGINT NOT NULL
);
