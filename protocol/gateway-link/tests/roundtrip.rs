//! Whatever the model can say goes over the wire and comes back the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::Timestamp;
use jiff::civil::{Date, date, time};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use prost::Message;
use tomori_gateway_link::{limits, v1};
use tomori_smart_home::arming::{
    Answer, Arming, Code, Fault, Mode, Obstacle, Order, Outcome, Phase, Security, Wish, Zone,
};
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::event::What;
use tomori_smart_home::plan::Grant;
use tomori_smart_home::property::{Report, Source, name};
use tomori_smart_home::schedule::{Moment, Pause, Place, Weekdays};
use tomori_smart_home::unlock::{Attestation, Digest};
use tomori_smart_home::{
    Alarm, AlarmId, Command, CommandId, Device, DeviceId, DeviceKind, Equipment, Event, GrantId, Hazard, HomeId,
    HousePlan, IncidentId, NodeId, Nonce, OperatorId, OrderId, Origin, PropertyName, PropertyValue, Reason, ResidentId,
    Schedule, ScheduleId, Stage, Trust, ZoneId,
};

macro_rules! ids {
    ($($function:ident: $name:ident;)*) => {
        $(fn $function() -> impl Strategy<Value = $name> + Clone {
            any::<[u8; 10]>().prop_map($name::from_random)
        })*
    };
}

ids! {
    alarm_ids: AlarmId;
    command_ids: CommandId;
    device_ids: DeviceId;
    grant_ids: GrantId;
    home_ids: HomeId;
    incident_ids: IncidentId;
    operator_ids: OperatorId;
    order_ids: OrderId;
    resident_ids: ResidentId;
    schedule_ids: ScheduleId;
    zone_ids: ZoneId;
}

/// All the time the library knows, to the microsecond.
fn times() -> impl Strategy<Value = Timestamp> + Clone {
    let (first, last) = (Timestamp::MIN.as_microsecond() + 1, Timestamp::MAX.as_microsecond());
    (first..=last).prop_map(|microseconds| Timestamp::from_microsecond(microseconds).unwrap())
}

fn dates() -> impl Strategy<Value = Date> + Clone {
    (2000..=2099_i16, 1..=12_i8, 1..=28_i8).prop_map(|(year, month, day)| date(year, month, day))
}

fn texts(least: usize, most: usize) -> impl Strategy<Value = String> {
    vec(
        any::<char>().prop_filter("no control", |character| !character.is_control()),
        least..=most,
    )
    .prop_map(|characters| characters.into_iter().collect())
}

fn values() -> impl Strategy<Value = PropertyValue> {
    prop_oneof![
        any::<bool>().prop_map(PropertyValue::Boolean),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(PropertyValue::Number),
        "[a-zA-Z0-9]{0,256}".prop_map(PropertyValue::Word),
        texts(0, 64).prop_map(PropertyValue::Word),
    ]
}

fn properties() -> impl Strategy<Value = PropertyName> {
    "[a-z][a-zA-Z0-9]{0,63}".prop_map(|name| PropertyName::new(name).unwrap())
}

fn origins() -> impl Strategy<Value = Origin> {
    prop_oneof![
        resident_ids().prop_map(|resident| Origin::Resident { resident }),
        resident_ids().prop_map(|resident| Origin::ResidentAtHome { resident }),
        (schedule_ids(), dates()).prop_map(|(schedule, date)| Origin::Schedule { schedule, date }),
        operator_ids().prop_map(|operator| Origin::Operator { operator }),
    ]
}

fn commands() -> impl Strategy<Value = Command> {
    (
        command_ids(),
        device_ids(),
        properties(),
        values(),
        origins(),
        times(),
        times(),
    )
        .prop_filter("ends after it begins", |(.., one, other)| one != other)
        .prop_map(|(id, device, property, value, origin, one, other)| Command {
            id,
            device,
            property,
            value,
            origin,
            issued_at: one.min(other),
            expires_at: one.max(other),
        })
}

