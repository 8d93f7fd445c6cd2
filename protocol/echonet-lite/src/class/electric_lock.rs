//! 0x026F electric lock (電気錠).

use super::spec::{YES_NO_41, YES_NO_41_40};
use super::{Class, Data, PropertySpec, State, super_class};

pub(super) static CLASS: Class = Class {
    code: 0x026f,
    short_name: "electricLock",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

static PROPERTIES: &[PropertySpec] = &[
    // true: locked.
    PropertySpec::new(0xe0, "mainElectricLock", YES_NO_41)
        .get_required()
        .set_required()
        .announced(),
    PropertySpec::new(0xe1, "subElectricLock", YES_NO_41),
    PropertySpec::new(0xe2, "doorGuardLocked", YES_NO_41).read_only(),
    PropertySpec::new(0xe3, "doorOpened", YES_NO_41).read_only(),
    PropertySpec::new(0xe4, "occupant", YES_NO_41).read_only(),
    PropertySpec::new(
        0xe5,
        "alarmStatus",
        Data::States(&[
            State::word(0x40, "normal"),
            State::word(0x41, "breakOpen"),
            State::word(0x42, "doorOpen"),
            State::word(0x43, "manualUnlocked"),
            State::word(0x44, "tampered"),
        ]),
    )
    .read_only()
    .announced(),
    PropertySpec::new(0xe6, "autoLockMode", YES_NO_41),
    // true: the battery is to be replaced.
    PropertySpec::new(0xe7, "replaceBatteryLevel", YES_NO_41_40).announced(),
];
