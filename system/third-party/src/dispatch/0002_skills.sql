-- What guards can do, as their company knows it; kept whether they are on duty or not.
CREATE TABLE guard_skill (
    staff TEXT NOT NULL,
    skill TEXT NOT NULL,
    PRIMARY KEY (staff, skill)
);
