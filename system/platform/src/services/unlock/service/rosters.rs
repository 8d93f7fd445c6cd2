//! Rosters: the latest of each company, for the gateways of its homes.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use tomori_smart_home::{CompanyId, HomeId};
use tomori_unlock::digest;

use super::super::model;
use super::super::store;
use super::{Service, UnlockError};
use crate::house_plan::{RosterMark, SignedRoster};

/// Rosters of a company in an hour at most.
const MOST_AN_HOUR: u64 = 12;

impl Service {
    /// Keeps a company's signed roster (`tomori/unlock/signed-roster`) in place of the one before, and has it told to the
    /// gateway of every home under contract with the company: at once to those that are connected, to the others when
    /// they come. Returns its version. The same roster again changes nothing.
    ///
    /// Whether the company's root signed it is the gateways' to see: only they hold it.
    ///
    /// # Errors
    /// [`UnlockError::Roster`] says why it does not take that place.
    pub async fn keep_roster(&self, company: &CompanyId, signed: &[u8]) -> Result<u64, UnlockError> {
        let kept = self.take_roster(company, signed).await;
        let (audit, hash) = (&self.inner.audit, digest(signed));
        match &kept {
            Ok((version, true)) => {
                let detail = json!({ "version": version, "digest": hash }).to_string();
                let who = company.as_str();
                audit.record(who, "roster.kept", who, &detail).await;
                for home in self.inner.dispatch.homes_of(company).await? {
                    self.inner.doorbell.ring(&home);
                }
            }
            Ok((_, false)) => {}
            Err(error) => {
                let why = error.to_string();
                audit
                    .record_refusal(company.as_str(), "roster.refused", &hash.to_string(), &why)
                    .await;
            }
        }
        kept.map(|(version, _)| version)
    }

    /// The version, and whether it is new.
    async fn take_roster(&self, company: &CompanyId, signed: &[u8]) -> Result<(u64, bool), UnlockError> {
        self.inner.dispatch.company(company).await?;
        let (of, body, now) = (company.clone(), signed.to_vec(), self.now());
        self.inner
            .database
            .try_write(move |tx| {
                let kept = store::roster_version(tx, &of)?;
                if let Some(version) = kept
                    && store::roster(tx, &of, version)?.as_ref() == Some(&body)
                {
                    return Ok::<_, UnlockError>((version, false));
                }
                let version = model::newer(&body, kept, now)?;
                let an_hour_ago = now.checked_sub(SignedDuration::from_hours(1)).unwrap_or(now);
                if store::rosters_since(tx, &of, an_hour_ago)? >= MOST_AN_HOUR {
                    return Err(UnlockError::TooOften(Duration::from_secs(3600)));
                }
                store::put_roster(tx, &of, version, &body, now)?;
                Ok((version, true))
            })
            .await
    }

    /// The version of a company's latest roster.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn roster_version(&self, company: &CompanyId) -> Result<Option<u64>, UnlockError> {
        let company = company.clone();
        Ok(self
            .inner
            .database
            .read(move |reader| store::roster_version(reader, &company))
            .await?)
    }

    /// The roster that a home's gateway is to have, unless it is the one that its stream has carried.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn roster_for(
        &self,
        home: &HomeId,
        carried: Option<&RosterMark>,
    ) -> Result<Option<SignedRoster>, UnlockError> {
        let Some(contract) = self.inner.dispatch.contract(home).await? else {
            return Ok(None);
        };
        let Some(version) = self.roster_version(&contract.company).await? else {
            return Ok(None);
        };
        let mark = RosterMark {
            company: contract.company,
            version,
        };
        if carried == Some(&mark) {
            return Ok(None);
        }
        let company = mark.company.clone();
        let bytes = self
            .inner
            .database
            .read(move |reader| store::roster(reader, &company, version))
            .await?;
        Ok(bytes.map(|bytes| SignedRoster { mark, bytes }))
    }
}
