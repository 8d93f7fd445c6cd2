//! A small client of the platform's API: the demo sees the service from outside, as any program of a resident would.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use thiserror::Error;

const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
const LARGEST_EVENT: usize = 256 * 1024;
/// How long an answer may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A resident's way to the API.
#[derive(Debug, Clone)]
pub(super) struct Api {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    token: String,
}

/// A stream of server-sent events.
#[derive(Debug)]
pub(super) struct Events {
    body: Incoming,
    buffer: Vec<u8>,
    ready: VecDeque<(String, Value)>,
}

/// Why a call came to nothing.
#[derive(Debug, Error)]
pub(super) enum ApiError {
    /// The platform does not answer.
    #[error("{path}: the platform does not answer: {why}")]
    Unreachable {
        /// What was asked.
        path: String,
        /// Why.
        why: String,
    },
    /// The platform answered with a problem.
    #[error("{path}: {status}: {problem}")]
    Refused {
        /// What was asked.
        path: String,
        /// The status.
        status: StatusCode,
        /// The problem document.
        problem: String,
    },
    /// The answer is not what was expected.
    #[error("{path}: the answer cannot be read: {why}")]
    Unreadable {
        /// What was asked.
        path: String,
        /// Why.
        why: String,
    },
}

impl ApiError {
    /// Whether trying again may help: the platform is away, or was in the middle of something when it went.
    #[must_use]
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Unreadable { .. } => true,
            Self::Refused { status, .. } => status.is_server_error(),
        }
    }
}

impl Api {
    /// A client with a bearer token.
    #[must_use]
    pub(super) fn new(address: SocketAddr, token: String) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            address,
            token,
        }
    }

    /// Asks for a JSON document.
    ///
    /// # Errors
    /// When the platform does not answer, refuses, or answers something else.
    pub(super) async fn get(&self, path: &str) -> Result<Value, ApiError> {
        self.call(Method::GET, path, None).await
    }

    /// Sends a JSON document.
    ///
    /// # Errors
    /// When the platform does not answer, refuses, or answers something else.
    pub(super) async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value, ApiError> {
        self.call(method, path, Some(body)).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, ApiError> {
        let unreadable = |why: String| ApiError::Unreadable {
            path: path.to_owned(),
            why,
        };
        let exchange = async {
            let answer = self.request(method, path, "application/json", body).await?;
            let status = answer.status();
            let bytes = Limited::new(answer.into_body(), LARGEST_ANSWER)
                .collect()
                .await
                .map_err(|error| unreadable(error.to_string()))?
                .to_bytes();
            if !status.is_success() {
                let problem = String::from_utf8_lossy(&bytes).chars().take(600).collect();
                return Err(ApiError::Refused {
                    path: path.to_owned(),
                    status,
                    problem,
                });
            }
            if bytes.is_empty() {
                return Ok(Value::Null);
            }
            serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))
        };
        tokio::time::timeout(PATIENCE, exchange)
            .await
            .map_err(|_| ApiError::Unreachable {
                path: path.to_owned(),
                why: "10 s".to_owned(),
            })?
    }

    /// Opens a stream of events.
    ///
    /// # Errors
    /// When the platform does not answer or refuses.
    pub(super) async fn events(&self, path: &str) -> Result<Events, ApiError> {
        let answer = self.request(Method::GET, path, "text/event-stream", None).await?;
        let status = answer.status();
        if !status.is_success() {
            return Err(ApiError::Refused {
                path: path.to_owned(),
                status,
                problem: String::new(),
            });
        }
        Ok(Events {
            body: answer.into_body(),
            buffer: Vec::new(),
            ready: VecDeque::new(),
        })
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        accept: &str,
        body: Option<&Value>,
    ) -> Result<http::Response<Incoming>, ApiError> {
        let unreachable = |why: String| ApiError::Unreachable {
            path: path.to_owned(),
            why,
        };
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header(HOST, self.address.to_string())
            .header(ACCEPT, accept)
            .header(ACCEPT_LANGUAGE, "en")
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Full::new(bytes))
            .map_err(|error| unreachable(error.to_string()))?;
        self.client
            .request(request)
            .await
            .map_err(|error| unreachable(error.to_string()))
    }
}

impl Events {
    /// The next event: its name and its data. `None` when the stream has ended. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let frame = self.body.frame().await?.ok()?;
            if let Ok(data) = frame.into_data() {
                self.buffer.extend_from_slice(&data);
                if self.buffer.len() > LARGEST_EVENT {
                    return None;
                }
                self.split();
            }
        }
    }

    fn split(&mut self) {
        while let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
            let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
            self.ready.extend(parse(&String::from_utf8_lossy(&block)));
        }
    }
}

fn parse(block: &str) -> Option<(String, Value)> {
    let mut name = "message".to_owned();
    let mut data = String::new();
    for line in block.lines() {
        if let Some(value) = line.strip_prefix("event:") {
            name = value.trim().to_owned();
        } else if let Some(value) = line.strip_prefix("data:") {
            data.push_str(value.strip_prefix(' ').unwrap_or(value));
            data.push('\n');
        }
    }
    if data.is_empty() {
        None
    } else {
        Some((name, serde_json::from_str(data.trim()).unwrap_or(Value::Null)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_and_comments_are_not() {
        assert_eq!(parse(": heartbeat\n\n"), None);
        let (name, data) = parse("id: 7\nevent: change\ndata: {\"device\":\ndata: \"dev_1\"}\n\n").unwrap();
        assert_eq!(name, "change");
        assert_eq!(data["device"], "dev_1");
    }
}
