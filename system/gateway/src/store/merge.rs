//! Which events can be given up when the journal is full: property reports that a newer report of the same property
//! has superseded, and nothing else. Pure.

use std::collections::HashMap;

use tomori_smart_home::event::What;
use tomori_smart_home::{DeviceId, Event, PropertyName};

/// Finds the newest report of each property.
#[derive(Debug, Default)]
pub(crate) struct Newest {
    by_property: HashMap<(DeviceId, PropertyName), u64>,
    reports: u64,
}

impl Newest {
    /// Sees one event, in the order of the numbers.
    pub(crate) fn see(&mut self, number: u64, event: &Event) {
        if let Some(key) = property(event) {
            self.reports += 1;
            self.by_property.insert(key, number);
        }
    }

    /// How many of the events seen can be given up.
    pub(crate) fn superseded(&self) -> u64 {
        self.reports
            .saturating_sub(u64::try_from(self.by_property.len()).unwrap_or(u64::MAX))
    }

    /// Whether an event that was seen can be given up.
    pub(crate) fn supersedes(&self, number: u64, event: &Event) -> bool {
        property(event).is_some_and(|key| self.by_property.get(&key).is_some_and(|newest| *newest > number))
    }
}

/// The property an event reports, when it is a report.
pub(crate) fn property(event: &Event) -> Option<(DeviceId, PropertyName)> {
    match &event.what {
        What::PropertyReported { device, property, .. } => Some((device.clone(), property.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tomori_smart_home::PropertyValue;
    use tomori_smart_home::property::{Report, Source, name};

    use super::*;

    fn report(device: u8, property: PropertyName) -> Event {
        Event {
            at: Timestamp::UNIX_EPOCH,
            what: What::PropertyReported {
                device: DeviceId::from_random([device; 10]),
                property,
                report: Report {
                    value: PropertyValue::Number(1.0),
                    at: Timestamp::UNIX_EPOCH,
                    source: Source::Polled,
                },
            },
        }
    }

    #[test]
    fn only_superseded_reports_are_given_up() {
        let other = Event {
            at: Timestamp::UNIX_EPOCH,
            what: What::ClockJumped { seconds: 9 },
        };
        let events = [
            report(1, name::degree_of_opening()),
            other,
            report(1, name::open_close_status()),
            report(2, name::degree_of_opening()),
            report(1, name::degree_of_opening()),
        ];
        let mut newest = Newest::default();
        for (number, event) in (1..).zip(&events) {
            newest.see(number, event);
        }
        let given_up: Vec<u64> = (1..)
            .zip(&events)
            .filter(|(number, event)| newest.supersedes(*number, event))
            .map(|(number, _)| number)
            .collect();
        assert_eq!(given_up, [1]);
        assert_eq!(newest.superseded(), 1);
    }
}
