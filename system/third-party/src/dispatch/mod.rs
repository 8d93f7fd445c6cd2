//! Dispatch: which guard goes to which house, and when they will be there (T2-5 steps 4 and 5).

pub mod model;
mod service;
pub mod skill;
mod store;

pub use model::{Estimate, Guard, Mission, MissionState, OFFER_STANDS, Place, Ranked, estimate, rank};
pub use service::{Around, DispatchError, Message, Needs, Service};
pub use skill::Skill;
