//! Virtual devices of a house that speak the real protocols (住設機器・センサー機器).
//!
//! A [`VirtualHouse`] is a set of ECHONET Lite nodes, each with its own address and UDP sockets, as a house would
//! have them: shutters that take their time and can jam, lights, an air conditioner, sensors. A script, a test or a
//! visitor of its page can move things by hand and make them fail.
//!
//! The models ([`appliance`], [`node`]) decide without I/O: frames and times go in, frames come out. The shell around
//! them ([`lan`]) has the sockets. Things that prove themselves speak MQTT with a certificate instead. A node costs a socket and a task, so that thousands fit one process.

#![forbid(unsafe_code)]

pub mod appliance;
pub mod config;
mod house;
pub mod lan;
pub mod node;
pub mod page;
mod run;
mod voice;

pub use config::{Config, HouseConfig, NodeConfig, Quirk, Text};
pub use house::{
    Change, EnrolThingError, HeardWord, HouseError, MOST_NOISE, NodeView, OperateError, VirtualHouse, VoiceView,
};
pub use lan::line::{Direction, Disturbance};
pub use node::ReceivedSet;
pub use page::router;
pub use run::{RunError, run};
pub use voice::{Condition, EnrolError, Papers};
