//! Companies, contracts, what homes are guarded by, and orders on their way.

use std::collections::BTreeSet;

use serde_json::json;
use tomori_runtime::entropy::bytes;
use tomori_smart_home::arming::{Order, Security};
use tomori_smart_home::{CompanyId, HomeId, IncidentId, OperatorId, OrderId, ResidentId};

use super::super::model::{Company, Contract, Disclosure, text};
use super::super::orders::NotTaken;
use super::super::store::{contracts, incidents};
use super::{DispatchError, Service};
use crate::house_plan::Part;

impl Service {
    /// Takes a security company on.
    ///
    /// # Errors
    /// When the name does not fit.
    pub async fn add_company(&self, name: &str, by: &OperatorId) -> Result<CompanyId, DispatchError> {
        let name = text("name", name, 1, 60, "needs 1 to 60 characters, all on one line")?;
        let id = CompanyId::from_random(bytes(&*self.inner.entropy));
        let (new, now) = (id.clone(), self.now());
        self.inner
            .database
            .write(move |tx| contracts::add(tx, &new, &name, now))
            .await?;
        self.inner
            .audit
            .record(by.as_str(), "company.added", id.as_str(), "")
            .await;
        Ok(id)
    }

    /// Every company, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn companies(&self) -> Result<Vec<Company>, DispatchError> {
        Ok(self.inner.database.read(contracts::companies).await?)
    }

    /// One company.
    ///
    /// # Errors
    /// When there is no such company.
    pub async fn company(&self, id: &CompanyId) -> Result<Company, DispatchError> {
        let wanted = id.clone();
        let found = self
            .inner
            .database
            .read(move |reader| contracts::one(reader, &wanted))
            .await?;
        found.ok_or_else(|| DispatchError::NoSuchCompany(id.clone()))
    }

    /// The contract of a home, if it has one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn contract(&self, home: &HomeId) -> Result<Option<Contract>, DispatchError> {
        let home = home.clone();
        Ok(self
            .inner
            .database
            .read(move |reader| contracts::contract(reader, &home))
            .await?)
    }

    /// Gives a home to a company to guard, or to none. Incidents that are open stay with whom they are.
    ///
    /// # Errors
    /// When there is no such company.
    pub async fn set_contract(
        &self,
        home: &HomeId,
        with: Option<(CompanyId, BTreeSet<Disclosure>)>,
        by: &OperatorId,
    ) -> Result<(), DispatchError> {
        let (of, now) = (home.clone(), self.now());
        let detail = with.as_ref().map_or(
            json!({ "company": null }),
            |(company, discloses)| json!({ "company": company, "discloses": discloses }),
        );
        self.inner
            .database
            .try_write(move |tx| {
                let Some((company, discloses)) = with else {
                    return Ok(contracts::end_contract(tx, &of)?);
                };
                if contracts::one(tx, &company)?.is_none() {
                    return Err(DispatchError::NoSuchCompany(company));
                }
                let contract = Contract {
                    company,
                    discloses,
                    since: now,
                };
                Ok(contracts::put_contract(tx, &of, &contract)?)
            })
            .await?;
        self.inner
            .audit
            .record(by.as_str(), "contract.changed", home.as_str(), &detail.to_string())
            .await;
        // Its gateway is to have the company's roster.
        self.inner.doorbell.ring(home);
        self.published(home);
        Ok(())
    }

    /// What a home is guarded by.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn security(&self, home: &HomeId) -> Result<Security, DispatchError> {
        Ok(self.security_part(home).await?.content)
    }

    /// Changes what a home is guarded by. A house that is armed goes on as it was armed until it is disarmed.
    ///
    /// # Errors
    /// [`DispatchError::Security`] names what does not hold together.
    pub async fn set_security(&self, home: &HomeId, security: Security, by: &OperatorId) -> Result<(), DispatchError> {
        let house = self.inner.state.house(home).await?;
        let equipment: Vec<_> = house.devices.into_iter().map(|device| device.equipment).collect();
        security.check(&equipment)?;
        let of = home.clone();
        let zones = security.zones.len();
        self.inner
            .database
            .write(move |tx| contracts::put_security(tx, &of, &security))
            .await?;
        let detail = json!({ "zones": zones }).to_string();
        self.inner
            .audit
            .record(by.as_str(), "security.changed", home.as_str(), &detail)
            .await;
        self.inner.doorbell.ring(home);
        self.published(home);
        Ok(())
    }

    /// This room's part of the house plan.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn security_part(&self, home: &HomeId) -> Result<Part<Security>, DispatchError> {
        let of = home.clone();
        let (version, content) = self
            .inner
            .database
            .read(move |reader| contracts::security(reader, &of))
            .await?;
        Ok(Part { version, content })
    }

    /// A fresh id for an order.
    #[must_use]
    pub fn order_id(&self) -> OrderId {
        OrderId::from_random(bytes(&*self.inner.entropy))
    }

    /// Puts a resident's order to the guard of their house on its way. What becomes of it the gateway tells; an order
    /// that is not answered within its life came to nothing.
    ///
    /// # Errors
    /// When too many wait.
    pub async fn order(&self, home: &HomeId, order: Order) -> Result<(), NotTaken> {
        let (id, resident): (OrderId, ResidentId) = (order.id.clone(), order.resident.clone());
        self.inner.orders.give(home, order, self.now())?;
        self.inner
            .audit
            .record(resident.as_str(), "guard.ordered", id.as_str(), home.as_str())
            .await;
        self.inner.doorbell.ring(home);
        Ok(())
    }

    /// The orders that wait for a home's gateway; each is given out once.
    pub(crate) fn take_orders(&self, home: &HomeId) -> Vec<Order> {
        self.inner.orders.take(home, self.now())
    }

    /// Closed incidents of which the home's gateway does not know that.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(crate) async fn closed_untold(&self, home: &HomeId) -> Result<Vec<IncidentId>, DispatchError> {
        let home = home.clone();
        Ok(self
            .inner
            .database
            .read(move |reader| incidents::closed_untold(reader, &home))
            .await?)
    }
}
