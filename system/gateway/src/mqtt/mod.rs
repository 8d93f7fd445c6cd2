//! The devices of the house that prove themselves: MQTT over TLS 1.3, with a certificate of the house's own authority
//! (T3-11 EP⑦, EP⑧; ★★★: what guards lives and property is believed on this road alone).
//!
//! [`authority`] makes the certificates and [`codes`] say who may ask for one at the door of [`enrol`]; [`model`] knows
//! what each device says, what is believed and what is refused; [`service`] and [`session`] carry bytes and time. What may
//! be said is `protocol/device-link`, and `docs/device-link.md` for people.
//!
//! Architecture invariant: who a device is follows from its certificate and from nothing that it says. It cannot hear or
//! touch another device's topics. What is told of a lock is what the lock confirmed.

mod authority;
mod codes;
mod config;
mod enrol;
mod meaning;
mod model;
mod refusals;
mod service;
mod session;

pub use authority::{AuthorityError, Papers};
pub use codes::CodeError;
pub use config::MqttConfig;
pub use refusals::Refusals;
pub use service::{Mqtt, MqttError};
