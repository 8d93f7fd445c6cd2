//! Whether a command may be taken at all. Pure: everything it depends on is an argument.
//!
//! The order of the questions is the order in which people want to hear the answer: a command that is too late is
//! expired whatever else is wrong with it; one that the house forbids is refused by name.

use jiff::{SignedDuration, Timestamp};
use tomori_smart_home::{Command, DeviceKind, Equipment, Origin, PropertyValue, Reason};

use super::showing::{Showing, is_stop};
use crate::timekeeping::Trust;

/// Commands under way in one house, at most.
pub(crate) const UNDER_WAY_IN_HOUSE: usize = 64;
/// Commands under way for one device, at most. A `stop` is taken beyond that.
pub(crate) const UNDER_WAY_ON_DEVICE: usize = 8;
/// However late the platform says a command may act, an hour after it was issued nobody does.
pub(crate) const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// Clocks of a phone's platform and of a gateway agree within this; an older wish is only told from a newer one beyond.
pub(crate) const SAME_MOMENT: SignedDuration = SignedDuration::from_secs(5);

/// All that a decision looks at.
#[derive(Debug, Clone)]
pub(crate) struct Circumstances<'a> {
    /// The house's time.
    pub(crate) now: Timestamp,
    /// Whether that time can be believed.
    pub(crate) trust: Trust,
    /// When the command was issued, by the house's time.
    pub(crate) issued_at: Timestamp,
    /// From when on the command is too late, by the house's time.
    pub(crate) expires_at: Timestamp,
    /// The line of the equipment list, if there is one.
    pub(crate) equipment: Option<&'a Equipment>,
    /// Whether the class tables know the property and take the value.
    pub(crate) settable: Result<(), Reason>,
    /// Until when hand operation holds the device.
    pub(crate) hold_until: Option<Timestamp>,
    /// What is known of the device, however old.
    pub(crate) showing: &'a Showing,
    /// When the newest command that drove the same part was issued.
    pub(crate) newest_driven: Option<Timestamp>,
    /// Commands under way in the house.
    pub(crate) in_house: usize,
    /// Commands under way for this device.
    pub(crate) on_device: usize,
}

/// What shall become of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It is taken.
    Take,
    /// It comes too late.
    Expire,
    /// Nobody acts on it.
    Refuse(Reason),
}

/// Decides about a command that was never seen before.
#[must_use]
pub(crate) fn decide(command: &Command, house: &Circumstances<'_>) -> Decision {
    let stop = is_stop(command);
    // Whoever stands in the house and presses a button means now; for everybody else "now" is a time on a clock, and
    // a clock that cannot be believed cannot tell whether the wish is old.
    if house.trust == Trust::Uncertain && !is_at_home(&command.origin) {
        return Decision::Refuse(Reason::ClockUncertain);
    }
    if house.now >= house.expires_at {
        return Decision::Expire;
    }
    let Some(equipment) = house.equipment.filter(|equipment| equipment.is_adopted()) else {
        return Decision::Refuse(Reason::NotAdopted);
    };
    // Doors fail closed: nothing is unlocked on this road. That takes statements that the lock's own guard verifies. To
    // lock is safe, where the lock can prove that it was the one to be told.
    if equipment.device.kind == DeviceKind::ElectricLock && !locks_a_proved_lock(command, equipment) {
        return Decision::Refuse(Reason::PropertyNotSettable);
    }
    if let Err(reason) = &house.settable {
        return Decision::Refuse(reason.clone());
    }
    if let Some(reason) = forbidden_now(command, house.now, house.hold_until, house.showing) {
        return Decision::Refuse(reason);
    }
    if !stop
        && house
            .newest_driven
            .is_some_and(|newest| newest.duration_since(house.issued_at) > SAME_MOMENT)
    {
        return Decision::Refuse(Reason::Superseded);
    }
    if !stop && (house.in_house >= UNDER_WAY_IN_HOUSE || house.on_device >= UNDER_WAY_ON_DEVICE) {
        return Decision::Refuse(Reason::Busy);
    }
    Decision::Take
}

/// What the house itself has against a command at this moment: the prohibition at the device, a hand on the device, a
/// fault. Asked when the command comes, and again right before it acts.
#[must_use]
pub(crate) fn forbidden_now(
    command: &Command,
    now: Timestamp,
    hold_until: Option<Timestamp>,
    showing: &Showing,
) -> Option<Reason> {
    let at_home = is_at_home(&command.origin);
    if !at_home && showing.forbids_remote() {
        return Some(Reason::ProhibitedAtDevice);
    }
    if is_stop(command) {
        return None;
    }
    if !at_home && let Some(until) = hold_until.filter(|until| now < *until) {
        return Some(Reason::HandOperation { until });
    }
    showing.is_faulty().then_some(Reason::DeviceFault)
}

fn locks_a_proved_lock(command: &Command, equipment: &Equipment) -> bool {
    let is_to_lock = command.property.as_str() == "mainElectricLock" && command.value == PropertyValue::Boolean(true);
    is_to_lock && equipment.trust() == Some(tomori_smart_home::Trust::Authenticated)
}

/// From when on a command is too late: as it says, but never more than [`LONGEST_LIFE`] after it was issued.
#[must_use]
pub(crate) fn end_of(command: &Command) -> Timestamp {
    let longest = command.issued_at.checked_add(LONGEST_LIFE).unwrap_or(Timestamp::MAX);
    command.expires_at.min(longest)
}

/// Whether somebody in the house asks, and sees what happens. Schedules act without anybody looking, so they respect
/// what a remote wish respects.
fn is_at_home(origin: &Origin) -> bool {
    matches!(origin, Origin::ResidentAtHome { .. })
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
