//! The installer's desk: a socket in the gateway's data folder, which nobody but the gateway's own user can reach. A
//! command line on the gateway's machine asks here for codes and papers of devices, and gives new codes of the house when
//! the residents have lost theirs.

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
use tomori_runtime::remedy::chain;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::DeviceId;
use tomori_smart_home::arming::Code;

use crate::arming::{ArmingRoom, CodesError};
use crate::mqtt::{CodeError, Mqtt, Papers, Refusals};

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
    /// New codes of the house, whatever they were before.
    NewCodes { code: String, duress: String },
}

/// What the desk can ask of the house.
pub(crate) struct Desk {
    /// The devices that prove themselves, where the gateway has a door for them.
    pub mqtt: Option<Mqtt>,
    /// The guard.
    pub arming: ArmingRoom,
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
    #[error("{}: no gateway answers here; start it first", path.display())]
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

/// Asks the desk of a running gateway.
pub mod ask {
    use super::{Code, DeskError, DeviceId, Papers, Path, Question, Refusals, asked};

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

    /// Gives the house new codes: one that disarms, one that also calls for help. The codes so far end. The residents are
    /// to change them, since the installer knows these.
    ///
    /// # Errors
    /// When nobody answers, or the gateway refuses.
    pub async fn new_codes(data: &Path, code: &Code, duress: &Code) -> Result<(), DeskError> {
        let (code, duress) = (code.digits().to_owned(), duress.digits().to_owned());
        asked(data, &Question::NewCodes { code, duress }).await
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
pub(crate) async fn sit(folder: PathBuf, desk: Desk, shutdown: Shutdown) {
    let path = folder.join(DESK);
    // Left behind by a run that ended badly; the lock on the folder says that nobody uses it.
    let _ = std::fs::remove_file(&path);
    let opened = UnixListener::bind(&path)
        .and_then(|desk| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map(|()| desk));
    let door = match opened {
        Ok(door) => door,
        Err(error) => {
            tracing::error!(path = %path.display(), %error, "the installer's desk cannot be opened; codes cannot be made here");
            return;
        }
    };
    loop {
        let stream = tokio::select! {
            () = shutdown.wait() => break,
            accepted = door.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "somebody at the installer's desk could not be heard");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        // One at a time: it is one person.
        if !matches!(timeout(WITHIN, serve(stream, &desk)).await, Ok(Ok(()))) {
            tracing::info!("somebody left the installer's desk without an answer");
        }
    }
    let _ = std::fs::remove_file(&path);
}

async fn serve(stream: UnixStream, desk: &Desk) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    (&mut stream).take(LONGEST).read_until(b'\n', &mut line).await?;
    let answer = match (serde_json::from_slice(&line), &desk.mqtt) {
        (Ok(Question::NewCodes { code, duress }), _) => given(new_codes(&desk.arming, &code, &duress).await),
        (Ok(Question::Code { device }), Some(mqtt)) => given(
            mqtt.code(&device)
                .map(|code| code.to_string())
                .map_err(|e| e.to_string()),
        ),
        (Ok(Question::Papers { device }), Some(mqtt)) => given(match mqtt.papers(&device) {
            Ok(Some(papers)) => Ok(papers),
            Ok(None) => Err(CodeError::NoSuchDevice.to_string()),
            Err(error) => Err(chain(&error)),
        }),
        (Ok(Question::Refusals), Some(mqtt)) => given(Ok(mqtt.refusals())),
        (Ok(_), None) => given::<()>(Err(
            "it has no door for devices; set devices.listen in its configuration".to_owned(),
        )),
        (Err(_), _) => given::<()>(Err("not a question".to_owned())),
    };
    stream.write_all(&answer?).await?;
    stream.shutdown().await
}

async fn new_codes(arming: &ArmingRoom, code: &str, duress: &str) -> Result<(), String> {
    let read = |field: &str, given: &str| Code::new(given).map_err(|error| format!("{field}: {error}"));
    let (code, duress) = (read("code", code)?, read("duress code", duress)?);
    arming
        .replace_codes(code, duress)
        .await
        .map_err(|error: CodesError| error.to_string())
}

fn given<T: Serialize>(given: Result<T, String>) -> io::Result<Vec<u8>> {
    let answer = match given {
        Ok(given) => Answer::Given(given),
        Err(why) => Answer::Refused(why),
    };
    Ok(serde_json::to_vec(&answer)?)
}
