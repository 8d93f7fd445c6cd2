//! The words of a smart home, shared by every box of the guideline's system model (fig. 2-3, table 2-3):
//! homes, devices, properties, commands and the truth about them, schedules and when they fire, alarms and
//! the incidents they belong to.
//!
//! Architecture invariant: this crate is pure. It has no clock, no randomness, no disk, no network and no
//! `async`; time and random bytes are arguments, and a decision is a value that is returned.

#![forbid(unsafe_code)]

pub mod alarm;
pub mod arming;
pub mod calendar;
pub mod command;
pub mod device;
pub mod enrolment_code;
pub mod event;
pub mod holiday;
pub mod ids;
pub mod plan;
pub mod property;
pub mod schedule;
pub mod sun;
pub mod unlock;

pub use alarm::{Alarm, Hazard, Nonce, Trust};
pub use command::{Command, Origin, Reason, Stage};
pub use device::{Device, DeviceKind, Equipment, NodeId};
pub use enrolment_code::{EnrolmentCode, EnrolmentCodeError};
pub use event::Event;
pub use ids::{
    AlarmId, CaseId, CommandId, CompanyId, DeviceId, GatewayId, GrantId, HomeId, IncidentId, OperatorId, OrderId,
    ResidentId, ScheduleId, StaffId, ZoneId,
};
pub use plan::HousePlan;
pub use property::{PropertyName, PropertyValue, Report};
pub use schedule::Schedule;
