//! The signed record of an incident, for whoever wants to check it without believing the platform.

use std::collections::BTreeSet;

use tomori_smart_home::Hazard;
use tomori_smart_home::unlock::{Receipt, Statement as _};
use tomori_unlock::{Attested, IncidentFile, SignedRoster, UnlockBundle};

use super::super::store;
use super::{Service, UnlockError};
use crate::device_state::DoorWord;
use crate::services::dispatch::{Entry, Incident, Step};

impl Service {
    /// Everything that was signed in an incident (docs/unlock.md, "After the fact"): the gateway's word that it began and
    /// its answers, the bundles, and the rosters that receipts name. `None` while the gateway has signed nothing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn record(&self, incident: &Incident, entries: &[Entry]) -> Result<Option<IncidentFile>, UnlockError> {
        let (mut opened, mut answers, mut versions) = (None, Vec::new(), BTreeSet::new());
        for entry in entries {
            match &entry.step {
                Step::Door {
                    word: DoorWord::Attested { attested },
                    ..
                } if opened.is_none() => opened = Attested::from_bytes(&attested.0).ok(),
                Step::Door {
                    word: DoorWord::Answered { attested, .. },
                    ..
                } => {
                    let Ok(signed) = Attested::from_bytes(&attested.0) else {
                        continue;
                    };
                    versions.extend(Receipt::from_bytes(&signed.statement).map(|receipt| receipt.roster));
                    answers.push(signed);
                }
                _ => {}
            }
        }
        let Some(opened) = opened else { return Ok(None) };
        let wanted = incident.id.clone();
        let (bundles, rosters) = self
            .inner
            .database
            .read(move |reader| {
                let kept = store::of_incident(reader, &wanted)?;
                let mut rosters = Vec::new();
                let companies: BTreeSet<_> = kept.iter().map(|one| &one.company).collect();
                for company in companies {
                    for version in &versions {
                        rosters.extend(store::roster(reader, company, *version)?);
                    }
                }
                let bundles: Vec<_> = kept.into_iter().map(|one| one.body).collect();
                Ok((bundles, rosters))
            })
            .await?;
        // They were read when they came.
        let bundles: Vec<_> = bundles
            .iter()
            .filter_map(|bytes| UnlockBundle::from_bytes(bytes).ok())
            .collect();
        let rosters: Vec<_> = rosters
            .iter()
            .filter_map(|bytes| SignedRoster::from_bytes(bytes).ok())
            .collect();
        Ok(Some(IncidentFile::new(&opened, &rosters, &bundles, &answers)))
    }

    /// The same for a resident of the home. While an incident is open, what the gateway signed may name a duress code,
    /// which is on no screen of the residents then (T3-10 EP⑨).
    ///
    /// # Errors
    /// When it is not theirs to see, or cannot be read.
    pub async fn record_for_residents(
        &self,
        home: &tomori_smart_home::HomeId,
        incident: &tomori_smart_home::IncidentId,
    ) -> Result<Option<IncidentFile>, UnlockError> {
        self.inner.dispatch.for_residents(home, incident).await?;
        let (incident, entries) = self.inner.dispatch.any(incident).await?;
        let is_duress =
            |entry: &Entry| matches!(&entry.step, Step::Alarm { alarm, .. } if alarm.hazard == Hazard::Duress);
        if incident.is_open() && entries.iter().any(is_duress) {
            return Ok(None);
        }
        self.record(&incident, &entries).await
    }
}
