//! Writes what the calendar counts as JSON lines, for `tests/oracle/compare.py` to hold against other people's
//! calendars: holidays of a century, clock times around every clock change of many zones, sunrises and sunsets.

#![allow(clippy::print_stdout)]

use std::error::Error;

use jiff::civil::{date, time};
use jiff::{Span, Timestamp};
use serde_json::json;
use tomori_smart_home::holiday::holiday;
use tomori_smart_home::schedule::{Calendar, Place, zone_names};

/// Zone, latitude and longitude of places where the sun is easy, hard and absent.
const PLACES: [(&str, f64, f64); 9] = [
    ("Asia/Tokyo", 35.69, 139.69),
    ("Asia/Tokyo", 43.06, 141.35),
    ("Asia/Tokyo", 24.34, 124.16),
    ("America/Guayaquil", -0.18, -78.47),
    ("Australia/Sydney", -33.87, 151.21),
    ("Pacific/Kiritimati", 1.87, -157.43),
    ("Europe/Helsinki", 60.17, 24.94),
    ("America/Argentina/Ushuaia", -54.80, -68.30),
    ("Arctic/Longyearbyen", 78.22, 15.65),
];

fn main() -> Result<(), Box<dyn Error>> {
    holidays()?;
    clocks()?;
    suns()
}

fn holidays() -> Result<(), Box<dyn Error>> {
    let mut day = date(2000, 1, 1);
    while day.year() < 2100 {
        if let Some(found) = holiday(day) {
            println!("{}", json!({"holiday": day.to_string(), "name": found.name_ja()}));
        }
        day = day.tomorrow()?;
    }
    Ok(())
}

/// For each zone, the half hours of the night, noon and the last one of the days on which its clocks change from 2000 to 2037.
fn clocks() -> Result<(), Box<dyn Error>> {
    let (from, to): (Timestamp, Timestamp) = ("2000-01-01T00:00:00Z".parse()?, "2037-01-01T00:00:00Z".parse()?);
    for zone in zone_names() {
        let calendar = Calendar::new(&Place::new(&zone, 0.0, 0.0)?)?;
        let changes = calendar.zone().following(from).map(|change| change.timestamp());
        let mut last = None;
        for change in changes.take_while(|change| *change < to).step_by(3) {
            let before = calendar.date(change - Span::new().minutes(1));
            for day in [before, before.tomorrow()?] {
                if last.is_some_and(|last| day <= last) {
                    continue;
                }
                last = Some(day);
                for half in (0..10_i8).chain([24, 47]) {
                    let wanted = time(half / 2, half % 2 * 30, 0, 0);
                    let at = calendar.clock(day, wanted).map(Timestamp::as_second);
                    println!(
                        "{}",
                        json!({"zone": zone, "date": day.to_string(), "time": wanted.to_string(), "at": at})
                    );
                }
            }
        }
    }
    Ok(())
}

fn suns() -> Result<(), Box<dyn Error>> {
    for (zone, latitude, longitude) in PLACES {
        let calendar = Calendar::new(&Place::new(zone, latitude, longitude)?)?;
        for year in [2000, 2026, 2060] {
            let mut day = date(year, 1, 1);
            while day.year() == year {
                println!(
                    "{}",
                    json!({
                        "sun": day.to_string(), "zone": zone, "latitude": latitude, "longitude": longitude,
                        "sunrise": calendar.sunrise(day).map(Timestamp::as_second),
                        "sunset": calendar.sunset(day).map(Timestamp::as_second),
                    })
                );
                day = day.saturating_add(Span::new().days(3));
            }
        }
    }
    Ok(())
}
