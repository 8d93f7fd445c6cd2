//! Seals, keeps, opens.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::hmac;
use data_encoding::{BASE64, HEXLOWER};
use thiserror::Error;
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::seal::{KeyStore, MacKey, SealError, Sealer};
use tomori_smart_home::HomeId;

use super::model::{HomeInfo, PersonInfo, Unfit, comparable};
use super::schema::MIGRATIONS;
use super::store::{self, PersonRow};
use crate::house_plan::{Doorbell, Part};

/// What is personal. Clones are the same room.
#[derive(Clone)]
pub struct Service {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) database: Database,
    sealer: Sealer,
    /// Finds an e-mail address without keeping it in a form that can be read.
    email_key: MacKey,
    entropy: SharedEntropy,
    doorbell: Doorbell,
}

/// Why personal information cannot be told or kept.
#[derive(Debug, Error)]
pub enum PersonalInfoError {
    /// A text does not fit.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// A value cannot be sealed or opened.
    #[error("personal information cannot be sealed or opened; is this the key file that belongs to the database?")]
    Seal(#[from] SealError),
    /// A value is no sealed value.
    #[error("personal information in the database is damaged; put the last backup in its place")]
    Damaged,
    /// Not stored.
    #[error("personal information cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room's database, under keys of its own.
    ///
    /// # Errors
    /// [`PersonalInfoError`], with the remedy.
    pub fn open(
        path: &Path,
        keys: &dyn KeyStore,
        entropy: SharedEntropy,
        doorbell: Doorbell,
    ) -> Result<Self, PersonalInfoError> {
        Ok(Self {
            inner: Arc::new(Inner {
                database: Database::open(path, MIGRATIONS)?,
                sealer: keys.derive("personal information")?,
                email_key: keys.mac_key("e-mail look-up")?,
                entropy,
                doorbell,
            }),
        })
    }

    /// Whether what is kept was sealed with this room's key, by the example of one person. The wrong key is better found
    /// at the start than when somebody's name is needed, and before anything is sealed with it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_sealed_with_this_key(&self) -> Result<bool, PersonalInfoError> {
        let somebody = self.inner.database.read(store::somebody).await?;
        Ok(somebody.is_none_or(|(id, name)| self.open_sealed("person.name", &id, &name).is_ok()))
    }

    /// Keeps what is personal about a home, in place of what was kept.
    ///
    /// # Errors
    /// When a text does not fit, or it cannot be sealed or stored.
    pub async fn put_home(&self, home: &HomeId, info: HomeInfo) -> Result<(), PersonalInfoError> {
        let info = info.checked()?;
        let id = home.as_str().to_owned();
        let name = self.seal("home.name", &id, &info.name)?;
        let address = self.seal("home.address", &id, &info.address)?;
        self.inner
            .database
            .write(move |tx| store::put_home(tx, &id, &name, &address))
            .await?;
        // The gateway shows the home's name inside the house.
        self.inner.doorbell.ring(home);
        Ok(())
    }

    /// What is personal about a home; `None` when nothing is kept.
    ///
    /// # Errors
    /// When it cannot be read or opened.
    pub async fn home(&self, home: &HomeId) -> Result<Option<HomeInfo>, PersonalInfoError> {
        Ok(self.home_versioned(home).await?.1)
    }

    /// This room's part of the house plan: the home's name, empty when none is kept.
    ///
    /// # Errors
    /// When it cannot be read or opened.
    pub async fn home_name_part(&self, home: &HomeId) -> Result<Part<String>, PersonalInfoError> {
        let (version, info) = self.home_versioned(home).await?;
        Ok(Part {
            version,
            content: info.map(|info| info.name).unwrap_or_default(),
        })
    }

