//! Use case 2 whole (T2-5), two hundred times, while processes are killed and lines are cut at random moments: no alarm
//! that was acknowledged is lost, none is on the board twice, no door is opened twice for one incident or after the
//! signatures have expired, and every incident comes to an end.
//!
//! Gateway, platform and the security company's server are processes of their own, with a line that can be cut between
//! each two. Sensor and lock live in the test's own process and remember everything. `cargo xtask torture` plays more.

mod arena;
mod judge;

use tomori_runtime::entropy::{SystemEntropy, bytes};

use crate::watchman::side_by_side;
use arena::Arena;

/// Incidents that are played, unless somebody asks for more.
const RUNS: usize = 200;
/// Worlds side by side: what one waits for, another uses.
const WORLDS: usize = 4;

#[test]
fn two_hundred_incidents_come_to_their_end_whoever_is_killed() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().expect("a number"))
    };
    let runs = number("TOMORI_TORTURE_RUNS").map_or(RUNS, |runs| runs as usize);
    let seed = number("TOMORI_TORTURE_SEED").unwrap_or_else(|| u64::from_be_bytes(bytes(&SystemEntropy)) >> 16);
    let ends = side_by_side(WORLDS, move |runtime, number, watchman| {
        let mut arena = Arena::build(runtime, seed + number as u64);
        for _ in 0..runs.div_ceil(WORLDS) {
            assert!(!watchman.has_failed(), "another world failed");
            arena.play();
        }
        arena.rest();
        arena.judge();
        (arena.runs.len(), arena.blows)
    });
    assert!(
        ends.iter().all(Result::is_ok),
        "to play it again: TOMORI_TORTURE_SEED={seed}"
    );
    let (played, blows) = ends
        .iter()
        .flatten()
        .fold((0, 0), |(runs, blows), (more, hit)| (runs + more, blows + hit));
    assert!(played >= runs, "{played} incidents");
    assert!(
        blows >= runs / 2,
        "too little was killed to prove anything: {blows} blows"
    );
}
