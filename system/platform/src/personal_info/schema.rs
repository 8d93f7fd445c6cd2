//! The tables of this room. SQL that SQLite and PostgreSQL both read; sealed values are base 64.

use tomori_runtime::db::Migration;

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "homes and people",
        sql: "
CREATE TABLE home (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    name TEXT,
    address TEXT
);
CREATE TABLE person (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    email_mac TEXT
);
CREATE INDEX person_email ON person (email_mac);
",
    },
    Migration {
        number: 2,
        name: "how homes are laid out and entered",
        sql: "
CREATE TABLE entry (
    home TEXT PRIMARY KEY,
    plan TEXT NOT NULL,
    notes TEXT NOT NULL
);
",
    },
];
