use tomori_smart_home::property::name;
use tomori_smart_home::{
    CommandId, Device, DeviceId, NodeId, OperatorId, PropertyName, PropertyValue, ResidentId, ScheduleId,
    device::Endpoint,
};

use super::*;

fn seven() -> Timestamp {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

fn resident() -> Origin {
    Origin::Resident {
        resident: ResidentId::from_random([3; 10]),
    }
}

fn at_home() -> Origin {
    Origin::ResidentAtHome {
        resident: ResidentId::from_random([3; 10]),
    }
}

fn schedule() -> Origin {
    Origin::Schedule {
        schedule: ScheduleId::from_random([4; 10]),
        date: "2026-11-23".parse().unwrap(),
    }
}

fn operator() -> Origin {
    Origin::Operator {
        operator: OperatorId::from_random([5; 10]),
    }
}

fn command(origin: Origin, wish: &str) -> Command {
    Command {
        id: CommandId::from_random([1; 10]),
        device: DeviceId::from_random([2; 10]),
        property: name::open_close_operation(),
        value: PropertyValue::word(wish),
        origin,
        issued_at: seven(),
        expires_at: seven() + Command::LIFETIME,
    }
}

fn equipment(kind: DeviceKind, adopted: bool) -> Equipment {
    Equipment {
        device: Device {
            id: DeviceId::from_random([2; 10]),
            kind,
            room: "居間".to_owned(),
            name: "南".to_owned(),
        },
        model: String::new(),
        endpoint: adopted.then(|| Endpoint {
            node: NodeId::new(&[1]).unwrap(),
            class_code: kind.class_code(),
            instance: 1,
        }),
        certificate: None,
    }
}

/// A house in which nothing speaks against a command.
fn quiet<'a>(equipment: &'a Equipment, showing: &'a Showing) -> Circumstances<'a> {
    Circumstances {
        now: seven(),
        trust: Trust::Certain,
        issued_at: seven(),
        expires_at: seven() + Command::LIFETIME,
        equipment: Some(equipment),
        settable: Ok(()),
        hold_until: None,
        showing,
        newest_driven: None,
        in_house: 0,
        on_device: 0,
    }
}

fn prohibiting() -> Showing {
    Showing([(name::remote_operation(), PropertyValue::Boolean(false))].into())
}

fn faulty() -> Showing {
    Showing([(name::fault_status(), PropertyValue::Boolean(true))].into())
}

#[test]
fn nothing_against_it_means_taken() {
    let (equipment, showing) = (equipment(DeviceKind::ElectricRainDoor, true), Showing::default());
    for origin in [resident(), at_home(), schedule(), operator()] {
        assert_eq!(
            decide(&command(origin, "open"), &quiet(&equipment, &showing)),
            Decision::Take
        );
    }
}

#[test]
fn an_expired_command_is_expired_whatever_else_is_wrong() {
    let (equipment, showing) = (equipment(DeviceKind::ElectricRainDoor, true), prohibiting());
    let mut house = quiet(&equipment, &showing);
    house.equipment = None;
    house.now = house.expires_at;
    assert_eq!(decide(&command(resident(), "open"), &house), Decision::Expire);
}

#[test]
fn only_adopted_equipment_is_driven() {
    let (showing, bare) = (Showing::default(), equipment(DeviceKind::ElectricRainDoor, false));
    let mut house = quiet(&bare, &showing);
    let refused = Decision::Refuse(Reason::NotAdopted);
    assert_eq!(decide(&command(at_home(), "open"), &house), refused);
    house.equipment = None;
    assert_eq!(decide(&command(at_home(), "open"), &house), refused);
}

#[test]
fn a_lock_is_never_driven_on_this_road() {
    let (equipment, showing) = (equipment(DeviceKind::ElectricLock, true), Showing::default());
    for origin in [resident(), at_home(), schedule(), operator()] {
        let decision = decide(&command(origin, "open"), &quiet(&equipment, &showing));
        assert_eq!(decision, Decision::Refuse(Reason::PropertyNotSettable));
    }
}

/// To lock is safe, where the lock proves itself; to unlock takes the guard, whatever the lock proves.
#[test]
fn a_proved_lock_may_be_locked_and_never_unlocked_on_this_road() {
    let showing = Showing::default();
    let mut proved = equipment(DeviceKind::ElectricLock, false);
    proved.certificate = Some(1);
    let unproved = equipment(DeviceKind::ElectricLock, true);
    let told = |locked| Command {
        property: PropertyName::known("mainElectricLock"),
        value: PropertyValue::Boolean(locked),
        ..command(resident(), "open")
    };
    let never = Decision::Refuse(Reason::PropertyNotSettable);
    assert_eq!(decide(&told(true), &quiet(&proved, &showing)), Decision::Take);
    assert_eq!(decide(&told(false), &quiet(&proved, &showing)), never);
    assert_eq!(decide(&told(true), &quiet(&unproved, &showing)), never);
    assert_eq!(decide(&command(resident(), "open"), &quiet(&proved, &showing)), never);
}

#[test]
fn the_switch_at_the_device_forbids_everyone_who_does_not_stand_there() {
    let (equipment, showing) = (equipment(DeviceKind::ElectricRainDoor, true), prohibiting());
    let house = quiet(&equipment, &showing);
    for origin in [resident(), schedule(), operator()] {
        for wish in ["open", "stop"] {
            let decision = decide(&command(origin.clone(), wish), &house);
            assert_eq!(decision, Decision::Refuse(Reason::ProhibitedAtDevice));
        }
    }
    assert_eq!(decide(&command(at_home(), "open"), &house), Decision::Take);
}

#[test]
fn a_hand_wins_for_its_time_and_stop_is_always_allowed() {
    let (equipment, showing) = (equipment(DeviceKind::ElectricRainDoor, true), Showing::default());
    let mut house = quiet(&equipment, &showing);
    let until = seven() + SignedDuration::from_mins(15);
    house.hold_until = Some(until);
    for origin in [resident(), schedule(), operator()] {
        let decision = decide(&command(origin.clone(), "close"), &house);
        assert_eq!(decision, Decision::Refuse(Reason::HandOperation { until }));
        assert_eq!(decide(&command(origin, "stop"), &house), Decision::Take);
    }
    assert_eq!(decide(&command(at_home(), "close"), &house), Decision::Take);
    house.now = until;
    house.expires_at = until + SignedDuration::from_secs(1);
    assert_eq!(decide(&command(resident(), "close"), &house), Decision::Take);
}

#[test]
fn a_faulty_device_is_left_alone_but_for_stop() {
    let (equipment, showing) = (equipment(DeviceKind::ElectricRainDoor, true), faulty());
    let house = quiet(&equipment, &showing);
    let refused = Decision::Refuse(Reason::DeviceFault);
    assert_eq!(decide(&command(at_home(), "open"), &house), refused);
    assert_eq!(decide(&command(at_home(), "stop"), &house), Decision::Take);
}

#[test]
fn an_older_wish_gives_way_to_a_newer_one_that_already_drove() {
    let (equipment, showing) = (equipment(DeviceKind::ElectricRainDoor, true), Showing::default());
    let mut house = quiet(&equipment, &showing);
    house.newest_driven = Some(seven() + SignedDuration::from_mins(4));
    let refused = Decision::Refuse(Reason::Superseded);
    assert_eq!(decide(&command(schedule(), "open"), &house), refused);
    assert_eq!(decide(&command(schedule(), "stop"), &house), Decision::Take);
    house.newest_driven = Some(seven() + SignedDuration::from_secs(2));
    assert_eq!(decide(&command(resident(), "open"), &house), Decision::Take);
}

#[test]
fn a_crowd_is_told_to_wait() {
    let (equipment, showing) = (equipment(DeviceKind::ElectricRainDoor, true), Showing::default());
    let mut house = quiet(&equipment, &showing);
    house.on_device = UNDER_WAY_ON_DEVICE;
    assert_eq!(
        decide(&command(resident(), "open"), &house),
        Decision::Refuse(Reason::Busy)
    );
    assert_eq!(decide(&command(resident(), "stop"), &house), Decision::Take);
}

#[test]
fn without_a_clock_only_people_in_the_house_are_heard() {
    let (equipment, showing) = (equipment(DeviceKind::ElectricRainDoor, true), Showing::default());
    let mut house = quiet(&equipment, &showing);
    house.trust = Trust::Uncertain;
    for origin in [resident(), schedule(), operator()] {
        let decision = decide(&command(origin, "open"), &house);
        assert_eq!(decision, Decision::Refuse(Reason::ClockUncertain));
    }
    assert_eq!(decide(&command(at_home(), "open"), &house), Decision::Take);
}

#[test]
fn no_command_lives_longer_than_an_hour() {
    let mut command = command(resident(), "open");
    assert_eq!(end_of(&command), command.expires_at);
    command.expires_at = Timestamp::MAX;
    assert_eq!(end_of(&command), seven() + LONGEST_LIFE);
}
