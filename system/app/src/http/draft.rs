//! A schedule as a form: what was written, what is wrong with it, what it means.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::{Calendar, Moment, Pause, Weekdays};
use tomori_smart_home::{DeviceId, PropertyValue, ResidentId, Schedule, ScheduleId};

use super::fields::Fields;
use crate::port::Draft;
use crate::say::Say;

/// What somebody wrote, as they wrote it, so that it can be shown again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DraftForm {
    pub(crate) device: String,
    pub(crate) deed: String,
    pub(crate) degree: String,
    pub(crate) days: Vec<String>,
    pub(crate) at: String,
    pub(crate) time: String,
    pub(crate) side: String,
    pub(crate) offset: String,
    pub(crate) holidays_off: bool,
    pub(crate) pause: String,
    pub(crate) until: String,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    Device,
    Deed,
    Degree,
    Days,
    At,
    Time,
    Offset,
    Pause,
    Until,
}

impl Wrong {
    /// What to do about it.
    pub(crate) fn text(self, say: Say) -> String {
        match self {
            Self::Device => say.text("wrong-device"),
            Self::Deed => say.text("wrong-deed"),
            Self::Degree => say.text("wrong-degree"),
            Self::Days => say.text("wrong-days"),
            Self::At => say.text("wrong-at"),
            Self::Time => say.text("wrong-time"),
            Self::Offset => say.text("wrong-offset"),
            Self::Pause => say.text("wrong-pause"),
            Self::Until => say.text("wrong-until"),
        }
    }

    /// The field that the port refused, by its name there.
    pub(crate) fn of_port(field: &str) -> Self {
        match field {
            "device" => Self::Device,
            "weekdays" => Self::Days,
            "moment" => Self::Time,
            "pause" => Self::Until,
            _ => Self::Deed,
        }
    }
}

impl DraftForm {
    /// A new schedule: open at seven on every day.
    pub(crate) fn blank(device: &str) -> Self {
        Self {
            device: device.to_owned(),
            deed: "open".to_owned(),
            degree: "50".to_owned(),
            days: (0..7).map(|day| day.to_string()).collect(),
            at: "clock".to_owned(),
            time: "07:00".to_owned(),
            side: "after".to_owned(),
            offset: "0".to_owned(),
            holidays_off: false,
            pause: "running".to_owned(),
            until: String::new(),
        }
    }

    /// The form of a schedule that exists.
    pub(crate) fn of(schedule: &Schedule) -> Self {
        let mut form = Self::blank(schedule.device.as_str());
        match (&schedule.value, schedule.value.as_number()) {
            (_, Some(degree)) => {
                "position".clone_into(&mut form.deed);
                form.degree = format!("{degree:.0}");
            }
            (value, None) => form.deed = value.as_word().unwrap_or_default().to_owned(),
        }
        form.days = (0..7_u8)
            .filter(|day| schedule.weekdays.0 & (1 << day) != 0)
            .map(|day| day.to_string())
            .collect();
        let mut sun = |at: &str, minutes: i16| {
            at.clone_into(&mut form.at);
            form.side = if minutes < 0 { "before" } else { "after" }.to_owned();
            form.offset = minutes.unsigned_abs().to_string();
        };
        match schedule.moment {
            Moment::Clock { time } => form.time = format!("{:02}:{:02}", time.hour(), time.minute()),
            Moment::Sunrise { offset_minutes } => sun("sunrise", offset_minutes),
            Moment::Sunset { offset_minutes } => sun("sunset", offset_minutes),
        }
        form.holidays_off = schedule.holidays_off;
        match schedule.pause {
            Pause::Running => {}
            Pause::Paused => "paused".clone_into(&mut form.pause),
            Pause::PausedUntil { date } => {
                "until".clone_into(&mut form.pause);
                form.until = date.to_string();
            }
        }
        form
    }

