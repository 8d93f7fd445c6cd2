-- What guards photographed at houses.
CREATE TABLE photo (
    number INTEGER PRIMARY KEY,
    alarm_case TEXT NOT NULL,
    mission BIGINT NOT NULL,
    guard TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- A JPEG that this server made from the pixels. Sealed, bound to case and mission.
    picture BLOB NOT NULL
);
CREATE INDEX photo_by_case ON photo (alarm_case, number);
CREATE INDEX photo_by_mission ON photo (mission, number);
