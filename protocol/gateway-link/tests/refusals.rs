//! Messages that do not keep the contract are refused by the name of the field; words of a newer contract are told
//! apart from wrong ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use tomori_gateway_link::{ContractError, limits, v1};
use tomori_smart_home::arming::Order;
use tomori_smart_home::property::name;
use tomori_smart_home::{
    Alarm, Command, CommandId, DeviceId, Event, Hazard, HousePlan, Origin, PropertyValue, ResidentId, Schedule,
    ScheduleId,
};

fn command() -> v1::Command {
    let issued_at = "2026-11-23T07:00:00Z".parse().unwrap();
    (&Command {
        id: CommandId::from_random([0; 10]),
        device: DeviceId::from_random([0; 10]),
        property: name::open_close_operation(),
        value: PropertyValue::word("open"),
        origin: Origin::Resident {
            resident: ResidentId::from_random([0; 10]),
        },
        issued_at,
        expires_at: issued_at + Command::LIFETIME,
    })
        .into()
}

fn schedule() -> v1::Schedule {
    v1::Schedule {
        id: ScheduleId::from_random([0; 10]).to_string(),
        resident_id: ResidentId::from_random([0; 10]).to_string(),
        device_id: DeviceId::from_random([0; 10]).to_string(),
        property: "openCloseOperation".to_owned(),
        value: Some((&PropertyValue::word("open")).into()),
        weekdays: 127,
        moment: Some(v1::schedule::Moment::ClockMinute(420)),
        holidays_off: false,
        pause: None,
        version: 1,
    }
}

fn plan() -> v1::HousePlan {
    v1::HousePlan {
        home_id: "home_1".to_owned(),
        home_name: "灯".to_owned(),
        version: 1,
        place: Some(v1::Place {
            time_zone: "Asia/Tokyo".to_owned(),
            latitude: 35.69,
            longitude: 139.69,
        }),
        equipment: vec![v1::Equipment {
            device_id: DeviceId::from_random([0; 10]).to_string(),
            class_code: 0x0263,
            room: "居間".to_owned(),
            name: "窓".to_owned(),
            model: String::new(),
            endpoint: Some(v1::Endpoint {
                node: vec![1; 17].into(),
                class_code: 0x0263,
                instance: 1,
            }),
            certificate: 0,
        }],
        schedules: vec![schedule()],
        grants: vec![v1::Grant {
            id: "grant_1".to_owned(),
            resident_id: "res_1".to_owned(),
            resident_name: "山田".to_owned(),
            secret_sha256: vec![0; 32].into(),
            expires_at: 0,
        }],
        security: None,
    }
}

/// An alarm whose kind only a newer gateway knows is an alarm nevertheless; it must not be skipped and acknowledged.
#[test]
fn an_alarm_of_a_newer_contract_is_not_lost() {
    let message = v1::Alarm {
        id: "alm_1".to_owned(),
        incident_id: "inc_1".to_owned(),
        nonce: vec![7; 32].into(),
        hazard: 99,
        device_id: String::new(),
        authenticated: false,
        at: 0,
    };
    let alarm = Alarm::try_from(message.clone()).unwrap();
    assert_eq!((alarm.hazard, alarm.device), (Hazard::Intrusion, None));
    let short = v1::Alarm {
        nonce: vec![7; 31].into(),
        ..message
    };
    let refused = Alarm::try_from(short).unwrap_err();
    assert_eq!((refused.field.as_str(), refused.newer), ("nonce", false));
}

#[test]
fn a_code_that_is_none_is_no_order() {
    let message = v1::ArmingOrder {
        id: "ord_1".to_owned(),
        resident_id: "res_1".to_owned(),
        wish: Some(v1::arming_order::Wish::Code("12345a".to_owned())),
        expires_at: 0,
    };
    assert_eq!(Order::try_from(message).unwrap_err().field, "code");
}

#[track_caller]
fn refused<M, T: TryFrom<M, Error = ContractError> + std::fmt::Debug>(
    mut message: M,
    change: impl FnOnce(&mut M),
) -> ContractError {
    change(&mut message);
    T::try_from(message).unwrap_err()
}

