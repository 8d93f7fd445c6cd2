//! Incidents: one for each cause, told to the company once and in order, and nothing disclosed beyond the contract.

mod attacks;
mod door;

use std::collections::BTreeSet;

use tomori_platform::device_state::NewEquipment;
use tomori_platform::personal_info::{EntryInfo, HomeInfo};
use tomori_platform::services::dispatch::{Actor, Disclosure, DispatchError, Step};
use tomori_smart_home::alarm::Closing;
use tomori_smart_home::arming::{Mode, Security, Zone};
use tomori_smart_home::event::What;
use tomori_smart_home::{
    Alarm, AlarmId, CompanyId, DeviceId, DeviceKind, Event, GatewayId, Hazard, HomeId, IncidentId, Nonce, OperatorId,
    ResidentId, Trust, ZoneId,
};

use crate::town::Town;

/// A home with a window, its gateway, and a company that guards it.
pub struct Case {
    pub town: Town,
    pub home: HomeId,
    pub window: DeviceId,
    pub gateway: GatewayId,
    pub company: CompanyId,
    next: u64,
}

pub fn operator() -> OperatorId {
    OperatorId::from_random([3; 10])
}

pub fn window() -> NewEquipment {
    NewEquipment {
        kind: DeviceKind::OpenCloseSensor,
        room: "台所".to_owned(),
        name: "窓".to_owned(),
        model: String::new(),
        endpoint: None,
    }
}

pub fn alarm(number: u8, incident: u8, hazard: Hazard, device: Option<&DeviceId>) -> Alarm {
    Alarm {
        id: AlarmId::from_random([number; 10]),
        incident: IncidentId::from_random([incident; 10]),
        nonce: Nonce::from([incident; 32]),
        hazard,
        device: device.cloned(),
        trust: Trust::Unauthenticated,
        at: "2026-11-23T06:00:00+09:00".parse().unwrap(),
    }
}

impl Case {
    pub async fn new() -> Self {
        let town = Town::new();
        let (home, _) = town.house(1).await;
        let window = town.state.add_equipment(&home, window(), "op_test").await.unwrap();
        let company = town.dispatch.add_company("灯警備", &operator()).await.unwrap();
        let discloses = [Disclosure::Address, Disclosure::EntryNotes].into();
        let contract = Some((company.clone(), discloses));
        town.dispatch.set_contract(&home, contract, &operator()).await.unwrap();
        Self {
            town,
            home,
            window,
            gateway: GatewayId::from_random([7; 10]),
            company,
            next: 1,
        }
    }

    /// The gateway tells; when this returns, the platform has acknowledged and taken it in.
    pub async fn tell(&mut self, events: Vec<What>) {
        let at = self.town.now();
        let count = u64::try_from(events.len()).unwrap();
        let events = events.into_iter().map(|what| Some(Event { at, what })).collect();
        let state = &self.town.state;
        let stored = state.store_batch(&self.home, &self.gateway, self.next, events, false);
        assert_eq!(stored.await.unwrap(), self.next + count - 1);
        self.next += count;
        while !self.town.dispatch.take_in().await.unwrap() {}
    }

    pub async fn raise(&mut self, number: u8, incident: u8, hazard: Hazard) {
        let alarm = alarm(number, incident, hazard, Some(&self.window));
        self.tell(vec![What::AlarmRaised { alarm }]).await;
    }

    pub fn guard(&self) -> Actor {
        Actor::Company {
            company: self.company.clone(),
            who: "佐藤".to_owned(),
        }
    }
}

#[tokio::test]
async fn alarms_of_one_cause_are_one_incident_and_the_company_is_told_of_each_in_order() {
    let mut case = Case::new().await;
    let mut told = case.town.dispatch.told();
    told.borrow_and_update();
    case.raise(1, 1, Hazard::Intrusion).await;
    assert!(told.has_changed().unwrap());
    case.raise(2, 1, Hazard::Fire).await;
    let changes = case.town.dispatch.changes_after(&case.company, 0, 100).await.unwrap();
    let numbers: Vec<u64> = changes.iter().map(|change| change.number).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(changes[0].incident.id, changes[1].incident.id);
    assert_eq!(
        changes[0].incident.hazard,
        Hazard::Fire,
        "the most urgent so far names it"
    );
    assert_eq!(changes[0].incident.nonce, Nonce::from([1; 32]));
    let Step::Alarm { alarm, room, name } = &changes[0].entry.step else {
        panic!("{:?}", changes[0].entry);
    };
    assert_eq!((room.as_str(), name.as_str()), ("台所", "窓"));
    assert_eq!(alarm.trust, Trust::Unauthenticated);
    let rest = case.town.dispatch.changes_after(&case.company, 1, 100).await.unwrap();
    assert_eq!(rest, changes[1..], "the cursor goes on where it was");
}

#[tokio::test]
async fn an_alarm_that_comes_again_is_on_the_board_once_whatever_was_forgotten() {
    let mut case = Case::new().await;
    case.raise(1, 1, Hazard::Intrusion).await;
    // The gateway tells the same alarm under another number, as after a memory that was put back.
    case.raise(1, 1, Hazard::Intrusion).await;
    case.town.close().await;
    case.town = case.town.reopen();
    while !case.town.dispatch.take_in().await.unwrap() {}
    let changes = case.town.dispatch.changes_after(&case.company, 0, 100).await.unwrap();
    assert_eq!(changes.len(), 1);
}

