//! The home gateway (ホームゲートウェイ).
