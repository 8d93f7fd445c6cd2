//! A shutter: it takes its time, it can jam, it can be told not to obey from afar.
//!
//! An obstacle is only found by running into it: a jammed shutter obeys, tries for a second, stops and reports the
//! fault. That is what a real one does, and it is the case the services must tell honestly.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tomori_smart_home::DeviceKind;

use super::{Appliance, Codes, Hand, Look};

const OPERATION: u8 = 0xe0;
const DEGREE: u8 = 0xe1;
const REMOTE: u8 = 0xe8;
const STATUS: u8 = 0xea;

/// How long the motor pulls at an obstacle before it gives up.
const TRY: SignedDuration = SignedDuration::from_secs(1);

/// 0x89 while an obstacle is caught.
const OBSTACLE_CAUGHT: u16 = 0x0402;

/// The way from closed to open, in steps: a hundredth of a percent each.
const FULL: i64 = 10_000;

/// A shutter.
#[derive(Debug, Clone)]
pub struct Shutter {
    travel: SignedDuration,
    /// Where it stands, or stood when the movement began.
    from: i64,
    movement: Option<Movement>,
    operation: u8,
    jammed: bool,
    faulty: bool,
    remote_permitted: bool,
}

#[derive(Debug, Clone, Copy)]
struct Movement {
    began: Timestamp,
    to: i64,
}

impl Shutter {
    /// The shortest and longest way from closed to open.
    pub const TRAVEL: std::ops::RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(600);

    /// A shutter that needs `travel` from closed to open, held to 10 ms to 10 min, and is open by `open` percent.
    #[must_use]
    pub fn new(travel: Duration, open: u8) -> Self {
        let travel = travel.clamp(*Self::TRAVEL.start(), *Self::TRAVEL.end());
        Self {
            travel: SignedDuration::try_from(travel).unwrap_or(TRY),
            from: i64::from(open.min(100)) * 100,
            movement: None,
            operation: 0x43,
            jammed: false,
            faulty: false,
            remote_permitted: true,
        }
    }

    /// Where it is now, in steps.
    fn position(&self, now: Timestamp) -> i64 {
        let Some(movement) = self.movement else {
            return self.from;
        };
        if self.jammed {
            return self.from;
        }
        let way = movement.to - self.from;
        let passed = now.duration_since(movement.began).as_millis().max(0);
        let gone = passed.saturating_mul(i128::from(FULL)) / self.travel.as_millis().max(1);
        let gone = i64::try_from(gone).unwrap_or(FULL).min(way.abs());
        self.from + gone * way.signum()
    }

    /// When the movement ends: at its end, or when the motor gives up.
    fn ends(&self) -> Option<Timestamp> {
        let movement = self.movement?;
        let span = if self.jammed {
            TRY
        } else {
            let way = i128::from((movement.to - self.from).abs());
            // Rounded up, so that it has arrived when it is said to end.
            let millis = (way * self.travel.as_millis() + i128::from(FULL) - 1) / i128::from(FULL);
            SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
        };
        Some(movement.began.checked_add(span).unwrap_or(Timestamp::MAX))
    }

    fn stop(&mut self, now: Timestamp) {
        self.from = self.position(now);
        self.movement = None;
    }

    fn go(&mut self, to: i64, now: Timestamp) {
        self.stop(now);
        if to != self.from {
            self.movement = Some(Movement { began: now, to });
        }
    }

    fn operate(&mut self, operation: u8, now: Timestamp) -> bool {
        match operation {
            0x41 => self.go(FULL, now),
            0x42 => self.go(0, now),
            0x43 => self.stop(now),
            _ => return false,
        }
        self.operation = operation;
        true
    }

    fn status(&self) -> u8 {
        match self.movement {
            Some(movement) if movement.to > self.from => 0x43,
            Some(_) => 0x44,
            None if self.from >= FULL => 0x41,
            None if self.from <= 0 => 0x42,
            None => 0x45,
        }
    }
}

impl Appliance for Shutter {
    fn kind(&self) -> DeviceKind {
        DeviceKind::ElectricRainDoor
    }

