//! One connection to the platform: TCP, TLS 1.3, HTTP/2; requests, their answers, all within bounds.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tomori_partner_link::PLATFORM_NAME;
use tomori_runtime::http::Problem;

/// How long a connection may take to stand.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long an answer may take to begin and to end.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A silent connection is asked for a sign of life after this, and given up after as long again.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// How often a request is asked again that the platform has no time for.
const MOST_PUT_OFF: usize = 3;
/// The longest pause before that: somebody may wait for the answer.
const LONGEST_PUT_OFF: Duration = Duration::from_secs(5);
/// The largest answer that is not the stream.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// Why something did not go to the platform.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RoadError {
    /// This server is not enrolled at a platform.
    #[error("this server is not enrolled at a platform")]
    NoRoad,
    /// The platform did not answer; it may have heard.
    #[error("the platform cannot be reached: {0}")]
    Unreachable(String),
    /// The platform refused it.
    #[error("the platform refused it ({status}): {title}")]
    Refused {
        /// The status.
        status: u16,
        /// What it said.
        title: String,
    },
}

/// A connection that stands. It ends when it is dropped.
pub(super) struct Line {
    send: SendRequest<Full<Bytes>>,
    carrying: JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

fn lost(error: impl std::fmt::Display) -> RoadError {
    RoadError::Unreachable(error.to_string())
}

impl Line {
    /// Connects to `host:port`.
    pub(super) async fn connect(address: &str, tls: ClientConfig) -> Result<Self, RoadError> {
        // Whatever its address is today, the platform's certificate is made out to one name under its own authority.
        let name = ServerName::try_from(PLATFORM_NAME).map_err(lost)?;
        let connect = async {
            let tcp = TcpStream::connect(address).await?;
            tcp.set_nodelay(true)?;
            TlsConnector::from(Arc::new(tls)).connect(name, tcp).await
        };
        let stream = tokio::time::timeout(CONNECT_WITHIN, connect);
        let stream = stream.await.map_err(lost)?.map_err(lost)?;
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .max_header_list_size(16 * 1024);
        let (send, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(lost)?;
        let carrying = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to the platform ended");
            }
        });
        Ok(Self { send, carrying })
    }

    /// One request; its answer as it begins. A platform that has no time for it now is asked again when it said so.
    pub(super) async fn begin(
        &self,
        method: Method,
        path: &str,
        kind: Option<&'static str>,
        body: Vec<u8>,
        last: Option<u64>,
    ) -> Result<Response<Incoming>, RoadError> {
        let body = Bytes::from(body);
        let mut put_off = 0;
        loop {
            let answer = self.once(method.clone(), path, kind, body.clone(), last).await?;
            if answer.status().is_success() {
                return Ok(answer);
            }
            if answer.status() == StatusCode::TOO_MANY_REQUESTS && put_off < MOST_PUT_OFF {
                put_off += 1;
                tokio::time::sleep(wait_of(&answer)).await;
                continue;
            }
            return Err(refused(answer).await);
        }
    }

    async fn once(
        &self,
        method: Method,
        path: &str,
        kind: Option<&'static str>,
        body: Bytes,
        last: Option<u64>,
    ) -> Result<Response<Incoming>, RoadError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("https://{PLATFORM_NAME}{path}"))
            .header(header::ACCEPT_LANGUAGE, "en");
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let request = request.body(Full::new(body)).map_err(lost)?;
        let mut send = self.send.clone();
        let answer = tokio::time::timeout(ANSWER_WITHIN, async {
            send.ready().await?;
            send.send_request(request).await
        });
        answer.await.map_err(lost)?.map_err(lost)
    }

    /// A request with a JSON body, and its whole answer.
    pub(super) async fn tell(&self, method: Method, path: &str, body: &impl Serialize) -> Result<Bytes, RoadError> {
        let body = serde_json::to_vec(body).map_err(lost)?;
        whole(self.begin(method, path, Some("application/json"), body, None).await?).await
    }

    /// As [`tell`](Self::tell), with a JSON answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, RoadError> {
        let answer = self.tell(method, path, body).await?;
        serde_json::from_slice(&answer).map_err(|error| lost(format!("its answer cannot be read: {error}")))
    }

    /// A JSON document.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RoadError> {
        let answer = whole(self.begin(Method::GET, path, None, Vec::new(), None).await?).await?;
        serde_json::from_slice(&answer).map_err(|error| lost(format!("its answer cannot be read: {error}")))
    }

    /// Bytes that are carried as they are.
    pub(super) async fn carry(&self, method: Method, path: &str, bytes: &[u8]) -> Result<Bytes, RoadError> {
        let kind = Some("application/cbor");
        whole(self.begin(method, path, kind, bytes.to_vec(), None).await?).await
    }
}

impl RoadError {
    /// Whether asking again may help.
    pub(super) fn is_for_now(&self) -> bool {
        match self {
            Self::NoRoad | Self::Unreachable(_) => true,
            Self::Refused { status, .. } => *status >= 500 || [401, 403, 408, 425, 429].contains(status),
        }
    }

    /// Whether the platform does not let this server in any more.
    pub(super) fn is_denied(&self) -> bool {
        let denied = [StatusCode::UNAUTHORIZED.as_u16(), StatusCode::FORBIDDEN.as_u16()];
        matches!(self, Self::Refused { status, .. } if denied.contains(status))
    }
}

/// How long the platform asks to wait, as far as a person can wait for it.
fn wait_of(answer: &Response<Incoming>) -> Duration {
    let asked = answer.headers().get(header::RETRY_AFTER);
    let seconds = asked.and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1)).clamp(Duration::from_secs(1), LONGEST_PUT_OFF)
}

async fn refused(answer: Response<Incoming>) -> RoadError {
    let status = answer.status();
    let body = whole(answer).await.unwrap_or_default();
    let problem = serde_json::from_slice::<Problem>(&body).ok();
    let mut title = problem.map_or_else(|| status.to_string(), |problem| problem.title);
    title.retain(|one| !one.is_control());
    RoadError::Refused {
        status: status.as_u16(),
        title: title.chars().take(200).collect(),
    }
}

async fn whole(answer: Response<Incoming>) -> Result<Bytes, RoadError> {
    let body = Limited::new(answer.into_body(), LARGEST_ANSWER).collect();
    let body = tokio::time::timeout(ANSWER_WITHIN, body);
    Ok(body.await.map_err(lost)?.map_err(lost)?.to_bytes())
}
