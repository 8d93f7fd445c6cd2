//! T3-2, row by row.

use super::AssetClass::{Both, Primary, Secondary};
use super::AssetKind::{
    AppFunction, ControlSignal, Credentials, DataOnPath, DeviceState, Function, Keys, PersonalIfImplemented,
    PersonalInformation, PhoneInformation, SecurityFunction, SensorData, SettingsAndLogs, UpdateSoftware,
};
use super::Holder::{
    AuthServer, DeviceStateServer, EmergencyDevice, Equipment, HomeGateway, OtherLevelTwo, PersonalInfoServer,
    RemoteMaintenanceServer, SecurityDevice, SecurityServer, Sensor, ThirdPartyServer,
};
use super::{AssetClass, AssetKind, AssetRow, Holder};
use crate::entry_point::EntryPoint::{self, Ep2, Ep4, Ep6, Ep8, Ep9, Ep10};
use crate::text::Text;

/// Assets of a machine.
const fn at(id: &'static str, holder: Holder, class: AssetClass, assets: &'static [AssetKind]) -> AssetRow {
    AssetRow {
        id,
        entry_point: holder.entry_point(),
        holder: Some(holder),
        class,
        assets,
        note: None,
    }
}

/// Assets of a path or of the app.
const fn of(id: &'static str, entry_point: EntryPoint, class: AssetClass, assets: &'static [AssetKind]) -> AssetRow {
    AssetRow {
        id,
        entry_point,
        holder: None,
        class,
        assets,
        note: None,
    }
}

impl AssetRow {
    const fn note(mut self, ja: &'static str, en: &'static str) -> Self {
        self.note = Some(Text::new(ja, en));
        self
    }
}

/// The assets of T3-2: 27 rows, from the platform to the phone.
#[rustfmt::skip]
pub static ASSETS: [AssetRow; 27] = [
    at("EP1/security-server/primary",           SecurityServer,          Primary,   &[SecurityFunction, SettingsAndLogs]),
    at("EP1/auth-server/primary",               AuthServer,              Primary,   &[Function]),
    at("EP1/auth-server/secondary",             AuthServer,              Secondary, &[Credentials, Keys]),
    at("EP1/device-state-server/primary",       DeviceStateServer,       Primary,   &[Function, DeviceState]),
    at("EP1/personal-info-server/primary",      PersonalInfoServer,      Primary,   &[Function, PersonalInformation]),
    at("EP1/remote-maintenance-server/primary", RemoteMaintenanceServer, Primary,   &[Function, UpdateSoftware]),
    of("EP2/primary-and-secondary",             Ep2,                     Both,      &[DataOnPath]),
    at("EP3/third-party-server/primary",        ThirdPartyServer,        Primary,   &[Function, DeviceState, PersonalInformation, SettingsAndLogs]),
    at("EP3/third-party-server/secondary",      ThirdPartyServer,        Secondary, &[Credentials, Keys])
        .note("認証情報は、認証に使うキーです。", "The credentials are the keys used to authenticate."),
    of("EP4/primary-and-secondary",             Ep4,                     Both,      &[DataOnPath]),
    at("EP5/home-gateway/primary",              HomeGateway,             Primary,   &[Function, SettingsAndLogs, PersonalIfImplemented]),
    at("EP5/home-gateway/secondary",            HomeGateway,             Secondary, &[Credentials, Keys]),
    of("EP6/primary-and-secondary",             Ep6,                     Both,      &[DataOnPath]),
    at("EP7/equipment/primary",                 Equipment,               Primary,   &[Function, ControlSignal]),
    at("EP7/equipment/secondary",               Equipment,               Secondary, &[Credentials]),
    at("EP7/sensor/primary",                    Sensor,                  Primary,   &[Function, SensorData]),
    at("EP7/sensor/secondary",                  Sensor,                  Secondary, &[Credentials]),
    at("EP7/other-level-2-device/primary",      OtherLevelTwo,           Primary,   &[Function, ControlSignal, SensorData, PersonalIfImplemented]),
    at("EP7/other-level-2-device/secondary",    OtherLevelTwo,           Secondary, &[Credentials]),
    at("EP7/security-device/primary",           SecurityDevice,          Primary,   &[Function, ControlSignal, SensorData, PersonalIfImplemented]),
    at("EP7/security-device/secondary",         SecurityDevice,          Secondary, &[Credentials]),
    at("EP7/emergency-device/primary",          EmergencyDevice,         Primary,   &[Function, ControlSignal, SensorData, PersonalIfImplemented]),
    at("EP7/emergency-device/secondary",        EmergencyDevice,         Secondary, &[Credentials]),
    of("EP8/primary-and-secondary",             Ep8,                     Both,      &[DataOnPath, ControlSignal, SensorData, PersonalIfImplemented, Credentials]),
    of("EP9/primary",                           Ep9,                     Primary,   &[AppFunction, ControlSignal, PhoneInformation]),
    of("EP9/secondary",                         Ep9,                     Secondary, &[Credentials]),
    of("EP10/primary-and-secondary",            Ep10,                    Both,      &[DataOnPath]),
];
