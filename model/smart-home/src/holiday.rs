//! Japanese national holidays (国民の祝日) of 2000 to 2099.
//!
//! By the Act on National Holidays of 1948 with its amendments from the "happy Monday" of 2000 on, and the laws that
//! moved single days: the succession of 2019 and the Olympic summers of 2020 and 2021. The equinoxes follow the
//! formula of the Astronomical Observatory's published elements, good for 1980 to 2099; the government announces each
//! in February of the year before, and has never differed.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// The first year the rules here are complete for.
pub const FIRST_YEAR: i16 = 2000;
/// The last year the rules here are good for.
pub const LAST_YEAR: i16 = 2099;

/// A day off by the Act on National Holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Holiday {
    /// 元日.
    NewYear,
    /// 成人の日.
    ComingOfAge,
    /// 建国記念の日.
    Foundation,
    /// 天皇誕生日.
    EmperorsBirthday,
    /// 春分の日.
    VernalEquinox,
    /// 昭和の日.
    Showa,
    /// 憲法記念日.
    Constitution,
    /// みどりの日.
    Greenery,
    /// こどもの日.
    Children,
    /// 海の日.
    Marine,
    /// 山の日.
    Mountain,
    /// 敬老の日.
    RespectForTheAged,
    /// 秋分の日.
    AutumnalEquinox,
    /// スポーツの日; 体育の日 until 2019.
    Sports,
    /// 文化の日.
    Culture,
    /// 勤労感謝の日.
    LabourThanksgiving,
    /// 即位の日, 2019 only.
    Enthronement,
    /// 即位礼正殿の儀の行われる日, 2019 only.
    EnthronementCeremony,
    /// 振替休日: the day in place of a holiday that fell on a Sunday.
    Substitute,
    /// 国民の休日: a day between two holidays.
    Citizens,
}

impl Holiday {
    /// Its name in Japanese.
    #[must_use]
    pub fn name_ja(self) -> &'static str {
        match self {
            Self::NewYear => "元日",
            Self::ComingOfAge => "成人の日",
            Self::Foundation => "建国記念の日",
            Self::EmperorsBirthday => "天皇誕生日",
            Self::VernalEquinox => "春分の日",
            Self::Showa => "昭和の日",
            Self::Constitution => "憲法記念日",
            Self::Greenery => "みどりの日",
            Self::Children => "こどもの日",
            Self::Marine => "海の日",
            Self::Mountain => "山の日",
            Self::RespectForTheAged => "敬老の日",
            Self::AutumnalEquinox => "秋分の日",
            Self::Sports => "スポーツの日",
            Self::Culture => "文化の日",
            Self::LabourThanksgiving => "勤労感謝の日",
            Self::Enthronement => "即位の日",
            Self::EnthronementCeremony => "即位礼正殿の儀の行われる日",
            Self::Substitute => "振替休日",
            Self::Citizens => "国民の休日",
        }
    }

    /// Its name in English.
    #[must_use]
    pub fn name_en(self) -> &'static str {
        match self {
            Self::NewYear => "New Year's Day",
            Self::ComingOfAge => "Coming of Age Day",
            Self::Foundation => "National Foundation Day",
            Self::EmperorsBirthday => "Emperor's Birthday",
            Self::VernalEquinox => "Vernal Equinox Day",
            Self::Showa => "Showa Day",
            Self::Constitution => "Constitution Memorial Day",
            Self::Greenery => "Greenery Day",
            Self::Children => "Children's Day",
            Self::Marine => "Marine Day",
            Self::Mountain => "Mountain Day",
            Self::RespectForTheAged => "Respect for the Aged Day",
            Self::AutumnalEquinox => "Autumnal Equinox Day",
            Self::Sports => "Sports Day",
            Self::Culture => "Culture Day",
            Self::LabourThanksgiving => "Labour Thanksgiving Day",
            Self::Enthronement => "Enthronement Day",
            Self::EnthronementCeremony => "Enthronement Ceremony Day",
            Self::Substitute => "substitute holiday",
            Self::Citizens => "citizens' holiday",
        }
    }
}

