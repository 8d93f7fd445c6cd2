//! 深刻度: the levels of T3-36.

use std::fmt;

use serde::Serialize;

use super::value::Tenths;
use crate::Text;

/// How severe a value is (T3-36). `Ord` is by severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// なし: 0.
    None,
    /// 注意: 0.1 to 3.9.
    Notice,
    /// 警告: 4.0 to 6.9.
    Warning,
    /// 重要: 7.0 to 8.9.
    Important,
    /// 緊急: 9.0 to 10.0.
    Critical,
}

impl Severity {
    /// Every severity, the mildest first.
    pub const ALL: [Self; 5] = [Self::None, Self::Notice, Self::Warning, Self::Important, Self::Critical];

    /// The severity of a value (T3-36).
    #[must_use]
    #[inline]
    pub const fn of(value: Tenths) -> Self {
        match value.get() {
            0 => Self::None,
            1..40 => Self::Notice,
            40..70 => Self::Warning,
            70..90 => Self::Important,
            _ => Self::Critical,
        }
    }

    /// The word for machines: `none`, `notice`, `warning`, `important`, `critical`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Important => "important",
            Self::Critical => "critical",
        }
    }

    /// The word for people; the Japanese one is the guideline's.
    #[must_use]
    pub const fn title(self) -> Text {
        match self {
            Self::None => Text::new("なし", "none"),
            Self::Notice => Text::new("注意", "notice"),
            Self::Warning => Text::new("警告", "warning"),
            Self::Important => Text::new("重要", "important"),
            Self::Critical => Text::new("緊急", "critical"),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.code())
    }
}
