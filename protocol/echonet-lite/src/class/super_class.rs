//! What every device has (0x80 to 0x9F).

use super::spec::{ON_OFF_30, PERCENT, YES_NO_41, bytes};
use super::{Data, Number, PropertySpec, State, Width};

/// The fault descriptions of every class. Spelling as in the machine readable appendix, slips included: the words
/// are what other programs compare with.
pub(super) const FAULTS: [State; 17] = [
    State::range(0x0000, 0x0000, "noFault"),
    State::range(0x0001, 0x0001, "trunOffOrUnplug"),
    State::range(0x0002, 0x0002, "resetButton"),
    State::range(0x0003, 0x0003, "setIncorrectly"),
    State::range(0x0004, 0x0004, "supply"),
    State::range(0x0005, 0x0005, "cleaning"),
    State::range(0x0006, 0x0006, "changingBattery"),
    State::range(0x0007, 0x0007, "recoverOperationNoReuired"),
    State::range(0x0009, 0x0009, "userDefinable"),
    State::range(0x000a, 0x0013, "abnormalEventOrSafety"),
    State::range(0x0014, 0x001d, "switch"),
    State::range(0x001e, 0x003b, "sensorSystem"),
    State::range(0x003c, 0x0059, "component"),
    State::range(0x005a, 0x006e, "controlCircuitBoard"),
    State::range(0x006f, 0x03e8, "userDefinable"),
    State::range(0x03e9, 0x03e9, "repairLocationUnkown"),
    State::range(0x03ff, 0x03ff, "fault"),
];

const WATTS: Data = Data::Number(Number::new(Width::U16, 0, 65533, "W"));

/// The current time (0x97) and the property maps have no short name in the appendix; the maps are read by
/// [`PropertyMap`](crate::PropertyMap).
pub(super) static PROPERTIES: &[PropertySpec] = &[
    PropertySpec::new(0x80, "operationStatus", ON_OFF_30)
        .get_required()
        .announced(),
    PropertySpec::new(0x81, "installationLocation", Data::Bytes { least: 1, most: 17 })
        .get_required()
        .set_required()
        .announced(),
    PropertySpec::new(0x82, "protocol", bytes(4)).get_required().read_only(),
    PropertySpec::new(0x83, "id", Data::Bytes { least: 1, most: 17 }).read_only(),
    PropertySpec::new(0x84, "instantaneousElectricPowerConsumption", WATTS).read_only(),
    PropertySpec::new(
        0x85,
        "consumedCumulativeElectricEnergy",
        Data::Number(Number::new(Width::U32, 0, 999_999_999, "kWh").steps_per_unit(1000)),
    )
    .read_only(),
    PropertySpec::new(0x86, "manufacturerFaultCode", Data::Bytes { least: 1, most: 128 }).read_only(),
    PropertySpec::new(0x87, "currentLimit", PERCENT),
    PropertySpec::new(0x88, "faultStatus", YES_NO_41)
        .get_required()
        .read_only()
        .announced(),
    PropertySpec::new(0x89, "faultDescription", Data::States(&FAULTS)).read_only(),
    PropertySpec::new(0x8a, "manufacturer", bytes(3))
        .get_required()
        .read_only(),
    PropertySpec::new(0x8b, "businessFacilityCode", bytes(3)).read_only(),
    PropertySpec::new(0x8c, "productCode", Data::Ascii(12)).read_only(),
    PropertySpec::new(0x8d, "serialNumber", Data::Ascii(12)).read_only(),
    PropertySpec::new(0x8e, "productionDate", Data::Date).read_only(),
    PropertySpec::new(0x8f, "powerSaving", YES_NO_41),
    // true: inside the house; false: through a public network. 0x61 and 0x62 tell the same of a device that also
    // watches its line.
    PropertySpec::new(
        0x93,
        "remoteControl",
        Data::States(&[
            State::is(0x41, true),
            State::is(0x42, false),
            State::is(0x61, true).told_only(),
            State::is(0x62, false).told_only(),
        ]),
    ),
    PropertySpec::new(0x98, "currentDateAndTime", Data::Date),
    PropertySpec::new(0x99, "powerLimit", WATTS),
    // One byte of unit (0x41 s, 0x42 min, 0x43 h, 0x44 d), four of time.
    PropertySpec::new(0x9a, "hourMeter", bytes(5)).read_only(),
];
