//! The state of every house (サービス機器状態管理サーバ): homes and their equipment lists, the twin of each device,
//! the truth about each command, and what happened.

mod model;
mod schema;
mod service;
mod store;

pub use model::history::CursorError;
pub use model::house::Unfit;
pub use model::{
    Change, Changed, CommandRecord, Cursor, Desired, DeviceState, DoorWord, GatewayState, Guard, GuardEntry, GuardWhat,
    Happened, HistoryEntry, HistoryPage, HomeSummary, House, NewCommand, NewEquipment, NewHome, Page, PropertyState,
    Quality, Reachability, Reported, UnknownNode,
};
pub use service::equipment::EquipmentPart;
pub use service::{BatchError, Connected, Keep, Service, StateError};
