//! The smart-home service platform (スマートホームサービス情報基盤), one folder for each server of the guideline's
//! system model (fig. 2-3, table 2-3): `auth` (認証サーバ), `device_state` (サービス機器状態管理サーバ),
//! `personal_info` (個人情報管理サーバ), the services on top of them (`services`), and the doors: `link` for home
//! gateways, `api` and `operator` for people and programs.
//!
//! Architecture invariant: each room owns its tables, in a database file of its own; no room reads another's store.
//! Rooms talk through their `Service`.

#![forbid(unsafe_code)]

pub mod api;
pub mod audit;
pub mod auth;
pub mod config;
pub mod device_state;
pub mod door;
pub mod health;
pub mod house_plan;
pub mod link;
pub mod operator;
pub mod partner;
pub mod personal_info;
pub mod server;
pub mod services;
pub mod welcome;
