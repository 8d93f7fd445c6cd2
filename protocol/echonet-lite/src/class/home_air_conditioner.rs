//! 0x0130 air conditioner (家庭用エアコン).

use super::spec::{ON_OFF_30, PERCENT, YES_NO_41, YES_NO_41_40, bytes};
use super::{Class, Data, Number, PropertySpec, State, Width, super_class};

pub(super) static CLASS: Class = Class {
    code: 0x0130,
    short_name: "homeAirConditioner",
    own: PROPERTIES,
    inherited: super_class::PROPERTIES,
};

const TIME_OF_DAY: Data = Data::Time { last_hour: 23 };
const SPAN: Data = Data::Time { last_hour: 255 };
const UNMEASURABLE: &[State] = &[State::word(0x7e, "unmeasurable").told_only()];
const WANTED_CELSIUS: Data =
    Data::Number(Number::new(Width::U8, 0, 50, "°C").or(&[State::word(0xfd, "undefined").told_only()]));
const MEASURED_CELSIUS: Data = Data::Number(Number::new(Width::I8, -127, 125, "°C").or(UNMEASURABLE));
const LEVEL_OR_AUTO: Data = Data::Level {
    first: 0x31,
    most: 8,
    states: &[State::word(0x41, "auto")],
};
/// Words, as the appendix has them here, where other classes say true and false.
const ON_OR_OFF: Data = Data::States(&[State::word(0x41, "on"), State::word(0x42, "off")]);

/// Which of left, left centre, centre, right centre and right the air flows to.
const HORIZONTAL: [State; 31] = [
    State::word(0x41, "rc_r"),
    State::word(0x42, "l_lc"),
    State::word(0x43, "lc_c_rc"),
    State::word(0x44, "l_lc_rc_r"),
    State::word(0x51, "r"),
    State::word(0x52, "rc"),
    State::word(0x54, "c"),
    State::word(0x55, "c_r"),
    State::word(0x56, "c_rc"),
    State::word(0x57, "c_rc_r"),
    State::word(0x58, "lc"),
    State::word(0x59, "lc_r"),
    State::word(0x5a, "lc_rc"),
    State::word(0x5b, "lc_rc_r"),
    State::word(0x5c, "lc_c"),
    State::word(0x5d, "lc_c_r"),
    State::word(0x5f, "lc_c_rc_r"),
    State::word(0x60, "l"),
    State::word(0x61, "l_r"),
    State::word(0x62, "l_rc"),
    State::word(0x63, "l_rc_r"),
    State::word(0x64, "l_c"),
    State::word(0x65, "l_c_r"),
    State::word(0x66, "l_c_rc"),
    State::word(0x67, "l_c_rc_r"),
    State::word(0x69, "l_lc_r"),
    State::word(0x6a, "l_lc_rc"),
    State::word(0x6c, "l_lc_c"),
    State::word(0x6d, "l_lc_c_r"),
    State::word(0x6e, "l_lc_c_rc"),
    State::word(0x6f, "l_lc_c_rc_r"),
];