/// Whether the date is a day off by the Act. Dates outside 2000 to 2099 are not.
#[must_use]
pub fn is_national_holiday(date: Date) -> bool {
    holiday(date).is_some()
}

/// Which holiday the date is, if it is one. Dates outside 2000 to 2099 are none.
#[must_use]
pub fn holiday(date: Date) -> Option<Holiday> {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
        return None;
    }
    named(date)
        .or_else(|| substitute(date).then_some(Holiday::Substitute))
        .or_else(|| citizens(date).then_some(Holiday::Citizens))
}

/// Article 2 and the laws for single years.
fn named(date: Date) -> Option<Holiday> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    // The n-th Monday of a month is the Monday with a day of the month in this range.
    let monday = |nth: i8| date.weekday() == Weekday::Monday && (nth * 7 - 6..=nth * 7).contains(&day);
    let found = match month {
        1 if day == 1 => Holiday::NewYear,
        1 if monday(2) => Holiday::ComingOfAge,
        2 if day == 11 => Holiday::Foundation,
        2 if day == 23 && year >= 2020 => Holiday::EmperorsBirthday,
        3 if day == vernal_equinox(year) => Holiday::VernalEquinox,
        4 if day == 29 && year >= 2007 => Holiday::Showa,
        4 if day == 29 => Holiday::Greenery,
        5 if day == 1 && year == 2019 => Holiday::Enthronement,
        5 if day == 3 => Holiday::Constitution,
        5 if day == 4 && year >= 2007 => Holiday::Greenery,
        5 if day == 5 => Holiday::Children,
        7 if is_marine_day(year, day, monday(3)) => Holiday::Marine,
        7 if (year, day) == (2020, 24) || (year, day) == (2021, 23) => Holiday::Sports,
        8 if is_mountain_day(year, day) => Holiday::Mountain,
        9 if if year <= 2002 { day == 15 } else { monday(3) } => Holiday::RespectForTheAged,
        9 if day == autumnal_equinox(year) => Holiday::AutumnalEquinox,
        10 if monday(2) && year != 2020 && year != 2021 => Holiday::Sports,
        10 if day == 22 && year == 2019 => Holiday::EnthronementCeremony,
        11 if day == 3 => Holiday::Culture,
        11 if day == 23 => Holiday::LabourThanksgiving,
        12 if day == 23 && year <= 2018 => Holiday::EmperorsBirthday,
        _ => return None,
    };
    Some(found)
}

fn is_marine_day(year: i16, day: i8, third_monday: bool) -> bool {
    match year {
        ..=2002 => day == 20,
        2020 => day == 23,
        2021 => day == 22,
        _ => third_monday,
    }
}

fn is_mountain_day(year: i16, day: i8) -> bool {
    match year {
        ..=2015 => false,
        2020 => day == 10,
        2021 => day == 8,
        _ => day == 11,
    }
}

/// Article 3 (2). Until 2006 the Monday after a holiday on a Sunday; since then the first day after it that is no
/// holiday of its own.
fn substitute(date: Date) -> bool {
    let mut before = date;
    loop {
        let Ok(yesterday) = before.yesterday() else {
            return false;
        };
        before = yesterday;
        if named(before).is_none() {
            return false;
        }
        if before.weekday() == Weekday::Sunday {
            return true;
        }
        if date.year() <= 2006 {
            return false;
        }
    }
}

/// Article 3 (3). Until 2006 not when the day itself is a Sunday.
fn citizens(date: Date) -> bool {
    let between =
        date.yesterday().is_ok_and(|day| named(day).is_some()) && date.tomorrow().is_ok_and(|day| named(day).is_some());
    between && !(date.year() <= 2006 && date.weekday() == Weekday::Sunday)
}

fn vernal_equinox(year: i16) -> i8 {
    equinox(208_431, year)
}

