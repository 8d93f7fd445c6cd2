//! The platform's twin of a house, as the app shows it.

use jiff::Timestamp;
use tomori_app::port::{CommandView, DeviceView, HistoryEntry, HouseView, Known, Link, Reach, Vantage};
use tomori_platform::device_state::{CommandRecord, DeviceState, GatewayState, House, Quality, Reachability};
use tomori_smart_home::property::Report;
use tomori_smart_home::{Device, Stage};

use super::names::Names;

pub(super) fn house(house: House, name: String, names: &Names, notable: Vec<HistoryEntry>) -> HouseView {
    HouseView {
        home: house.id,
        name,
        place: house.place,
        vantage: Vantage::Platform {
            gateway: link(&house.gateway),
        },
        devices: house
            .devices
            .into_iter()
            .map(|device| device_view(device, names))
            .collect(),
        notable,
    }
}

pub(super) fn link(gateway: &GatewayState) -> Link {
    match gateway.reachability {
        Reachability::Never => Link::Never,
        Reachability::Reachable { .. } => Link::Up,
        Reachability::Unreachable { since } => Link::Down { since },
    }
}

fn device_view(state: DeviceState, names: &Names) -> DeviceView {
    let reach = reach(&state);
    let known = state
        .properties
        .into_iter()
        .filter_map(|(property, state)| {
            let reported = state.reported?;
            // A report from before an absence is not shown as the present: the app tells it by `reach`; a property
            // that has not been said again since then is left out until it is.
            let doubtful = matches!(state.quality, Quality::Stale { .. }) && matches!(reach, Reach::Answering);
            let report = Report {
                value: reported.value,
                at: reported.at,
                source: reported.source,
            };
            (!doubtful).then_some(Known { property, report })
        })
        .collect();
    DeviceView {
        trust: state.trust,
        device: state.equipment.device,
        reach,
        known,
        hold_until: state.hold_until,
        command: state.last_command.map(|record| command_view(&record, names)),
    }
}

fn reach(state: &DeviceState) -> Reach {
    if !state.equipment.is_adopted() {
        return Reach::NotAdopted;
    }
    match state.reachability {
        Reachability::Reachable { .. } => Reach::Answering,
        Reachability::Unreachable { since } => Reach::Lost {
            last_heard: Some(since),
        },
        Reachability::Never => Reach::Lost { last_heard: None },
    }
}

pub(super) fn command_view(record: &CommandRecord, names: &Names) -> CommandView {
    CommandView {
        id: record.command.id.clone(),
        property: record.command.property.clone(),
        value: record.command.value.clone(),
        who: names.who(&record.command.origin),
        issued_at: record.command.issued_at,
        stage: record.stage.clone(),
        stage_at: stage_at(record),
    }
}

fn stage_at(record: &CommandRecord) -> Timestamp {
    let reached = match record.stage {
        Stage::Accepted => None,
        Stage::Delivered => record.delivered_at,
        Stage::Executed => record.executed_at,
        Stage::Observed | Stage::Refused { .. } | Stage::Expired | Stage::Failed { .. } => record.ended_at,
    };
    reached.unwrap_or(record.command.issued_at)
}

/// A device that history may speak of.
pub(super) fn devices(house: &House) -> Vec<Device> {
    house
        .devices
        .iter()
        .map(|state| state.equipment.device.clone())
        .collect()
}
