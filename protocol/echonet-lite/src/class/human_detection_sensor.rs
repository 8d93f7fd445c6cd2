//! 0x0007 human detection sensor (人体検知センサ).

use super::spec::{EIGHT_LEVELS, YES_NO_41};
use super::{Class, PropertySpec, super_class};

pub(super) static CLASS: Class = Class {
    code: 0x0007,
    short_name: "humanDetectionSensor",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

static PROPERTIES: &[PropertySpec] = &[
    PropertySpec::new(0xb0, "thresholdLevel", EIGHT_LEVELS),
    // true: somebody is there.
    PropertySpec::new(0xb1, "detection", YES_NO_41)
        .get_required()
        .read_only()
        .announced(),
];
