//! What a score is made of.

use std::fmt;

use serde::{Serialize, Serializer};

use super::severity::Severity;

/// Both values of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Score {
    /// 基本値: before measures (3.5.2 (1)).
    pub base: Value,
    /// 環境値: after measures (3.5.2 (2)).
    pub environmental: Value,
}

/// A base value or an environmental value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value {
    /// The value: rounded up and capped.
    pub tenths: Tenths,
    /// What it is without rounding and without the cap; for ranking.
    pub uncapped: Uncapped,
    /// Whether the cap of 10.0 took something away.
    pub capped: bool,
}

/// A value between 0.0 and 10.0 in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tenths(u8);

/// A value without rounding to tenths and without the cap, in ten-thousandths, rounded half up; 0 to about 16.
///
/// With LP × II = 1.8, two fifths of the base vectors reach the cap of 10.0; they can only be ranked by this. Of an environmental value neither the inner nor the outer rounding, nor the cap, is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uncapped(u32);

impl Value {
    /// 深刻度 (T3-36).
    #[must_use]
    #[inline]
    pub const fn severity(self) -> Severity {
        Severity::of(self.tenths)
    }
}

impl Tenths {
    /// 10.0.
    pub const MOST: Self = Self(100);

    /// That many tenths, at most 10.0.
    #[must_use]
    pub const fn new(tenths: u8) -> Option<Self> {
        if tenths <= Self::MOST.0 {
            Some(Self(tenths))
        } else {
            None
        }
    }

    /// That many tenths, 10.0 if there are more.
    #[inline]
    pub(crate) fn saturating(tenths: u64) -> Self {
        // Not above 100, so nothing is cut off.
        Self(tenths.min(100) as u8)
    }

    /// The number of tenths, 0 to 100.
    #[must_use]
    #[inline]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Uncapped {
    #[inline]
    pub(crate) fn of(ten_thousandths: u64) -> Self {
        // Not above 170 000, so nothing is cut off.
        Self(ten_thousandths as u32)
    }

    /// The number of ten-thousandths.
    #[must_use]
    pub const fn ten_thousandths(self) -> u32 {
        self.0
    }
}

/// With one decimal.
impl fmt::Display for Tenths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// With four decimals.
impl fmt::Display for Uncapped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

/// As text, for a decimal fraction is no binary one.
impl Serialize for Tenths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// As text, for a decimal fraction is no binary one.
impl Serialize for Uncapped {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
