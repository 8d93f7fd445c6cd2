//! A thing comes for its certificate, with the code that an installer typed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use thiserror::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tomori_device_link::GATEWAY_NAME;
use tomori_device_link::enrolment::{Reply, Request, Welcome, from_base64, read, to_base64, write};
use tomori_device_link::limits::ENROLMENT_BYTES;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::pki::{PkiError, PrivateKey, fingerprint};
use tomori_runtime::tls::{TlsError, pinned_client_config};
use tomori_smart_home::{EnrolmentCode, EnrolmentCodeError};

use super::papers::Papers;

/// How long the whole may take.
const WITHIN: Duration = Duration::from_secs(10);

/// Why a thing has no certificate.
#[derive(Debug, Error)]
pub enum EnrolError {
    /// The code is none.
    #[error(transparent)]
    Code(EnrolmentCodeError),
    /// No key can be made.
    #[error("no key can be made")]
    Key(#[source] PkiError),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] TlsError),
    /// The gateway cannot be reached, or is not the one of the code.
    #[error("the gateway at {address} cannot be reached, or is not the one that the code is of")]
    Connect {
        /// Where.
        address: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The gateway refused.
    #[error("the gateway refused: {0}")]
    Refused(String),
    /// The gateway's answer cannot be used.
    #[error("the gateway's answer cannot be used")]
    Answer,
}

/// Comes for a certificate at `host:port` with a code.
pub(crate) async fn enrol(address: &str, code: &str, clock: SharedClock) -> Result<Papers, EnrolError> {
    let code: EnrolmentCode = code.parse().map_err(EnrolError::Code)?;
    let key = PrivateKey::generate().map_err(EnrolError::Key)?;
    let request = Request {
        code: code.secret(),
        csr: to_base64(&key.request().map_err(EnrolError::Key)?),
    };
    let mut tls = pinned_client_config(code.fingerprint_prefix(), clock).map_err(EnrolError::Tls)?;
    tls.alpn_protocols.clear();
    let talk = async {
        let name = ServerName::try_from(GATEWAY_NAME).map_err(io::Error::other)?;
        let tcp = TcpStream::connect(address).await?;
        let mut stream = TlsConnector::from(Arc::new(tls)).connect(name, tcp).await?;
        stream.write_all(&write(&request)).await?;
        stream.flush().await?;
        let mut line = Vec::new();
        let most = u64::try_from(ENROLMENT_BYTES).unwrap_or(u64::MAX);
        match (&mut stream).take(most).read_to_end(&mut line).await {
            // Who has said its line need not take leave.
            Ok(_) => Ok(line),
            Err(_) if line.ends_with(b"\n") => Ok(line),
            Err(error) => Err(error),
        }
    };
    let line = match tokio::time::timeout(WITHIN, talk).await {
        Ok(line) => line,
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
    };
    let line = line.map_err(|source| EnrolError::Connect {
        address: address.to_owned(),
        source,
    })?;
    match read(line.strip_suffix(b"\n").unwrap_or(&line)) {
        Ok(Reply::Welcome(welcome)) => papers(welcome, &key, &code),
        Ok(Reply::Refused { refused }) => Err(EnrolError::Refused(refused)),
        Err(_) => Err(EnrolError::Answer),
    }
}

fn papers(welcome: Welcome, key: &PrivateKey, code: &EnrolmentCode) -> Result<Papers, EnrolError> {
    let chain = welcome
        .chain
        .iter()
        .map(|text| from_base64(text))
        .collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|_| EnrolError::Answer)?;
    let root = chain.last().filter(|_| chain.len() >= 2).ok_or(EnrolError::Answer)?;
    if !fingerprint(root).starts_with(code.fingerprint_prefix()) {
        return Err(EnrolError::Answer);
    }
    Ok(Papers {
        device: welcome.device,
        key: key.to_der().to_vec(),
        chain,
        mqtt: welcome.mqtt,
        name: welcome.name,
    })
}
