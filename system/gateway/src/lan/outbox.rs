//! Events that wait for a slow reader. What was superseded is merged; that a device was lost, a node unknown or a
//! name misused is never given up. The line cannot grow past what the house holds.

use std::collections::VecDeque;

use super::LanEvent;

/// The line.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: VecDeque<LanEvent>,
    merged: u64,
}

impl Outbox {
    pub(crate) fn push(&mut self, event: LanEvent) {
        let superseded = |other: &LanEvent| match (other, &event) {
            (
                LanEvent::Reported {
                    device: d1,
                    property: p1,
                    ..
                },
                LanEvent::Reported {
                    device: d2,
                    property: p2,
                    ..
                },
            ) => d1 == d2 && p1 == p2,
            (LanEvent::MovedByHand { device: d1, .. }, LanEvent::MovedByHand { device: d2, .. }) => d1 == d2,
            (LanEvent::UnknownNode { .. } | LanEvent::Impersonation { .. }, _) => *other == event,
            // Lost, back, and lost again before anybody heard of it: lost since the first time.
            (LanEvent::Appeared { device: d1 }, LanEvent::Lost { device: d2, .. }) => {
                d1 == d2 && self.waits(|e| matches!(e, LanEvent::Lost { device, .. } if device == d1))
            }
            _ => false,
        };
        let place = self.waiting.iter().position(superseded);
        if let Some(place) = place {
            let before = self.waiting.remove(place);
            if matches!(before, Some(LanEvent::Reported { .. })) {
                self.merged += 1;
            }
            if matches!(event, LanEvent::Lost { .. }) {
                return;
            }
        }
        self.waiting.push_back(event);
    }

    fn waits(&self, wanted: impl Fn(&LanEvent) -> bool) -> bool {
        self.waiting.iter().any(wanted)
    }

    pub(crate) fn pop(&mut self) -> Option<LanEvent> {
        self.waiting.pop_front()
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many reports were merged so far.
    pub(crate) fn merged(&self) -> u64 {
        self.merged
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tomori_smart_home::property::{Source, name};
    use tomori_smart_home::{DeviceId, PropertyValue, Report};

    use super::*;

    fn device(n: u8) -> DeviceId {
        DeviceId::from_random([n; 10])
    }

    fn reported(n: u8, second: i64) -> LanEvent {
        LanEvent::Reported {
            device: device(n),
            property: name::open_close_status(),
            report: Report {
                value: PropertyValue::Number(f64::from(n)),
                at: Timestamp::from_second(second).unwrap(),
                source: Source::Polled,
            },
        }
    }

    fn lost(n: u8, second: i64) -> LanEvent {
        LanEvent::Lost {
            device: device(n),
            last_heard: Timestamp::from_second(second).unwrap(),
        }
    }

    fn appeared(n: u8) -> LanEvent {
        LanEvent::Appeared { device: device(n) }
    }

    fn all(mut outbox: Outbox) -> Vec<LanEvent> {
        std::iter::from_fn(|| outbox.pop()).collect()
    }

    #[test]
    fn superseded_reports_are_merged_and_counted() {
        let mut outbox = Outbox::default();
        for second in 0..1000 {
            outbox.push(reported(1, second));
            outbox.push(reported(2, second));
        }
        assert_eq!(outbox.merged(), 1998);
        assert_eq!(all(outbox), [reported(1, 999), reported(2, 999)]);
    }

    #[test]
    fn that_a_device_was_lost_is_never_given_up() {
        let mut outbox = Outbox::default();
        outbox.push(lost(1, 5));
        outbox.push(lost(2, 6));
        for second in 10..1000 {
            outbox.push(appeared(1));
            outbox.push(lost(1, second));
        }
        outbox.push(appeared(1));
        assert_eq!(all(outbox), [lost(1, 5), lost(2, 6), appeared(1)]);
    }

    #[test]
    fn a_first_appearance_is_told_before_its_loss() {
        let mut outbox = Outbox::default();
        outbox.push(appeared(1));
        outbox.push(lost(1, 5));
        assert_eq!(all(outbox), [appeared(1), lost(1, 5)]);
    }

    #[test]
    fn a_report_after_a_loss_stays_after_it() {
        let mut outbox = Outbox::default();
        for event in [reported(1, 1), lost(1, 2), appeared(1), reported(1, 3)] {
            outbox.push(event);
        }
        assert_eq!(all(outbox), [lost(1, 2), appeared(1), reported(1, 3)]);
    }
}
