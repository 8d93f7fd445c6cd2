//! When schedules fire, held against golden moments and against an oracle that knows nothing of gaps and folds: it
//! walks the house's clock minute by minute.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::civil::{Date, Time, date, time};
use jiff::{Span, Timestamp};
use proptest::prelude::*;
use tomori_smart_home::holiday::is_national_holiday;
use tomori_smart_home::schedule::{
    Calendar, Firing, Moment, Pause, Place, Schedule, ScheduleError, Weekdays, zone_names,
};
use tomori_smart_home::{DeviceId, PropertyValue, ResidentId, ScheduleId, property};

const ZONES: [&str; 12] = [
    "Asia/Tokyo",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Gaza",
    "America/Nuuk",
    "Antarctica/Troll",
    "Asia/Kathmandu",
];

fn at_clock(hour: i8, minute: i8) -> Moment {
    Moment::Clock {
        time: time(hour, minute, 0, 0),
    }
}

fn schedule(moment: Moment) -> Schedule {
    Schedule {
        id: ScheduleId::from_random([7; 10]),
        resident: ResidentId::from_random([1; 10]),
        device: DeviceId::from_random([2; 10]),
        property: property::name::open_close_operation(),
        value: PropertyValue::word("open"),
        weekdays: Weekdays::ALL,
        moment,
        holidays_off: false,
        pause: Pause::Running,
        version: 1,
    }
}

