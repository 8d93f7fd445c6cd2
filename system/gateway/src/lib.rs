//! The home gateway (ホームゲートウェイ): the house's own mind, with or without the platform.
//!
//! Rooms: `lan` speaks with the devices by ECHONET Lite and `mqtt` with those that prove themselves, `arming` guards the
//! house and `unlock` its locks, `command` sees wishes through, `schedule` runs the resident's schedules,
//! `store` remembers, `uplink` keeps the way to the platform, `plan` holds what the platform told of the house,
//! `timekeeping` judges the clock, `desk` is for the installer, `local` is the house as the app at home sees it.
//!
//! Architecture invariant: nothing in the house waits for the platform. Commands from inside, schedules, hand operation
//! and the truth about devices go on without it; the uplink is told, it is never asked.

#![forbid(unsafe_code)]

mod arming;
mod command;
pub mod config;
pub mod desk;
mod devices;
mod gateway;
pub mod lan;
mod local;
mod messages;
pub mod mqtt;
mod plan;
mod schedule;
mod store;
mod timekeeping;
mod unlock;
mod uplink;
mod vault;

pub use arming::{CodesError, NewCodes};
pub use config::Config;
pub use gateway::{Clocks, Gateway, GatewayError};
pub use local::{CommandView, DeviceView, House, HouseView, Resident};
pub use plan::{PlanError, PlanRefused};
pub use store::{Health, RecordError, StoreError};
pub use timekeeping::ClockView;
pub use unlock::Panel;
pub use uplink::{Away, ConnectError, DoorIdentity, EnrolError, Enrolled, IdentityError, UplinkState, enrol};
pub use vault::VaultError;

/// What the gateway calls itself to the platform.
pub const SOFTWARE: &str = concat!("tomori-gateway ", env!("CARGO_PKG_VERSION"));
