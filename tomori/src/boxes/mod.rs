//! Each box alone, with its configuration file.

mod audit;
mod device;
mod gateway;
pub mod gateway_desk;
mod home_door;
mod incident;
mod panel;
mod platform;
mod signals;
mod third_party;

pub use audit::verify as verify_audit;
pub use device::run as run_device;
pub use gateway::{enrol as enrol_gateway, hardware, run as run_gateway, serve as serve_gateway};
pub use incident::verify as verify_incident;
pub use platform::{app as app_over_platform, run as run_platform, setup_code};
pub use signals::until_asked;
pub use third_party::{enrol as enrol_third_party, run as run_third_party, setup_code as third_party_setup_code};

use std::path::Path;

use serde::de::DeserializeOwned;
use tomori_runtime::config::Validate;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::i18n::Lang;

/// What a person reads when a box cannot do what it was asked; in their language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint(pub String);

fn configuration<T: DeserializeOwned + Validate>(path: &Path, lang: Lang) -> Result<T, Complaint> {
    tomori_runtime::config::load_valid(path).map_err(|error| Complaint(error.message(lang)))
}

fn data_dir(path: &Path, lang: Lang) -> Result<DataDir, Complaint> {
    DataDir::open(path).map_err(|error| Complaint(error.message(lang)))
}