#[test]
fn a_command_that_could_act_wrongly_is_refused() {
    assert!(Command::try_from(command()).is_ok());
    let field = |change: fn(&mut v1::Command)| refused::<_, Command>(command(), change).field;
    assert_eq!(field(|it| it.id.clear()), "id");
    assert_eq!(field(|it| it.id = "res_1".to_owned()), "id");
    assert_eq!(field(|it| it.device_id = "dev_../../etc".to_owned()), "device_id");
    assert_eq!(field(|it| it.property = "Open Close".to_owned()), "property");
    assert_eq!(field(|it| it.value = None), "value");
    assert_eq!(field(|it| it.value = Some(v1::Value { value: None })), "value.value");
    let number = |number| {
        Some(v1::Value {
            value: Some(v1::value::Value::Number(number)),
        })
    };
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(
            refused::<_, Command>(command(), |it| it.value = number(bad)).field,
            "value.number"
        );
    }
    let long = Some(v1::Value {
        value: Some(v1::value::Value::Word("x".repeat(257))),
    });
    assert_eq!(
        refused::<_, Command>(command(), |it| it.value = long).field,
        "value.word"
    );
    assert_eq!(field(|it| it.origin = None), "origin");
    assert_eq!(field(|it| it.expires_at = it.issued_at), "expires_at");
    assert_eq!(field(|it| it.expires_at = i64::MAX), "expires_at");
    let firing = |date: &str| v1::Origin {
        by: Some(v1::origin::By::Schedule(v1::ScheduleFiring {
            schedule_id: "sch_1".to_owned(),
            date: date.to_owned(),
        })),
    };
    for bad in [
        "",
        "2026-02-30",
        "20261123",
        "2026-11-23T00:00:00",
        "+002026-11-23",
        "2026-W48-1",
    ] {
        let error = refused::<_, Command>(command(), |it| it.origin = Some(firing(bad)));
        assert_eq!(error.field, "origin.schedule.date", "{bad}");
    }
}

#[test]
fn a_plan_names_the_line_that_is_wrong() {
    assert!(HousePlan::try_from(plan()).is_ok());
    let field = |change: fn(&mut v1::HousePlan)| refused::<_, HousePlan>(plan(), change).field;
    assert_eq!(field(|it| it.home_id.clear()), "home_id");
    assert_eq!(field(|it| it.home_name.clear()), "home_name");
    assert_eq!(field(|it| it.place = None), "place");
    assert_eq!(
        field(|it| it.place.as_mut().unwrap().time_zone = "Nowhere".to_owned()),
        "place.time_zone"
    );
    assert_eq!(field(|it| it.place.as_mut().unwrap().latitude = 91.0), "place.latitude");
    assert_eq!(
        field(|it| it.equipment[0].room = "\u{7}".to_owned()),
        "equipment[0].room"
    );
    assert_eq!(
        field(|it| it.equipment[0].endpoint.as_mut().unwrap().instance = 0),
        "equipment[0].endpoint.instance"
    );
    assert_eq!(
        field(|it| it.equipment[0].endpoint.as_mut().unwrap().node = vec![0; 18].into()),
        "equipment[0].endpoint.node"
    );
    assert_eq!(field(|it| it.equipment[0].certificate = 1), "equipment[0].certificate");
    assert_eq!(
        field(|it| it.equipment = vec![it.equipment[0].clone(); 201]),
        "equipment"
    );
    assert_eq!(
        field(|it| it.schedules = vec![it.schedules[0].clone(); 201]),
        "schedules"
    );
    assert_eq!(field(|it| it.grants = vec![it.grants[0].clone(); 51]), "grants");
    assert_eq!(field(|it| it.schedules[0].weekdays = 256), "schedules[0].weekdays");
    assert_eq!(field(|it| it.schedules[0].weekdays = 0), "schedules[0].weekdays");
    let moment = |it: &mut v1::HousePlan, moment| it.schedules[0].moment = Some(moment);
    let minute = refused::<_, HousePlan>(plan(), |it| moment(it, v1::schedule::Moment::ClockMinute(1440)));
    assert_eq!(minute.field, "schedules[0].clock_minute");
    let offset = refused::<_, HousePlan>(plan(), |it| moment(it, v1::schedule::Moment::SunsetOffset(65_536)));
    assert_eq!(offset.field, "schedules[0].sunset_offset");
    let far = refused::<_, HousePlan>(plan(), |it| moment(it, v1::schedule::Moment::SunriseOffset(-181)));
    assert_eq!(far.field, "schedules[0].moment");
    assert_eq!(
        field(|it| it.schedules[0].device_id = "dev_other".to_owned()),
        "schedules[0].device"
    );
    assert_eq!(
        field(|it| it.grants[0].secret_sha256 = vec![0; 20].into()),
        "grants[0].secret_sha256"
    );
    assert_eq!(
        field(|it| it.grants[0].resident_name = "x".repeat(81)),
        "grants[0].resident_name"
    );
}

