//! What the road of an unlock needs of incidents and contracts.

use tomori_smart_home::{CompanyId, HomeId, IncidentId};

use super::super::model::{Incident, Step};
use super::super::store::{contracts, incidents};
use super::cases::{of_company, writable};
use super::{DispatchError, Service};

impl Service {
    /// An incident in which a company may ask for a door to be opened: its own, open, and of a home under contract.
    ///
    /// # Errors
    /// What of it does not hold.
    pub async fn unlockable(&self, company: &CompanyId, incident: &IncidentId) -> Result<Incident, DispatchError> {
        let (company, wanted) = (company.clone(), incident.clone());
        self.inner
            .database
            .try_read(move |reader| {
                let incident = of_company(reader, &company, &wanted)?;
                writable(&incident)?;
                let contract = contracts::contract(reader, &incident.home)?;
                match contract.is_some_and(|contract| contract.company == company) {
                    true => Ok(incident),
                    false => Err(DispatchError::NoContract),
                }
            })
            .await
    }

    /// Puts into an incident's timeline what is told of an unlock, once for each `told`.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub(crate) async fn tell_of_unlock(
        &self,
        incident: &IncidentId,
        step: &Step,
        told: String,
    ) -> Result<(), DispatchError> {
        let (wanted, step, now) = (incident.clone(), step.clone(), self.now());
        let home = self
            .inner
            .database
            .try_write(move |tx| {
                let known = incidents::one(tx, &wanted)?;
                let home = known.ok_or_else(|| DispatchError::NoSuchIncident(wanted.clone()))?.home;
                if !incidents::has_told(tx, &wanted, &told)? {
                    incidents::add_told(tx, &wanted, now, now, &step, Some(told))?;
                }
                Ok::<_, DispatchError>(home)
            })
            .await?;
        self.published(&home);
        Ok(())
    }

    /// The homes under contract with a company.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(crate) async fn homes_of(&self, company: &CompanyId) -> Result<Vec<HomeId>, DispatchError> {
        let company = company.clone();
        Ok(self
            .inner
            .database
            .read(move |reader| contracts::homes(reader, &company))
            .await?)
    }
}
