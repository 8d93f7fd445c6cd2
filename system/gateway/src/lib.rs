//! The home gateway (ホームゲートウェイ).

pub mod lan;
