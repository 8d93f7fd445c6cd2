//! The phones that were paired with this house: which grant each holds, and the session it got for it.
//!
//! A pairing link is worth one session: the first phone that shows its secret gets a token of its own, and the link is
//! spent. The file is sealed with a key of the gateway's data folder, so that a copy of the disk opens nothing (T3-11
//! EP⑤, disclosure), and it holds digests only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_runtime::entropy::{SharedEntropy, bytes};
use tomori_runtime::file;
use tomori_runtime::i18n::Lang;
use tomori_runtime::seal::{KeyFile, KeyStore as _, SealError, Sealer};
use tomori_smart_home::GrantId;
use tomori_smart_home::plan::Grant;

const FILE: &str = "phones.sealed";
const KEY: &str = "phones.key";
const PLACE: &[u8] = b"phones/1";
const LARGEST: usize = 256 * 1024;

/// Why the paired phones cannot be read or kept.
#[derive(Debug, Error)]
pub enum PhonesError {
    /// The key does not fit.
    #[error("the key of the paired phones cannot be used")]
    Key(#[from] SealError),
    /// The file cannot be read or written.
    #[error("{}: cannot be read or written; check that the disk has room and that it belongs to the user that runs this program", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file was changed.
    #[error("{}: changed by somebody else, or sealed with another key; delete it, and pair the phones again", path.display())]
    Tampered {
        /// The file.
        path: PathBuf,
    },
}

impl PhonesError {
    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match (lang, self) {
            (_, Self::Key(error)) => error.message(lang),
            (Lang::En, Self::File { source, .. }) => format!("{self} ({source})"),
            (Lang::En, Self::Tampered { .. }) => self.to_string(),
            (Lang::Ja, Self::File { path, source }) => format!(
                "{}: 読み書きできません（{source}）。ディスクに空きがあり、このプログラムを動かすユーザーのものか確かめてください",
                path.display()
            ),
            (Lang::Ja, Self::Tampered { path }) => format!(
                "{}: ほかの誰かが書き換えたか、別の鍵で封じられています。このファイルを消して、端末をつなぎ直してください",
                path.display()
            ),
        }
    }
}

/// What a phone got for its grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Phone {
    /// SHA-256 of the session token.
    token_sha256: Vec<u8>,
    /// When it was paired.
    pub(super) opened_at: Timestamp,
}

/// The paired phones of this house.
pub(super) struct Phones {
    path: PathBuf,
    sealer: Sealer,
    entropy: SharedEntropy,
    held: Mutex<BTreeMap<GrantId, Phone>>,
}

impl Phones {
    pub(super) fn open(folder: &Path, entropy: SharedEntropy) -> Result<Self, PhonesError> {
        let sealer = KeyFile::open_or_create(&folder.join(KEY), entropy.as_ref())?.derive("phones")?;
        let path = folder.join(FILE);
        let held = match file::read_bounded(&path, LARGEST) {
            Ok(sealed) => {
                let tampered = || PhonesError::Tampered { path: path.clone() };
                let plain = sealer.open(&sealed, PLACE).map_err(|_| tampered())?;
                serde_json::from_slice(&plain).map_err(|_| tampered())?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(source) => return Err(PhonesError::File { path, source }),
        };
        Ok(Self {
            path,
            sealer,
            entropy,
            held: Mutex::new(held),
        })
    }

    /// Exchanges the secret of a pairing link for a session token; `None` when it fits no grant or is spent. Durable
    /// when it returns. Grants that are gone make room.
    pub(super) fn redeem(&self, secret: &str, grants: &[Grant], now: Timestamp) -> Result<Option<String>, PhonesError> {
        let Some(grant) = fitting(secret, grants, now) else {
            return Ok(None);
        };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.contains_key(&grant.id) {
            return Ok(None);
        }
        let token = data_encoding::BASE64URL_NOPAD.encode(&bytes::<32>(self.entropy.as_ref()));
        let mut next: BTreeMap<_, _> = held
            .iter()
            .filter(|(id, _)| grants.iter().any(|grant| grant.id == **id))
            .map(|(id, phone)| (id.clone(), phone.clone()))
            .collect();
        next.insert(
            grant.id.clone(),
            Phone {
                token_sha256: digest(&token),
                opened_at: now,
            },
        );
        self.keep(&next)?;
        *held = next;
        Ok(Some(token))
    }

    /// The grant behind a session token, as long as it stands.
    pub(super) fn grant_of<'a>(&self, token: &str, grants: &'a [Grant], now: Timestamp) -> Option<(&'a Grant, Phone)> {
        let presented = digest(token);
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (id, phone) = held.iter().find(|(_, phone)| {
            aws_lc_rs::constant_time::verify_slices_are_equal(&phone.token_sha256, &presented).is_ok()
        })?;
        grants
            .iter()
            .find(|grant| grant.id == *id && now < grant.expires_at)
            .map(|grant| (grant, phone.clone()))
    }