    fn codes(&self) -> Codes {
        Codes {
            announce: &[OPERATION, DEGREE, REMOTE, STATUS],
            set: &[OPERATION, DEGREE],
            get: &[OPERATION, DEGREE, REMOTE, STATUS],
        }
    }

    fn get(&self, epc: u8, now: Timestamp) -> Option<Vec<u8>> {
        let byte = match epc {
            OPERATION => self.operation,
            DEGREE => u8::try_from((self.position(now) + 50) / 100).unwrap_or(100),
            REMOTE if self.remote_permitted => 0x41,
            REMOTE => 0x42,
            STATUS => self.status(),
            _ => return None,
        };
        Some(vec![byte])
    }

    fn set(&mut self, epc: u8, edt: &[u8], now: Timestamp) -> bool {
        self.pass(now);
        match (epc, edt) {
            (OPERATION, &[operation]) => self.operate(operation, now),
            (DEGREE, &[degree @ 0..=100]) => {
                self.go(i64::from(degree) * 100, now);
                if let Some(movement) = self.movement {
                    self.operation = if movement.to > self.from { 0x41 } else { 0x42 };
                }
                true
            }
            _ => false,
        }
    }

    fn pass(&mut self, now: Timestamp) {
        let Some(ends) = self.ends().filter(|ends| *ends <= now) else {
            return;
        };
        if self.jammed {
            self.faulty = true;
            self.operation = 0x43;
        }
        self.stop(ends);
    }

    fn next_change(&self) -> Option<Timestamp> {
        self.ends()
    }

    fn is_quiet(&self, epc: u8) -> bool {
        epc == DEGREE && self.movement.is_some()
    }

    fn fault(&self) -> Option<u16> {
        self.faulty.then_some(OBSTACLE_CAUGHT)
    }

    fn permits_remote(&self) -> bool {
        self.remote_permitted
    }

    fn permit_remote(&mut self, permitted: bool) -> bool {
        self.remote_permitted = permitted;
        true
    }

    fn by_hand(&mut self, hand: Hand, now: Timestamp) -> bool {
        self.pass(now);
        match hand {
            Hand::Open => self.operate(0x41, now),
            Hand::Close => self.operate(0x42, now),
            Hand::Stop => self.operate(0x43, now),
            _ => false,
        }
    }

    fn jam(&mut self, jammed: bool, now: Timestamp) -> bool {
        self.pass(now);
        if jammed && !self.jammed && self.movement.is_some() {
            self.stop(now);
            self.faulty = true;
            self.operation = 0x43;
        }
        if !jammed {
            // Whoever takes the obstacle away presses the reset button too; a motor that still pulled at it stops.
            if self.jammed {
                self.stop(now);
            }
            self.faulty = false;
        }
        self.jammed = jammed;
        true
    }

    fn power_off(&mut self, now: Timestamp) {
        self.pass(now);
        self.stop(now);
        self.operation = 0x43;
    }

    fn look(&self, now: Timestamp) -> Look {
        let percent = |steps: i64| f64::from(i32::try_from(steps).unwrap_or(0)) / 100.0;
        Look::Shutter {
            open: percent(self.position(now)),
            moving_to: self.movement.map(|movement| percent(movement.to)),
            travel_millis: u64::try_from(self.travel.as_millis()).unwrap_or(u64::MAX),
            jammed: self.jammed,
            remote_permitted: self.remote_permitted,
        }
    }

    fn recall(&mut self, look: &Look) {
        if let Look::Shutter {
            open,
            jammed,
            remote_permitted,
            ..
        } = look
        {
            // Held to 0..=100 first, so that the cast has nothing to cut.
            #[expect(clippy::cast_possible_truncation, reason = "0 to 10,000")]
            let steps = (open.clamp(0.0, 100.0) * 100.0).round() as i64;
            self.from = steps;
            self.jammed = *jammed;
            self.remote_permitted = *remote_permitted;
        }
    }
}

#[cfg(test)]
mod tests;
