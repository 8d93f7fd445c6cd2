//! Plumbing without domain: clock, ids, configuration, database, journal, TLS and PKI.
