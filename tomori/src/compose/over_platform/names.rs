//! Who and what, by name: ids of the records become the names that the house knows.

use std::collections::HashMap;

use tomori_app::port::{DeviceName, Who};
use tomori_smart_home::schedule::Moment;
use tomori_smart_home::{Device, DeviceId, Origin, ResidentId, Schedule, ScheduleId};

/// The names of one home.
#[derive(Debug, Default)]
pub(super) struct Names {
    residents: HashMap<ResidentId, String>,
    moments: HashMap<ScheduleId, (Moment, DeviceId)>,
    devices: HashMap<DeviceId, Device>,
}

impl Names {
    pub(super) fn new(residents: HashMap<ResidentId, String>, schedules: &[Schedule], devices: Vec<Device>) -> Self {
        Self {
            residents,
            moments: schedules
                .iter()
                .map(|s| (s.id.clone(), (s.moment, s.device.clone())))
                .collect(),
            devices: devices.into_iter().map(|device| (device.id.clone(), device)).collect(),
        }
    }

    pub(super) fn resident(&self, id: &ResidentId) -> Option<String> {
        self.residents.get(id).cloned()
    }

    pub(super) fn moment(&self, id: &ScheduleId) -> Option<Moment> {
        self.moments.get(id).map(|(moment, _)| *moment)
    }

    pub(super) fn scheduled_device(&self, id: &ScheduleId) -> Option<DeviceName> {
        self.moments.get(id).map(|(_, device)| self.device(device))
    }

    /// The name of a device; one that left the house keeps its id as its name.
    pub(super) fn device(&self, id: &DeviceId) -> DeviceName {
        match self.devices.get(id) {
            Some(device) => DeviceName {
                id: id.clone(),
                name: device.name.clone(),
                room: device.room.clone(),
            },
            None => DeviceName {
                id: id.clone(),
                name: id.to_string(),
                room: String::new(),
            },
        }
    }

    pub(super) fn who(&self, origin: &Origin) -> Who {
        match origin {
            Origin::Resident { resident } => Who::Resident {
                name: self.resident(resident),
                at_home: false,
            },
            Origin::ResidentAtHome { resident } => Who::Resident {
                name: self.resident(resident),
                at_home: true,
            },
            Origin::Schedule { schedule, .. } => Who::Schedule {
                moment: self.moment(schedule),
            },
            Origin::Operator { .. } => Who::Operator,
        }
    }
}
