//! What a device shows of itself, and how that reads against what a command wants.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tomori_smart_home::property::name;
use tomori_smart_home::{Command, DeviceKind, PropertyName, PropertyValue};

/// How far off (in percent) an opening may be and still count as the wanted one. Shutters count motor time, and stop a
/// little beside the mark.
const OPENING_TOLERANCE: f64 = 3.0;
/// How far off any other number may be: devices round to whole degrees and whole percents.
const NUMBER_TOLERANCE: f64 = 0.5;

/// The values that a device shows at one moment. A property that is absent was not told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Showing(pub(crate) BTreeMap<PropertyName, PropertyValue>);

/// How a shutter moves, by its openCloseStatus (0x0263 EA).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Movement {
    /// Wholly open and at rest.
    FullyOpen,
    /// Wholly closed and at rest.
    FullyClosed,
    /// On its way up.
    Opening,
    /// On its way down.
    Closing,
    /// At rest in between.
    StoppedHalfway,
}

/// What a command wants to see in the end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Goal {
    /// A shutter wholly open.
    Open,
    /// A shutter wholly closed.
    Closed,
    /// A shutter at rest, wherever.
    AtRest,
    /// A shutter open by this many percent, at rest.
    Opening(f64),
    /// A property with this value.
    Value(PropertyName, PropertyValue),
}

/// How what a device shows reads against a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The goal is there.
    Reached,
    /// It is on its way to the goal, or may be.
    Moving,
    /// It is at rest elsewhere, or moves away from the goal.
    Elsewhere,
    /// It says that it is faulty.
    Faulty,
    /// It does not tell enough.
    Unknown,
}

impl Showing {
    /// The value of a property, when it was told.
    #[must_use]
    pub(crate) fn get(&self, property: &PropertyName) -> Option<&PropertyValue> {
        self.0.get(property)
    }

    /// How the shutter moves; `None` when it does not tell or is no shutter.
    #[must_use]
    pub(crate) fn movement(&self) -> Option<Movement> {
        match self.get(&name::open_close_status())?.as_word()? {
            "fullyOpen" => Some(Movement::FullyOpen),
            "fullyClosed" => Some(Movement::FullyClosed),
            "opening" => Some(Movement::Opening),
            "closing" => Some(Movement::Closing),
            "stoppedHalfway" => Some(Movement::StoppedHalfway),
            _ => None,
        }
    }

    /// Whether the device says that a fault is present (0x88).
    #[must_use]
    pub(crate) fn is_faulty(&self) -> bool {
        self.get(&name::fault_status()) == Some(&PropertyValue::Boolean(true))
    }

    /// Whether the device forbids remote operation (0x0263 E8). A device without that property forbids nothing.
    #[must_use]
    pub(crate) fn forbids_remote(&self) -> bool {
        self.get(&name::remote_operation()) == Some(&PropertyValue::Boolean(false))
    }

    /// Whether both tell the same opening, or one of them tells none.
    #[must_use]
    pub(crate) fn same_opening(&self, other: &Self) -> bool {
        match (self.opening(), other.opening()) {
            (Some(one), Some(other)) => (one - other).abs() < f64::EPSILON,
            _ => true,
        }
    }

    fn opening(&self) -> Option<f64> {
        self.get(&name::degree_of_opening())?.as_number()
    }
}

impl Movement {
    /// Whether it stands still.
    #[must_use]
    pub(crate) fn is_at_rest(self) -> bool {
        matches!(self, Self::FullyOpen | Self::FullyClosed | Self::StoppedHalfway)
    }
}

impl Goal {
    /// What a command for a device of this kind wants to see.
    #[must_use]
    pub(crate) fn of(kind: DeviceKind, command: &Command) -> Self {
        if kind == DeviceKind::ElectricRainDoor {
            if command.property == name::open_close_operation() {
                match command.value.as_word() {
                    Some("open") => return Self::Open,
                    Some("close") => return Self::Closed,
                    Some("stop") => return Self::AtRest,
                    _ => {}
                }
            } else if command.property == name::degree_of_opening()
                && let Some(percent) = command.value.as_number()
            {
                return Self::Opening(percent);
            }
        }
        Self::Value(command.property.clone(), command.value.clone())
    }

    /// How `showing` reads against this goal.
    #[must_use]
    pub(crate) fn progress(&self, showing: &Showing) -> Progress {
        if showing.is_faulty() {
            return Progress::Faulty;
        }
        match self {
            Self::Open => travel(showing, Movement::FullyOpen, Movement::Opening),
            Self::Closed => travel(showing, Movement::FullyClosed, Movement::Closing),
            Self::AtRest => match showing.movement() {
                Some(movement) if movement.is_at_rest() => Progress::Reached,
                Some(_) => Progress::Elsewhere,
                None => Progress::Unknown,
            },
            Self::Opening(percent) => opening(*percent, showing),
            Self::Value(property, wanted) => match showing.get(property) {
                Some(shown) if is_about(shown, wanted) => Progress::Reached,
                Some(_) => Progress::Elsewhere,
                None => Progress::Unknown,
            },
        }
    }
}

