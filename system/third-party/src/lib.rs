//! The security company's service platform (第三者サービス情報基盤; fig. 2-3, table 2-3): the call centre of use case 2
//! (T2-5). It takes alarms (`receiver`, `partner`), keeps what has to be seen to (`cases`) and shows it to the people who do
//! (`board`, `desk`).
//!
//! Architecture invariant: each room owns its tables, in a database file of its own; no room reads another's store.
//! Nothing here opens a lock: that takes statements which only people can sign (docs of use case 2).

#![forbid(unsafe_code)]

pub mod board;
pub mod cases;
pub mod config;
pub mod desk;
pub mod dispatch;
pub mod door;
pub mod emergency;
pub mod health;
pub mod panels;
pub mod partner;
pub mod people;
pub mod photos;
pub mod receiver;
pub mod server;
mod street;
pub mod unlock;
