//! How a device comes by its certificate.
//!
//! The installer carries a code from the gateway to the device ([`EnrolmentCode`](tomori_smart_home::EnrolmentCode)). The
//! device makes its key, connects by TLS to the gateway's enrolment door, accepts only a server whose chain ends in the
//! fingerprint that the code carries, and says one line of JSON; it hears one line of JSON. The code is used up with the
//! certificate it brings (SR2-H-2: nobody takes part who was not let in).

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits::ENROLMENT_BYTES;

/// What the device says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The secret part of the code, 16 characters.
    pub code: String,
    /// A PKCS #10 request for its P-256 key; DER in base64.
    pub csr: String,
}

/// What the gateway answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reply {
    /// A certificate.
    Welcome(Welcome),
    /// None.
    Refused {
        /// Why, and what helps.
        refused: String,
    },
}

/// A certificate, and where it is good for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The device's id: the level of its topics by which they are its own.
    pub device: String,
    /// The certificate, then the authority's; DER in base64.
    pub chain: Vec<String>,
    /// `host:port` of the MQTT door.
    pub mqtt: String,
    /// The name in the certificate of that door.
    pub name: String,
}

/// Why a line says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not one line of JSON of the enrolment, at most 16 KiB")]
pub struct LineError;

/// A line, with its end.
#[must_use]
pub fn write(said: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(said).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Reads a line, without its end.
///
/// # Errors
/// When it is too long or not what is expected.
pub fn read<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, LineError> {
    if line.len() > ENROLMENT_BYTES {
        return Err(LineError);
    }
    serde_json::from_slice(line).map_err(|_| LineError)
}

/// Bytes as the lines carry them.
#[must_use]
pub fn to_base64(der: &[u8]) -> String {
    BASE64.encode(der)
}

/// The bytes of a text in base64.
///
/// # Errors
/// When it is none.
pub fn from_base64(text: &str) -> Result<Vec<u8>, LineError> {
    BASE64.decode(text.as_bytes()).map_err(|_| LineError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_a_certificate_or_a_refusal() {
        let refused: Reply = read(br#"{"refused":"the code is used up"}"#).unwrap();
        assert!(matches!(refused, Reply::Refused { .. }));
        let welcome = Reply::Welcome(Welcome {
            device: "dev_1".to_owned(),
            chain: vec![to_base64(b"one")],
            mqtt: "192.0.2.10:8883".to_owned(),
            name: "gateway.internal".to_owned(),
        });
        let line = write(&welcome);
        assert_eq!(read::<Reply>(line.strip_suffix(b"\n").unwrap()), Ok(welcome));
        assert_eq!(from_base64("b25l"), Ok(b"one".to_vec()));
    }

    #[test]
    fn foreign_lines_are_refused() {
        for line in [
            "",
            "{}",
            "[]",
            r#"{"code":1,"csr":""}"#,
            r#"{"code":"","csr":"","more":1}"#,
        ] {
            assert_eq!(read::<Request>(line.as_bytes()), Err(LineError), "{line}");
        }
        assert_eq!(read::<Request>(&vec![b' '; ENROLMENT_BYTES + 1]), Err(LineError));
    }
}
