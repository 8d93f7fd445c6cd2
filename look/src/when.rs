//! Times and dates as a reader writes them: `7:00:21`, `11月23日(月) 7:00`, `Mon 23 Nov 7:00`.
//!
//! Times are always in the zone of the home they speak of, whatever the phone's own zone is.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tomori_runtime::i18n::Lang;

use crate::html::Html;

/// Writes times in one language, for one zone, as seen from one moment.
#[derive(Debug, Clone)]
pub struct When {
    lang: Lang,
    zone: TimeZone,
    now: Timestamp,
}

impl When {
    /// Writes in `lang` for a zone; `now` decides what "today" is.
    #[must_use]
    pub fn new(lang: Lang, zone: TimeZone, now: Timestamp) -> Self {
        Self { lang, zone, now }
    }

    /// The same for an IANA zone name; a name that the tables do not know gives UTC, which the page then says
    /// through [`When::zone_name`].
    #[must_use]
    pub fn in_zone(lang: Lang, zone: &str, now: Timestamp) -> Self {
        Self::new(lang, TimeZone::get(zone).unwrap_or(TimeZone::UTC), now)
    }

    /// The zone's name, where it has one.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The moment this was made for.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Today, in the zone.
    #[must_use]
    pub fn today(&self) -> Date {
        self.civil_date(self.now)
    }

    /// Hours, minutes and seconds: `7:00:21`.
    #[must_use]
    pub fn seconds(&self, at: Timestamp) -> String {
        let time = self.zone.to_datetime(at).time();
        format!("{}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    }

    /// Hours and minutes: `7:00`.
    #[must_use]
    pub fn minutes(&self, at: Timestamp) -> String {
        clock(self.zone.to_datetime(at).time())
    }

    /// A date: `11月23日(月)`, `Mon 23 Nov`; with the year when it is not this year's.
    #[must_use]
    pub fn date(&self, date: Date) -> String {
        let with_year = date.year() != self.today().year();
        let day = weekday_short(self.lang, date.weekday());
        match (self.lang, with_year) {
            (Lang::Ja, false) => format!("{}月{}日({day})", date.month(), date.day()),
            (Lang::Ja, true) => format!("{}年{}月{}日({day})", date.year(), date.month(), date.day()),
            (Lang::En, false) => format!("{day} {} {}", date.day(), month_short(date.month())),
            (Lang::En, true) => format!("{day} {} {} {}", date.day(), month_short(date.month()), date.year()),
        }
    }

    /// A date as people say it when it is near: `今日`, `昨日`, `明日`, otherwise [`When::date`].
    #[must_use]
    pub fn near_date(&self, date: Date) -> String {
        let days = self.today().until(date).map_or(i32::MAX, |span| span.get_days());
        match (self.lang, days) {
            (Lang::Ja, 0) => "今日".to_owned(),
            (Lang::Ja, -1) => "昨日".to_owned(),
            (Lang::Ja, 1) => "明日".to_owned(),
            (Lang::En, 0) => "today".to_owned(),
            (Lang::En, -1) => "yesterday".to_owned(),
            (Lang::En, 1) => "tomorrow".to_owned(),
            _ => self.date(date),
        }
    }

    /// A moment, as short as it can be told today: `7:00:21`, `昨日 7:00`, `11月20日(金) 7:00`.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        let date = self.civil_date(at);
        if date == self.today() {
            self.seconds(at)
        } else {
            format!("{} {}", self.near_date(date), self.minutes(at))
        }
    }

    /// A moment to come or gone by, with its day and without seconds: `明日 7:00`.
    #[must_use]
    pub fn day_and_minutes(&self, at: Timestamp) -> String {
        format!("{} {}", self.near_date(self.civil_date(at)), self.minutes(at))
    }

    /// How long ago, in the largest unit that fits: `3分前`, `3 min ago`. A moment to come counts as now.
    #[must_use]
    pub fn ago(&self, at: Timestamp) -> String {
        let seconds = self.now.duration_since(at).as_secs().max(0);
        let (number, ja, en) = match seconds {
            0..=4 => {
                return if self.lang == Lang::Ja {
                    "たった今".to_owned()
                } else {
                    "just now".to_owned()
                };
            }
            5..=59 => (seconds, "秒前", "s ago"),
            60..=3_599 => (seconds / 60, "分前", "min ago"),
            3_600..=86_399 => (seconds / 3_600, "時間前", "h ago"),
            86_400..=172_799 => (1, "日前", "day ago"),
            _ => (seconds / 86_400, "日前", "days ago"),
        };
        match self.lang {
            Lang::Ja => format!("{number}{ja}"),
            Lang::En => format!("{number} {en}"),
        }
    }

    /// A span: `15分`, `15 min`; hours above two hours, seconds below two minutes.
    #[must_use]
    pub fn span(&self, span: SignedDuration) -> String {
        let seconds = span.as_secs().abs();
        let (number, ja, en) = match seconds {
            0..=119 => (seconds, "秒", "s"),
            120..=7_199 => (seconds / 60, "分", "min"),
            _ => (seconds / 3_600, "時間", "h"),
        };
        match self.lang {
            Lang::Ja => format!("{number}{ja}"),
            Lang::En => format!("{number} {en}"),
        }
    }

    /// [`When::moment`] as a `<time>` element that machines can read too.
    #[must_use]
    pub fn moment_html(&self, at: Timestamp) -> Html {
        time_element(at, &self.moment(at))
    }

    /// [`When::day_and_minutes`] as a `<time>` element.
    #[must_use]
    pub fn day_and_minutes_html(&self, at: Timestamp) -> Html {
        time_element(at, &self.day_and_minutes(at))
    }

    /// The civil date of a moment in the zone.
    #[must_use]
    pub fn civil_date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }
}

