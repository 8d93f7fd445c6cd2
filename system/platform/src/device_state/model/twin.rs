//! What a report is worth.

use jiff::{SignedDuration, Timestamp};

use super::{Quality, Reachability};

/// How far ahead of ours a gateway's clock is believed.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// What is known of a device's presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::device_state) struct Liveness {
    /// By the gateway's last word.
    pub(in crate::device_state) reachability: Reachability,
    /// When the absence before its present presence began.
    pub(in crate::device_state) doubt_since: Option<Timestamp>,
    /// How many events the home had stored when the device last appeared.
    pub(in crate::device_state) appeared_after: u64,
}

/// What a report is worth, given who can be reached. `report` is when it was said and its place among the home's
/// events; places, not times, decide what came before an absence, because clocks jump.
pub(in crate::device_state) fn quality(
    gateway: Reachability,
    device: Liveness,
    report: Option<(Timestamp, u64)>,
) -> Quality {
    let Some((at, event)) = report else {
        return Quality::Unknown { since: None };
    };
    match (gateway, device.reachability) {
        (Reachability::Unreachable { since: left }, Reachability::Unreachable { since: right }) => Quality::Unknown {
            since: Some(left.min(right)),
        },
        (Reachability::Unreachable { since }, _) | (_, Reachability::Unreachable { since }) => {
            Quality::Unknown { since: Some(since) }
        }
        (Reachability::Never, _) => Quality::Unknown { since: Some(at) },
        (Reachability::Reachable { .. }, _) if event < device.appeared_after => Quality::Stale {
            since: device.doubt_since.unwrap_or(at),
        },
        (Reachability::Reachable { .. }, _) => Quality::Confirmed,
    }
}

/// The time of an event as we keep it: the gateway's word, unless it lies in our future. A wrong clock in a house
/// must not make a state look newer than it can be.
pub(in crate::device_state) fn plausible(said: Timestamp, now: Timestamp) -> Timestamp {
    if said.duration_since(now) > TOLERANCE {
        now
    } else {
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn alive(appeared_after: u64) -> Liveness {
        Liveness {
            reachability: Reachability::Reachable { since: at(50) },
            doubt_since: Some(at(40)),
            appeared_after,
        }
    }

    #[test]
    fn a_value_is_confirmed_only_while_device_and_gateway_answer() {
        let connected = Reachability::Reachable { since: at(1) };
        assert_eq!(quality(connected, alive(5), Some((at(60), 5))), Quality::Confirmed);
        assert_eq!(
            quality(connected, alive(5), Some((at(60), 4))),
            Quality::Stale { since: at(40) }
        );
        assert_eq!(quality(connected, alive(5), None), Quality::Unknown { since: None });
        let lost = Liveness {
            reachability: Reachability::Unreachable { since: at(70) },
            ..alive(5)
        };
        assert_eq!(
            quality(connected, lost, Some((at(60), 9))),
            Quality::Unknown { since: Some(at(70)) }
        );
        let away = Reachability::Unreachable { since: at(65) };
        assert_eq!(
            quality(away, alive(5), Some((at(60), 9))),
            Quality::Unknown { since: Some(at(65)) }
        );
        assert_eq!(
            quality(away, lost, Some((at(60), 9))),
            Quality::Unknown { since: Some(at(65)) }
        );
    }

    #[test]
    fn a_gateway_clock_ahead_of_ours_is_not_believed() {
        assert_eq!(plausible(at(1_000_000), at(10)), at(10));
        assert_eq!(plausible(at(100), at(10)), at(100));
        assert_eq!(plausible(at(1), at(10)), at(1));
    }
}
