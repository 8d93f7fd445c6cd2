//! What the company whose case it is gets to know of a home, and what it says that it does.

use jiff::Timestamp;
use serde_json::json;
use tomori_smart_home::alarm::Did;
use tomori_smart_home::{CompanyId, DeviceKind, IncidentId, Trust};

use super::super::model::{Disclosed, Disclosure, Lock, Step, Unfit, text};
use super::super::store::{contracts, incidents};
use super::cases::{of_company, writable};
use super::{Actor, DispatchError, Service};

/// Something that the company says of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Tells it from others of the incident; 1 to 60 letters, digits, `_` and `-`. The same again is the same deed.
    pub id: String,
    /// When, by the company's clock.
    pub at: Timestamp,
    /// What was done, or what was written down.
    pub what: Result<Did, String>,
}

impl Service {
    /// Discloses what the contract allows to the company whose case it is, as long as the incident is open (SR3-SP-12).
    /// Each disclosure is in the incident's timeline and in the audit log before it is told.
    ///
    /// # Errors
    /// When it is not this company's incident, it is closed, or the contract has ended.
    pub async fn disclose(
        &self,
        company: &CompanyId,
        who: &str,
        incident: &IncidentId,
    ) -> Result<Disclosed, DispatchError> {
        let to = text("who", who, 1, 60, "needs 1 to 60 characters, all on one line")?;
        let (of, wanted, person, now) = (company.clone(), incident.clone(), to.clone(), self.now());
        let (home, items) = self
            .inner
            .database
            .try_write(move |tx| {
                let incident = of_company(tx, &of, &wanted)?;
                writable(&incident)?;
                let contract = contracts::contract(tx, &incident.home)?;
                let contract = contract.filter(|contract| contract.company == of);
                let items = contract.ok_or(DispatchError::NoContract)?.discloses;
                let step = Step::Disclosed {
                    items: items.clone(),
                    to: person,
                };
                incidents::add_entry(tx, &wanted, now, now, &step)?;
                Ok::<_, DispatchError>((incident.home, items))
            })
            .await?;
        let detail = json!({ "incident": incident, "items": items, "to": to }).to_string();
        self.inner
            .audit
            .record(company.as_str(), "incident.disclosed", home.as_str(), &detail)
            .await;
        self.published(&home);
        let info = self.inner.personal.home(&home).await?.unwrap_or_default();
        let entry = self.inner.personal.entry(&home).await?.unwrap_or_default();
        let house = self.inner.state.house(&home).await?;
        let locks = house.devices.iter().map(|line| &line.equipment);
        let locks = locks.filter(|equipment| equipment.device.kind == DeviceKind::ElectricLock);
        let locks = locks.map(|equipment| Lock {
            id: equipment.device.id.clone(),
            name: format!("{} – {}", equipment.device.room, equipment.device.name),
            is_trusted: equipment.trust() == Some(Trust::Authenticated),
        });
        let may = |item, value: String| items.contains(&item).then_some(value);
        let place = (house.place.latitude, house.place.longitude);
        Ok(Disclosed {
            address: may(Disclosure::Address, info.address),
            place: items.contains(&Disclosure::Address).then_some(place),
            name: may(Disclosure::Name, info.name),
            plan: may(Disclosure::Plan, entry.plan),
            entry_notes: may(Disclosure::EntryNotes, entry.notes),
            locks: locks.collect(),
            home,
        })
    }

    /// Notes what the company says that it did. The same deed again changes nothing.
    ///
    /// # Errors
    /// When it is not this company's incident, it is closed or full, or something does not fit.
    pub async fn did(
        &self,
        company: &CompanyId,
        who: &str,
        incident: &IncidentId,
        deed: Deed,
    ) -> Result<(), DispatchError> {
        let who = text("who", who, 1, 60, "needs 1 to 60 characters, all on one line")?;
        let id = deed_id(company, &deed.id)?;
        let actor = Actor::Company {
            company: company.clone(),
            who,
        };
        let by = actor.name();
        let (step, word) = match deed.what {
            Ok(did) => (Step::Did { by, did }, did.word()),
            Err(note) => {
                let text = text("note", &note, 1, 2_000, "needs 1 to 2,000 characters")?;
                (Step::Note { by, text }, "note")
            }
        };
        let (of, wanted, now) = (company.clone(), incident.clone(), self.now());
        // A clock that is ahead must not put what was done into the time to come.
        let at = deed.at.min(now);
        let home = self
            .inner
            .database
            .try_write(move |tx| {
                let known = of_company(tx, &of, &wanted)?;
                if incidents::has_told(tx, &wanted, &id)? {
                    return Ok(None);
                }
                writable(&known)?;
                incidents::answered(tx, &wanted, now)?;
                incidents::add_told(tx, &wanted, at, now, &step, Some(id))?;
                Ok::<_, DispatchError>(Some(known.home))
            })
            .await?;
        let Some(home) = home else { return Ok(()) };
        let detail = json!({ "home": home, "did": word }).to_string();
        self.inner
            .audit
            .record(&actor.name(), "incident.did", incident.as_str(), &detail)
            .await;
        self.published(&home);
        Ok(())
    }
}

/// What a deed is recognised by: in no space that a gateway's alarms or signatures are recognised in.
fn deed_id(company: &CompanyId, given: &str) -> Result<String, Unfit> {
    let fits = (1..=60).contains(&given.len())
        && given
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if fits {
        Ok(format!("{company} {given}"))
    } else {
        let why = "needs 1 to 60 letters, digits, _ and -";
        Err(Unfit { field: "id", why })
    }
}
