//! 0x0290 light (一般照明).

use super::spec::{ON_OFF_30, PERCENT, YES_NO_41, bytes};
use super::{Class, Data, PropertySpec, State, super_class};

pub(super) static CLASS: Class = Class {
    code: 0x0290,
    short_name: "generalLighting",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

const COLOUR: Data = Data::States(&[
    State::word(0x40, "other"),
    State::word(0x41, "incandescent"),
    State::word(0x42, "white"),
    State::word(0x43, "daylightWhite"),
    State::word(0x44, "daylightColor"),
]);

const TIME_OF_DAY: Data = Data::Time { last_hour: 23 };

static PROPERTIES: &[PropertySpec] = &[
    PropertySpec::new(0x80, "operationStatus", ON_OFF_30)
        .get_required()
        .set_required()
        .announced(),
    PropertySpec::new(0x90, "onTimerReservation", YES_NO_41),
    PropertySpec::new(0x91, "onTimerTime", TIME_OF_DAY),
    PropertySpec::new(0x94, "offTimerReservation", YES_NO_41),
    PropertySpec::new(0x95, "timeOfOffTimer", TIME_OF_DAY),
    PropertySpec::new(0xb0, "lightLevel", PERCENT),
    PropertySpec::new(
        0xb1,
        "lightColor",
        Data::States(&[
            State::word(0x40, "other"),
            State::word(0x41, "incandescent"),
            State::word(0x42, "white"),
            State::word(0x43, "daylightWhite"),
            State::word(0x44, "daylightColor"),
            State::word(0xfd, "undefined").told_only(),
        ]),
    ),
    PropertySpec::new(0xb2, "lightLevelStep", bytes(1)),
    PropertySpec::new(0xb3, "lightColorLevelStep", bytes(1)),
    PropertySpec::new(0xb4, "maximumSpecifiableLevel", bytes(2)).read_only(),
    PropertySpec::new(0xb5, "maximumSettableLevelForNightLighting", bytes(2)).read_only(),
    PropertySpec::new(
        0xb6,
        "operationMode",
        Data::States(&[
            State::word(0x41, "auto"),
            State::word(0x42, "normal"),
            State::word(0x43, "night"),
            State::word(0x45, "color"),
        ]),
    )
    .get_required()
    .set_required(),
    PropertySpec::new(0xb7, "lightLevelForMainLighting", PERCENT),
    PropertySpec::new(0xb8, "lightLevelStepForMainLighting", bytes(1)),
    PropertySpec::new(0xb9, "lightLevelForNightLighting", PERCENT),
    PropertySpec::new(0xba, "lightLevelStepForNightLighting", bytes(1)),
    PropertySpec::new(0xbb, "lightColorForMainLighting", COLOUR),
    PropertySpec::new(0xbc, "lightColorLevelStepForMainLighting", bytes(1)),
    PropertySpec::new(0xbd, "lightColorLevelForNightLighting", COLOUR),
    PropertySpec::new(0xbe, "lightColorLevelStepForNightLighting", bytes(1)),
    PropertySpec::new(
        0xbf,
        "autoMode",
        Data::States(&[
            State::word(0x42, "normal"),
            State::word(0x43, "night"),
            State::word(0x44, "off"),
            State::word(0x45, "color"),
        ]),
    )
    .read_only(),
    // Red, green and blue, a byte each.
    PropertySpec::new(0xc0, "rgb", bytes(3)),
];
