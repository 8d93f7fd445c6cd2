//! Loads, decides, persists, audits. All panels are in memory: the receiver asks for one with every frame.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;
use tomori_runtime::audit::AuditLog;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::seal::{KeyStore, SealError, Sealer};
use tomori_sia_dc09::{Account, Key};
use tomori_smart_home::StaffId;
use zeroize::Zeroizing;

use super::model::{Customer, MOST_PANELS, Panel, Policy};
use super::store::{self, Stored};

/// The panels. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The keys of the server.
    pub keys: Arc<dyn KeyStore>,
    /// Where what happened is written down.
    pub audit: AuditLog,
    /// The wall clock.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
}

struct Inner {
    database: Database,
    sealer: Sealer,
    audit: AuditLog,
    clock: SharedClock,
    entropy: SharedEntropy,
    panels: RwLock<BTreeMap<Account, Arc<Panel>>>,
}

/// Why something about panels cannot be told or done.
#[derive(Debug, Error)]
pub enum PanelError {
    /// There is no such panel.
    #[error("there is no panel with this account")]
    NotFound,
    /// There is one already.
    #[error("account: there is a panel with this account already")]
    Taken,
    /// There are as many as there can be.
    #[error("there are {MOST_PANELS} panels already; remove one first")]
    TooMany,
    /// Something sealed cannot be opened.
    #[error("a sealed text cannot be read")]
    Seal(#[from] SealError),
    /// The database failed.
    #[error("panels cannot be read or stored now")]
    Storage(#[from] DbError),
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    customer: Customer,
    /// Hexadecimal; none for a plain panel.
    key: Option<Zeroizing<String>>,
}

impl Service {
    /// Opens the room and reads all panels. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database or something sealed in it cannot be opened.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, PanelError> {
        let database = Database::open(path, store::MIGRATIONS)?;
        let Needs {
            keys,
            audit,
            clock,
            entropy,
        } = needs;
        let sealer = keys.derive("panels/detail")?;
        let mut panels = BTreeMap::new();
        for stored in database.read_blocking(store::all)? {
            match opened(&sealer, &stored)? {
                Some(panel) => drop(panels.insert(panel.account.clone(), Arc::new(panel))),
                None => tracing::error!(account = stored.account, "a panel cannot be read and is left out"),
            }
        }
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                sealer,
                audit,
                clock,
                entropy,
                panels: RwLock::new(panels),
            }),
        })
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    /// The panel of an account.
    #[must_use]
    pub fn find(&self, account: &Account) -> Option<Arc<Panel>> {
        let panels = self.inner.panels.read().unwrap_or_else(PoisonError::into_inner);
        panels.get(account).cloned()
    }

    /// All panels, by account.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Panel>> {
        let panels = self.inner.panels.read().unwrap_or_else(PoisonError::into_inner);
        panels.values().cloned().collect()
    }

    /// Adds a panel.
    ///
    /// # Errors
    /// When there is one with this account, or there are too many.
    pub async fn add(&self, by: &StaffId, panel: Panel) -> Result<(), PanelError> {
        if self.all().len() >= MOST_PANELS {
            return Err(PanelError::TooMany);
        }
        let key = match &panel.policy {
            Policy::Encrypted(key) => Some(Zeroizing::new(data_encoding::HEXLOWER.encode(key.bytes()))),
            Policy::Plain => None,
        };
        let is_plain = key.is_none();
        let sealed = Sealed {
            customer: panel.customer.clone(),
            key,
        };
        // Writing into memory does not fail; were it to, nothing would be stored.
        let plain = Zeroizing::new(serde_json::to_vec(&sealed).unwrap_or_default());
        let bound = panel.account.as_str().as_bytes();
        let stored = Stored {
            account: panel.account.as_str().to_owned(),
            detail: self.inner.sealer.seal(&plain, bound, self.inner.entropy.as_ref())?,
            supervision: panel.supervision.and_then(|span| i64::try_from(span.as_secs()).ok()),
        };
        let now = self.inner.clock.now();
        if !self
            .inner
            .database
            .write(move |tx| store::add(tx, &stored, now))
            .await?
        {
            return Err(PanelError::Taken);
        }
        let account = panel.account.clone();
        self.inner
            .panels
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account.clone(), Arc::new(panel));
        let detail = json!({ "plain": is_plain }).to_string();
        self.inner
            .audit
            .record(by.as_str(), "panel.added", account.as_str(), &detail)
            .await;
        Ok(())
    }

    /// Removes a panel: nothing in its name is taken from now on.
    ///
    /// # Errors
    /// When there is none.
    pub async fn remove(&self, by: &StaffId, account: &Account) -> Result<(), PanelError> {
        let gone = account.as_str().to_owned();
        if !self.inner.database.write(move |tx| store::remove(tx, &gone)).await? {
            return Err(PanelError::NotFound);
        }
        self.inner
            .panels
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(account);
        self.inner
            .audit
            .record(by.as_str(), "panel.removed", account.as_str(), "{}")
            .await;
        Ok(())
    }
}

fn opened(sealer: &Sealer, stored: &Stored) -> Result<Option<Panel>, PanelError> {
    let plain = sealer.open(&stored.detail, stored.account.as_bytes())?;
    let (Ok(sealed), Ok(account)) = (serde_json::from_slice::<Sealed>(&plain), stored.account.parse()) else {
        return Ok(None);
    };
    let policy = match sealed.key {
        None => Policy::Plain,
        Some(key) => match key.parse::<Key>() {
            Ok(key) => Policy::Encrypted(key),
            Err(_) => return Ok(None),
        },
    };
    let supervision = stored.supervision.and_then(|seconds| u64::try_from(seconds).ok());
    Ok(Some(Panel {
        account,
        customer: sealed.customer,
        policy,
        supervision: supervision.map(Duration::from_secs),
    }))
}
