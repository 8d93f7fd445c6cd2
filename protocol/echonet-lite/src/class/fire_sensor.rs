//! 0x0019 fire sensor (火災センサ).

use super::spec::{EIGHT_LEVELS, YES_NO_41};
use super::{Class, Data, PropertySpec, State, super_class};

pub(super) static CLASS: Class = Class {
    code: 0x0019,
    short_name: "fireSensor",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

static PROPERTIES: &[PropertySpec] = &[
    PropertySpec::new(0xb0, "thresholdLevel", EIGHT_LEVELS),
    // true: it burns.
    PropertySpec::new(0xb1, "detection", YES_NO_41)
        .get_required()
        .read_only()
        .announced(),
    PropertySpec::new(0xbf, "reset", Data::States(&[State::word(0x00, "reset")])).write_only(),
];