/// What to read from a device in order to judge a command for `property`.
#[must_use]
pub(crate) fn evidence(kind: DeviceKind, property: &PropertyName) -> Vec<PropertyName> {
    match kind {
        DeviceKind::ElectricRainDoor => {
            let mut wanted = vec![
                name::open_close_status(),
                name::degree_of_opening(),
                name::fault_status(),
                name::remote_operation(),
            ];
            if *property != name::open_close_operation() && !wanted.contains(property) {
                wanted.push(property.clone());
            }
            wanted
        }
        _ => vec![property.clone(), name::fault_status()],
    }
}

/// The moving part that a property drives: commands for the same part follow each other, those for different parts
/// (an air conditioner's power and its temperature) do not disturb each other.
#[must_use]
pub(crate) fn part(kind: DeviceKind, property: &PropertyName) -> PropertyName {
    if kind == DeviceKind::ElectricRainDoor && *property == name::degree_of_opening() {
        name::open_close_operation()
    } else {
        property.clone()
    }
}

/// Whether a command only makes a shutter stand still. That is safe at any time.
#[must_use]
pub(crate) fn is_stop(command: &Command) -> bool {
    command.property == name::open_close_operation() && command.value.as_word() == Some("stop")
}

fn travel(showing: &Showing, end: Movement, way: Movement) -> Progress {
    match showing.movement() {
        Some(movement) if movement == end => Progress::Reached,
        Some(movement) if movement == way => Progress::Moving,
        Some(_) => Progress::Elsewhere,
        None => Progress::Unknown,
    }
}

fn opening(percent: f64, showing: &Showing) -> Progress {
    let movement = showing.movement();
    if movement.is_some_and(|movement| !movement.is_at_rest()) {
        return Progress::Moving;
    }
    let at_end = match movement {
        Some(Movement::FullyOpen) => Some(100.0),
        Some(Movement::FullyClosed) => Some(0.0),
        _ => None,
    };
    match showing.opening().or(at_end) {
        Some(shown) if (shown - percent).abs() <= OPENING_TOLERANCE => Progress::Reached,
        Some(_) => Progress::Elsewhere,
        None => Progress::Unknown,
    }
}

fn is_about(shown: &PropertyValue, wanted: &PropertyValue) -> bool {
    match (shown.as_number(), wanted.as_number()) {
        (Some(shown), Some(wanted)) => (shown - wanted).abs() <= NUMBER_TOLERANCE,
        _ => shown == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shutter(status: &str, percent: f64) -> Showing {
        Showing(BTreeMap::from([
            (name::open_close_status(), PropertyValue::word(status)),
            (name::degree_of_opening(), PropertyValue::Number(percent)),
        ]))
    }

    #[test]
    fn a_shutter_is_open_when_it_says_so_and_not_before() {
        assert_eq!(Goal::Open.progress(&shutter("opening", 99.0)), Progress::Moving);
        assert_eq!(Goal::Open.progress(&shutter("fullyOpen", 100.0)), Progress::Reached);
        assert_eq!(
            Goal::Open.progress(&shutter("stoppedHalfway", 60.0)),
            Progress::Elsewhere
        );
        assert_eq!(Goal::Open.progress(&shutter("closing", 60.0)), Progress::Elsewhere);
        assert_eq!(Goal::Open.progress(&Showing::default()), Progress::Unknown);
    }

    #[test]
    fn a_degree_counts_only_at_rest() {
        let half = Goal::Opening(50.0);
        assert_eq!(half.progress(&shutter("opening", 50.0)), Progress::Moving);
        assert_eq!(half.progress(&shutter("stoppedHalfway", 48.0)), Progress::Reached);
        assert_eq!(half.progress(&shutter("stoppedHalfway", 40.0)), Progress::Elsewhere);
        assert_eq!(
            Goal::Opening(100.0).progress(&shutter("fullyOpen", 100.0)),
            Progress::Reached
        );
    }

    #[test]
    fn a_fault_outweighs_everything() {
        let mut showing = shutter("fullyOpen", 100.0);
        showing.0.insert(name::fault_status(), PropertyValue::Boolean(true));
        assert_eq!(Goal::Open.progress(&showing), Progress::Faulty);
    }

    #[test]
    fn numbers_are_compared_as_devices_round() {
        let warm = Goal::Value(
            PropertyName::known("targetTemperatureSetting"),
            PropertyValue::Number(21.5),
        );
        let shown = |value| {
            Showing(BTreeMap::from([(
                PropertyName::known("targetTemperatureSetting"),
                PropertyValue::Number(value),
            )]))
        };
        assert_eq!(warm.progress(&shown(22.0)), Progress::Reached);
        assert_eq!(warm.progress(&shown(23.0)), Progress::Elsewhere);
    }

    #[test]
    fn degree_and_operation_move_the_same_part() {
        let shutter = DeviceKind::ElectricRainDoor;
        assert_eq!(
            part(shutter, &name::degree_of_opening()),
            part(shutter, &name::open_close_operation())
        );
        assert!(!evidence(shutter, &name::open_close_operation()).contains(&name::open_close_operation()));
    }
}
