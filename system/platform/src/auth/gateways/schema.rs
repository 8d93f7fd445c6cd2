//! The tables of this room. SQL that SQLite and PostgreSQL both read.

use tomori_runtime::db::Migration;

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "codes, gateways, certificates",
        sql: "
CREATE TABLE enrolment_code (
    secret_hash TEXT PRIMARY KEY,
    home TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE gateway (
    id TEXT PRIMARY KEY,
    home TEXT NOT NULL,
    hardware TEXT NOT NULL,
    status TEXT NOT NULL,
    enrolled_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX gateway_active ON gateway (home) WHERE status = 'active';
CREATE INDEX gateway_home ON gateway (home);
CREATE TABLE certificate (
    serial TEXT PRIMARY KEY,
    gateway TEXT NOT NULL REFERENCES gateway (id),
    issued_at BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE INDEX certificate_gateway ON certificate (gateway);
",
    },
    Migration {
        number: 2,
        name: "the keys that gateways signed with",
        sql: "
CREATE TABLE gateway_key (
    gateway TEXT NOT NULL,
    home TEXT NOT NULL,
    point BLOB NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (gateway, point)
);
CREATE INDEX gateway_key_home ON gateway_key (home, since);
",
    },
];
