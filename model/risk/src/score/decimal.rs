//! Finite decimals of any length. Every figure of 3.5.2 is one: there is no division in it.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, Mul, Sub};

use num_bigint::{BigInt, Sign};
use serde::{Serialize, Serializer};

/// An exact number, `units` × 10^-`places`.
#[derive(Debug, Clone)]
pub struct Decimal {
    units: BigInt,
    places: u32,
}

impl Decimal {
    /// `units` × 10^-`places`: `new(642, 2)` is 6.42.
    #[must_use]
    pub fn new(units: impl Into<BigInt>, places: u32) -> Self {
        let units = units.into();
        Self { units, places }
    }

    /// A weight of the tables, which all have two decimals.
    #[must_use]
    pub fn hundredths(hundredths: u32) -> Self {
        Self::new(hundredths, 2)
    }

    /// Its `exponent`-th power.
    #[must_use]
    pub fn pow(&self, exponent: u32) -> Self {
        Self::new(self.units.pow(exponent), self.places * exponent)
    }

    /// Whether it is above zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.units.sign() == Sign::Plus
    }

    /// How many units of 10^-`places` it has, and whether something is left over. Only for what is not negative.
    pub(super) fn floor(&self, places: u32) -> (BigInt, bool) {
        if places >= self.places {
            (self.at(places), false)
        } else {
            let step = ten_to(self.places - places);
            let units = &self.units / &step;
            let rest = &self.units % &step;
            (units, rest.sign() != Sign::NoSign)
        }
    }

    /// Rounded up to that many decimals. Only for what is not negative.
    #[must_use]
    pub fn rounded_up(&self, places: u32) -> Self {
        let (units, more) = self.floor(places);
        Self::new(units + u8::from(more), places)
    }

    /// How many whole units of 10^-`places` it has. Only for what is not negative and not large.
    pub(crate) fn units_at(&self, places: u32) -> u64 {
        u64::try_from(self.floor(places).0).unwrap_or_default()
    }

    /// Its units if it had that many decimals, which are not fewer than it has.
    fn at(&self, places: u32) -> BigInt {
        &self.units * ten_to(places.saturating_sub(self.places))
    }
}

fn ten_to(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

impl Add for &Decimal {
    type Output = Decimal;

    fn add(self, other: Self) -> Decimal {
        let places = self.places.max(other.places);
        Decimal::new(self.at(places) + other.at(places), places)
    }
}

impl Sub for &Decimal {
    type Output = Decimal;

    fn sub(self, other: Self) -> Decimal {
        let places = self.places.max(other.places);
        Decimal::new(self.at(places) - other.at(places), places)
    }
}

impl Mul for &Decimal {
    type Output = Decimal;

    fn mul(self, other: Self) -> Decimal {
        Decimal::new(&self.units * &other.units, self.places + other.places)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let places = self.places.max(other.places);
        self.at(places).cmp(&other.at(places))
    }
}

/// All its digits, without zeros at the end: `0.914816`. With a precision, at most so many decimals, and `…` in place
/// of those that are cut off.
impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.units.sign() == Sign::Minus {
            formatter.write_str("-")?;
        }
        let width = self.places as usize + 1;
        let digits = format!("{:0>width$}", self.units.magnitude().to_string());
        let (whole, part) = digits.split_at(digits.len() - self.places as usize);
        formatter.write_str(whole)?;
        let part = part.trim_end_matches('0');
        let shown = formatter.precision().and_then(|most| part.get(..most)).unwrap_or(part);
        if !shown.is_empty() {
            write!(formatter, ".{shown}")?;
        }
        if shown.len() < part.len() {
            formatter.write_str("…")?;
        }
        Ok(())
    }
}

/// All its digits, as text.
impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_shown_in_full_or_cut_openly() {
        let shown = |decimal: &Decimal| decimal.to_string();
        assert_eq!(shown(&Decimal::new(642, 2)), "6.42");
        assert_eq!(shown(&Decimal::new(5, 3)), "0.005");
        assert_eq!(shown(&Decimal::new(-21_808, 5)), "-0.21808");
        assert_eq!(shown(&Decimal::new(1200, 2)), "12");
        assert_eq!(format!("{:.3}", Decimal::new(914_816, 6)), "0.914…");
        assert_eq!(format!("{:.3}", Decimal::new(914_000, 6)), "0.914");
    }

    #[test]
    fn rounding_up_looks_at_every_digit() {
        let little = &Decimal::new(81, 1) + &Decimal::new(1, 90);
        assert_eq!(little.rounded_up(1), Decimal::new(82, 1));
        assert_eq!(Decimal::new(8_100, 3).rounded_up(1), Decimal::new(81, 1));
        assert_eq!(Decimal::new(23, 1).rounded_up(1).to_string(), "2.3");
        assert!(Decimal::new(23, 1) < Decimal::new(2_301, 3));
    }
}
