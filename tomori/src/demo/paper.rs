//! What the demo writes down, so that the next start goes on where this one stopped: who lives in the house and how
//! they sign in. A real service never has such a paper; here it is mode 0600 and names people who do not exist.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tomori_smart_home::{CompanyId, DeviceId, HomeId, ResidentId, StaffId};

const LARGEST: usize = 64 * 1024;

/// The demo's people and places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Paper {
    /// The home.
    pub home: HomeId,
    /// The one who runs the service.
    pub operator: Account,
    /// Those who live in the house.
    pub residents: Vec<Account>,
    /// The demo's own eyes: a bearer token of the first resident.
    pub token: String,
    /// The first resident.
    pub resident: ResidentId,
    /// The things of the house that prove themselves, and their ids on the equipment list.
    #[serde(default)]
    pub proving: Vec<(String, DeviceId)>,
    /// Whether the gateway has been enrolled.
    pub enrolled: bool,
    /// The security company that guards the house; a demo of an older version gets it at its next start.
    #[serde(default)]
    pub company: Option<Company>,
}

/// The security company, its people, and how the house is guarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Company {
    /// How the platform calls it.
    pub id: CompanyId,
    /// Its people.
    pub staff: Vec<Staff>,
    /// The code that disarms the house.
    pub code: String,
    /// The code that also calls for help.
    pub duress: String,
    /// Whether the house has these codes.
    pub has_codes: bool,
    /// Whether its server is linked with the platform.
    #[serde(default)]
    pub is_linked: bool,
}

/// Somebody of the security company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Staff {
    /// Who.
    pub id: StaffId,
    /// What they do, by the word of the company's server.
    pub role: String,
    /// How they sign in.
    #[serde(flatten)]
    pub account: Account,
}

/// How somebody signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Account {
    /// How they are called.
    pub name: String,
    /// Their login.
    pub email: String,
    /// Their password.
    pub password: String,
    /// The secret of their second factor, base 32.
    pub second_factor: String,
}

impl Paper {
    /// Reads the paper; `None` when there is none yet.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        let bytes = tomori_runtime::file::read_bounded(path, LARGEST).with_context(|| path.display().to_string())?;
        let paper = serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?;
        Ok(Some(paper))
    }

    /// Writes the paper.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let bytes = serde_json::to_vec_pretty(self)?;
        tomori_runtime::file::write_atomic(path, &bytes).with_context(|| path.display().to_string())
    }
}
