//! Who may speak: gateways by certificate, people by password and second factor.

pub mod people;
