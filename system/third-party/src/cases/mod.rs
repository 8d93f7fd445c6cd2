//! Cases: what the company has to see to, from the first alarm until somebody closes it with a report (T2-5).
//!
//! A case has one owner at a time, a script whose required steps come before its end, and a clock: within 25 minutes
//! somebody has to be at the house.

pub mod arrival;
mod house_store;
pub mod model;
pub mod script;
mod service;
mod store;

pub use arrival::{ArrivalClock, ArrivalState};
pub use model::{Case, Danger, Kind, MOST_OPEN, Outcome, Refused, Source};
pub use script::Step;
pub(crate) use service::written;
pub use service::{
    Board, CaseError, CaseView, Counts, Entry, GatewayAnswer, House, Line, Lock, Needs, Saying, Service, Taken,
    TakenChange, TickedStep, Told, Unanswered, Word,
};
