-- Cases of houses of the platform: what is known of the house.
CREATE TABLE house_case (
    alarm_case TEXT NOT NULL PRIMARY KEY REFERENCES alarm_case (id),
    incident TEXT NOT NULL,
    home TEXT NOT NULL,
    -- Its gateway's signed word of the incident, as it came.
    attested BLOB,
    -- Where it is and what helps there, as the platform disclosed it. Sealed, bound to the case; gone when the case ends.
    disclosed BLOB
);
CREATE INDEX house_case_by_incident ON house_case (incident);

-- Entries of incidents that were taken: told again, they are there once, whatever number they come by.
CREATE TABLE taken_entry (
    incident TEXT NOT NULL,
    -- An alarm's id; of other entries the place in the incident and the time.
    entry TEXT NOT NULL,
    PRIMARY KEY (incident, entry)
);

-- How far the platform's feed is stored, and how many words there were for it; one row.
CREATE TABLE feed (
    one BIGINT NOT NULL PRIMARY KEY,
    company TEXT NOT NULL,
    through BIGINT NOT NULL,
    -- What the last change was, to notice a platform that was put back and counts anew.
    last TEXT NOT NULL,
    words BIGINT NOT NULL
);

-- What the platform is to be told, in order. A word stays until the platform has it.
CREATE TABLE word (
    number BIGINT NOT NULL PRIMARY KEY,
    alarm_case TEXT NOT NULL,
    incident TEXT NOT NULL,
    at BIGINT NOT NULL,
    who TEXT,
    -- What was done or written. Sealed, bound to the case.
    body BLOB NOT NULL
);

-- What gateways answered to unlocks, until the room that follows unlocks has it.
CREATE TABLE gateway_answer (
    incident TEXT NOT NULL,
    entry TEXT NOT NULL,
    attested BLOB NOT NULL,
    PRIMARY KEY (incident, entry)
);
