//! What is in the two homes when the story begins.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use tomori_app::port::{
    CommandView, DeviceName, DeviceView, Happened, HistoryEntry, HouseView, Link, Reach, ScheduleView, Vantage, Who,
};
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::{Moment, Pause, Place, Weekdays};
use tomori_smart_home::{Device, DeviceKind, PropertyValue, Schedule, Stage, Trust};

use super::people::Person;
use super::{HANAKO, HOME, Home, JIRO, Memory, OTHER_HOME, PASSWORD, TARO, report};

pub(crate) fn memory(now: Timestamp) -> Memory {
    let homes = BTreeMap::from([
        (HOME.parse().unwrap(), first_home(now)),
        (OTHER_HOME.parse().unwrap(), second_home(now)),
    ]);
    let person = |login: &str, name: &str, homes: &[&str]| Person {
        id: format!("res_{login}").parse().unwrap(),
        login: login.to_owned(),
        password: PASSWORD.to_owned(),
        name: name.to_owned(),
        lang: None,
        homes: homes.iter().map(|home| home.parse().unwrap()).collect(),
    };
    Memory {
        homes,
        people: vec![
            person(HANAKO, "田中 花子", &[HOME]),
            person(TARO, "田中 太郎", &[HOME]),
            person(JIRO, "佐藤 次郎", &[OTHER_HOME]),
        ],
        sessions: HashMap::new(),
        arrived: Vec::new(),
        refuse_commands: None,
        unavailable: false,
        wrong_tries: 0,
        links: HashMap::new(),
        next_number: 0,
    }
}

pub(crate) fn name_of(device: &Device) -> DeviceName {
    DeviceName {
        id: device.id.clone(),
        name: device.name.clone(),
        room: device.room.clone(),
    }
}

fn device(id: &str, kind: DeviceKind, room: &str, name: &str) -> DeviceView {
    DeviceView {
        device: Device {
            id: id.parse().unwrap(),
            kind,
            room: room.to_owned(),
            name: name.to_owned(),
        },
        trust: Some(Trust::Unauthenticated),
        reach: Reach::Answering,
        known: Vec::new(),
        hold_until: None,
        command: None,
    }
}

fn shutter(id: &str, room: &str, name: &str, status: &str, degree: f64, at: Timestamp) -> DeviceView {
    let mut view = device(id, DeviceKind::ElectricRainDoor, room, name);
    report(&mut view, "openCloseStatus", PropertyValue::word(status), at);
    report(&mut view, "degreeOfOpening", PropertyValue::Number(degree), at);
    report(&mut view, "remoteOperation", PropertyValue::Boolean(true), at);
    report(&mut view, "faultStatus", PropertyValue::Boolean(false), at);
    view
}

fn told(mut view: DeviceView, property: &'static str, value: PropertyValue, at: Timestamp) -> DeviceView {
    report(&mut view, property, value, at);
    view
}

fn house(home: &str, name: &str, devices: Vec<DeviceView>) -> HouseView {
    HouseView {
        home: home.parse().unwrap(),
        name: name.to_owned(),
        place: Place::new("Asia/Tokyo", 35.68, 139.77).unwrap(),
        vantage: Vantage::Platform { gateway: Link::Up },
        devices,
        notable: Vec::new(),
    }
}

fn first_home(now: Timestamp) -> Home {
    let at = now - SignedDuration::from_secs(279);
    let devices = vec![
        shutter("dev_south", "リビング", "南のシャッター", "fullyOpen", 100.0, at),
        shutter("dev_west", "リビング", "西のシャッター", "stoppedHalfway", 60.0, at),
        told(
            device("dev_light", DeviceKind::GeneralLighting, "リビング", "照明"),
            "operationStatus",
            PropertyValue::Boolean(true),
            at,
        ),
        shutter("dev_bed", "寝室", "シャッター", "fullyOpen", 100.0, at),
        told(
            told(
                device("dev_air", DeviceKind::HomeAirConditioner, "寝室", "エアコン"),
                "operationStatus",
                PropertyValue::Boolean(false),
                at,
            ),
            "roomTemperature",
            PropertyValue::Number(21.5),
            at,
        ),
        shutter("dev_child", "子ども部屋", "シャッター", "fullyClosed", 0.0, at),
        told(
            device("dev_lock", DeviceKind::ElectricLock, "玄関", "電気錠"),
            "mainElectricLock",
            PropertyValue::Boolean(true),
            at,
        ),
    ];
    let clock = |hour, minute| Moment::Clock {
        time: Time::constant(hour, minute, 0, 0),
    };
    let schedules = vec![
        schedule("sch_morning", HANAKO, "dev_bed", "open", Weekdays::WORKING, clock(7, 0)),
        schedule(
            "sch_evening",
            TARO,
            "dev_south",
            "close",
            Weekdays::ALL,
            Moment::Sunset { offset_minutes: 15 },
        ),
        resting(schedule(
            "sch_weekend",
            HANAKO,
            "dev_child",
            "open",
            Weekdays(0b110_0000),
            clock(8, 30),
        )),
    ];
    let history = devices
        .iter()
        .filter(|view| view.device.id.as_str() == "dev_bed")
        .map(|view| HistoryEntry {
            at: at - SignedDuration::from_secs(21),
            what: Happened::Command {
                device: name_of(&view.device),
                command: CommandView {
                    id: "cmd_morning".parse().unwrap(),
                    property: name::open_close_operation(),
                    value: PropertyValue::word("open"),
                    who: Who::Schedule {
                        moment: Some(clock(7, 0)),
                    },
                    issued_at: at - SignedDuration::from_secs(21),
                    stage: Stage::Observed,
                    stage_at: at,
                },
            },
        })
        .collect();
    Home {
        house: house(HOME, "田中家", devices),
        schedules,
        history,
        phones: vec![(
            "grant_hanako".parse().unwrap(),
            format!("res_{HANAKO}").parse().unwrap(),
            at,
        )],
        last_editor: None,
        address: Some("https://127.0.0.1:8443".to_owned()),
        guard: super::guard::guard(now),
    }
}

fn second_home(now: Timestamp) -> Home {
    Home {
        house: house(
            OTHER_HOME,
            "佐藤家",
            vec![shutter("dev_other", "居間", "シャッター", "fullyClosed", 0.0, now)],
        ),
        schedules: Vec::new(),
        history: Vec::new(),
        phones: Vec::new(),
        last_editor: None,
        address: None,
        guard: super::guard::guard(now),
    }
}

fn schedule(id: &str, login: &str, device: &str, word: &str, weekdays: Weekdays, moment: Moment) -> ScheduleView {
    ScheduleView {
        schedule: Schedule {
            id: id.parse().unwrap(),
            resident: format!("res_{login}").parse().unwrap(),
            device: device.parse().unwrap(),
            property: name::open_close_operation(),
            value: PropertyValue::word(word),
            weekdays,
            moment,
            holidays_off: weekdays == Weekdays::WORKING,
            pause: Pause::Running,
            version: 3,
        },
        resident_name: Some(
            if login == HANAKO {
                "田中 花子"
            } else {
                "田中 太郎"
            }
            .to_owned(),
        ),
    }
}

fn resting(mut view: ScheduleView) -> ScheduleView {
    view.schedule.pause = Pause::Paused;
    view
}
