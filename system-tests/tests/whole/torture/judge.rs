//! What is asked of a world after its last incident.

use std::collections::{BTreeMap, BTreeSet};

use tomori_platform::services::dispatch::Step;
use tomori_platform::services::unlock::Standing;
use tomori_smart_home::AlarmId;

use super::arena::Arena;
use crate::boxes::Running;
use crate::unlock::LOCK;

impl Arena {
    /// Opens the platform on the same data in this process, where everything can be asked, and the company's server as
    /// a process that tells of its board.
    pub(super) fn judge(&mut self) {
        let runtime = self.runtime.clone();
        let board = self.board();
        runtime.block_on(self.world.platform.restart()).unwrap();
        let services = self.world.platform.services().unwrap().clone();
        let home = self.world.house(0).unwrap().home.clone();
        let incidents = runtime.block_on(services.dispatch.of_home(&home)).unwrap();
        assert!(
            incidents.iter().all(|incident| incident.closed.is_some()),
            "an incident has no end"
        );
        assert_eq!(incidents.len(), self.runs.len(), "one window, one incident");
        let devices = &self.world.house(0).unwrap().devices;
        let words = devices.heard_words(&format!("thing-{LOCK}")).unwrap();
        let unlocks: Vec<_> = words
            .iter()
            .filter(|heard| heard.word == "UNLOCK")
            .map(|heard| heard.at)
            .collect();
        let (mut driven, mut ends) = (0, BTreeMap::<String, usize>::new());
        for run in &self.runs {
            let (_, entries) = runtime.block_on(services.dispatch.any(&run.incident)).unwrap();
            let mut alarms = BTreeSet::<AlarmId>::new();
            for entry in &entries {
                if let Step::Alarm { alarm, .. } = &entry.step {
                    assert!(alarms.insert(alarm.id.clone()), "{} is on the platform twice", alarm.id);
                }
            }
            assert!(!alarms.is_empty(), "{} has no alarm", run.incident);
            let told = board.get(run.incident.as_str());
            assert_eq!(told, Some(&alarms.len()), "{} on the board", run.incident);

            let drives: Vec<_> = unlocks
                .iter()
                .filter(|at| run.began <= **at && **at <= run.ended)
                .collect();
            assert!(drives.len() <= 1, "{} was opened at {drives:?}", run.incident);
            assert!(
                drives.iter().all(|at| **at <= run.expires_at),
                "{} was opened late",
                run.incident
            );
            driven += drives.len();
            let carried = runtime.block_on(services.unlock.of_incident(&run.incident)).unwrap();
            let carried = carried.into_iter().find(|one| one.bundle == run.bundle);
            let end = match carried.map(|one| one.standing) {
                Some(Standing::Answered { answer }) => answer,
                // The platform says so to people; nobody takes it for opened.
                Some(_) => "no answer".to_owned(),
                None => "not sent".to_owned(),
            };
            match end.as_str() {
                "opened" => assert_eq!(drives.len(), 1, "{} is told to be open", run.incident),
                "notConfirmed" | "interrupted" | "no answer" => {}
                _ => assert_eq!(drives.len(), 0, "{} was refused: {end}", run.incident),
            }
            *ends.entry(end).or_default() += 1;
        }
        assert_eq!(driven, unlocks.len(), "the lock was opened outside of every incident");
        eprintln!("{} incidents, {} blows: {ends:?}", self.runs.len(), self.blows);
        let opened = ends.get("opened").copied().unwrap_or_default();
        assert!(opened * 2 > self.runs.len(), "most doors ought to open: {ends:?}");
    }

    /// The board, when the company's server starts once more: how many alarms each incident counts. Each has one case.
    fn board(&mut self) -> BTreeMap<String, usize> {
        let mut running: Running = self.company_alone();
        let told = running.ask("cases", "cases");
        running.stop();
        let mut board = BTreeMap::new();
        for case in told.split_whitespace() {
            let (incident, alarms) = case.split_once('=').expect("incident=alarms");
            let before = board.insert(incident.to_owned(), alarms.parse().unwrap());
            assert_eq!(before, None, "{incident} is on the board twice");
        }
        board
    }
}
