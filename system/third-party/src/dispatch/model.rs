//! Guards, missions, and who is nearest. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tomori_smart_home::{CaseId, StaffId};

use super::skill::Skill;

/// How long a guard has to answer before the next one is asked.
pub const OFFER_STANDS: SignedDuration = SignedDuration::from_secs(60);

/// Roads are longer than straight lines; 1.4 times is what towns in Japan come to.
const ROAD_FACTOR: f64 = 1.4;
/// Metres a second through a town, with its lights: 25 km/h.
const SPEED: f64 = 25_000.0 / 3_600.0;
/// From hearing it to driving.
const START: f64 = 120.0;
/// Metres of a degree of latitude.
const DEGREE: f64 = 111_320.0;
/// Places further apart than this are one typed wrong.
const FURTHEST: f64 = 500_000.0;

/// Degrees north and east.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Degrees north, −90 to 90.
    pub north: f64,
    /// Degrees east, −180 to 180.
    pub east: f64,
}

/// A guard.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// Who.
    pub staff: StaffId,
    /// Whether they can be sent.
    pub is_on_duty: bool,
    /// Where they were when they last said so.
    pub place: Option<Place>,
    /// When that was.
    pub placed_at: Option<Timestamp>,
    /// What they can do.
    pub skills: BTreeSet<Skill>,
}

/// How a mission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MissionState {
    /// The guard has not answered yet.
    Offered,
    /// Under way.
    Accepted,
    /// The guard cannot go.
    Declined,
    /// The guard did not answer.
    TimedOut,
    /// Somebody else was sent, or nobody is needed any more.
    CalledOff,
    /// At the house.
    Arrived,
    /// Left the house, with a report.
    Done,
}

/// A guard's way to a house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mission {
    /// Its number.
    pub number: i64,
    /// To which case.
    pub case: CaseId,
    /// Who goes.
    pub guard: StaffId,
    /// How it stands.
    pub state: MissionState,
    /// When the guard was asked.
    pub offered_at: Timestamp,
    /// When the guard said yes.
    pub accepted_at: Option<Timestamp>,
    /// How long the way was thought to be, when both places were known.
    pub travel: Option<SignedDuration>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Metres by road: the straight line, 1.4 times.
    pub metres: f64,
    /// How long that takes.
    pub time: Duration,
}

/// A guard who can be sent, and how far away they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The guard.
    pub guard: Guard,
    /// How far, when both places are known.
    pub estimate: Option<Estimate>,
    /// Skills that the case asks for and the guard has not.
    pub lacks: Vec<Skill>,
}

impl Place {
    /// A place on earth.
    #[must_use]
    pub fn new(north: f64, east: f64) -> Option<Self> {
        let fits = north.is_finite() && east.is_finite() && north.abs() <= 90.0 && east.abs() <= 180.0;
        fits.then_some(Self { north, east })
    }

    /// Metres north and east of `other`, on a plane: good enough for a town.
    #[must_use]
    pub fn from(self, other: Self) -> (f64, f64) {
        let middle = f64::midpoint(self.north, other.north).to_radians();
        (
            (self.north - other.north) * DEGREE,
            (self.east - other.east) * DEGREE * middle.cos(),
        )
    }
}

impl MissionState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Offered,
        Self::Accepted,
        Self::Declined,
        Self::TimedOut,
        Self::CalledOff,
        Self::Arrived,
        Self::Done,
    ];

    /// The word in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::TimedOut => "timedOut",
            Self::CalledOff => "calledOff",
            Self::Arrived => "arrived",
            Self::Done => "done",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether the guard is busy with it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Offered | Self::Accepted | Self::Arrived)
    }

    /// Whether one state may follow another.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Offered => matches!(next, Self::Accepted | Self::Declined | Self::TimedOut | Self::CalledOff),
            Self::Accepted => matches!(next, Self::Arrived | Self::Declined | Self::CalledOff),
            Self::Arrived => matches!(next, Self::Done),
            Self::Declined | Self::TimedOut | Self::CalledOff | Self::Done => false,
        }
    }
}

impl Mission {
    /// When the guard will be there, once they have said yes and the way is known.
    #[must_use]
    pub fn forecast(&self) -> Option<Timestamp> {
        match (self.state, self.accepted_at, self.travel) {
            (MissionState::Accepted, Some(at), Some(travel)) => at.checked_add(travel).ok(),
            _ => None,
        }
    }

    /// Whether the next guard has to be asked.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state == MissionState::Offered && now.duration_since(self.offered_at) >= OFFER_STANDS
    }
}

/// How far it is from one place to another.
#[must_use]
pub fn estimate(from: Place, to: Place) -> Option<Estimate> {
    let (north, east) = to.from(from);
    let metres = north.hypot(east) * ROAD_FACTOR;
    if metres > FURTHEST {
        return None;
    }
    let time = Duration::try_from_secs_f64(START + metres / SPEED).ok()?;
    Some(Estimate { metres, time })
}