    /// Forgets what is personal about a home.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn erase_home(&self, home: &HomeId) -> Result<(), PersonalInfoError> {
        let id = home.as_str().to_owned();
        self.inner.database.write(move |tx| store::erase_home(tx, &id)).await?;
        self.inner.doorbell.ring(home);
        Ok(())
    }

    /// Keeps what is personal about a person, by the person's id, in place of what was kept.
    ///
    /// # Errors
    /// When a text does not fit, or it cannot be sealed or stored.
    pub async fn put_person(&self, person: &str, info: PersonInfo) -> Result<(), PersonalInfoError> {
        let info = info.checked()?;
        let id = person.to_owned();
        let row = PersonRow {
            name: self.seal("person.name", &id, &info.name)?,
            email: self.seal("person.email", &id, &info.email)?,
        };
        let email_mac = (!info.email.is_empty()).then(|| self.email_mac(&info.email));
        Ok(self
            .inner
            .database
            .write(move |tx| store::put_person(tx, &id, &row, email_mac))
            .await?)
    }

    /// What is personal about a person; `None` when nothing is kept.
    ///
    /// # Errors
    /// When it cannot be read or opened.
    pub async fn person(&self, person: &str) -> Result<Option<PersonInfo>, PersonalInfoError> {
        let id = person.to_owned();
        let row = self
            .inner
            .database
            .read(move |reader| store::person(reader, &id))
            .await?;
        row.map(|row| {
            Ok(PersonInfo {
                name: self.open_sealed("person.name", person, &row.name)?,
                email: self.open_sealed("person.email", person, &row.email)?,
            })
        })
        .transpose()
    }

    /// The ids of those who have an e-mail address, whatever its capitals; at most 100.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn people_with_email(&self, email: &str) -> Result<Vec<String>, PersonalInfoError> {
        let mac = self.email_mac(email);
        Ok(self
            .inner
            .database
            .read(move |reader| store::people_with_email(reader, &mac))
            .await?)
    }

    /// Forgets what is personal about a person.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn erase_person(&self, person: &str) -> Result<(), PersonalInfoError> {
        let id = person.to_owned();
        Ok(self
            .inner
            .database
            .write(move |tx| store::erase_person(tx, &id))
            .await?)
    }

    /// Finishes what is under way and closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    async fn home_versioned(&self, home: &HomeId) -> Result<(u64, Option<HomeInfo>), PersonalInfoError> {
        let id = home.as_str().to_owned();
        let row = self.inner.database.read(move |reader| store::home(reader, &id)).await?;
        let Some(row) = row else { return Ok((0, None)) };
        let info = row
            .sealed
            .map(|(name, address)| {
                Ok::<_, PersonalInfoError>(HomeInfo {
                    name: self.open_sealed("home.name", home.as_str(), &name)?,
                    address: self.open_sealed("home.address", home.as_str(), &address)?,
                })
            })
            .transpose()?;
        Ok((row.version, info))
    }

    /// Sealed to its column and row, so that a value cannot be moved to another person.
    pub(super) fn seal(&self, column: &str, id: &str, plain: &str) -> Result<String, PersonalInfoError> {
        let place = format!("{column} {id}");
        let sealed = self
            .inner
            .sealer
            .seal(plain.as_bytes(), place.as_bytes(), &*self.inner.entropy)?;
        Ok(BASE64.encode(&sealed))
    }

    pub(super) fn open_sealed(&self, column: &str, id: &str, sealed: &str) -> Result<String, PersonalInfoError> {
        let sealed = BASE64
            .decode(sealed.as_bytes())
            .map_err(|_| PersonalInfoError::Damaged)?;
        let place = format!("{column} {id}");
        let plain = self.inner.sealer.open(&sealed, place.as_bytes())?;
        String::from_utf8(plain.to_vec()).map_err(|_| PersonalInfoError::Damaged)
    }

    fn email_mac(&self, email: &str) -> String {
        let tag = hmac::sign(&self.inner.email_key, comparable(email).as_bytes());
        HEXLOWER.encode(tag.as_ref())
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("personal_info::Service").finish_non_exhaustive()
    }
}
