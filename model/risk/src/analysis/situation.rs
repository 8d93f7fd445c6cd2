//! What the rules may ask about a threat.

use tomori_guideline::{Actor, EntryPoint, Interface, Place, Target, Threat};

use super::catalogue::Way;
use super::ground::Point;
use crate::description::Exposure;

/// A threat in its surroundings.
#[derive(Debug, Clone)]
pub(super) struct Situation {
    /// Where it comes in.
    pub(super) point: EntryPoint,
    /// Its kind (T3-3).
    pub(super) kind: Threat,
    /// The ways in (T3-6).
    pub(super) interfaces: Vec<Interface>,
    /// Who connected (T3-7).
    pub(super) who: Actor,
    /// What is harmed (T3-8), at the level of the service.
    pub(super) whom: Vec<Target>,
    /// Where it happens (T3-9).
    pub(super) place: Place,
    /// How it comes in, as far as measures differ by it.
    pub(super) way: Way,
    /// Whether the entry point is a path.
    pub(super) path: bool,
    /// Whether that path runs over the internet.
    pub(super) over_internet: bool,
    /// From how far the entry point can be reached.
    pub(super) exposure: Option<Exposure>,
    /// Whether information is here.
    pub(super) informed: bool,
    /// Whether personal information is here.
    pub(super) personal: bool,
    /// Whether life or property can be reached from here.
    pub(super) life: bool,
    /// Whether what stands here is connected with another circle of authentication.
    pub(super) crosses: bool,
    /// Whether the threat touches information: C or I is not none.
    pub(super) touches_information: bool,
}

impl Situation {
    /// The surroundings of a threat at a point; who, whom and where are the threat's own.
    pub(super) fn at(point: EntryPoint, surroundings: &Point<'_>) -> Self {
        Self {
            point,
            kind: Threat::UnauthorisedAccess,
            interfaces: Vec::new(),
            who: Actor::Attacker,
            whom: Vec::new(),
            place: Place::NormalInterface,
            way: Way::Network,
            path: point.is_path(),
            over_internet: surroundings.over_internet,
            exposure: surroundings.exposure,
            informed: !surroundings.data.is_empty(),
            personal: surroundings.personal,
            life: surroundings.life,
            crosses: surroundings.crosses,
            touches_information: false,
        }
    }

    /// Whether `target` is harmed.
    pub(super) fn harms(&self, target: Target) -> bool {
        self.whom.contains(&target)
    }

    /// Whether something here can be reached from so far, and from no farther.
    pub(super) fn reachable(&self, from: Exposure) -> bool {
        self.exposure == Some(from)
    }

    /// Whether the mobile network is a way in.
    pub(super) fn by_mobile(&self) -> bool {
        self.interfaces.contains(&Interface::Lte)
    }

    /// Whether the house's radio is a way in.
    pub(super) fn by_radio(&self) -> bool {
        self.interfaces.iter().any(|interface| interface.is_wireless())
    }
}

impl Way {
    /// How a threat comes in: T3-10 and T3-11 write storage devices as other wired communication by somebody who is no
    /// attacker, and update software as the interface for maintenance.
    pub(super) fn of(interfaces: &[Interface], who: Actor, place: Place) -> Self {
        if place == Place::MaintenanceInterface {
            Self::Maintenance
        } else if who != Actor::Attacker && interfaces == [Interface::OtherWired] {
            Self::Storage
        } else {
            Self::Network
        }
    }
}