fn reasons() -> impl Strategy<Value = Reason> {
    prop_oneof![
        times().prop_map(|until| Reason::HandOperation { until }),
        proptest::sample::select(vec![
            Reason::ProhibitedAtDevice,
            Reason::DeviceUnreachable,
            Reason::GatewayUnreachable,
            Reason::NotAdopted,
            Reason::PropertyNotSettable,
            Reason::ValueOutOfRange,
            Reason::DeviceRefused,
            Reason::NotConfirmed,
            Reason::DeviceFault,
            Reason::Superseded,
            Reason::Busy,
            Reason::Interrupted,
            Reason::ClockUncertain,
        ]),
    ]
}

fn stages() -> impl Strategy<Value = Stage> {
    prop_oneof![
        proptest::sample::select(vec![
            Stage::Accepted,
            Stage::Delivered,
            Stage::Executed,
            Stage::Observed,
            Stage::Expired,
        ]),
        reasons().prop_map(|reason| Stage::Refused { reason }),
        reasons().prop_map(|reason| Stage::Failed { reason }),
    ]
}

fn endpoints(class_code: impl Strategy<Value = u16>) -> impl Strategy<Value = Endpoint> {
    (vec(any::<u8>(), 1..=17), class_code, 1..=127_u8).prop_map(|(node, class_code, instance)| Endpoint {
        node: NodeId::new(&node).unwrap(),
        class_code,
        instance,
    })
}

fn equipment() -> impl Strategy<Value = Equipment> {
    (
        0..DeviceKind::ALL.len(),
        device_ids(),
        texts(1, 40),
        texts(1, 40),
        texts(0, 80),
    )
        .prop_flat_map(|(kind, id, room, name, model)| {
            let kind = DeviceKind::ALL[kind];
            let certificate = option::of(1..u32::MAX);
            let places = (option::of(endpoints(Just(kind.class_code()))), certificate);
            places.prop_map(move |(endpoint, certificate)| Equipment {
                device: Device {
                    id: id.clone(),
                    kind,
                    room: room.clone(),
                    name: name.clone(),
                },
                model: model.clone(),
                certificate: certificate.filter(|_| endpoint.is_none() && kind.can_prove_itself()),
                endpoint,
            })
        })
}

fn moments() -> impl Strategy<Value = Moment> {
    prop_oneof![
        (0..24_i8, 0..60_i8).prop_map(|(hour, minute)| Moment::Clock {
            time: time(hour, minute, 0, 0)
        }),
        (-180..=180_i16).prop_map(|offset_minutes| Moment::Sunrise { offset_minutes }),
        (-180..=180_i16).prop_map(|offset_minutes| Moment::Sunset { offset_minutes }),
    ]
}

fn pauses() -> impl Strategy<Value = Pause> {
    prop_oneof![
        Just(Pause::Running),
        Just(Pause::Paused),
        dates().prop_map(|date| Pause::PausedUntil { date }),
    ]
}

fn schedules(device: impl Strategy<Value = DeviceId>) -> impl Strategy<Value = Schedule> {
    let settings = prop_oneof![
        Just((name::open_close_operation(), PropertyValue::word("open"))),
        Just((name::open_close_operation(), PropertyValue::word("close"))),
        (0..=100_u8).prop_map(|degree| (name::degree_of_opening(), PropertyValue::Number(degree.into()))),
    ];
    let ids = (schedule_ids(), resident_ids(), device);
    (
        ids,
        settings,
        1..=127_u8,
        moments(),
        any::<bool>(),
        pauses(),
        any::<u64>(),
    )
        .prop_map(
            |((id, resident, device), (property, value), weekdays, moment, holidays_off, pause, version)| Schedule {
                id,
                resident,
                device,
                property,
                value,
                weekdays: Weekdays(weekdays),
                moment,
                holidays_off,
                pause,
                version,
            },
        )
}

