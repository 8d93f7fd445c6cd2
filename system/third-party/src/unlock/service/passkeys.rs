//! Passkeys: made, removed.

use serde_json::json;
use tomori_runtime::entropy::bytes;
use tomori_smart_home::StaffId;
use tomori_smart_home::unlock::{CredentialId, Digest};
use tomori_unlock::{challenge_of, registered};

use super::super::passkey::{self, MOST, Passkey, RelyingParty};
use super::super::store::{self, passkeys::Stored, questions::Question};
use super::{Service, UnlockError};
use crate::people::Viewer;

const PURPOSE: &str = "passkey";

/// What a browser is asked when somebody makes a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// What the answer has to name.
    pub challenge: Digest,
    /// To whom the passkey will belong.
    pub party: RelyingParty,
    /// Passkeys that the person has: an authenticator that holds one makes no second.
    pub known: Vec<CredentialId>,
}

/// What a browser answered.
#[derive(Debug, Clone)]
pub struct Making {
    /// What its owner calls it.
    pub name: String,
    /// `attestationObject`.
    pub attestation_object: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
}

impl Service {
    /// Everybody's passkeys, also those that were removed.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn all_passkeys(&self) -> Result<Vec<Passkey>, UnlockError> {
        let stored = self.inner.database.read(store::passkeys::all).await?;
        stored.into_iter().map(|stored| self.opened(stored)).collect()
    }

    /// Somebody's passkeys, also those that were removed.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn passkeys_of(&self, staff: &StaffId) -> Result<Vec<Passkey>, UnlockError> {
        let staff = staff.clone();
        let read = move |reader: &tomori_runtime::db::Reader<'_>| store::passkeys::of(reader, &staff);
        let stored = self.inner.database.read(read).await?;
        stored.into_iter().map(|stored| self.opened(stored)).collect()
    }

    fn opened(&self, stored: Stored) -> Result<Passkey, UnlockError> {
        let name = self.inner.sealer.open(&stored.name, stored.credential.as_bytes())?;
        Ok(Passkey {
            number: stored.number,
            staff: stored.staff,
            credential: stored.credential,
            key: stored.key,
            name: String::from_utf8_lossy(&name).into_owned(),
            is_synchronised: stored.is_synchronised,
            created_at: stored.created_at,
            removed_at: stored.removed_at,
        })
    }

    /// Asks for a passkey to be made, in this session and within five minutes.
    ///
    /// # Errors
    /// [`UnlockError::NotFresh`], [`UnlockError::TooMany`], [`UnlockError::NoParty`].
    pub async fn begin_passkey(&self, viewer: &Viewer) -> Result<Creation, UnlockError> {
        let party = self.party().cloned().ok_or(UnlockError::NoParty)?;
        let now = self.now();
        if !passkey::is_fresh(viewer.since, now) {
            return Err(UnlockError::NotFresh);
        }
        let known: Vec<CredentialId> = self
            .passkeys_of(&viewer.staff)
            .await?
            .into_iter()
            .filter(|passkey| passkey.removed_at.is_none())
            .map(|passkey| passkey.credential)
            .collect();
        if known.len() >= MOST {
            return Err(UnlockError::TooMany);
        }
        let challenge = Digest(bytes(self.inner.needs.entropy.as_ref()));
        let question = Question {
            challenge,
            session: viewer.session.clone(),
            purpose: PURPOSE,
            case: None,
            statement: None,
            asked_at: now,
        };
        let database = &self.inner.database;
        database.write(move |tx| store::questions::ask(tx, &question)).await?;
        Ok(Creation {
            challenge,
            party,
            known,
        })
    }

    /// Keeps a passkey that was made now.
    ///
    /// # Errors
    /// [`UnlockError::Spent`] when nobody asked for this in this session, [`UnlockError::NotRegistered`] when the answer is
    /// not believed, [`UnlockError::Taken`] when its id was registered before, by whomever.
    pub async fn make_passkey(&self, viewer: &Viewer, making: Making) -> Result<(), UnlockError> {
        let outcome = self.try_making(viewer, making).await;
        let who = viewer.staff.as_str();
        match &outcome {
            Ok(credential) => {
                let detail = json!({ "credential": credential.to_string() });
                self.audit(who, "passkey.added", who, detail).await;
            }
            Err(error @ (UnlockError::Spent | UnlockError::NotRegistered(_) | UnlockError::Taken)) => {
                let why = format!(
                    "{error}: {:?}",
                    std::error::Error::source(error).map(ToString::to_string)
                );
                let audit = &self.inner.needs.audit;
                audit.record_refusal(who, "passkey.refused", who, &why).await;
            }
            Err(_) => {}
        }
        outcome.map(drop)
    }

    async fn try_making(&self, viewer: &Viewer, making: Making) -> Result<CredentialId, UnlockError> {
        let party = self.party().cloned().ok_or(UnlockError::NoParty)?;
        let now = self.now();
        if !passkey::is_fresh(viewer.since, now) {
            return Err(UnlockError::NotFresh);
        }
        let name = passkey::name(&making.name).ok_or(UnlockError::Name)?;
        // An answer that names no challenge was not asked for either.
        let challenge = challenge_of(&making.client_data).ok_or(UnlockError::Spent)?;
        let session = viewer.session.clone();
        let database = &self.inner.database;
        // The question is gone whatever the answer is: each is looked at once.
        let asked = database
            .write(move |tx| store::questions::answer(tx, challenge, &session, PURPOSE, None, now))
            .await?;
        asked.ok_or(UnlockError::Spent)?;
        let made = registered(
            &making.attestation_object,
            &making.client_data,
            &challenge,
            &party.id,
            &party.origin,
        )?;
        let sealer = &self.inner.sealer;
        let entropy = self.inner.needs.entropy.as_ref();
        let stored = Stored {
            number: 0,
            name: sealer.seal(name.as_bytes(), made.credential.as_bytes(), entropy)?,
            credential: made.credential.clone(),
            staff: viewer.staff.clone(),
            key: made.key,
            is_synchronised: made.is_synchronised,
            created_at: now,
            removed_at: None,
        };
        database
            .try_write(move |tx| {
                let own = store::passkeys::of(tx, &stored.staff)?;
                if own.iter().filter(|own| own.removed_at.is_none()).count() >= MOST {
                    return Err(UnlockError::TooMany);
                }
                match store::passkeys::add(tx, &stored)? {
                    true => Ok(()),
                    false => Err(UnlockError::Taken),
                }
            })
            .await?;
        Ok(made.credential)
    }

    /// Removes a passkey of one's own. The roster has it until the next one.
    ///
    /// # Errors
    /// [`UnlockError::NotFresh`], [`UnlockError::NotFound`].
    pub async fn remove_passkey(&self, viewer: &Viewer, number: i64) -> Result<(), UnlockError> {
        let now = self.now();
        if !passkey::is_fresh(viewer.since, now) {
            return Err(UnlockError::NotFresh);
        }
        let staff = viewer.staff.clone();
        let database = &self.inner.database;
        let removed = database
            .write(move |tx| store::passkeys::remove(tx, &staff, number, now))
            .await?;
        if !removed {
            return Err(UnlockError::NotFound);
        }
        let who = viewer.staff.as_str();
        self.audit(who, "passkey.removed", who, json!({ "number": number }))
            .await;
        Ok(())
    }

    /// Removes a passkey of whomever, for an administrator who was told that it is lost.
    ///
    /// # Errors
    /// [`UnlockError::NotFresh`], [`UnlockError::NotFound`].
    pub async fn remove_anybodys(&self, viewer: &Viewer, number: i64) -> Result<(), UnlockError> {
        let now = self.now();
        if !passkey::is_fresh(viewer.since, now) {
            return Err(UnlockError::NotFresh);
        }
        let found = self.all_passkeys().await?;
        let owner = found.into_iter().find(|passkey| passkey.number == number);
        let owner = owner.ok_or(UnlockError::NotFound)?.staff;
        let of = owner.clone();
        let database = &self.inner.database;
        let removed = database
            .write(move |tx| store::passkeys::remove(tx, &of, number, now))
            .await?;
        if !removed {
            return Err(UnlockError::NotFound);
        }
        let who = viewer.staff.as_str();
        self.audit(who, "passkey.removed", owner.as_str(), json!({ "number": number }))
            .await;
        Ok(())
    }

    /// Removes what somebody had who left the company.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn forget(&self, by: &StaffId, staff: &StaffId) -> Result<(), UnlockError> {
        let (gone, now) = (staff.clone(), self.now());
        let database = &self.inner.database;
        let count = database
            .write(move |tx| store::passkeys::remove_all(tx, &gone, now))
            .await?;
        if count > 0 {
            let detail = json!({ "count": count });
            self.audit(by.as_str(), "passkey.removed", staff.as_str(), detail).await;
        }
        Ok(())
    }
}
