//! What is asked of a world after its last kill.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use tomori_platform::device_state::{CommandRecord, Happened};
use tomori_runtime::clock::Clock as _;
use tomori_smart_home::{CommandId, PropertyValue, Stage};
use tomori_system_tests::world::{DEGREE, Evidence};

use super::{Arena, KILLS, SHUTTERS, WORLDS};

/// A firing is looked for this long after its moment, by the house's time.
const LATE: SignedDuration = SignedDuration::from_secs(30);

/// A shutter so near to a degree, in per cent, is taken to be there.
const NEAR: f64 = 3.0;

impl Arena {
    /// Opens the same boxes on the same data in this process, where everything can be asked.
    pub(super) async fn judge(&mut self) {
        let world = &mut self.world;
        world.platform.restart().await.unwrap();
        world.house_mut(0).unwrap().start().await.unwrap();
        self.started = (self.started.0 + 1, self.started.1 + 1);
        self.world.settle(0).await.unwrap();

        // What was acknowledged is there, and ends; so does every firing whose moment has come, whoever was dead then.
        let now = self.dial.now();
        let mut ends = Vec::new();
        for wish in &self.wishes {
            if let Some(id) = &wish.acknowledged {
                ends.push((wish.shutter, wish.degree, self.end(id).await));
            }
        }
        let due = self
            .firings
            .iter()
            .filter(|(_, due)| !due.is_early && due.at < now - LATE);
        let mut fired = 0;
        for (id, due) in due {
            ends.push((due.shutter, due.degree, self.end(id).await));
            fired += 1;
        }
        let events = self.all_events_are_there().await;
        let summary = self.nothing_is_driven_twice(&ends);
        let (tried, said) = (self.wishes.len(), self.started.0);
        eprintln!("{tried} wishes, {fired} firings, {events} events, {said} starts of the gateway: {summary:?}");
        assert!(
            fired >= 6 && tried >= KILLS / WORLDS / 4,
            "too little happened to prove anything"
        );
        let observed = summary.get("observed").copied().unwrap_or_default();
        assert!(observed * 2 > ends.len(), "most wishes ought to come true");
    }

    async fn end(&self, id: &CommandId) -> CommandRecord {
        self.world.ended(&self.world.house(0).unwrap().home, id).await.unwrap()
    }

    /// The frames that reached the shutters, against the ends that were told.
    fn nothing_is_driven_twice(&self, ends: &[(usize, u8, CommandRecord)]) -> BTreeMap<&'static str, usize> {
        let house = self.world.house(0).unwrap();
        let evidence: Vec<Evidence> = (0..SHUTTERS as usize)
            .map(|shutter| house.evidence(shutter).unwrap())
            .collect();
        let mut summary = BTreeMap::new();
        for (shutter, degree, record) in ends {
            let drives = evidence[*shutter].drives_to(*degree);
            *summary.entry(record.stage.name()).or_default() += 1;
            match record.stage {
                // A gateway that died over its intent finds a shutter that stands where it is wished to be: then nobody knows
                // whether it was driven, and nobody has to.
                Stage::Observed => assert!(
                    drives == 1 || drives == 0 && self.stood_near(&evidence[*shutter], record),
                    "driven {drives} times: {record:?}"
                ),
                Stage::Expired | Stage::Refused { .. } => assert_eq!(
                    drives,
                    0,
                    "nobody acted on it: {record:?}, {:?}",
                    self.moments(&evidence[*shutter], *degree)
                ),
                _ => assert!(drives <= 1, "driven {drives} times: {record:?}"),
            }
            assert_eq!(record.command.value, PropertyValue::Number(f64::from(*degree)));
        }
        // Whatever else was driven was wished for by somebody, and driven once, too.
        let wished = self.wishes.iter().map(|wish| (wish.shutter, wish.degree));
        let wished: BTreeSet<_> = wished
            .chain(self.firings.values().map(|due| (due.shutter, due.degree)))
            .collect();
        for (shutter, evidence) in evidence.iter().enumerate() {
            let mut driven = BTreeSet::new();
            for (code, degree) in evidence.drives() {
                assert_eq!(code, DEGREE);
                assert!(
                    wished.contains(&(shutter, degree)),
                    "nobody wished shutter {shutter} at {degree} %"
                );
                assert!(
                    driven.insert(degree),
                    "shutter {shutter} was driven to {degree} % twice"
                );
            }
        }
        summary
    }

    /// Whether the last drive before a command was seen to be done had brought the shutter as near as the gateway can tell.
    fn stood_near(&self, evidence: &Evidence, record: &CommandRecord) -> bool {
        let Some(ended) = record.ended_at else { return false };
        let drives = evidence.drives().into_iter().map(|(_, degree)| degree);
        let at = |degree| self.moments(evidence, degree).into_iter().min();
        let before = drives.filter_map(|degree| at(degree).filter(|at| *at < ended).map(|at| (at, degree)));
        let PropertyValue::Number(wanted) = record.command.value else {
            return false;
        };
        before
            .max()
            .is_some_and(|(_, degree)| (f64::from(degree) - wanted).abs() <= NEAR)
    }

    /// When a shutter was driven to a degree, by the house's time.
    fn moments(&self, evidence: &Evidence, degree: u8) -> Vec<Timestamp> {
        let ahead = self.dial.now().duration_since(Timestamp::now());
        let speed = super::SPEED;
        let house = |at: Timestamp| {
            let ago = Timestamp::now().duration_since(at).as_secs_f64() * speed;
            Timestamp::now() + ahead - SignedDuration::from_secs_f64(ago)
        };
        evidence.moments_of(degree).into_iter().map(house).collect()
    }

    /// Every event that the gateway numbered is at the platform, none was given up, and each start that the gateway had
    /// written down before it said so is in the history.
    async fn all_events_are_there(&self) -> u64 {
        let home = &self.world.house(0).unwrap().home;
        let events = self.world.reconciled(0).await.unwrap();
        let starts = self
            .world
            .count(home, |it| matches!(it, Happened::GatewayStarted { .. }))
            .await
            .unwrap();
        let (said, tried) = self.started;
        assert!(
            (said..=tried).contains(&starts),
            "{starts} starts in the history; {said} were told of {tried}"
        );
        let merged = self
            .world
            .count(home, |it| matches!(it, Happened::ReportsMerged { .. }))
            .await
            .unwrap();
        assert_eq!(merged, 0);
        assert!(
            !names(self.world.platform.path(), "events.missing"),
            "the platform found a gap"
        );
        events
    }
}

/// Whether a file in a folder holds a text.
fn names(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            return names(&entry.path(), text);
        }
        let holds = |bytes: Vec<u8>| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        std::fs::read(entry.path()).is_ok_and(holds)
    })
}
