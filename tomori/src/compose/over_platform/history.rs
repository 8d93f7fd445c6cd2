//! What the platform keeps of the past, as far as a resident reads it.

use tomori_app::port::{Happened as Told, HistoryEntry as Entry};
use tomori_platform::device_state::{Happened, HistoryEntry};

use super::house::command_view;
use super::names::Names;

/// The entry in the app's words; `None` for what only operators read (software starts, merged reports, the plain
/// state changes that a command or a hand operation already tells).
pub(super) fn entry(entry: HistoryEntry, names: &Names) -> Option<Entry> {
    let what = match entry.happened {
        Happened::Command { command } => Told::Command {
            device: names.device(&command.command.device),
            command: command_view(&command, names),
        },
        Happened::HandOperation { device, .. } => Told::HandOperation {
            device: names.device(&device),
        },
        Happened::DeviceLost { device, .. } => Told::DeviceLost {
            device: names.device(&device),
        },
        Happened::DeviceAppeared { device } => Told::DeviceAppeared {
            device: names.device(&device),
        },
        Happened::GatewayLost { .. } => Told::GatewayLost,
        Happened::GatewayConnected { .. } => Told::GatewayBack,
        Happened::UnknownNode { .. } => Told::UnknownNode,
        Happened::Impersonation { device, .. } => Told::Impersonation {
            device: names.device(&device),
        },
        Happened::FiringMissed { schedule, .. } => Told::FiringMissed {
            moment: names.moment(&schedule),
            device: names.scheduled_device(&schedule),
        },
        Happened::StateChanged { .. }
        | Happened::GatewayStarted { .. }
        | Happened::ClockJumped { .. }
        | Happened::ReportsMerged { .. }
        | Happened::DeviceAdopted { .. }
        | Happened::DeviceCertified { .. }
        | Happened::DeviceReleased { .. } => return None,
    };
    Some(Entry { at: entry.at, what })
}

/// Whether a resident should see it on the first screen.
pub(super) fn is_notable(entry: &Entry) -> bool {
    matches!(
        entry.what,
        Told::UnknownNode | Told::Impersonation { .. } | Told::FiringMissed { .. }
    )
}
