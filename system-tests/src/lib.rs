//! Whole systems in one test: real sockets, real TLS, a virtual house, a fault proxy and a controlled clock.

pub mod wan;
