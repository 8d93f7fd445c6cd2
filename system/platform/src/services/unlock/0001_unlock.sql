-- What a security company sends to its homes' gateways: bundles that ask for a door to be opened, and rosters.

CREATE TABLE bundle (
    -- SHA-256 of the bundle.
    digest BLOB NOT NULL PRIMARY KEY,
    incident TEXT NOT NULL,
    home TEXT NOT NULL,
    company TEXT NOT NULL,
    -- The lock it is about.
    lock TEXT NOT NULL,
    body BLOB NOT NULL,
    stored_at BIGINT NOT NULL,
    -- From this moment on it is sent to nobody.
    expires_at BIGINT NOT NULL,
    -- How often the company handed it over.
    asked BIGINT NOT NULL,
    -- When it was last handed to a gateway's stream.
    sent_at BIGINT,
    -- The gateway's answer, and its entry in the incident.
    answer TEXT,
    entry BIGINT NOT NULL,
    -- Whether the incident says that no answer came in time.
    is_unanswered BIGINT NOT NULL
);
CREATE INDEX bundle_incident ON bundle (incident, stored_at);
CREATE INDEX bundle_open ON bundle (home, expires_at) WHERE answer IS NULL;

CREATE TABLE roster (
    company TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- As it was signed.
    body BLOB NOT NULL,
    stored_at BIGINT NOT NULL,
    -- Whether a gateway named it in a receipt: it is kept with the incident.
    is_used BIGINT NOT NULL,
    PRIMARY KEY (company, version)
);