#[test]
fn words_of_a_newer_contract_are_told_apart_from_wrong_ones() {
    let event = |what| v1::Event { at: 0, what };
    let unknown = Event::try_from(event(None)).unwrap_err();
    assert!(unknown.newer, "{unknown}");
    let progress = |stage, reason| {
        let progress = v1::CommandProgress {
            command_id: "cmd_1".to_owned(),
            stage,
            reason,
            until: 0,
        };
        Event::try_from(event(Some(v1::event::What::CommandProgress(progress))))
    };
    assert!(progress(99, 0).unwrap_err().newer);
    let reason = progress(v1::command_progress::Stage::Refused.into(), 99).unwrap_err();
    assert_eq!((reason.field.as_str(), reason.newer), ("command_progress.reason", true));
    let class = refused::<_, HousePlan>(plan(), |it| it.equipment[0].class_code = 0x0ef0);
    assert_eq!((class.field.as_str(), class.newer), ("equipment[0].class_code", true));
    let wrong = Event::try_from(event(Some(v1::event::What::DeviceAppeared(v1::DeviceAppeared {
        device_id: "door".to_owned(),
    }))));
    assert!(!wrong.unwrap_err().newer);
}

#[test]
fn schedules_without_a_pause_run() {
    let running = Schedule::try_from(schedule()).unwrap();
    let said = v1::Schedule {
        pause: Some(v1::schedule::Pause::Paused(false)),
        ..schedule()
    };
    assert_eq!(Schedule::try_from(said), Ok(running));
}

#[test]
fn batches_are_bounded_in_count_bytes_and_numbers() {
    let event = v1::Event {
        at: 1,
        what: Some(v1::event::What::PlanApplied(v1::PlanApplied { version: 1 })),
    };
    let batch = |first_seq, count| v1::Batch {
        first_seq,
        events: vec![event.clone(); count],
    };
    assert_eq!(batch(1, limits::BATCH_EVENTS).check(), Ok(()));
    assert_eq!(batch(11, 10).last_seq(), Some(20));
    assert_eq!(batch(0, 1).check().unwrap_err().field, "first_seq");
    assert_eq!(batch(1, 0).check().unwrap_err().field, "events");
    assert_eq!(batch(1, limits::BATCH_EVENTS + 1).check().unwrap_err().field, "events");
    assert_eq!(batch(u64::MAX, 2).check().unwrap_err().field, "first_seq");
    let mut heavy = batch(1, 1);
    heavy.events[0].what = Some(v1::event::What::GatewayStarted(v1::GatewayStarted {
        software: "x".repeat(limits::BATCH_BYTES),
        after_crash: false,
    }));
    assert_eq!(heavy.check().unwrap_err().field, "events");
}

#[test]
fn greetings_and_enrolments_are_bounded() {
    let hello = |software: &str, local_url: &str| v1::Hello {
        software: software.to_owned(),
        plan_version: 0,
        now: 0,
        local_url: local_url.to_owned(),
    };
    assert_eq!(hello("tomori 0.1", "").check(), Ok(()));
    assert_eq!(hello("tomori 0.1", "https://192.0.2.1:8443").check(), Ok(()));
    assert_eq!(hello("", "").check().unwrap_err().field, "software");
    assert_eq!(
        hello("tomori 0.1", "javascript:alert(1)").check().unwrap_err().field,
        "local_url"
    );
    let enrol = |code: &str, csr: usize, hardware: usize| {
        v1::EnrolRequest {
            code: code.to_owned(),
            csr_der: vec![0x30; csr].into(),
            hardware: "x".repeat(hardware),
            local_names: Vec::new(),
        }
        .check()
    };
    assert_eq!(enrol("ABCDEF", 300, 120), Ok(()));
    assert_eq!(enrol("", 300, 0).unwrap_err().field, "code");
    assert_eq!(enrol("ABCDEF", 0, 0).unwrap_err().field, "csr_der");
    assert_eq!(enrol("ABCDEF", limits::CSR_BYTES + 1, 0).unwrap_err().field, "csr_der");
    assert_eq!(enrol("ABCDEF", 300, 121).unwrap_err().field, "hardware");
    let renew = |local_names: Vec<String>| {
        let csr_der = vec![0x30; 300].into();
        v1::RenewRequest { csr_der, local_names }.check()
    };
    assert_eq!(renew(vec!["192.168.1.10".to_owned(); limits::LOCAL_NAMES]), Ok(()));
    assert_eq!(
        renew(vec!["a".to_owned(); limits::LOCAL_NAMES + 1]).unwrap_err().field,
        "local_names"
    );
    assert_eq!(renew(vec![String::new()]).unwrap_err().field, "local_names[0]");
    let goodbye = v1::Goodbye::new(v1::goodbye::Why::Flood, &"長\n".repeat(1_000), u32::MAX);
    assert_eq!(goodbye.detail.chars().count(), limits::DETAIL_CHARS);
    assert_eq!(goodbye.retry_after_ms, limits::RETRY_AFTER_MS);
}
