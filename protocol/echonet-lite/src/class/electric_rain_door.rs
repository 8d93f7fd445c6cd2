//! 0x0263 electric shutter (電動雨戸・シャッター).

use super::spec::{EIGHT_LEVELS, PERCENT, YES_NO_41};
use super::super_class::{self, FAULTS};
use super::{Class, Data, Number, PropertySpec, State, Width};

pub(super) static CLASS: Class = Class {
    code: 0x0263,
    short_name: "electricRainDoor",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

/// The faults of every class, and those of shutters, whose low byte is 0x02 (recovered by the reset button).
const SHUTTER_FAULTS: [State; 21] = {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = FAULTS;
    let caught = State::range(0x0402, 0x0402, "obstacleCaught");
    let outage = State::range(0x0502, 0x0502, "outageRecovery");
    let time_out = State::range(0x0602, 0x0602, "timeOut");
    let battery = State::range(0x0702, 0x0702, "batteryLow");
    [
        a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, caught, outage, time_out, battery,
    ]
};

const SPEED: Data = Data::States(&[
    State::word(0x41, "low"),
    State::word(0x42, "medium"),
    State::word(0x43, "high"),
]);

const ONE_TIME_SPEED: Data = Data::States(&[
    State::word(0x41, "low"),
    State::word(0x42, "medium"),
    State::word(0x43, "high"),
    State::word(0x44, "none"),
]);

static PROPERTIES: &[PropertySpec] = &[
    PropertySpec::new(0x89, "faultDescription", Data::States(&SHUTTER_FAULTS))
        .read_only()
        .announced(),
    PropertySpec::new(0x90, "timerOperationMode", YES_NO_41).announced(),
    PropertySpec::new(0xd0, "openingSpeed", SPEED),
    PropertySpec::new(0xd1, "closingSpeed", SPEED),
    PropertySpec::new(0xd2, "operationTime", Data::Number(Number::new(Width::U8, 0, 253, "s"))),
    PropertySpec::new(
        0xe0,
        "openCloseOperation",
        Data::States(&[
            State::word(0x41, "open"),
            State::word(0x42, "close"),
            State::word(0x43, "stop"),
        ]),
    )
    .get_required()
    .set_required()
    .announced(),
    PropertySpec::new(0xe1, "degreeOfOpening", PERCENT),
    PropertySpec::new(0xe2, "blindAngle", Data::Number(Number::new(Width::U8, 0, 180, "°"))),
    PropertySpec::new(0xe3, "openCloseSpeed", SPEED),
    PropertySpec::new(0xe5, "electricLock", YES_NO_41),
    // true: remote operation is permitted at the device; false: prohibited.
    PropertySpec::new(0xe8, "remoteOperation", YES_NO_41)
        .read_only()
        .announced(),
    PropertySpec::new(
        0xe9,
        "selectiveDegreeOfOpening",
        Data::States(&[
            State::word(0x41, "degreeOfOpening"),
            State::word(0x42, "operationTimeOfOpening"),
            State::word(0x43, "operationTimeOfClosing"),
            State::word(0x44, "localSetting"),
            State::word(0x45, "slitDegreeOfOpening"),
        ]),
    )
    .announced(),
    PropertySpec::new(
        0xea,
        "openCloseStatus",
        Data::States(&[
            State::word(0x41, "fullyOpen"),
            State::word(0x42, "fullyClosed"),
            State::word(0x43, "opening"),
            State::word(0x44, "closing"),
            State::word(0x45, "stoppedHalfway"),
        ]),
    )
    .read_only()
    .announced(),
    // Step 1 is the widest slit, step 8 the narrowest.
    PropertySpec::new(0xed, "slitDegreeOfOpening", EIGHT_LEVELS),
    PropertySpec::new(0xee, "oneTimeOpeningSpeed", ONE_TIME_SPEED),
    PropertySpec::new(0xef, "oneTimeClosingSpeed", ONE_TIME_SPEED),
];