fn calendar(zone: &str) -> Calendar {
    Calendar::new(&Place::new(zone, 35.69, 139.69).unwrap()).unwrap()
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn fires(zone: &str, hour: i8, minute: i8, on: Date) -> Option<Timestamp> {
    let firing = calendar(zone).firing_on(&schedule(at_clock(hour, minute)), on);
    firing.map(|firing| firing.at)
}

/// The first minute at which the house's clock shows the wanted time of the date or a later one; `None` when its
/// calendar never shows the date.
fn scanned(calendar: &Calendar, on: Date, wanted: Time) -> Option<Timestamp> {
    let wanted = on.to_datetime(wanted);
    let start = on.yesterday().unwrap().yesterday().unwrap().at(0, 0, 0, 0);
    let start = jiff::tz::Offset::UTC.to_timestamp(start).unwrap();
    let mut first = None;
    let mut date_seen = false;
    for minute in 0..(5 * 24 * 60) {
        let now = start + Span::new().minutes(minute);
        let local = calendar.zone().to_datetime(now);
        date_seen |= local.date() == on;
        if first.is_none() && local >= wanted {
            first = Some(now);
        }
    }
    first.filter(|_| date_seen)
}

#[test]
fn seven_in_tokyo() {
    assert_eq!(
        fires("Asia/Tokyo", 7, 0, date(2026, 11, 24)),
        Some(moment("2026-11-23T22:00:00Z"))
    );
}

#[test]
fn a_skipped_time_fires_when_the_clock_goes_on() {
    // 2:30 does not exist in Berlin that night: at 2:00 it is 3:00.
    assert_eq!(
        fires("Europe/Berlin", 2, 30, date(2026, 3, 29)),
        Some(moment("2026-03-29T01:00:00Z"))
    );
    // Half an hour only, on Lord Howe Island.
    assert_eq!(
        fires("Australia/Lord_Howe", 2, 10, date(2026, 10, 4)),
        Some(moment("2026-10-03T15:30:00Z"))
    );
    // Midnight itself is skipped in Havana.
    assert_eq!(
        fires("America/Havana", 0, 0, date(2026, 3, 8)),
        Some(moment("2026-03-08T05:00:00Z"))
    );
}

#[test]
fn a_repeated_time_fires_the_first_time_only() {
    let first = moment("2026-10-25T00:30:00Z");
    assert_eq!(fires("Europe/Berlin", 2, 30, date(2026, 10, 25)), Some(first));
    let next = calendar("Europe/Berlin")
        .next_firing(&schedule(at_clock(2, 30)), first)
        .unwrap();
    assert_eq!(next.date, date(2026, 10, 26));
}

#[test]
fn a_date_that_a_zone_skipped_has_no_firing() {
    assert_eq!(fires("Pacific/Apia", 7, 0, date(2011, 12, 30)), None);
    assert_eq!(fires("Pacific/Apia", 0, 0, date(2011, 12, 30)), None);
    assert!(fires("Pacific/Apia", 7, 0, date(2011, 12, 31)).is_some());
    let polar = Place::new("Pacific/Apia", -13.8, -171.8).unwrap();
    let sun = schedule(Moment::Sunrise { offset_minutes: 0 });
    assert_eq!(Calendar::new(&polar).unwrap().firing_on(&sun, date(2011, 12, 30)), None);
}

#[test]
fn polar_day_and_night_have_no_firing() {
    let place = Place::new("Arctic/Longyearbyen", 78.22, 15.65).unwrap();
    let calendar = Calendar::new(&place).unwrap();
    let rise = schedule(Moment::Sunrise { offset_minutes: 0 });
    let set = schedule(Moment::Sunset { offset_minutes: 30 });
    for day in [date(2026, 6, 21), date(2026, 12, 21)] {
        assert_eq!(calendar.firing_on(&rise, day), None);
        assert_eq!(calendar.firing_on(&set, day), None);
    }
    let after_night = calendar.next_firing(&rise, moment("2026-12-01T00:00:00Z")).unwrap();
    assert!(
        (date(2027, 2, 10)..=date(2027, 2, 20)).contains(&after_night.date),
        "{after_night:?}"
    );
}

#[test]
fn a_sunset_after_midnight_belongs_to_the_day_before() {
    let calendar = Calendar::new(&Place::new("Europe/Oslo", 68.44, 17.43).unwrap()).unwrap();
    let firing = calendar
        .firing_on(&schedule(Moment::Sunset { offset_minutes: 60 }), date(2026, 5, 23))
        .unwrap();
    assert_eq!(calendar.date(firing.at), date(2026, 5, 24));
    let found = calendar.next_firing(
        &schedule(Moment::Sunset { offset_minutes: 60 }),
        firing.at - Span::new().seconds(1),
    );
    assert_eq!(found, Some(firing));
}

#[test]
fn far_from_its_meridian_a_house_keeps_its_own_date() {
    // Kiritimati counts +14 at 157° west: its sun is a day "late" against Greenwich.
    let calendar = Calendar::new(&Place::new("Pacific/Kiritimati", 1.87, -157.43).unwrap()).unwrap();
    for on in [date(2026, 4, 2), date(2026, 10, 9)] {
        assert_eq!(calendar.date(calendar.sunrise(on).unwrap()), on);
        assert_eq!(calendar.date(calendar.sunset(on).unwrap()), on);
    }
}

#[test]
fn weekdays_holidays_and_pauses_are_kept() {
    let calendar = calendar("Asia/Tokyo");
    let mut working = schedule(at_clock(7, 0));
    working.weekdays = Weekdays::WORKING;
    working.holidays_off = true;
    // Friday 20 November; Monday 23 is Labour Thanksgiving Day.
    let friday = calendar.firing_on(&working, date(2026, 11, 20)).unwrap();
    let next = calendar.next_firing(&working, friday.at).unwrap();
    assert_eq!(next.date, date(2026, 11, 24));
    working.pause = Pause::PausedUntil { date: date(2030, 1, 1) };
    assert_eq!(calendar.firing_on(&working, date(2029, 12, 31)), None);
    assert_eq!(
        calendar.next_firing(&working, friday.at).unwrap().date,
        date(2030, 1, 2)
    );
    working.pause = Pause::Paused;
    assert_eq!(calendar.next_firing(&working, friday.at), None);
}

#[test]
fn too_long_a_span_is_refused_and_names_its_length() {
    let from = moment("2026-01-01T00:00:00Z");
    let far = moment("2028-01-01T00:00:00Z");
    let refused = calendar("Asia/Tokyo").firings_between(&[], from, far).unwrap_err();
    assert_eq!(refused, ScheduleError::SpanTooLong { days: 730 });
}

#[test]
fn the_bundled_zones_are_the_iana_ones() {
    let names = zone_names();
    assert!(names.len() > 500, "{}", names.len());
    for zone in ZONES {
        assert!(names.iter().any(|name| name == zone), "{zone}");
    }
}

fn moments() -> impl Strategy<Value = Moment> {
    prop_oneof![
        (0..24_i8, 0..60_i8).prop_map(|(hour, minute)| at_clock(hour, minute)),
        (-180..=180_i16).prop_map(|offset_minutes| Moment::Sunrise { offset_minutes }),
        (-180..=180_i16).prop_map(|offset_minutes| Moment::Sunset { offset_minutes }),
    ]
}

fn schedules() -> impl Strategy<Value = Schedule> {
    (any::<[u8; 10]>(), moments(), 1..=127_u8, any::<bool>()).prop_map(|(id, moment, weekdays, holidays_off)| {
        Schedule {
            id: ScheduleId::from_random(id),
            weekdays: Weekdays(weekdays),
            holidays_off,
            ..schedule(moment)
        }
    })
}

fn dates() -> impl Strategy<Value = Date> {
    (0..36_000_i64).prop_map(|days| date(2001, 1, 1).saturating_add(Span::new().days(days)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn clock_firings_are_what_a_walk_over_the_minutes_finds(
        zone in 0..ZONES.len(), on in dates(), hour in 0..24_i8, minute in 0..60_i8,
    ) {
        let calendar = calendar(ZONES[zone]);
        let wanted = time(hour, minute, 0, 0);
        prop_assert_eq!(calendar.clock(on, wanted), scanned(&calendar, on, wanted));
    }

    /// The days on which clocks change are where mistakes live; the walk above meets them too seldom.
    #[test]
    fn on_the_days_clocks_change_too(
        zone in 0..ZONES.len(), from in dates(), hour in 0..6_i8, minute in 0..60_i8,
    ) {
        let calendar = calendar(ZONES[zone]);
        let start = calendar.clock(from, time(12, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
        let change = calendar.zone().following(start).next().map(|change| change.timestamp());
        if let Some(change) = change {
            let wanted = time(hour, minute, 0, 0);
            for on in [calendar.date(change - Span::new().seconds(1)), calendar.date(change)] {
                prop_assert_eq!(calendar.clock(on, wanted), scanned(&calendar, on, wanted));
            }
        }
    }

    #[test]
    fn the_next_firing_is_the_first_of_those_between(
        zone in 0..ZONES.len(), schedule in schedules(), on in dates(), second in 0..86_400_i64,
    ) {
        let calendar = calendar(ZONES[zone]);
        let after = calendar.clock(on, Time::midnight()).unwrap_or(Timestamp::UNIX_EPOCH) + Span::new().seconds(second);
        let through = after + Span::new().hours(24 * 40);
        let between = calendar.firings_between(std::slice::from_ref(&schedule), after, through).unwrap();
        let next = calendar.next_firing(&schedule, after).filter(|firing| firing.at <= through);
        prop_assert_eq!(next.as_ref(), between.first());
    }

    #[test]
    fn each_schedule_fires_at_most_once_a_date_and_never_on_a_day_it_keeps_free(
        zone in 0..ZONES.len(), schedules in proptest::collection::vec(schedules(), 1..4), on in dates(),
    ) {
        let calendar = calendar(ZONES[zone]);
        let from = calendar.clock(on, Time::midnight()).unwrap_or(Timestamp::UNIX_EPOCH);
        let firings = calendar.firings_between(&schedules, from, from + Span::new().hours(24 * 60)).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for Firing { date, schedule: id, .. } in &firings {
            prop_assert!(seen.insert((date, id)), "twice: {} {}", id, date);
            let schedule = schedules.iter().find(|schedule| &schedule.id == id).unwrap();
            prop_assert!(schedule.weekdays.contains(date.weekday()));
            prop_assert!(!(schedule.holidays_off && is_national_holiday(*date)));
        }
        prop_assert!(firings.windows(2).all(|pair| pair[0].at <= pair[1].at));
    }

    /// However a span is cut into ticks, the same firings come out: none is lost between two ticks and none twice.
    #[test]
    fn ticks_lose_nothing_and_repeat_nothing(
        zone in 0..ZONES.len(), schedule in schedules(), on in dates(), step in 60..200_000_i64,
    ) {
        let calendar = calendar(ZONES[zone]);
        let from = calendar.clock(on, Time::midnight()).unwrap_or(Timestamp::UNIX_EPOCH);
        let end = from + Span::new().hours(24 * 10);
        let whole = calendar.firings_between(std::slice::from_ref(&schedule), from, end).unwrap();
        let mut pieces = Vec::new();
        let mut tick = from;
        while tick < end {
            let next = (tick + Span::new().seconds(step.max(3_000))).min(end);
            pieces.extend(calendar.firings_between(std::slice::from_ref(&schedule), tick, next).unwrap());
            tick = next;
        }
        prop_assert_eq!(pieces, whole);
    }
}
