//! The gateway's own view of its house, as the app shows it.

use jiff::Timestamp;
use tomori_app::port::{
    CommandView, DeviceName, DeviceView, Happened, HistoryEntry, HistoryPage, HouseView, Known, Link, PortError, Reach,
    Vantage, Who,
};
use tomori_gateway as local;
use tomori_gateway::UplinkState;
use tomori_smart_home::plan::HousePlan;
use tomori_smart_home::{DeviceId, Origin};

pub(super) fn house(view: local::HouseView, plan: &HousePlan, history: &[local::CommandView]) -> HouseView {
    let devices = view
        .devices
        .into_iter()
        .map(|device| {
            let reach = match (device.equipment.is_adopted(), device.is_alive) {
                (false, _) => Reach::NotAdopted,
                (true, true) => Reach::Answering,
                (true, false) => Reach::Lost {
                    last_heard: device.last_heard,
                },
            };
            let id = &device.equipment.device.id;
            let newest = history.iter().find(|command| command.command.device == *id);
            DeviceView {
                trust: device.equipment.trust(),
                reach,
                known: device
                    .reports
                    .into_iter()
                    .map(|(property, report)| Known { property, report })
                    .collect(),
                hold_until: device.hold_until,
                command: newest.map(|command| command_view(command, plan)),
                device: device.equipment.device,
            }
        })
        .collect();
    HouseView {
        home: plan.home.clone(),
        name: plan.home_name.clone(),
        place: plan.place.clone(),
        vantage: Vantage::Home {
            platform: link(&view.uplink),
        },
        devices,
        notable: Vec::new(),
    }
}

fn link(uplink: &UplinkState) -> Link {
    match uplink {
        UplinkState::Connected { .. } => Link::Up,
        UplinkState::NotEnrolled => Link::Never,
        UplinkState::Away { since, .. } | UplinkState::NeedsEnrolment { since } => Link::Down { since: *since },
    }
}

/// The commands of the last day, newest first. The gateway keeps no more of the past than it needs to act; the whole
/// history is the platform's.
pub(super) fn history(
    commands: &[local::CommandView],
    plan: &HousePlan,
    device: Option<&DeviceId>,
    before: Option<&str>,
    limit: usize,
) -> Result<HistoryPage, PortError> {
    let skip = before
        .map_or(Ok(0), str::parse::<usize>)
        .map_err(|_| PortError::NotFound)?;
    let wanted: Vec<_> = commands
        .iter()
        .filter(|command| device.is_none_or(|device| command.command.device == *device))
        .collect();
    let entries = wanted
        .iter()
        .skip(skip)
        .take(limit)
        .map(|command| {
            let view = command_view(command, plan);
            HistoryEntry {
                at: view.issued_at,
                what: Happened::Command {
                    device: device_name(&command.command.device, plan),
                    command: view,
                },
            }
        })
        .collect();
    let next = skip.saturating_add(limit);
    Ok(HistoryPage {
        entries,
        older: (next < wanted.len()).then(|| next.to_string()),
    })
}

fn command_view(command: &local::CommandView, plan: &HousePlan) -> CommandView {
    let stage_at: Option<Timestamp> = command.stages.last().map(|(at, _)| *at);
    CommandView {
        id: command.command.id.clone(),
        property: command.command.property.clone(),
        value: command.command.value.clone(),
        who: who(&command.command.origin, plan),
        issued_at: command.command.issued_at,
        stage: command.stage().clone(),
        stage_at: stage_at.unwrap_or(command.command.issued_at),
    }
}

fn who(origin: &Origin, plan: &HousePlan) -> Who {
    match origin {
        Origin::Resident { resident } | Origin::ResidentAtHome { resident } => Who::Resident {
            // The gateway knows by name only those whose phones are paired.
            name: plan
                .grants
                .iter()
                .find(|grant| grant.resident == *resident)
                .map(|grant| grant.resident_name.clone()),
            at_home: matches!(origin, Origin::ResidentAtHome { .. }),
        },
        Origin::Schedule { schedule, .. } => Who::Schedule {
            moment: plan
                .schedules
                .iter()
                .find(|own| own.id == *schedule)
                .map(|own| own.moment),
        },
        Origin::Operator { .. } => Who::Operator,
    }
}

fn device_name(id: &DeviceId, plan: &HousePlan) -> DeviceName {
    let found = plan.equipment.iter().find(|equipment| equipment.device.id == *id);
    match found {
        Some(equipment) => DeviceName {
            id: id.clone(),
            name: equipment.device.name.clone(),
            room: equipment.device.room.clone(),
        },
        None => DeviceName {
            id: id.clone(),
            name: id.to_string(),
            room: String::new(),
        },
    }
}
