//! Names, addresses and e-mail addresses (個人情報管理サーバ): a database of its own under a key of its own, each
//! value sealed to its place (SR3-SP-10, SR3-SP-12). Nothing else of the platform knows who lives where.

mod entry;
mod model;
mod schema;
mod service;
mod store;

pub use entry::EntryInfo;
pub use model::{HomeInfo, PersonInfo};
pub use service::{PersonalInfoError, Service};