    /// What came from the browser, cut to what a field can hold.
    pub(crate) fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).chars().take(64).collect::<String>();
        Self {
            device: get("device"),
            deed: get("deed"),
            degree: get("degree"),
            days: fields
                .all("day")
                .take(7)
                .map(|day| day.chars().take(2).collect())
                .collect(),
            at: get("at"),
            time: get("time"),
            side: get("side"),
            offset: get("offset"),
            holidays_off: fields.ticked("off"),
            pause: get("pause"),
            until: get("until"),
        }
    }

    /// What it means.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the form.
    pub(crate) fn read(&self) -> Result<Draft, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let device = keep(&mut wrong, self.device.parse::<DeviceId>().map_err(|_| Wrong::Device));
        let deed = keep(&mut wrong, self.deed());
        let moment = keep(&mut wrong, self.moment());
        let weekdays = keep(&mut wrong, self.weekdays());
        let pause = keep(&mut wrong, self.pause());
        match (device, deed, moment, weekdays, pause) {
            (Some(device), Some((property, value)), Some(moment), Some(weekdays), Some(pause)) => Ok(Draft {
                device,
                property,
                value,
                weekdays,
                moment,
                holidays_off: self.holidays_off,
                pause,
            }),
            _ => Err(wrong),
        }
    }

    fn deed(&self) -> Result<(tomori_smart_home::PropertyName, PropertyValue), Wrong> {
        match self.deed.as_str() {
            word @ ("open" | "close") => Ok((name::open_close_operation(), PropertyValue::word(word))),
            "position" => match digits(&self.degree).and_then(|text| text.parse::<u8>().ok()) {
                Some(degree) if degree <= 100 => {
                    Ok((name::degree_of_opening(), PropertyValue::Number(f64::from(degree))))
                }
                _ => Err(Wrong::Degree),
            },
            _ => Err(Wrong::Deed),
        }
    }

    fn moment(&self) -> Result<Moment, Wrong> {
        let offset = || {
            let minutes = digits(&self.offset).and_then(|text| text.parse::<i16>().ok());
            match (minutes, self.side.as_str()) {
                (Some(minutes), _) if minutes > Schedule::FARTHEST_OFFSET_MINUTES => Err(Wrong::Offset),
                (Some(minutes), "before") => Ok(-minutes),
                (Some(minutes), "after") => Ok(minutes),
                _ => Err(Wrong::Offset),
            }
        };
        match self.at.as_str() {
            "clock" => clock(&self.time).map(|time| Moment::Clock { time }).ok_or(Wrong::Time),
            "sunrise" => Ok(Moment::Sunrise {
                offset_minutes: offset()?,
            }),
            "sunset" => Ok(Moment::Sunset {
                offset_minutes: offset()?,
            }),
            _ => Err(Wrong::At),
        }
    }

    fn weekdays(&self) -> Result<Weekdays, Wrong> {
        let mut bits = 0_u8;
        for day in &self.days {
            match day.parse::<u8>() {
                Ok(day) if day < 7 => bits |= 1 << day,
                _ => return Err(Wrong::Days),
            }
        }
        if bits == 0 {
            Err(Wrong::Days)
        } else {
            Ok(Weekdays(bits))
        }
    }

    fn pause(&self) -> Result<Pause, Wrong> {
        match self.pause.as_str() {
            "running" => Ok(Pause::Running),
            "paused" => Ok(Pause::Paused),
            "until" => {
                let date = self
                    .until
                    .parse::<Date>()
                    .ok()
                    .filter(|date| (2000..2100).contains(&date.year()));
                date.map(|date| Pause::PausedUntil { date }).ok_or(Wrong::Until)
            }
            _ => Err(Wrong::Pause),
        }
    }
}

/// The next moments a draft would act at, at most `most`.
pub(crate) fn next_firings(draft: &Draft, calendar: &Calendar, now: Timestamp, most: usize) -> Vec<Timestamp> {
    let schedule = Schedule {
        // Neither the id nor the person has a say in when a schedule fires.
        id: ScheduleId::from_random([0; 10]),
        resident: ResidentId::from_random([0; 10]),
        device: draft.device.clone(),
        property: draft.property.clone(),
        value: draft.value.clone(),
        weekdays: draft.weekdays,
        moment: draft.moment,
        holidays_off: draft.holidays_off,
        pause: draft.pause,
        version: 0,
    };
    std::iter::successors(calendar.next_firing(&schedule, now), |last| {
        calendar.next_firing(&schedule, last.at)
    })
    .map(|firing| firing.at)
    .take(most)
    .collect()
}

/// Digits only, full-width ones included: Japanese keyboards write them.
fn digits(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .map(|letter| match letter {
            '０'..='９' => char::from_u32(u32::from(letter) - u32::from('０') + u32::from('0')).unwrap_or(letter),
            other => other,
        })
        .collect();
    (!plain.is_empty() && plain.len() <= 5 && plain.bytes().all(|byte| byte.is_ascii_digit())).then_some(plain)
}

