//! Whole systems in one test: real sockets, real TLS, a virtual house, a fault proxy and a controlled clock.
//!
//! [`world::World`] is one platform and as many houses as a test wants. Each house has virtual devices, a gateway that was
//! enrolled for real, and a line ([`wan::Wan`]) of its own to the platform. The houses live by a clock that the test sets
//! ([`dial::Dial`]); certificates live in the time of the world.

#![forbid(unsafe_code)]

pub mod dial;
pub mod ground;
pub mod patience;
pub mod wan;
pub mod world;
