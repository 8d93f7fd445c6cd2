//! The checked way between the messages of the contract and the words of `model/smart-home`, in both directions.
//!
//! Into messages it cannot fail. Out of messages everything is checked: what comes out keeps the bounds of the model,
//! so no code behind this has to ask again. Times carry microseconds; anything finer is dropped on the way out.

mod command;
mod event;
mod guard;
mod plan;
mod schedule;