    /// Forgets the session of a grant; the link stays spent, so the phone needs a new one.
    pub(super) fn close(&self, grant: &GrantId) -> Result<(), PhonesError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = held.clone();
        if let Some(phone) = next.get_mut(grant) {
            phone.token_sha256 = Vec::new();
            self.keep(&next)?;
            *held = next;
        }
        Ok(())
    }

    fn keep(&self, next: &BTreeMap<GrantId, Phone>) -> Result<(), PhonesError> {
        // Ids, digests and times cannot fail to serialise; an empty file would be refused as tampered.
        let plain = serde_json::to_vec(next).unwrap_or_default();
        let sealed = self.sealer.seal(&plain, PLACE, self.entropy.as_ref())?;
        file::write_atomic(&self.path, &sealed).map_err(|source| PhonesError::File {
            path: self.path.clone(),
            source,
        })
    }
}

fn fitting<'a>(secret: &str, grants: &'a [Grant], now: Timestamp) -> Option<&'a Grant> {
    let presented = digest(secret);
    grants.iter().find(|grant| {
        now < grant.expires_at
            && aws_lc_rs::constant_time::verify_slices_are_equal(&grant.secret_sha256, &presented).is_ok()
    })
}

fn digest(text: &str) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes())
        .as_ref()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tomori_runtime::entropy::SystemEntropy;
    use tomori_smart_home::ResidentId;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T00:00:00Z".parse().unwrap()
    }

    fn grant(number: u8, secret: &str) -> Grant {
        Grant {
            id: GrantId::from_random([number; 10]),
            resident: ResidentId::from_random([1; 10]),
            resident_name: "花子".to_owned(),
            secret_sha256: digest(secret),
            expires_at: now() + jiff::SignedDuration::from_hours(24),
        }
    }

    #[test]
    fn a_link_opens_one_session_that_outlives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let grants = [grant(1, "secret"), grant(2, "other")];
        let phones = Phones::open(folder.path(), Arc::new(SystemEntropy)).unwrap();
        let token = phones.redeem("secret", &grants, now()).unwrap().unwrap();
        assert_eq!(
            phones.redeem("secret", &grants, now()).unwrap(),
            None,
            "a link is spent once"
        );
        let phones = Phones::open(folder.path(), Arc::new(SystemEntropy)).unwrap();
        assert_eq!(phones.grant_of(&token, &grants, now()).unwrap().0.id, grants[0].id);
        assert!(
            phones.grant_of("secret", &grants, now()).is_none(),
            "the link itself opens nothing"
        );
        assert_eq!(phones.redeem("secret", &grants, now()).unwrap(), None);
    }

    #[test]
    fn a_grant_that_was_taken_back_or_ran_out_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let grants = [grant(1, "secret")];
        let phones = Phones::open(folder.path(), Arc::new(SystemEntropy)).unwrap();
        let token = phones.redeem("secret", &grants, now()).unwrap().unwrap();
        assert!(phones.grant_of(&token, &[], now()).is_none());
        assert!(
            phones
                .grant_of(&token, &grants, now() + jiff::SignedDuration::from_hours(24))
                .is_none()
        );
        assert!(
            phones
                .redeem("secret", &grants, now() + jiff::SignedDuration::from_hours(25))
                .unwrap()
                .is_none()
        );
        phones.close(&grants[0].id).unwrap();
        assert!(phones.grant_of(&token, &grants, now()).is_none());
        assert!(phones.grant_of("", &grants, now()).is_none());
    }

    /// T3-11 EP⑤ データ改ざん: the file of the paired phones is changed on the disk.
    #[test]
    fn a_changed_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let phones = Phones::open(folder.path(), Arc::new(SystemEntropy)).unwrap();
        phones.redeem("secret", &[grant(1, "secret")], now()).unwrap().unwrap();
        let path = folder.path().join(FILE);
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let refused = Phones::open(folder.path(), Arc::new(SystemEntropy)).err().unwrap();
        assert!(matches!(refused, PhonesError::Tampered { .. }));
    }
}
