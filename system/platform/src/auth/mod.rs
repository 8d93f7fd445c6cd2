//! Who may speak to the platform (認証サーバ): home gateways, residents and operators.

pub mod gateways;
pub mod people;