fn places() -> impl Strategy<Value = Place> {
    let zones = proptest::sample::select(vec!["Asia/Tokyo", "Europe/Berlin", "America/St_Johns", "UTC"]);
    (zones, -90.0..=90.0_f64, -180.0..=180.0_f64)
        .prop_map(|(zone, latitude, longitude)| Place::new(zone, latitude, longitude).unwrap())
}

fn grants() -> impl Strategy<Value = Grant> {
    (grant_ids(), resident_ids(), texts(1, 80), any::<[u8; 32]>(), times()).prop_map(
        |(id, resident, resident_name, secret, expires_at)| Grant {
            id,
            resident,
            resident_name,
            secret_sha256: secret.to_vec(),
            expires_at,
        },
    )
}

fn plans() -> impl Strategy<Value = HousePlan> {
    let shutter = DeviceId::from_random([0x55; 10]);
    let lists = (
        vec(equipment(), 0..6),
        vec(schedules(Just(shutter.clone())), 0..6),
        vec(grants(), 0..4),
    );
    (home_ids(), texts(1, 80), any::<u64>(), places(), lists)
        .prop_map(
            move |(home, home_name, version, place, (mut equipment, schedules, grants))| {
                equipment.push(Equipment {
                    device: Device {
                        id: shutter.clone(),
                        kind: DeviceKind::ElectricRainDoor,
                        room: "居間".to_owned(),
                        name: "窓".to_owned(),
                    },
                    model: String::new(),
                    endpoint: None,
                    certificate: None,
                });
                HousePlan {
                    home,
                    home_name,
                    version,
                    place,
                    security: Security::default(),
                    equipment,
                    schedules,
                    grants,
                }
            },
        )
        .prop_filter("sound", |plan| plan.check().is_ok())
}

fn reports() -> impl Strategy<Value = Report> {
    let sources = proptest::sample::select(vec![Source::Announced, Source::Polled, Source::ReadBack]);
    (values(), times(), sources).prop_map(|(value, at, source)| Report { value, at, source })
}

fn attestations() -> impl Strategy<Value = Attestation> {
    vec(any::<u8>(), 1..=Attestation::MOST).prop_map(Attestation)
}

fn alarms() -> impl Strategy<Value = Alarm> {
    let hazards = proptest::sample::select(Hazard::ALL.to_vec());
    let trusts = proptest::sample::select(vec![Trust::Authenticated, Trust::Unauthenticated]);
    (
        alarm_ids(),
        incident_ids(),
        any::<[u8; 32]>(),
        hazards,
        option::of(device_ids()),
        trusts,
        times(),
    )
        .prop_map(|(id, incident, nonce, hazard, device, trust, at)| Alarm {
            id,
            incident,
            nonce: Nonce::from(nonce),
            hazard,
            device,
            trust,
            at,
        })
}

fn phases() -> impl Strategy<Value = Phase> {
    prop_oneof![
        Just(Phase::Disarmed),
        Just(Phase::Armed),
        times().prop_map(|until| Phase::Leaving { until }),
        times().prop_map(|until| Phase::Entering { until }),
    ]
}

fn armings() -> impl Strategy<Value = Arming> {
    let modes = proptest::sample::select(Mode::ALL.to_vec());
    let faults = proptest::sample::select(Fault::ALL.to_vec());
    let outcomes = proptest::sample::select(Outcome::ALL.to_vec());
    let obstacles = (device_ids(), faults).prop_map(|(device, fault)| Obstacle { device, fault });
    let answers = (order_ids(), outcomes).prop_map(|(order, outcome)| Answer { order, outcome });
    (
        (modes, phases(), times()),
        proptest::collection::btree_set(device_ids(), 0..4),
        proptest::collection::btree_set(obstacles, 0..4),
        proptest::collection::btree_set(device_ids(), 0..4),
        (option::of(incident_ids()), any::<bool>(), option::of(answers)),
    )
        .prop_map(
            |((mode, phase, since), bypassed, obstacles, low_battery, (incident, has_code, answer))| Arming {
                mode,
                phase,
                since,
                bypassed,
                obstacles,
                low_battery,
                incident,
                has_code,
                answer,
            },
        )
}

