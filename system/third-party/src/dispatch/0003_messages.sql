-- What the company tells the guard of a mission, and what the guard tells back.
CREATE TABLE mission_message (
    number INTEGER PRIMARY KEY,
    mission BIGINT NOT NULL REFERENCES mission (number),
    is_from_guard BIGINT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- When the guard said that they have read it.
    read_at BIGINT,
    -- Sealed, bound to the mission: it speaks of houses and people.
    text BLOB NOT NULL
);
CREATE INDEX mission_message_by_mission ON mission_message (mission, number);