/// A time of the day without seconds: `7:00`.
#[must_use]
pub fn clock(time: Time) -> String {
    format!("{}:{:02}", time.hour(), time.minute())
}

/// One letter or three: `月`, `Mon`.
#[must_use]
pub fn weekday_short(lang: Lang, day: Weekday) -> &'static str {
    let names = match lang {
        Lang::Ja => ["月", "火", "水", "木", "金", "土", "日"],
        Lang::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    };
    usize::try_from(day.to_monday_zero_offset())
        .ok()
        .and_then(|at| names.get(at).copied())
        .unwrap_or_default()
}

/// The whole word: `月曜日`, `Monday`.
#[must_use]
pub fn weekday_long(lang: Lang, day: Weekday) -> &'static str {
    let names = match lang {
        Lang::Ja => ["月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日"],
        Lang::En => [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ],
    };
    usize::try_from(day.to_monday_zero_offset())
        .ok()
        .and_then(|at| names.get(at).copied())
        .unwrap_or_default()
}

fn month_short(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    usize::try_from(month - 1)
        .ok()
        .and_then(|at| NAMES.get(at).copied())
        .unwrap_or_default()
}

fn time_element(at: Timestamp, shown: &str) -> Html {
    Html::trusted(format!("<time datetime=\"{at}\">{}</time>", Html::text(shown)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(lang: Lang) -> When {
        // Monday, 23 November 2026, 7:05 in Tokyo.
        When::in_zone(lang, "Asia/Tokyo", "2026-11-22T22:05:00Z".parse().unwrap())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_of_today_has_seconds_and_no_date() {
        assert_eq!(when(Lang::Ja).moment(at("2026-11-22T22:00:21Z")), "7:00:21");
        assert_eq!(when(Lang::En).moment(at("2026-11-22T22:00:21Z")), "7:00:21");
    }

    #[test]
    fn near_days_have_names_and_far_ones_dates() {
        let (ja, en) = (when(Lang::Ja), when(Lang::En));
        assert_eq!(ja.moment(at("2026-11-22T08:59:59Z")), "昨日 17:59");
        assert_eq!(en.moment(at("2026-11-22T08:59:59Z")), "yesterday 17:59");
        assert_eq!(ja.day_and_minutes(at("2026-11-23T22:00:00Z")), "明日 7:00");
        assert_eq!(ja.moment(at("2026-11-19T22:00:00Z")), "11月20日(金) 7:00");
        assert_eq!(en.moment(at("2026-11-19T22:00:00Z")), "Fri 20 Nov 7:00");
        assert_eq!(ja.date("2025-01-01".parse().unwrap()), "2025年1月1日(水)");
        assert_eq!(en.date("2025-01-01".parse().unwrap()), "Wed 1 Jan 2025");
    }

    #[test]
    fn the_day_turns_in_the_home_and_not_in_greenwich() {
        let when = When::in_zone(Lang::En, "Asia/Tokyo", at("2026-11-22T15:30:00Z"));
        assert_eq!(when.moment(at("2026-11-22T14:59:00Z")), "yesterday 23:59");
        assert_eq!(when.moment(at("2026-11-22T15:00:01Z")), "0:00:01");
    }

    #[test]
    fn how_long_ago_takes_the_largest_unit() {
        let ja = when(Lang::Ja);
        for (text, said) in [
            ("2026-11-22T22:04:58Z", "たった今"),
            ("2026-11-22T22:04:30Z", "30秒前"),
            ("2026-11-22T22:02:00Z", "3分前"),
            ("2026-11-22T19:05:00Z", "3時間前"),
            ("2026-11-20T22:05:00Z", "2日前"),
            ("2026-11-22T22:06:00Z", "たった今"),
        ] {
            assert_eq!(ja.ago(at(text)), said);
        }
        assert_eq!(when(Lang::En).ago(at("2026-11-21T20:05:00Z")), "1 day ago");
    }

    #[test]
    fn an_unknown_zone_is_utc_and_says_so() {
        assert_eq!(
            When::in_zone(Lang::En, "Mars/Olympus", at("2026-11-22T22:05:00Z")).zone_name(),
            "UTC"
        );
    }

    #[test]
    fn machines_can_read_it_too() {
        assert_eq!(
            when(Lang::Ja).moment_html(at("2026-11-22T22:00:21Z")).as_str(),
            "<time datetime=\"2026-11-22T22:00:21Z\">7:00:21</time>"
        );
    }
}
