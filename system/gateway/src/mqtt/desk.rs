//! The installer's desk: a socket in the gateway's data folder, which nobody but the gateway's own user can reach. A
//! command line on the gateway's machine asks here for codes and papers.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::DeviceId;

use super::service::Mqtt;
use super::{CodeError, Papers, Refusals};
use crate::store::chain;

/// The socket's name.
pub const DESK: &str = "desk.sock";
const LONGEST: u64 = 4 * 1024;
const WITHIN: Duration = Duration::from_secs(10);

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase", deny_unknown_fields)]
enum Question {
    /// A code for a device.
    Code { device: DeviceId },
    /// A key and a certificate for a device.
    Papers { device: DeviceId },
    /// What was turned away.
    Refusals,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Answer<T> {
    Given(T),
    Refused(String),
}

/// Why the desk gives nothing.
#[derive(Debug, Error)]
pub enum DeskError {
    /// Nobody is at the desk.
    #[error("{}: no gateway answers here; start it first, with `devices.listen` in its configuration", path.display())]
    Closed {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The gateway refuses.
    #[error("the gateway refuses: {0}")]
    Refused(String),
    /// The answer cannot be understood.
    #[error("the gateway's answer cannot be understood; command and gateway have to be of one version")]
    Foreign,
}

/// Asks the desk of a running gateway for a code (`what` is `code`), papers (`papers`) or refusals (`refusals`).
pub mod ask {
    use super::{DeskError, DeviceId, Papers, Path, Question, Refusals, asked};

    /// A code for a device, as people write it.
    ///
    /// # Errors
    /// When nobody answers, or the gateway refuses.
    pub async fn code(data: &Path, device: DeviceId) -> Result<String, DeskError> {
        asked(data, &Question::Code { device }).await
    }

    /// A key and a certificate for a device.
    ///
    /// # Errors
    /// When nobody answers, or the gateway refuses.
    pub async fn papers(data: &Path, device: DeviceId) -> Result<Papers, DeskError> {
        asked(data, &Question::Papers { device }).await
    }

    /// What was turned away since the gateway started.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn refusals(data: &Path) -> Result<Refusals, DeskError> {
        asked(data, &Question::Refusals).await
    }
}

async fn asked<T: DeserializeOwned>(data: &Path, question: &Question) -> Result<T, DeskError> {
    let path = data.join(DESK);
    let talk = async {
        let mut stream = UnixStream::connect(&path).await?;
        let mut line = serde_json::to_vec(question)?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        let mut answer = Vec::new();
        stream.take(64 * 1024).read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = match timeout(WITHIN, talk).await {
        Ok(answer) => answer,
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
    };
    let answer = answer.map_err(|source| DeskError::Closed {
        path: path.clone(),
        source,
    })?;
    match serde_json::from_slice(&answer) {
        Ok(Answer::Given(given)) => Ok(given),
        Ok(Answer::Refused(why)) => Err(DeskError::Refused(why)),
        Err(_) => Err(DeskError::Foreign),
    }
}

/// Sits at the desk until the shutdown.
pub(crate) async fn sit(folder: PathBuf, mqtt: Mqtt, shutdown: Shutdown) {
    let path = folder.join(DESK);
    // Left behind by a run that ended badly; the lock on the folder says that nobody uses it.
    let _ = std::fs::remove_file(&path);
    let opened = UnixListener::bind(&path)
        .and_then(|desk| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map(|()| desk));
    let desk = match opened {
        Ok(desk) => desk,
        Err(error) => {
            tracing::error!(path = %path.display(), %error, "the installer's desk cannot be opened; codes cannot be made here");
            return;
        }
    };
    loop {
        let stream = tokio::select! {
            () = shutdown.wait() => break,
            accepted = desk.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "somebody at the installer's desk could not be heard");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        // One at a time: it is one person.
        if !matches!(timeout(WITHIN, serve(stream, &mqtt)).await, Ok(Ok(()))) {
            tracing::info!("somebody left the installer's desk without an answer");
        }
    }
    let _ = std::fs::remove_file(&path);
}

async fn serve(stream: UnixStream, mqtt: &Mqtt) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    (&mut stream).take(LONGEST).read_until(b'\n', &mut line).await?;
    let answer = match serde_json::from_slice(&line) {
        Ok(Question::Code { device }) => given(
            mqtt.code(&device)
                .map(|code| code.to_string())
                .map_err(|e| e.to_string()),
        ),
        Ok(Question::Papers { device }) => given(match mqtt.papers(&device) {
            Ok(Some(papers)) => Ok(papers),
            Ok(None) => Err(CodeError::NoSuchDevice.to_string()),
            Err(error) => Err(chain(&error)),
        }),
        Ok(Question::Refusals) => given(Ok(mqtt.refusals())),
        Err(_) => given::<()>(Err("not a question".to_owned())),
    };
    stream.write_all(&answer?).await?;
    stream.shutdown().await
}

fn given<T: Serialize>(given: Result<T, String>) -> io::Result<Vec<u8>> {
    let answer = match given {
        Ok(given) => Answer::Given(given),
        Err(why) => Answer::Refused(why),
    };
    Ok(serde_json::to_vec(&answer)?)
}