fn securities() -> impl Strategy<Value = Security> {
    let zones = (
        zone_ids(),
        texts(1, 40),
        proptest::collection::btree_set(proptest::sample::select(Mode::ARMED.to_vec()), 1..=3),
        any::<bool>(),
        vec(device_ids(), 1..5),
    )
        .prop_map(|(id, name, modes, is_way_in, devices)| Zone {
            id,
            name,
            modes,
            is_way_in,
            devices,
        });
    (vec(zones, 0..5), 0..=300_u16, 0..=300_u16).prop_map(|(zones, exit_delay_s, entry_delay_s)| Security {
        zones,
        exit_delay_s,
        entry_delay_s,
    })
}

fn orders() -> impl Strategy<Value = Order> {
    let modes = proptest::sample::select(Mode::ALL.to_vec());
    let arm = (modes, proptest::collection::btree_set(device_ids(), 0..5));
    let wishes = prop_oneof![
        arm.prop_map(|(mode, bypass)| Wish::Arm { mode, bypass }),
        (100_000..=99_999_999_u32).prop_map(|digits| Wish::Disarm {
            code: Code::new(&digits.to_string()).unwrap()
        }),
    ];
    (order_ids(), resident_ids(), wishes, times()).prop_map(|(id, resident, wish, expires_at)| Order {
        id,
        resident,
        wish,
        expires_at,
    })
}

fn whats() -> impl Strategy<Value = What> {
    let address = || texts(1, limits::ADDRESS_CHARS);
    prop_oneof![
        (texts(1, limits::SOFTWARE_CHARS), any::<bool>())
            .prop_map(|(software, after_crash)| What::GatewayStarted { software, after_crash }),
        any::<u64>().prop_map(|version| What::PlanApplied { version }),
        (device_ids(), properties(), reports()).prop_map(|(device, property, report)| What::PropertyReported {
            device,
            property,
            report
        }),
        device_ids().prop_map(|device| What::DeviceAppeared { device }),
        (device_ids(), times()).prop_map(|(device, last_heard)| What::DeviceLost { device, last_heard }),
        (device_ids(), times()).prop_map(|(device, hold_until)| What::HandOperation { device, hold_until }),
        (endpoints(any::<u16>()), address()).prop_map(|(endpoint, address)| What::UnknownNode { endpoint, address }),
        (device_ids(), address()).prop_map(|(device, address)| What::Impersonation { device, address }),
        commands().prop_map(|command| What::CommandIssued { command }),
        (command_ids(), stages()).prop_map(|(command, stage)| What::CommandProgress { command, stage }),
        (schedule_ids(), dates()).prop_map(|(schedule, date)| What::FiringMissed { schedule, date }),
        any::<i64>().prop_map(|seconds| What::ClockJumped { seconds }),
        any::<u64>().prop_map(|count| What::ReportsMerged { count }),
        (incident_ids(), attestations()).prop_map(|(incident, attested)| What::IncidentAttested { incident, attested }),
        (any::<[u8; 32]>(), option::of(incident_ids()), attestations()).prop_map(|(bundle, incident, attested)| {
            What::UnlockAnswered {
                bundle: Digest(bundle),
                incident,
                attested,
            }
        }),
        (incident_ids(), device_ids(), any::<bool>()).prop_map(|(incident, lock, is_confirmed)| What::Relocked {
            incident,
            lock,
            is_confirmed
        }),
        (incident_ids(), device_ids()).prop_map(|(incident, lock)| What::DoorLeftOpen { incident, lock }),
        alarms().prop_map(|alarm| What::AlarmRaised { alarm }),
        armings().prop_map(|arming| What::ArmingChanged { arming }),
        incident_ids().prop_map(|incident| What::IncidentClosed { incident }),
    ]
}

