//! One connection to the platform: TCP, TLS 1.3, HTTP/2 with small buffers.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, ClientConfig};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tomori_gateway_link::PLATFORM_NAME;
use tonic::transport::{Channel, Endpoint};

/// How long a connection may take to stand.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A silent connection is asked for a sign of life after this, and given up after as long again.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// What may be under way towards us: a house plan and a few commands.
const WINDOW: u32 = 64 * 1024;

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The address is not one.
    #[error("`{given}` is not host:port")]
    Address {
        /// What was given.
        given: String,
    },
    /// Nobody answers there.
    #[error("the platform at {address} cannot be reached")]
    Unreachable {
        /// The address.
        address: String,
        /// What the transport says.
        source: tonic::transport::Error,
    },
    /// Somebody answers who cannot prove to be our platform (T3-11 EP⑤, impersonation of the platform).
    #[error("what answers at {address} is not our platform: its certificate does not come from our authority")]
    Impostor {
        /// The address.
        address: String,
    },
    /// The certificate that answers has ended or not begun: mostly it is our clock that is wrong.
    #[error(
        "the certificate that answers at {address} is not valid at the time of this machine's clock; set the clock. If \
         the clock is right, tell the operator"
    )]
    Clock {
        /// The address.
        address: String,
    },
    /// The platform does not accept our certificate.
    #[error("the platform at {address} does not accept this gateway's certificate")]
    NotAccepted {
        /// The address.
        address: String,
    },
}

/// Connects.
pub(super) async fn channel(address: &str, tls: ClientConfig) -> Result<Channel, ConnectError> {
    let wrong = || ConnectError::Address {
        given: address.chars().take(128).collect(),
    };
    // Whatever its address is today, the platform's certificate is made out to one name under our own authority.
    let name = ServerName::try_from(PLATFORM_NAME).map_err(|_| wrong())?;
    let endpoint = Endpoint::from_shared(format!("https://{address}"))
        .map_err(|_| wrong())?
        .connect_timeout(CONNECT_WITHIN)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .keep_alive_while_idle(true)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW * 2)
        .buffer_size(8)
        .http2_max_header_list_size(8 * 1024);
    let tls = TlsConnector::from(Arc::new(tls));
    let target = address.to_owned();
    let connector = tower::service_fn(move |_| {
        let (tls, name, target) = (tls.clone(), name.clone(), target.clone());
        async move {
            let connect = async {
                let tcp = TcpStream::connect(target).await?;
                tcp.set_nodelay(true)?;
                tls.connect(name, tcp).await
            };
            let stream = tokio::time::timeout(CONNECT_WITHIN, connect)
                .await
                .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
            Ok::<_, io::Error>(TokioIo::new(stream))
        }
    });
    endpoint.connect_with_connector(connector).await.map_err(|source| {
        let address = address.to_owned();
        match tls_error(&source) {
            Some(rustls::Error::InvalidCertificate(why)) if is_a_matter_of_time(why) => ConnectError::Clock { address },
            Some(rustls::Error::InvalidCertificate(_)) => ConnectError::Impostor { address },
            Some(error) if is_refusal(error) => ConnectError::NotAccepted { address },
            _ => ConnectError::Unreachable { address, source },
        }
    })
}

/// Whether an error says that the platform refuses our certificate. In TLS 1.3 the client learns that only after its
/// own handshake is done, with the first thing it reads.
pub(super) fn says_not_accepted(error: &(dyn StdError + 'static)) -> bool {
    tls_error(error).is_some_and(is_refusal)
}

fn is_a_matter_of_time(why: &CertificateError) -> bool {
    matches!(
        why,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
    )
}

fn is_refusal(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::AlertReceived(
            AlertDescription::BadCertificate
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateUnknown
                | AlertDescription::CertificateRequired
                | AlertDescription::UnknownCA
                | AlertDescription::AccessDenied
        )
    )
}

fn tls_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        if let Some(found) = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .and_then(|inner| tls_error(inner))
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}
