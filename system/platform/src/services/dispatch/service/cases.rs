//! Incidents as those see them who work on them: the company whose case it is, the operator, the residents.

use serde_json::json;
use tokio::sync::watch;
use tomori_runtime::db::Reader;
use tomori_smart_home::alarm::Closing;
use tomori_smart_home::{CompanyId, HomeId, IncidentId};

use super::super::model::{Change, Entry, Incident, Step, text};
use super::super::store::{contracts, incidents};
use super::{Actor, DispatchError, Service};

/// Incidents of a list at most.
const MOST_LISTED: u32 = 200;
/// Entries of a timeline at most.
const MOST_ENTRIES: u32 = 2_000;
/// Changes that are handed over at once at most.
const MOST_CHANGES: u32 = 500;

/// The port of the company's link.
impl Service {
    /// What a company is to know, behind the change with this number, oldest first, at most `most` (500). The number of
    /// the last one is the cursor for the next call; the same call gives the same changes, with the incidents as they are
    /// now.
    ///
    /// # Errors
    /// When there is no such company.
    pub async fn changes_after(
        &self,
        company: &CompanyId,
        after: u64,
        most: u32,
    ) -> Result<Vec<Change>, DispatchError> {
        let company = company.clone();
        self.inner
            .database
            .try_read(move |reader| {
                if contracts::one(reader, &company)?.is_none() {
                    return Err(DispatchError::NoSuchCompany(company));
                }
                let most = most.min(MOST_CHANGES);
                Ok(incidents::changes_after(reader, &company, after, most)?)
            })
            .await
    }

    /// Changes whenever any company may have something new. Mark it as seen, then look; what comes meanwhile wakes again.
    #[must_use]
    pub fn told(&self) -> watch::Receiver<u64> {
        self.inner.told.subscribe()
    }

    /// The company has everything through this number on its own disk.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn acknowledge(&self, company: &CompanyId, through: u64) -> Result<(), DispatchError> {
        let company = company.clone();
        Ok(self
            .inner
            .database
            .write(move |tx| contracts::acknowledge(tx, &company, through))
            .await?)
    }

    /// An incident of a company and its timeline, while it is open and after.
    ///
    /// # Errors
    /// [`DispatchError::NoSuchIncident`] when it is not this company's.
    pub async fn case(
        &self,
        company: &CompanyId,
        incident: &IncidentId,
    ) -> Result<(Incident, Vec<Entry>), DispatchError> {
        let (company, wanted) = (company.clone(), incident.clone());
        self.inner
            .database
            .try_read(move |reader| {
                let incident = of_company(reader, &company, &wanted)?;
                let entries = incidents::timeline(reader, &wanted, MOST_ENTRIES)?;
                Ok((incident, entries))
            })
            .await
    }
}