/// Over the wire as bytes, not only through the structs.
fn carried<M: Message + Default>(message: &M) -> M {
    M::decode(message.encode_to_vec().as_slice()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn events_come_back(at in times(), what in whats()) {
        let event = Event { at, what };
        prop_assert_eq!(Event::try_from(carried(&v1::Event::from(&event))), Ok(event));
    }

    #[test]
    fn guards_and_orders_come_back(security in securities(), order in orders()) {
        prop_assert_eq!(Security::try_from(carried(&v1::Security::from(&security))), Ok(security));
        prop_assert_eq!(Order::try_from(carried(&v1::ArmingOrder::from(&order))), Ok(order));
    }

    #[test]
    fn commands_come_back(command in commands()) {
        prop_assert_eq!(Command::try_from(carried(&v1::Command::from(&command))), Ok(command));
    }

    #[test]
    fn plans_come_back(plan in plans()) {
        prop_assert_eq!(HousePlan::try_from(carried(&v1::HousePlan::from(&plan))), Ok(plan));
    }

    #[test]
    fn whatever_bytes_come_reading_them_ends_in_a_word_or_an_error(bytes in vec(any::<u8>(), 0..512)) {
        if let Ok(message) = v1::Event::decode(bytes.as_slice()) {
            let _ = Event::try_from(message);
        }
        if let Ok(message) = v1::HousePlan::decode(bytes.as_slice())
            && let Ok(plan) = HousePlan::try_from(message)
        {
            prop_assert_eq!(plan.check(), Ok(()));
        }
        if let Ok(message) = v1::Batch::decode(bytes.as_slice()) && message.check().is_ok() {
            prop_assert!(message.last_seq().is_some());
        }
    }
}

#[test]
fn the_largest_plan_fits_in_one_message() {
    let name = "灯".repeat(40);
    let equipment = |number: u8| Equipment {
        device: Device {
            id: DeviceId::from_random([number; 10]),
            kind: DeviceKind::ElectricRainDoor,
            room: name.clone(),
            name: name.clone(),
        },
        model: "型".repeat(80),
        endpoint: Some(Endpoint {
            node: NodeId::new(&[number; 17]).unwrap(),
            class_code: 0x0263,
            instance: 127,
        }),
        certificate: None,
    };
    let schedule = |number: u8| Schedule {
        id: ScheduleId::from_random([number; 10]),
        resident: ResidentId::from_random([0; 10]),
        device: DeviceId::from_random([0; 10]),
        property: name::degree_of_opening(),
        value: PropertyValue::Number(50.0),
        weekdays: Weekdays::ALL,
        moment: Moment::Sunset { offset_minutes: -180 },
        holidays_off: true,
        pause: Pause::PausedUntil {
            date: date(2099, 12, 31),
        },
        version: u64::MAX,
    };
    let grant = |number: u8| Grant {
        id: GrantId::from_random([number; 10]),
        resident: ResidentId::from_random([0; 10]),
        resident_name: "名".repeat(80),
        secret_sha256: vec![0xff; 32],
        expires_at: Timestamp::MAX,
    };
    let plan = HousePlan {
        home: HomeId::from_random([0; 10]),
        security: Security::default(),
        home_name: "家".repeat(80),
        version: u64::MAX,
        place: Place::new("Asia/Tokyo", 35.69, 139.69).unwrap(),
        equipment: (0..200).map(equipment).collect(),
        schedules: (0..200).map(schedule).collect(),
        grants: (0..50).map(grant).collect(),
    };
    assert_eq!(plan.check(), Ok(()));
    let length = v1::HousePlan::from(&plan).encoded_len();
    assert!(length < limits::MESSAGE_BYTES, "{length}");
}
