//! The smart-home service platform (スマートホームサービス情報基盤).

pub mod auth;
pub mod services;
