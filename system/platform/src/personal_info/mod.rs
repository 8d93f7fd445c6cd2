//! Names, addresses and e-mail addresses (個人情報管理サーバ): a database of its own under a key of its own.

mod model;

pub use model::{HomeInfo, ResidentInfo};
