//! Sunrise and sunset by the formulas that the U.S. National Oceanic and Atmospheric Administration publishes (after
//! J. Meeus): good to about a minute between the polar circles, to a few minutes beyond.
//!
//! Rise and set are the moments when the sun's upper edge meets a level horizon under ordinary refraction: its centre
//! is 0.833° below. A day on which that does not happen (polar day and night) has none.

use jiff::Timestamp;

/// Where the sun's centre stands when its upper edge is seen on the horizon: degrees from the zenith.
const ZENITH: f64 = 90.833;
const DAY: f64 = 86_400.0;
const ROUNDS: usize = 6;

/// The sun's place as far as rise and set need it.
struct Sun {
    /// Degrees north of the celestial equator.
    declination: f64,
    /// Apparent minus mean solar time, in seconds.
    equation_of_time: f64,
}

impl Sun {
    /// `at` in seconds since 1970.
    fn at(at: f64) -> Self {
        let century = (at / DAY + 2_440_587.5 - 2_451_545.0) / 36_525.0;
        let mean_longitude = (280.466_46 + century * (36_000.769_83 + century * 0.000_303_2))
            .rem_euclid(360.0)
            .to_radians();
        let anomaly = (357.529_11 + century * (35_999.050_29 - 0.000_153_7 * century)).to_radians();
        let eccentricity = 0.016_708_634 - century * (0.000_042_037 + 0.000_000_126_7 * century);
        let centre = anomaly.sin() * (1.914_602 - century * (0.004_817 + 0.000_014 * century))
            + (2.0 * anomaly).sin() * (0.019_993 - 0.000_101 * century)
            + (3.0 * anomaly).sin() * 0.000_289;
        let node = (125.04 - 1_934.136 * century).to_radians();
        let longitude = mean_longitude + (centre - 0.005_69 - 0.004_78 * node.sin()).to_radians();
        let mean_obliquity =
            23.0 + (26.0 + (21.448 - century * (46.815 + century * (0.000_59 - century * 0.001_813))) / 60.0) / 60.0;
        let obliquity = (mean_obliquity + 0.002_56 * node.cos()).to_radians();
        let tilt = (obliquity / 2.0).tan().powi(2);
        let equation = tilt * (2.0 * mean_longitude).sin() - 2.0 * eccentricity * anomaly.sin()
            + 4.0 * eccentricity * tilt * anomaly.sin() * (2.0 * mean_longitude).cos()
            - 0.5 * tilt * tilt * (4.0 * mean_longitude).sin()
            - 1.25 * eccentricity * eccentricity * (2.0 * anomaly).sin();
        Self {
            declination: (obliquity.sin() * longitude.sin()).asin().to_degrees(),
            equation_of_time: 240.0 * equation.to_degrees(),
        }
    }

    /// How long before and after its highest point the sun rises and sets, in seconds; `None` when it does neither.
    fn half_day(&self, latitude: f64) -> Option<f64> {
        let (latitude, declination) = (latitude.to_radians(), self.declination.to_radians());
        let cosine =
            ZENITH.to_radians().cos() / (latitude.cos() * declination.cos()) - latitude.tan() * declination.tan();
        (-1.0..=1.0)
            .contains(&cosine)
            .then(|| cosine.acos().to_degrees() * 240.0)
    }
}

/// The sunrise of the solar day whose noon is nearest to `noon`, to the second.
///
/// `latitude` in degrees north, `longitude` in degrees east. `None` when the sun does not rise that day.
#[must_use]
pub fn sunrise(noon: Timestamp, latitude: f64, longitude: f64) -> Option<Timestamp> {
    crossing(noon, latitude, longitude, -1.0)
}

/// The sunset of the solar day whose noon is nearest to `noon`, to the second.
///
/// `latitude` in degrees north, `longitude` in degrees east. `None` when the sun does not set that day.
#[must_use]
pub fn sunset(noon: Timestamp, latitude: f64, longitude: f64) -> Option<Timestamp> {
    crossing(noon, latitude, longitude, 1.0)
}

fn crossing(noon: Timestamp, latitude: f64, longitude: f64, side: f64) -> Option<Timestamp> {
    // Seconds of this century are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let asked = noon.as_second() as f64;
    // The mean sun stands highest here when UTC shows noon less four minutes a degree.
    let mean = |equation: f64| DAY / 2.0 - longitude * 240.0 - equation;
    let nearest = |highest: f64| highest + ((asked - highest) / DAY).round() * DAY;
    let highest = nearest(mean(Sun::at(asked).equation_of_time));
    let base = highest + Sun::at(asked).equation_of_time;
    // The sun moves between noon and its setting, so its place is taken at the moment found, until that stays.
    let mut at = highest;
    for _ in 0..ROUNDS {
        let sun = Sun::at(at);
        at = base - sun.equation_of_time + side * sun.half_day(latitude)?;
    }
    #[allow(clippy::cast_possible_truncation)]
    let second = at.round() as i64;
    Timestamp::from_second(second).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Place, noon asked for, sunrise and sunset as PyEphem 4.2 (VSOP87; upper edge, horizon −0°34′) has them.
    #[rustfmt::skip]
    const KNOWN: [(&str, f64, f64, &str, &str, &str); 8] = [
        ("Tokyo", 35.69, 139.69, "2026-01-01T03:00:00Z", "2025-12-31T21:50:57Z", "2026-01-01T07:38:25Z"),
        ("Tokyo", 35.69, 139.69, "2026-06-21T03:00:00Z", "2026-06-20T19:25:39Z", "2026-06-21T10:00:18Z"),
        ("Sapporo", 43.06, 141.35, "2026-11-23T03:00:00Z", "2026-11-22T21:36:26Z", "2026-11-23T07:04:57Z"),
        ("Naha", 26.21, 127.68, "2050-03-20T03:00:00Z", "2050-03-19T21:33:32Z", "2050-03-20T09:40:22Z"),
        ("Reykjavik", 64.15, -21.94, "2026-12-21T12:00:00Z", "2026-12-21T11:22:19Z", "2026-12-21T15:29:23Z"),
        ("Quito", -0.18, -78.47, "2026-09-23T17:00:00Z", "2026-09-23T11:02:57Z", "2026-09-23T23:09:25Z"),
        ("Sydney", -33.87, 151.21, "2026-12-22T02:00:00Z", "2026-12-21T18:41:06Z", "2026-12-22T09:05:55Z"),
        ("Kiritimati", 1.87, -157.43, "2026-04-01T22:00:00Z", "2026-04-01T16:29:33Z", "2026-04-02T04:37:20Z"),
    ];

    #[test]
    fn it_agrees_with_an_ephemeris_to_the_minute() {
        for (place, latitude, longitude, noon, rise, set) in KNOWN {
            let noon = noon.parse().unwrap();
            for (ours, theirs) in [
                (sunrise(noon, latitude, longitude), rise),
                (sunset(noon, latitude, longitude), set),
            ] {
                let theirs: Timestamp = theirs.parse().unwrap();
                let off = ours.unwrap().duration_since(theirs).as_secs().abs();
                assert!(off <= 60, "{place} {theirs}: {off} s");
            }
        }
    }
}