fn autumnal_equinox(year: i16) -> i8 {
    equinox(232_488, year)
}

/// The day of the month: `⌊base + 0.242194 × (year − 1980)⌋ − ⌊(year − 1980) / 4⌋`, in millionths so that no rounding
/// enters. `base` is in ten-thousandths.
fn equinox(base: i64, year: i16) -> i8 {
    let since = i64::from(year) - 1980;
    let day = (base * 100 + 242_194 * since) / 1_000_000 - since / 4;
    i8::try_from(day).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn of_year(year: i16) -> Vec<(i8, i8)> {
        let mut day = date(year, 1, 1);
        let mut found = Vec::new();
        while day.year() == year {
            if is_national_holiday(day) {
                found.push((day.month(), day.day()));
            }
            day = day.tomorrow().unwrap();
        }
        found
    }

    #[test]
    fn the_year_2026_as_the_cabinet_office_published_it() {
        let expected = [
            (1, 1),
            (1, 12),
            (2, 11),
            (2, 23),
            (3, 20),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (5, 6),
            (7, 20),
            (8, 11),
            (9, 21),
            (9, 22),
            (9, 23),
            (10, 12),
            (11, 3),
            (11, 23),
        ];
        assert_eq!(of_year(2026), expected);
        assert_eq!(holiday(date(2026, 5, 6)), Some(Holiday::Substitute));
        assert_eq!(holiday(date(2026, 9, 22)), Some(Holiday::Citizens));
    }

    #[test]
    fn the_succession_of_2019_made_ten_days_off() {
        assert_eq!(holiday(date(2019, 4, 30)), Some(Holiday::Citizens));
        assert_eq!(holiday(date(2019, 5, 1)), Some(Holiday::Enthronement));
        assert_eq!(holiday(date(2019, 5, 2)), Some(Holiday::Citizens));
        assert_eq!(holiday(date(2019, 5, 6)), Some(Holiday::Substitute));
        assert_eq!(holiday(date(2019, 10, 22)), Some(Holiday::EnthronementCeremony));
        assert_eq!(holiday(date(2019, 12, 23)), None);
        assert_eq!(holiday(date(2019, 2, 23)), None);
    }

    #[test]
    fn the_olympic_summers_moved_three_days() {
        let summer = |year: i16| {
            of_year(year)
                .into_iter()
                .filter(|(month, _)| (7..=10).contains(month))
                .collect::<Vec<_>>()
        };
        assert_eq!(summer(2020), [(7, 23), (7, 24), (8, 10), (9, 21), (9, 22)]);
        assert_eq!(summer(2021), [(7, 22), (7, 23), (8, 8), (8, 9), (9, 20), (9, 23)]);
    }

    #[test]
    fn fourth_of_may_before_2007_was_between_two_holidays() {
        assert_eq!(holiday(date(2003, 5, 4)), None, "a Sunday");
        assert_eq!(holiday(date(2004, 5, 4)), Some(Holiday::Citizens));
        assert_eq!(holiday(date(2006, 5, 4)), Some(Holiday::Citizens));
        assert_eq!(holiday(date(2007, 5, 4)), Some(Holiday::Greenery));
    }

    #[test]
    fn a_substitute_skips_over_holidays_since_2007() {
        // The third of May 2009 was a Sunday; the fourth and fifth are holidays of their own.
        assert_eq!(holiday(date(2009, 5, 6)), Some(Holiday::Substitute));
        assert_eq!(holiday(date(2008, 5, 6)), Some(Holiday::Substitute));
        assert_eq!(holiday(date(2007, 2, 12)), Some(Holiday::Substitute));
        assert_eq!(holiday(date(2005, 3, 21)), Some(Holiday::Substitute));
    }

    #[test]
    fn outside_its_century_it_knows_none() {
        assert!(!is_national_holiday(date(1999, 1, 1)));
        assert!(!is_national_holiday(date(2100, 1, 1)));
    }
}
