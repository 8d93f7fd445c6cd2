//! 0x0003 emergency button (非常ボタン).

use super::spec::YES_NO_41;
use super::{Class, Data, PropertySpec, State, super_class};

pub(super) static CLASS: Class = Class {
    code: 0x0003,
    short_name: "emergencyButton",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

static PROPERTIES: &[PropertySpec] = &[
    // true: somebody calls for help.
    PropertySpec::new(0xb1, "detection", YES_NO_41)
        .get_required()
        .read_only()
        .announced(),
    PropertySpec::new(0xbf, "reset", Data::States(&[State::word(0x00, "reset")])).write_only(),
];