/// `7:00`, `07:00`, `07:00:00`, `７：００`.
fn clock(text: &str) -> Option<Time> {
    let plain = text.replace('：', ":");
    let mut parts = plain.split(':');
    let mut part = || digits(parts.next()?)?.parse::<i8>().ok();
    let (hour, minute) = (part()?, part()?);
    let second = part().unwrap_or(0);
    if parts.next().is_some() || second != 0 {
        return None;
    }
    Time::new(hour, minute, 0, 0).ok()
}

fn keep<T>(wrong: &mut Vec<Wrong>, read: Result<T, Wrong>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(what) => {
            wrong.push(what);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tomori_smart_home::schedule::Place;

    use super::*;

    fn form() -> DraftForm {
        DraftForm::blank("dev_1")
    }

    #[test]
    fn a_blank_form_is_a_schedule_already() {
        let draft = form().read().unwrap();
        assert_eq!(draft.weekdays, Weekdays::ALL);
        assert_eq!(
            draft.moment,
            Moment::Clock {
                time: Time::constant(7, 0, 0, 0)
            }
        );
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, read) in [
            ("07:00", Some((7, 0))),
            ("7:05", Some((7, 5))),
            ("07:00:00", Some((7, 0))),
            ("２１：３０", Some((21, 30))),
            ("07:00:30", None),
            ("24:00", None),
            ("7", None),
            ("-7:00", None),
            ("7:00:00:00", None),
            ("", None),
        ] {
            assert_eq!(clock(text).map(|time| (time.hour(), time.minute())), read, "{text}");
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let wrong = DraftForm {
            device: "<script>".to_owned(),
            deed: "position".to_owned(),
            degree: "101".to_owned(),
            days: vec![],
            at: "sunrise".to_owned(),
            offset: "181".to_owned(),
            pause: "until".to_owned(),
            until: "2026-02-30".to_owned(),
            ..form()
        };
        assert_eq!(
            wrong.read().unwrap_err(),
            [Wrong::Device, Wrong::Degree, Wrong::Offset, Wrong::Days, Wrong::Until]
        );
    }

    #[test]
    fn the_next_moments_follow_days_and_holidays() {
        let place = Place::new("Asia/Tokyo", 35.68, 139.77).unwrap();
        let calendar = Calendar::new(&place).unwrap();
        // Saturday, 21 November 2026, 12:00; Monday the 23rd is a holiday.
        let now: Timestamp = "2026-11-21T03:00:00Z".parse().unwrap();
        let mut draft = form();
        draft.days = vec!["0".to_owned(), "1".to_owned()];
        draft.holidays_off = true;
        let moments = next_firings(&draft.read().unwrap(), &calendar, now, 2);
        let expected: Vec<Timestamp> = ["2026-11-23T22:00:00Z", "2026-11-29T22:00:00Z"]
            .map(|text| text.parse().unwrap())
            .into();
        assert_eq!(moments, expected);
    }

    proptest! {
        /// What a schedule says, its form says back.
        #[test]
        fn a_schedule_survives_its_form(
            days in 1_u8..128,
            hour in 0_i8..24,
            minute in 0_i8..60,
            offset in -180_i16..=180,
            which in 0_usize..3,
            degree in proptest::option::of(0_u8..=100),
            off in any::<bool>(),
            rests in 0_usize..3,
        ) {
            let (property, value) = match degree {
                Some(degree) => (name::degree_of_opening(), PropertyValue::Number(f64::from(degree))),
                None => (name::open_close_operation(), PropertyValue::word("close")),
            };
            let schedule = Schedule {
                id: "sch_1".parse().unwrap(),
                resident: "res_1".parse().unwrap(),
                device: "dev_1".parse().unwrap(),
                property,
                value,
                weekdays: Weekdays(days),
                moment: match which {
                    0 => Moment::Clock { time: Time::constant(hour, minute, 0, 0) },
                    1 => Moment::Sunrise { offset_minutes: offset },
                    _ => Moment::Sunset { offset_minutes: offset },
                },
                holidays_off: off,
                pause: match rests {
                    0 => Pause::Running,
                    1 => Pause::Paused,
                    _ => Pause::PausedUntil { date: Date::constant(2027, 1, 4) },
                },
                version: 3,
            };
            let draft = DraftForm::of(&schedule).read().unwrap();
            prop_assert_eq!(draft.value, schedule.value);
            prop_assert_eq!(draft.property, schedule.property);
            prop_assert_eq!(draft.weekdays, schedule.weekdays);
            prop_assert_eq!(draft.moment, schedule.moment);
            prop_assert_eq!(draft.holidays_off, schedule.holidays_off);
            prop_assert_eq!(draft.pause, schedule.pause);
        }
    }
}
