//! 0x0002 crime prevention sensor (防犯センサ).

use super::spec::{EIGHT_LEVELS, YES_NO_41};
use super::{Class, Data, PropertySpec, State, super_class};

pub(super) static CLASS: Class = Class {
    code: 0x0002,
    short_name: "crimePreventionSensor",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

static PROPERTIES: &[PropertySpec] = &[
    PropertySpec::new(0xb0, "thresholdLevel", EIGHT_LEVELS),
    // true: somebody came in.
    PropertySpec::new(0xb1, "detection", YES_NO_41)
        .get_required()
        .read_only()
        .announced(),
    PropertySpec::new(0xbf, "reset", Data::States(&[State::word(0x00, "reset")])).write_only(),
];
