//! 0x0029 open/close sensor (開閉センサ).

use super::spec::EIGHT_LEVELS;
use super::{Class, Data, PropertySpec, State, super_class};

pub(super) static CLASS: Class = Class {
    code: 0x0029,
    short_name: "openCloseSensor",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

/// A sensor has one of the two states or both; neither is required by itself.
static PROPERTIES: &[PropertySpec] = &[
    PropertySpec::new(0xb0, "thresholdLevel", EIGHT_LEVELS),
    PropertySpec::new(
        0xb1,
        "openCloseDetection",
        Data::States(&[State::word(0x41, "open"), State::word(0x42, "close")]),
    )
    .read_only()
    .announced(),
    PropertySpec::new(
        0xe0,
        "openStatus",
        Data::Level {
            first: 0x31,
            most: 8,
            states: &[State::word(0x30, "close"), State::word(0x39, "open")],
        },
    )
    .read_only(),
];
