//! The security company's offline machine: the root that signs rosters. A real one is never connected to anything
//! (docs/unlock.md); the demo plays the person who carries files to it and back.

use std::fs::DirBuilder;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use data_encoding::BASE64;
use jiff::Timestamp;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::file::read_bounded;
use tomori_smart_home::unlock::Statement as _;
use tomori_unlock::{RootKey, RootSigner};
use zeroize::Zeroizing;

use super::paper::Account;
use super::seat::Seat;
use crate::roster;

const FOLDER: &str = "company-offline";
const KEY: &str = "root.pem";
const LARGEST: usize = 4096;

/// How somebody who has a passkey begins in a description.
const MEMBER: &str = "[[member]]";
const LOOK_EVERY: Duration = Duration::from_secs(1);
const NEXT_CODE: Duration = Duration::from_secs(31);

/// The machine.
#[derive(Debug, Clone)]
pub(super) struct Offline {
    key: PathBuf,
}

impl Offline {
    /// The machine of a demo; its root is made when there is none.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(super) fn of(demo: &Path) -> Result<Self> {
        let folder = demo.join(FOLDER);
        let key = folder.join(KEY);
        if !key.exists() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .with_context(|| folder.display().to_string())?;
            let pem = RootSigner::generate()?.to_pem()?;
            roster::write_new(&key, pem.as_bytes(), 0o600).with_context(|| key.display().to_string())?;
        }
        Ok(Self { key })
    }

    /// What installers type into gateways.
    ///
    /// # Errors
    /// When the key file cannot be read.
    pub(super) fn public(&self) -> Result<RootKey> {
        Ok(self.signer()?.public())
    }

    /// Signs a description, as it was carried here; the bytes of the signed roster.
    ///
    /// # Errors
    /// When the description does not fit, or the key file cannot be read.
    pub(super) fn sign(&self, description: &str, now: Timestamp) -> Result<Vec<u8>> {
        let roster = roster::described(description, now)?;
        Ok(self.signer()?.sign(&roster).to_bytes())
    }

    /// Carries each new description here and each signed roster back, as long as it is awaited.
    pub(super) async fn carry(self, web: SocketAddr, account: Account, clock: SharedClock) {
        let mut carried = String::new();
        loop {
            let ended = self.carry_on(web, &account, &clock, &mut carried).await;
            tracing::debug!(error = ?ended.err(), "the demo does not carry rosters for now");
            // A one-time code works once.
            tokio::time::sleep(NEXT_CODE).await;
        }
    }

    async fn carry_on(
        &self,
        web: SocketAddr,
        account: &Account,
        clock: &SharedClock,
        carried: &mut String,
    ) -> Result<()> {
        let mut seat = Seat::sign_in(web, account, clock).await?;
        let mut shown = String::new();
        loop {
            let page = seat.get("/roster").await?.text;
            if page != shown {
                shown = page;
                let description = seat.get("/roster/description").await?.text;
                let people = people(&description);
                if people.contains(MEMBER) && people != *carried {
                    let signed = BASE64.encode(&self.sign(&description, clock.now())?);
                    seat.post("/roster", &[("roster", &signed)]).await?;
                    *carried = people;
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn signer(&self) -> Result<RootSigner> {
        let about = || self.key.display().to_string();
        let bytes = read_bounded(&self.key, LARGEST)
            .map(Zeroizing::new)
            .with_context(about)?;
        let pem = std::str::from_utf8(&bytes).with_context(about)?;
        RootSigner::from_pem(pem).with_context(about)
    }
}

/// A description without what is new in each of them.
fn people(description: &str) -> String {
    let lines = description.lines();
    let lasting = lines.filter(|line| {
        !["#", "version", "expires_at"]
            .iter()
            .any(|start| line.starts_with(start))
    });
    lasting.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_root_signs_for_the_whole_life_of_a_demo() {
        let folder = tempfile::tempdir().unwrap();
        let first = Offline::of(folder.path()).unwrap().public().unwrap();
        let machine = Offline::of(folder.path()).unwrap();
        assert_eq!(machine.public().unwrap(), first);
        assert!(machine.sign("company = 1", Timestamp::now()).is_err());
    }
}
