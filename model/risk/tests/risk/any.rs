//! Any vector.

use proptest::prelude::*;
use tomori_risk::{Edit, Metric, Vector};

/// Every metric at any of its levels, X as often as any other.
pub(crate) fn vector() -> impl Strategy<Value = Vector> {
    let letters: Vec<_> = Metric::ALL
        .into_iter()
        .map(|metric| {
            let edits: Vec<_> = metric
                .letters()
                .into_iter()
                .map(move |code| Edit::new(metric, code).unwrap())
                .collect();
            proptest::sample::select(edits)
        })
        .collect();
    letters.prop_map(|edits| edits.into_iter().fold(mildest(), Vector::with))
}

/// Every vector of a base alone: 10 368.
pub(crate) fn bases() -> Vec<Vector> {
    let mut vectors = vec![mildest()];
    for metric in Metric::BASE {
        let edits: Vec<_> = metric
            .letters()
            .into_iter()
            .map(|code| Edit::new(metric, code).unwrap())
            .collect();
        vectors = vectors
            .iter()
            .flat_map(|vector| edits.iter().map(|edit| vector.with(*edit)))
            .collect();
    }
    vectors
}

/// The mildest vector.
pub(crate) fn mildest() -> Vector {
    "SH:1.0/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N/LP:N/II:N".parse().unwrap()
}
