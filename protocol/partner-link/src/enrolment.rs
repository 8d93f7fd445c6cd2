//! How a company's server becomes the company's, and stays it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tomori_smart_home::CompanyId;

use crate::Base64;

/// A machine with a code asks to become a company's server. The only request without a certificate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Enrolment {
    /// The secret of the enrolment code; the code's other half, the fingerprint, stays with whoever pins it.
    pub code: String,
    /// A PKCS #10 request for a P-256 key, DER.
    pub csr: Base64,
}

/// What it becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enrolled {
    /// The company.
    pub company: CompanyId,
    /// Its name at the platform.
    pub name: String,
    /// The certificate, then the authority's; DER.
    pub chain: Vec<Base64>,
}

/// A company's server asks for its next certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Renewal {
    /// A PKCS #10 request for a new P-256 key, DER.
    pub csr: Base64,
}

/// The next certificate. The one before is worth nothing from the first use of this one on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renewed {
    /// The certificate, then the authority's; DER.
    pub chain: Vec<Base64>,
    /// Its last moment.
    pub not_after: Timestamp,
}

// The code is a secret: it stays out of logs.
impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Enrolment(…)")
    }
}