#[tokio::test]
async fn a_stop_between_acknowledgement_and_intake_loses_no_alarm() {
    let mut case = Case::new().await;
    let alarm = alarm(1, 1, Hazard::Emergency, Some(&case.window));
    let at = case.town.now();
    let what = What::AlarmRaised { alarm };
    let events = vec![Some(Event { at, what })];
    let stored = case.town.state.store_batch(&case.home, &case.gateway, 1, events, false);
    assert_eq!(stored.await.unwrap(), 1, "the gateway has its acknowledgement");
    // And now the power goes, before anybody looked.
    case.town.close().await;
    case.town = case.town.reopen();
    assert!(case.town.dispatch.take_in().await.unwrap());
    let changes = case.town.dispatch.changes_after(&case.company, 0, 100).await.unwrap();
    assert_eq!(changes.len(), 1);
    case.next = 2;
    case.raise(2, 1, Hazard::Fire).await;
    let changes = case.town.dispatch.changes_after(&case.company, 1, 100).await.unwrap();
    assert_eq!(changes.len(), 1, "numbers go on behind entries that were forgotten");
}

#[tokio::test]
async fn what_the_contract_allows_is_disclosed_while_the_incident_is_open_and_no_longer() {
    let mut case = Case::new().await;
    let info = HomeInfo {
        name: "田中家".to_owned(),
        address: "東京都千代田区1-1".to_owned(),
    };
    case.town.personal.put_home(&case.home, info).await.unwrap();
    let entry = EntryInfo {
        plan: "玄関の右が台所".to_owned(),
        notes: "犬がいます".to_owned(),
    };
    case.town.personal.put_entry(&case.home, entry).await.unwrap();
    case.raise(1, 1, Hazard::Intrusion).await;
    let incident = IncidentId::from_random([1; 10]);
    let (town, company) = (&case.town, &case.company);
    let disclosed = town.dispatch.disclose(company, "佐藤", &incident).await.unwrap();
    assert_eq!(disclosed.address.as_deref(), Some("東京都千代田区1-1"));
    let place = town.state.house(&case.home).await.unwrap().place;
    assert_eq!(
        disclosed.place,
        Some((place.latitude, place.longitude)),
        "with the address"
    );
    assert_eq!(disclosed.entry_notes.as_deref(), Some("犬がいます"));
    assert_eq!((disclosed.name, disclosed.plan), (None, None), "not in the contract");
    let (_, entries) = town.dispatch.case(company, &incident).await.unwrap();
    assert!(matches!(&entries[1].step, Step::Disclosed { to, .. } if to == "佐藤"));
    town.dispatch
        .close_incident(&case.guard(), &incident, Closing::FalseAlarm, "猫でした")
        .await
        .unwrap();
    let refused = town.dispatch.disclose(company, "佐藤", &incident).await.unwrap_err();
    assert!(matches!(refused, DispatchError::Closed(_)));
    let changes = town.dispatch.changes_after(company, 0, 100).await.unwrap();
    assert!(changes.iter().all(|change| !change.incident.is_open()));
    assert!(matches!(&changes.last().unwrap().entry.step, Step::Closed { report, .. } if report == "猫でした"));
}

#[tokio::test]
async fn the_residents_see_their_incident_and_close_it_when_no_company_does() {
    let mut case = Case::new().await;
    let (incident, resident) = (IncidentId::from_random([1; 10]), ResidentId::from_random([2; 10]));
    case.town
        .dispatch
        .set_contract(&case.home, None, &operator())
        .await
        .unwrap();
    case.raise(1, 1, Hazard::Silence).await;
    let seen = case.town.dispatch.of_home(&case.home).await.unwrap();
    assert_eq!(seen.len(), 1);
    let actor = Actor::Resident(resident);
    let dispatch = &case.town.dispatch;
    dispatch
        .close_incident(&actor, &incident, Closing::Test, "電池を替えました")
        .await
        .unwrap();
    assert!(!dispatch.of_home(&case.home).await.unwrap()[0].is_open());
    // A further alarm of the same incident opens it again: the gateway did not know yet.
    case.raise(2, 1, Hazard::Intrusion).await;
    assert!(case.town.dispatch.of_home(&case.home).await.unwrap()[0].is_open());
}

#[tokio::test]
async fn what_a_home_is_guarded_by_is_checked_against_its_list() {
    let case = Case::new().await;
    let zone = |device: &DeviceId| Security {
        zones: vec![Zone {
            id: ZoneId::from_random([1; 10]),
            name: "窓".to_owned(),
            modes: BTreeSet::from([Mode::Away]),
            is_way_in: false,
            devices: vec![device.clone()],
        }],
        ..Security::default()
    };
    let dispatch = &case.town.dispatch;
    let stranger = DeviceId::from_random([99; 10]);
    let refused = dispatch.set_security(&case.home, zone(&stranger), &operator()).await;
    assert!(matches!(refused.unwrap_err(), DispatchError::Security(_)));
    dispatch
        .set_security(&case.home, zone(&case.window), &operator())
        .await
        .unwrap();
    let part = dispatch.security_part(&case.home).await.unwrap();
    assert_eq!((part.version, part.content), (1, zone(&case.window)));
}
