//! Schedules in words: when, on which days, whether they rest.

use jiff::civil::Weekday;
use tomori_look::{When, when};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::schedule::{Moment, Pause, Weekdays};

use super::Say;

pub(crate) const DAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

const WEEKEND: Weekdays = Weekdays(0b110_0000);

impl Say {
    /// The moment of the day: `7:00`, `日の出の10分後`.
    pub(crate) fn moment(self, moment: Moment) -> String {
        match moment {
            Moment::Clock { time } => when::clock(time),
            Moment::Sunrise { offset_minutes: 0 } => self.text("moment-sunrise"),
            Moment::Sunrise { offset_minutes } if offset_minutes < 0 => self.with(
                "moment-before-sunrise",
                &[("minutes", i64::from(offset_minutes).abs().into())],
            ),
            Moment::Sunrise { offset_minutes } => {
                self.with("moment-after-sunrise", &[("minutes", i64::from(offset_minutes).into())])
            }
            Moment::Sunset { offset_minutes: 0 } => self.text("moment-sunset"),
            Moment::Sunset { offset_minutes } if offset_minutes < 0 => self.with(
                "moment-before-sunset",
                &[("minutes", i64::from(offset_minutes).abs().into())],
            ),
            Moment::Sunset { offset_minutes } => {
                self.with("moment-after-sunset", &[("minutes", i64::from(offset_minutes).into())])
            }
        }
    }

    /// The days: `毎日`, `平日`, `月・水・金`.
    pub(crate) fn weekdays(self, weekdays: Weekdays) -> String {
        match weekdays {
            Weekdays::ALL => self.text("days-all"),
            Weekdays::WORKING => self.text("days-working"),
            WEEKEND => self.text("days-weekend"),
            some => {
                let names: Vec<_> = DAYS
                    .into_iter()
                    .filter(|day| some.contains(*day))
                    .map(|day| when::weekday_short(self.lang, day))
                    .collect();
                names.join(if self.lang == Lang::Ja { "・" } else { ", " })
            }
        }
    }

    /// Whether it rests: `None` while it runs.
    pub(crate) fn pause(self, pause: Pause, when: &When) -> Option<String> {
        match pause {
            Pause::Running => None,
            Pause::Paused => Some(self.text("pause-paused")),
            Pause::PausedUntil { date } if date <= when.today() => None,
            Pause::PausedUntil { date } => Some(self.with("pause-until", &[("date", when.date(date).into())])),
        }
    }
}
