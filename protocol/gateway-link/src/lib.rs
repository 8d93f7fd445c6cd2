//! What a home gateway and the platform say to each other: the published contract
//! (`proto/tomori/gateway/v1/link.proto`), the messages generated from it, and the checked way between those and the
//! words of `model/smart-home`.
//!
//! Into messages by `From<&Word>`, out of them by `TryFrom<v1::Message>` with a [`ContractError`] that names the
//! field. How much either side may say stands in [`limits`].
//!
//! Architecture invariant: no I/O. This crate neither connects nor listens; it only knows what may be said.

#![forbid(unsafe_code)]

mod codec;
mod envelope;
mod error;
pub mod limits;
mod read;
mod words;

pub use error::ContractError;
pub use tomori_smart_home::{EnrolmentCode, EnrolmentCodeError};

/// The messages and services of `tomori.gateway.v1`, generated from the contract.
#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
pub mod v1 {
    tonic::include_proto!("tomori.gateway.v1");
}

/// The contract as published, for people and for other languages.
pub const CONTRACT: &str = include_str!("../proto/tomori/gateway/v1/link.proto");

/// The DNS name that the platform's certificates carry on the gateway's listeners, whatever address it is reached at.
/// A gateway verifies this name and no other: its authority also issues server certificates to gateways, and none of
/// those may serve to pose as the platform (EP⑥).
pub const PLATFORM_NAME: &str = "platform.tomori.internal";