/// The guards who can be sent: first those with every skill in `needed`, the nearest first, then the others, the nearest
/// first; in each, those whose way is not known come last. Nobody is left out for a skill. `busy` have a mission, `asked`
/// have said no or nothing to this one.
#[must_use]
pub fn rank(
    guards: Vec<Guard>,
    house: Option<Place>,
    needed: &[Skill],
    busy: &[StaffId],
    asked: &[StaffId],
) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = guards
        .into_iter()
        .filter(|guard| guard.is_on_duty && !busy.contains(&guard.staff) && !asked.contains(&guard.staff))
        .map(|guard| Ranked {
            estimate: guard.place.zip(house).and_then(|(from, to)| estimate(from, to)),
            lacks: needed
                .iter()
                .copied()
                .filter(|skill| !guard.skills.contains(skill))
                .collect(),
            guard,
        })
        .collect();
    let far = |ranked: &Ranked| ranked.estimate.map_or(f64::INFINITY, |estimate| estimate.metres);
    ranked.sort_by(|left, right| {
        let by_skill = left.lacks.is_empty().cmp(&right.lacks.is_empty()).reverse();
        by_skill
            .then_with(|| far(left).total_cmp(&far(right)))
            .then_with(|| left.guard.staff.cmp(&right.guard.staff))
    });
    ranked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guard(number: u8, place: Option<(f64, f64)>) -> Guard {
        Guard {
            staff: StaffId::from_random([number; 10]),
            is_on_duty: true,
            place: place.and_then(|(north, east)| Place::new(north, east)),
            placed_at: None,
            skills: BTreeSet::new(),
        }
    }

    #[test]
    fn the_nearest_comes_first_and_the_unknown_last() {
        let house = Place::new(35.68, 139.76);
        let guards = vec![
            guard(1, None),
            guard(2, Some((35.70, 139.76))),
            guard(3, Some((35.681, 139.76))),
            guard(4, Some((35.69, 139.76))),
            Guard {
                is_on_duty: false,
                ..guard(5, Some((35.68, 139.76)))
            },
        ];
        let asked = [StaffId::from_random([4; 10])];
        let ranked = rank(guards, house, &[], &[], &asked);
        let order: Vec<StaffId> = ranked.iter().map(|it| it.guard.staff.clone()).collect();
        assert_eq!(order, [3, 2, 1].map(|number| StaffId::from_random([number; 10])));
        let estimate = ranked[1].estimate.unwrap();
        assert!((3_000.0..3_200.0).contains(&estimate.metres), "{estimate:?}");
        assert!((500..600).contains(&estimate.time.as_secs()));
    }

    #[test]
    fn places_that_cannot_be_are_no_places() {
        assert_eq!(Place::new(91.0, 0.0), None);
        assert_eq!(Place::new(f64::NAN, 0.0), None);
        let (tokyo, london) = (Place::new(35.7, 139.8).unwrap(), Place::new(51.5, 0.0).unwrap());
        assert_eq!(estimate(tokyo, london), None);
    }

    #[test]
    fn a_mission_goes_forward_only() {
        for state in MissionState::ALL {
            assert_eq!(MissionState::from_word(state.word()), Some(state));
            assert!(!state.may_become(MissionState::Offered));
        }
        assert!(
            !MissionState::TimedOut.may_become(MissionState::Accepted),
            "a late yes is no yes"
        );
        assert!(!MissionState::Offered.may_become(MissionState::Arrived));
    }

    /// Guards of every kind: on duty or not, with or without a place and skills.
    fn crew() -> impl Strategy<Value = Vec<Guard>> {
        let place = proptest::option::of((35.0..36.0_f64, 139.0..140.0_f64));
        let skills = proptest::sample::subsequence(Skill::ALL.to_vec(), 0..=Skill::ALL.len());
        let one = (any::<bool>(), place, skills);
        proptest::collection::vec(one, 0..20).prop_map(|crew| {
            crew.into_iter()
                .zip(1..)
                .map(|((is_on_duty, place, skills), number)| Guard {
                    is_on_duty,
                    skills: skills.into_iter().collect(),
                    ..guard(number, place)
                })
                .collect()
        })
    }

    proptest! {
        /// Skills move people in the list and take nobody out of it; nearest first holds among those with and those without.
        #[test]
        fn skills_order_and_never_hide(crew in crew(), needed in proptest::sample::subsequence(Skill::ALL.to_vec(), 0..=3)) {
            let house = Place::new(35.5, 139.5);
            let ranked = rank(crew.clone(), house, &needed, &[], &[]);
            let staff = |ranked: &[Ranked]| -> BTreeSet<StaffId> { ranked.iter().map(|it| it.guard.staff.clone()).collect() };
            prop_assert_eq!(staff(&ranked), staff(&rank(crew, house, &[], &[], &[])));
            for pair in ranked.windows(2) {
                let [left, right] = pair else { continue };
                prop_assert!(left.lacks.is_empty() || !right.lacks.is_empty(), "who has the skills comes first");
                if left.lacks.is_empty() == right.lacks.is_empty() {
                    let far = |it: &Ranked| it.estimate.map_or(f64::INFINITY, |it| it.metres);
                    prop_assert!(far(left) <= far(right));
                }
            }
            for it in &ranked {
                let had = needed.iter().filter(|skill| it.guard.skills.contains(skill)).count();
                prop_assert_eq!(had + it.lacks.len(), needed.len());
            }
        }
    }
}