static PROPERTIES: &[PropertySpec] = &[
    PropertySpec::new(0x80, "operationStatus", ON_OFF_30)
        .get_required()
        .set_required()
        .announced(),
    PropertySpec::new(0x8f, "powerSavingOperation", YES_NO_41)
        .get_required()
        .set_required()
        .announced(),
    PropertySpec::new(
        0x90,
        "onTimerReservation",
        Data::States(&[
            State::word(0x41, "timeOnRelativeTimeOn"),
            State::word(0x42, "timeOffRelativeTimeOff"),
            State::word(0x43, "timeOnRelativeTimeOff"),
            State::word(0x44, "timeOffRelativeTimeOn"),
        ]),
    ),
    PropertySpec::new(0x91, "timeOfOnTimer", TIME_OF_DAY),
    PropertySpec::new(0x92, "relativeTimeOfOnTimer", SPAN),
    PropertySpec::new(
        0x94,
        "offTimerReservation",
        Data::States(&[
            State::word(0x41, "timeBasedAndRelativeTimeBasedOn"),
            State::word(0x42, "bothOff"),
            State::word(0x43, "timeBasedOn"),
            State::word(0x44, "relativeTimeBasedOn"),
        ]),
    ),
    PropertySpec::new(0x95, "timeOfOffTimer", TIME_OF_DAY),
    PropertySpec::new(0x96, "relativeTimeOfOffTimer", SPAN),
    PropertySpec::new(0xa0, "airFlowLevel", LEVEL_OR_AUTO)
        .get_required()
        .set_required()
        .announced(),
    PropertySpec::new(
        0xa1,
        "automaticControlAirFlowDirection",
        Data::States(&[
            State::word(0x41, "auto"),
            State::word(0x42, "nonAuto"),
            State::word(0x43, "autoVertical"),
            State::word(0x44, "autoHorizontal"),
        ]),
    ),
    PropertySpec::new(
        0xa3,
        "automaticSwingAirFlow",
        Data::States(&[
            State::word(0x31, "off"),
            State::word(0x41, "vertical"),
            State::word(0x42, "horizontal"),
            State::word(0x43, "verticalAndHorizontal"),
        ]),
    ),
    PropertySpec::new(
        0xa4,
        "airFlowDirectionVertical",
        Data::States(&[
            State::word(0x41, "uppermost"),
            State::word(0x42, "lowermost"),
            State::word(0x43, "central"),
            State::word(0x44, "upperCenter"),
            State::word(0x45, "lowerCenter"),
        ]),
    ),
    PropertySpec::new(0xa5, "airFlowDirectionHorizontal", Data::States(&HORIZONTAL)),
    PropertySpec::new(
        0xaa,
        "specialState",
        Data::States(&[
            State::word(0x40, "normal"),
            State::word(0x41, "defrosting"),
            State::word(0x42, "preheating"),
            State::word(0x43, "heatRemoval"),
        ]),
    )
    .read_only(),
    PropertySpec::new(0xab, "nonPriorityState", YES_NO_41_40).read_only(),
    PropertySpec::new(
        0xb0,
        "operationMode",
        Data::States(&[
            State::word(0x40, "other"),
            State::word(0x41, "auto"),
            State::word(0x42, "cooling"),
            State::word(0x43, "heating"),
            State::word(0x44, "dehumidification"),
            State::word(0x45, "circulation"),
        ]),
    )
    .get_required()
    .set_required()
    .announced(),
    PropertySpec::new(0xb1, "automaticTemperatureControl", YES_NO_41),
    PropertySpec::new(
        0xb2,
        "highspeedOperation",
        Data::States(&[
            State::word(0x41, "normal"),
            State::word(0x42, "highspeed"),
            State::word(0x43, "silent"),
        ]),
    ),
    PropertySpec::new(0xb3, "targetTemperature", WANTED_CELSIUS)
        .get_required()
        .set_required(),
    PropertySpec::new(0xb4, "relativeHumidityDehumidifying", PERCENT),
    PropertySpec::new(0xb5, "targetTemperatureCooling", WANTED_CELSIUS),
    PropertySpec::new(0xb6, "targetTemperatureHeating", WANTED_CELSIUS),
    PropertySpec::new(0xb7, "targetTemperatureDehumidifying", WANTED_CELSIUS),
    // Watts of cooling, heating, dehumidifying and circulation, two bytes each.
    PropertySpec::new(0xb8, "ratedPowerConsumption", bytes(8)).read_only(),
    PropertySpec::new(
        0xb9,
        "currentConsumption",
        Data::Number(Number::new(Width::U16, 0, 65533, "A").steps_per_unit(10)),
    )
    .read_only(),
    PropertySpec::new(
        0xba,
        "humidity",
        Data::Number(Number::new(Width::U8, 0, 100, "%").or(&[State::word(0xfd, "unmeasurable").told_only()])),
    )
    .read_only(),
    PropertySpec::new(0xbb, "roomTemperature", MEASURED_CELSIUS)
        .get_required()
        .read_only(),
    PropertySpec::new(
        0xbc,
        "temperatureUserRemoteControl",
        Data::Number(Number::new(Width::U8, 0, 50, "°C")),
    )
    .read_only(),
    PropertySpec::new(0xbd, "airFlowTemperature", MEASURED_CELSIUS).read_only(),
    PropertySpec::new(0xbe, "outdoorTemperature", MEASURED_CELSIUS).read_only(),
    PropertySpec::new(
        0xbf,
        "relativeTemperature",
        Data::Number(
            Number::new(Width::I8, -127, 125, "°C")
                .steps_per_unit(10)
                .or(UNMEASURABLE),
        ),
    ),
    PropertySpec::new(
        0xc0,
        "ventilationFunction",
        Data::States(&[
            State::word(0x41, "onOutlet"),
            State::word(0x42, "off"),
            State::word(0x43, "onIntake"),
            State::word(0x44, "onOutletAndIntake"),
        ]),
    ),
    PropertySpec::new(0xc1, "humidifierFunction", ON_OR_OFF),
    PropertySpec::new(0xc2, "ventilationAirFlowLevel", LEVEL_OR_AUTO),
    PropertySpec::new(0xc4, "humidificationLevel", LEVEL_OR_AUTO),
    PropertySpec::new(0xc6, "airCleaningMethod", bytes(1)).read_only(),
    PropertySpec::new(0xc7, "airPurifierFunction", bytes(8)),
    PropertySpec::new(0xc8, "airRefreshMethod", bytes(1)).read_only(),
    PropertySpec::new(0xc9, "airRefresherFunction", bytes(8)),
    PropertySpec::new(0xca, "selfCleaningMethod", bytes(1)).read_only(),
    PropertySpec::new(0xcb, "selfCleaningFunction", bytes(8)),
    PropertySpec::new(
        0xcc,
        "specialFunction",
        Data::States(&[
            State::word(0x40, "noSetting"),
            State::word(0x41, "clothesDryer"),
            State::word(0x42, "condensationSuppressor"),
            State::word(0x43, "miteAndMoldControl"),
            State::word(0x44, "activeDefrosting"),
        ]),
    ),
    // Bit 0 the compressor, bit 1 the thermostat.
    PropertySpec::new(0xcd, "componentsOperationStatus", bytes(1)).read_only(),
    PropertySpec::new(
        0xce,
        "thermostatOverride",
        Data::States(&[
            State::word(0x40, "normal"),
            State::word(0x41, "on"),
            State::word(0x42, "off"),
        ]),
    ),
    PropertySpec::new(0xcf, "airPurification", ON_OR_OFF),
    PropertySpec::new(0xd0, "beepBuzzer", Data::States(&[State::word(0x41, "buzzer")])).write_only(),
];
