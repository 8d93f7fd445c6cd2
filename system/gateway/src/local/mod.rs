//! The house as the app at home sees it: the same truth, straight from the gateway (EP⑩).

mod service;
mod view;

pub use service::House;
pub(crate) use service::{Changes, HouseParts};
pub use view::{CommandView, DeviceView, HouseView, Resident};
