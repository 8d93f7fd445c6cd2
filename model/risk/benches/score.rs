//! How many vectors a core scores, beside two CVSS crates that do the same (without LP and II) in floating point.
//!
//! Run by `cargo xtask bench --only score`, or alone by `cargo bench -p tomori-risk`. One JSON object a line.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use tomori_risk::{Edit, Metric, Vector, score};

const SPAN: Duration = Duration::from_secs(1);
const ROUNDS: usize = 1;
/// So many different vectors that no processor learns them, and so few that they stay in its nearer caches.
const VECTORS: usize = 4096;

fn main() {
    // `cargo test --all-targets` runs benches without this argument; nothing is measured then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    measure("base only", &vectors(&Metric::BASE));
    measure("all 26 metrics", &vectors(&Metric::ALL));
}

fn measure(what: &str, vectors: &[Vector]) {
    let ours: Vec<String> = vectors.iter().map(Vector::to_string).collect();
    let theirs: Vec<String> = vectors.iter().map(cvss_text).collect();

    let cvss_rs: Vec<cvss_rs::v3::CvssV3> = theirs.iter().map(|text| text.parse().unwrap()).collect();
    let cvss: Vec<cvss::v3::Vector> = theirs.iter().map(|text| text.parse().unwrap()).collect();
    let rate = rate_of(vectors, score);
    let of_cvss_rs = rate_of(&cvss_rs, |vector| {
        (vector.calculated_base_score(), vector.calculated_environmental_score())
    });
    let of_cvss = rate_of(&cvss, |vector| (vector.base_score(), vector.environmental_score()));
    say(&format!("score, {what}"), rate, "cvss-rs", of_cvss_rs, "≥ 35 000 000");
    say(&format!("score, {what}"), rate, "cvss", of_cvss, "≥ 35 000 000");

    let rate = rate_of(&ours, |text| score(&text.parse().unwrap()));
    let of_cvss_rs = rate_of(&theirs, |text| {
        let vector: cvss_rs::v3::CvssV3 = text.parse().unwrap();
        (vector.calculated_base_score(), vector.calculated_environmental_score())
    });
    let of_cvss = rate_of(&theirs, |text| {
        let vector: cvss::v3::Vector = text.parse().unwrap();
        (vector.base_score(), vector.environmental_score())
    });
    say(
        &format!("parse and score, {what}"),
        rate,
        "cvss-rs",
        of_cvss_rs,
        "≥ 5 000 000",
    );
    say(
        &format!("parse and score, {what}"),
        rate,
        "cvss",
        of_cvss,
        "≥ 5 000 000",
    );

    let mut line = Vec::new();
    let rate = rate_of(vectors, |vector| {
        line.clear();
        vector.write_to(&mut line);
        line.len()
    });
    println!(r#"{{"name":"write, {what}","value":{rate},"unit":"1/s"}}"#);
}

fn say(name: &str, value: u64, other: &str, beside: u64, goal: &str) {
    println!(
        r#"{{"name":"{name}","value":{value},"unit":"1/s","compare":{{"name":"{other}","value":{beside}}},"goal":"{goal}"}}"#
    );
}

/// How often `work` is done in a second of one core: the best of a few rounds, for the machine has other things to do.
fn rate_of<T, R>(things: &[T], mut work: impl FnMut(&T) -> R) -> u64 {
    let mut best = 0;
    for _ in 0..ROUNDS {
        let (began, spent, mut count) = (Instant::now(), spent(), 0_u128);
        while began.elapsed() < SPAN {
            for thing in things {
                black_box(work(black_box(thing)));
            }
            count += things.len() as u128;
        }
        let nanoseconds = match (spent, self::spent()) {
            (Some(before), Some(after)) if after > before => after - before,
            _ => began.elapsed().as_nanos(),
        };
        best = best.max(count * 1_000_000_000 / nanoseconds);
    }
    u64::try_from(best).unwrap()
}

/// Nanoseconds that this thread was on a core, where the kernel counts them.
fn spent() -> Option<u128> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Vectors with these metrics at levels that follow no pattern, LP and II but N, as CVSS has them.
fn vectors(metrics: &[Metric]) -> Vec<Vector> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mildest: Vector = "CVSS:3.0/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N".parse().unwrap();
    let mut one = || {
        metrics
            .iter()
            .filter(|metric| !is_ours(**metric))
            .fold(mildest, |vector, metric| {
                let mut letters = metric.letters();
                letters.retain(|letter| *letter != "X");
                let letter = letters.swap_remove(draw(letters.len()));
                vector.with(Edit::new(*metric, letter).unwrap())
            })
    };
    (0..VECTORS).map(|_| one()).collect()
}

fn is_ours(metric: Metric) -> bool {
    matches!(metric.code(), "LP" | "II" | "MLP" | "MII")
}

fn cvss_text(vector: &Vector) -> String {
    vector
        .to_string()
        .replace("SH:1.0", "CVSS:3.0")
        .replace("/LP:N/II:N", "")
}