impl Service {
    /// The newest incidents of all homes, the open ones first; at most 200.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn newest(&self) -> Result<Vec<Incident>, DispatchError> {
        Ok(self
            .inner
            .database
            .read(|reader| incidents::newest(reader, MOST_LISTED))
            .await?)
    }

    /// The incidents of a home that its residents may see, the open ones first; at most 200.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn of_home(&self, home: &HomeId) -> Result<Vec<Incident>, DispatchError> {
        let home = home.clone();
        let mut found = self
            .inner
            .database
            .read(move |reader| incidents::of_home(reader, &home, MOST_LISTED))
            .await?;
        found.retain(Incident::is_for_residents);
        Ok(found)
    }

    /// An incident of a home and its timeline, as its residents may see it.
    ///
    /// # Errors
    /// [`DispatchError::NoSuchIncident`] when it is not theirs to see.
    pub async fn for_residents(
        &self,
        home: &HomeId,
        incident: &IncidentId,
    ) -> Result<(Incident, Vec<Entry>), DispatchError> {
        let (incident, mut entries) = self.any(incident).await?;
        if incident.home != *home || !incident.is_for_residents() {
            return Err(DispatchError::NoSuchIncident(incident.id));
        }
        if incident.is_open() {
            entries.retain(|entry| entry.step.is_for_residents());
        }
        Ok((incident, entries))
    }

    /// Any incident and its timeline; for operators.
    ///
    /// # Errors
    /// When there is no such incident.
    pub async fn any(&self, incident: &IncidentId) -> Result<(Incident, Vec<Entry>), DispatchError> {
        let wanted = incident.clone();
        self.inner
            .database
            .try_read(move |reader| {
                let Some(incident) = incidents::one(reader, &wanted)? else {
                    return Err(DispatchError::NoSuchIncident(wanted));
                };
                let entries = incidents::timeline(reader, &wanted, MOST_ENTRIES)?;
                Ok((incident, entries))
            })
            .await
    }

    /// Writes something down in an open incident.
    ///
    /// # Errors
    /// When it is not the actor's to see, or closed.
    pub async fn note(&self, actor: &Actor, incident: &IncidentId, note: &str) -> Result<(), DispatchError> {
        let note = text("text", note, 1, 2_000, "needs 1 to 2,000 characters")?;
        let (by, wanted, who, now) = (actor.name(), incident.clone(), actor.clone(), self.now());
        let home = self
            .inner
            .database
            .try_write(move |tx| {
                let incident = of_actor(tx, &who, &wanted)?;
                writable(&incident)?;
                incidents::add_entry(tx, &wanted, now, now, &Step::Note { by, text: note })?;
                Ok::<_, DispatchError>(incident.home)
            })
            .await?;
        self.inner
            .audit
            .record(&actor.name(), "incident.noted", incident.as_str(), home.as_str())
            .await;
        self.published(&home);
        Ok(())
    }

    /// Closes an incident, with a report. Closing what is closed does nothing. Residents close what is no company's case.
    ///
    /// # Errors
    /// When it is not the actor's to close, or there is no report.
    pub async fn close_incident(
        &self,
        actor: &Actor,
        incident: &IncidentId,
        closing: Closing,
        report: &str,
    ) -> Result<(), DispatchError> {
        let report = text("report", report, 1, 2_000, "needs 1 to 2,000 characters")?;
        let (by, wanted, who, now) = (actor.name(), incident.clone(), actor.clone(), self.now());
        let closed = self
            .inner
            .database
            .try_write(move |tx| {
                let incident = of_actor(tx, &who, &wanted)?;
                if matches!(who, Actor::Resident(_)) && incident.company.is_some() {
                    return Err(DispatchError::NotYours(wanted));
                }
                if !incident.is_open() {
                    return Ok(None);
                }
                incidents::close(tx, &wanted, closing, now)?;
                incidents::add_entry(tx, &wanted, now, now, &Step::Closed { by, closing, report })?;
                Ok::<_, DispatchError>(Some(incident.home))
            })
            .await?;
        let Some(home) = closed else { return Ok(()) };
        let detail = json!({ "home": home, "closing": closing }).to_string();
        self.inner
            .audit
            .record(&actor.name(), "incident.closed", incident.as_str(), &detail)
            .await;
        self.inner.doorbell.ring(&home);
        self.published(&home);
        Ok(())
    }
}

pub(super) fn of_company(reader: &Reader<'_>, company: &CompanyId, id: &IncidentId) -> Result<Incident, DispatchError> {
    incidents::one(reader, id)?
        .filter(|incident| incident.company.as_ref() == Some(company))
        .ok_or_else(|| DispatchError::NoSuchIncident(id.clone()))
}

fn of_actor(reader: &Reader<'_>, actor: &Actor, id: &IncidentId) -> Result<Incident, DispatchError> {
    match actor {
        Actor::Company { company, .. } => of_company(reader, company, id),
        Actor::Operator(_) | Actor::Resident(_) => {
            incidents::one(reader, id)?.ok_or_else(|| DispatchError::NoSuchIncident(id.clone()))
        }
    }
}

pub(super) fn writable(incident: &Incident) -> Result<(), DispatchError> {
    if !incident.is_open() {
        return Err(DispatchError::Closed(incident.id.clone()));
    }
    // One place is kept for the end.
    if incident.entries + 1 >= u64::from(MOST_ENTRIES) {
        return Err(DispatchError::Full(incident.id.clone()));
    }
    Ok(())
}
