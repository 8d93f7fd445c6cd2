//! What a home gateway and the platform say to each other: the published contract
//! (`proto/tomori/gateway/v1/link.proto`), the messages generated from it, and the checked way between those and the
//! words of `model/smart-home`.

#![forbid(unsafe_code)]

mod enrolment_code;

pub use enrolment_code::{EnrolmentCode, EnrolmentCodeError};

/// The messages and services of `tomori.gateway.v1`, generated from the contract.
#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
pub mod v1 {
    tonic::include_proto!("tomori.gateway.v1");
}

/// The contract as published, for people and for other languages.
pub const CONTRACT: &str = include_str!("../proto/tomori/gateway/v1/link.proto");
