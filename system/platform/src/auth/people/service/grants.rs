//! Paired phones: the right to speak to the gateway inside the house when the platform is away (EP⑩).

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use tomori_smart_home::plan;
use tomori_smart_home::{GrantId, HomeId, ResidentId};

use super::super::model::Viewer;
use super::super::secret::{Opens, Secret};
use super::super::store::grant::{self, Grant};
use super::{MOST_GRANTS, PeopleError, Service, label, later};
use crate::house_plan::Part;

/// The gateway inside the house, from a paired phone (EP⑩).
const HOUSE: Opens = Opens("tmrh_");
/// How long a phone stays paired.
const LIFETIME: SignedDuration = SignedDuration::from_hours(180 * 24);

/// A fresh grant. The secret is shown this once, to the phone.
#[derive(Debug)]
pub struct IssuedGrant {
    /// The secret; the gateway compares its SHA-256.
    pub secret: Secret,
    /// What is kept of it.
    pub summary: GrantSummary,
}

/// A paired phone in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantSummary {
    /// Its id.
    pub id: GrantId,
    /// Whose phone.
    pub resident: ResidentId,
    /// Which phone, in its owner's words.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

impl From<Grant> for GrantSummary {
    fn from(grant: Grant) -> Self {
        Self {
            id: grant.id,
            resident: grant.resident,
            label: grant.label,
            created_at: grant.created_at,
            expires_at: grant.expires_at,
        }
    }
}

impl Service {
    /// Pairs the viewer's phone with a home; the gateway knows it as soon as it has the new plan.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when the viewer does not live there; when the label does not fit or the home has too
    /// many paired phones.
    pub async fn issue_grant(&self, viewer: &Viewer, home: &HomeId, name: &str) -> Result<IssuedGrant, PeopleError> {
        let resident = viewer
            .resident()
            .filter(|_| viewer.lives_in(home))
            .ok_or(PeopleError::NotFound("home"))?;
        let now = self.now();
        let secret = Secret::new(HOUSE, self.random());
        let new = Grant {
            id: GrantId::from_random(self.random()),
            resident: resident.clone(),
            home: home.clone(),
            label: label("label", name, 60)?,
            digest: secret.digest(),
            created_at: now,
            expires_at: later(now, LIFETIME),
        };
        let stored = new.clone();
        self.inner
            .database
            .try_write(move |tx| {
                grant::remove_expired(tx, &stored.home, now)?;
                if grant::of_home(tx, &stored.home)?.len() >= MOST_GRANTS {
                    return Err(PeopleError::TooMany {
                        what: "paired phones",
                        most: MOST_GRANTS,
                    });
                }
                grant::add(tx, &stored)?;
                Ok(())
            })
            .await?;
        self.inner.doorbell.ring(home);
        let detail = json!({ "home": home.as_str(), "expiresAt": new.expires_at });
        self.audit(resident.as_str(), "phone.paired", new.id.as_str(), detail)
            .await;
        Ok(IssuedGrant {
            secret,
            summary: new.into(),
        })
    }

    /// The paired phones of a home.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn grants(&self, home: &HomeId) -> Result<Vec<GrantSummary>, PeopleError> {
        let (of, now) = (home.clone(), self.now());
        let grants = self
            .inner
            .database
            .read(move |reader| grant::of_home(reader, &of))
            .await?;
        Ok(grants
            .into_iter()
            .filter(|grant| now < grant.expires_at)
            .map(GrantSummary::from)
            .collect())
    }

    /// Unpairs a phone of the home. Any resident of the home may: a lost phone does not wait for its owner.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when the viewer does not live there or the home has no such phone.
    pub async fn revoke_grant(&self, viewer: &Viewer, home: &HomeId, id: &GrantId) -> Result<(), PeopleError> {
        if !viewer.lives_in(home) {
            return Err(PeopleError::NotFound("home"));
        }
        let (of, wanted) = (home.clone(), id.clone());
        let gone = self
            .inner
            .database
            .write(move |tx| grant::remove(tx, &of, &wanted))
            .await?;
        if !gone {
            return Err(PeopleError::NotFound("grant"));
        }
        self.inner.doorbell.ring(home);
        let detail = json!({ "home": home.as_str() });
        self.audit(viewer.person.id(), "phone.unpaired", id.as_str(), detail)
            .await;
        Ok(())
    }

    /// The home's paired phones for the house plan.
    ///
    /// # Errors
    /// When the tables or the names cannot be read.
    pub async fn plan_part(&self, home: &HomeId) -> Result<Part<Vec<plan::Grant>>, PeopleError> {
        let (of, now) = (home.clone(), self.now());
        let (version, grants) = self
            .inner
            .database
            .read(move |reader| Ok((grant::version(reader, &of)?, grant::of_home(reader, &of)?)))
            .await?;
        let mut content = Vec::with_capacity(grants.len());
        for grant in grants.into_iter().filter(|grant| now < grant.expires_at) {
            let info = self.inner.personal.person(grant.resident.as_str()).await?;
            // A plan needs a name; whoever has none is called by the id.
            let name = info.map(|info| info.name).filter(|name| !name.is_empty());
            content.push(plan::Grant {
                resident_name: name.unwrap_or_else(|| grant.resident.to_string()),
                id: grant.id,
                resident: grant.resident,
                secret_sha256: grant.digest.0.to_vec(),
                expires_at: grant.expires_at,
            });
        }
        Ok(Part { version, content })
    }
}
