//! The things of the house that prove themselves: their papers, and the voice that speaks for each.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::i18n::Lang;
use tomori_runtime::shutdown::Shutdown;

use super::cell::Cell;
use crate::config::NodeConfig;
use crate::voice::{Condition, EnrolError, Line, Papers, enrol, speak};

/// How long until a gateway that could not be reached with a code is tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// How a thing proves itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VoiceView {
    /// Its id on the equipment list; `None` until it has a certificate.
    pub device: Option<String>,
    /// Whether the gateway hears it.
    pub heard: bool,
    /// What else is the matter with it.
    pub condition: Condition,
}

/// A thing that proves itself.
pub(super) struct Proving {
    papers: Arc<watch::Sender<Option<Papers>>>,
    heard: watch::Receiver<bool>,
    file: Option<PathBuf>,
}

impl Proving {
    /// Takes up its papers and speaks for it; comes for papers when it has a code and none.
    pub(super) fn start(
        config: &NodeConfig,
        cell: &Arc<Cell>,
        folder: Option<&Path>,
        enrolment: Option<(String, String)>,
        clock: &SharedClock,
        shutdown: &Shutdown,
    ) -> Option<Self> {
        let stand = cell.stand()?;
        let file = folder.map(|folder| folder.join(format!("papers-{}.json", config.id)));
        let papers = Arc::new(watch::Sender::new(file.as_deref().and_then(Papers::read)));
        let heard = watch::Sender::new(false);
        let proving = Self {
            papers: Arc::clone(&papers),
            heard: heard.subscribe(),
            file: file.clone(),
        };
        let line = Line {
            kind: config.kind,
            name: config.name.get(Lang::Ja).to_owned(),
            address: config.address,
            papers: papers.subscribe(),
            stand,
            heard,
            clock: clock.clone(),
        };
        let (thing, time) = (Arc::clone(cell), clock.clone());
        let obey = move |word: &[u8]| thing.obey(word, time.now());
        tokio::spawn(speak(line, obey, shutdown.clone()));
        if let Some((gateway, code)) = enrolment.filter(|_| papers.borrow().is_none()) {
            let (clock, shutdown, id) = (clock.clone(), shutdown.clone(), config.id.clone());
            tokio::spawn(async move {
                tokio::select! {
                    () = come_for(&id, &gateway, &code, &papers, file.as_deref(), clock) => {}
                    () = shutdown.wait() => {}
                }
            });
        }
        Some(proving)
    }

    pub(super) async fn enrol(&self, gateway: &str, code: &str, clock: SharedClock) -> Result<String, EnrolError> {
        let papers = enrol(gateway, code, clock).await?;
        let device = papers.device.clone();
        keep(&self.papers, self.file.as_deref(), papers);
        Ok(device)
    }

    pub(super) fn view(&self, cell: &Cell) -> VoiceView {
        VoiceView {
            device: self.papers.borrow().as_ref().map(|papers| papers.device.clone()),
            heard: *self.heard.borrow(),
            condition: cell.condition(),
        }
    }
}

/// Comes for papers until the gateway has answered, one way or the other.
async fn come_for(
    id: &str,
    gateway: &str,
    code: &str,
    papers: &watch::Sender<Option<Papers>>,
    file: Option<&Path>,
    clock: SharedClock,
) {
    loop {
        match enrol(gateway, code, clock.clone()).await {
            Ok(new) => return keep(papers, file, new),
            Err(error @ EnrolError::Connect { .. }) => {
                tracing::info!(id, %error, "a thing has not come by its certificate yet");
                tokio::time::sleep(AGAIN).await;
            }
            Err(error) => {
                tracing::error!(id, %error, "a thing comes by no certificate with its code");
                return;
            }
        }
    }
}

fn keep(papers: &watch::Sender<Option<Papers>>, file: Option<&Path>, new: Papers) {
    if let Some(file) = file
        && let Err(error) = new.write(file)
    {
        tracing::error!(path = %file.display(), %error, "a thing's papers are not written down; it forgets them at its end");
    }
    papers.send_replace(Some(new));
}
