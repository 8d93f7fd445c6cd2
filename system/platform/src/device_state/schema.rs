//! The tables of this room. SQL that SQLite and PostgreSQL both read.

use tomori_runtime::db::Migration;

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "homes, devices, twins, commands, history",
        sql: "
CREATE TABLE home (
    id TEXT PRIMARY KEY,
    time_zone TEXT NOT NULL,
    latitude DOUBLE PRECISION NOT NULL,
    longitude DOUBLE PRECISION NOT NULL,
    added_at BIGINT NOT NULL,
    equipment_version BIGINT NOT NULL,
    events BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    gateway TEXT,
    connected BIGINT NOT NULL,
    connection BIGINT,
    connection_since BIGINT,
    last_heard BIGINT,
    software TEXT NOT NULL,
    local_url TEXT NOT NULL,
    applied_plan BIGINT NOT NULL
);
CREATE TABLE device (
    id TEXT PRIMARY KEY,
    home TEXT NOT NULL REFERENCES home (id),
    kind TEXT NOT NULL,
    room TEXT NOT NULL,
    name TEXT NOT NULL,
    model TEXT NOT NULL,
    node TEXT,
    class_code BIGINT,
    instance BIGINT,
    added_at BIGINT NOT NULL,
    removed_at BIGINT,
    liveness TEXT NOT NULL,
    liveness_since BIGINT,
    doubt_since BIGINT,
    appeared_after BIGINT NOT NULL,
    hold_until BIGINT,
    last_command TEXT
);
CREATE INDEX device_home ON device (home);
CREATE TABLE property (
    device TEXT NOT NULL REFERENCES device (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    previous TEXT,
    at BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    event BIGINT NOT NULL,
    PRIMARY KEY (device, name)
);
CREATE TABLE command (
    id TEXT PRIMARY KEY,
    home TEXT NOT NULL REFERENCES home (id),
    device TEXT NOT NULL,
    property TEXT NOT NULL,
    value TEXT NOT NULL,
    origin TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    idempotency_key TEXT,
    stage TEXT NOT NULL,
    reason TEXT,
    sent_at BIGINT,
    delivered_at BIGINT,
    executed_at BIGINT,
    ended_at BIGINT,
    UNIQUE (home, idempotency_key)
);
CREATE INDEX command_open ON command (home, issued_at) WHERE ended_at IS NULL;
CREATE INDEX command_due ON command (expires_at) WHERE ended_at IS NULL;
CREATE INDEX command_ended ON command (home, ended_at);
CREATE TABLE history (
    home TEXT NOT NULL REFERENCES home (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    device TEXT,
    command TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (home, number)
);
CREATE INDEX history_device ON history (home, device, number);
CREATE TABLE unknown_node (
    home TEXT NOT NULL REFERENCES home (id),
    node TEXT NOT NULL,
    class_code BIGINT NOT NULL,
    instance BIGINT NOT NULL,
    address TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (home, node, class_code, instance)
);
CREATE TABLE gateway_stream (
    gateway TEXT PRIMARY KEY,
    home TEXT NOT NULL REFERENCES home (id),
    stored_through BIGINT NOT NULL
);
",
    },
    Migration {
        number: 2,
        name: "the guard of each house, and the alarms that are not taken in yet",
        sql: "
CREATE TABLE guard (
    home TEXT PRIMARY KEY REFERENCES home (id),
    at BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE guard_entry (
    number BIGINT PRIMARY KEY,
    home TEXT NOT NULL REFERENCES home (id),
    stored_at BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE guard_count (
    one BIGINT PRIMARY KEY,
    number BIGINT NOT NULL
);
",
    },
    Migration {
        number: 3,
        name: "devices that prove themselves",
        sql: "
ALTER TABLE device ADD COLUMN certificate BIGINT;
ALTER TABLE device ADD COLUMN certificates BIGINT NOT NULL DEFAULT 0;
",
    },
];
