//! Whether what is worse counts for more: always in the base value; in the environmental value but for two regions,
//! which the guideline has from CVSS v3.0 (docs/risk-notation.md, "Where worse is less").

use tomori_risk::metric::{Impact, Level, Requirement, Scope};
use tomori_risk::{Edit, Metric, Vector, score};

use crate::any;

/// The same vector with `metric` one level worse, unless it is at its worst.
fn worse(vector: &Vector, metric: Metric) -> Option<Vector> {
    let letters = metric.letters();
    let place = letters
        .iter()
        .position(|letter| *letter == vector.code(metric))
        .unwrap();
    let worse = *letters.get(place.checked_sub(1)?)?;
    Some(vector.with(Edit::new(metric, worse).unwrap()))
}

#[test]
fn a_worse_metric_never_lowers_the_base_value() {
    let mut pairs = 0;
    for vector in any::bases() {
        for metric in Metric::BASE {
            let Some(worse) = worse(&vector, metric) else { continue };
            let (mild, bad) = (score(&vector).base, score(&worse).base);
            assert!(
                bad.tenths >= mild.tenths && bad.uncapped >= mild.uncapped,
                "{vector} → {worse}"
            );
            pairs += 1;
        }
    }
    // All levels but the worst: of AV three in four, of AC, UI, S, LP, II one in two, of PR, C, I, A two in three.
    assert_eq!(pairs, 10_368 * 3 / 4 + 5 * 10_368 / 2 + 4 * 10_368 * 2 / 3);
}

/// 緩和策後調整前影響度 in millionths.
fn unadjusted(vector: &Vector) -> u32 {
    let base = vector.after_measures();
    let required = &vector.requirements;
    let kept = |impact: Impact, requirement: Option<Requirement>| {
        100 - impact.hundredths() * requirement.map_or(100, Requirement::hundredths) / 100
    };
    let kept = kept(base.confidentiality, required.confidentiality)
        * kept(base.integrity, required.integrity)
        * kept(base.availability, required.availability);
    (1_000_000 - kept).min(915_000)
}

#[test]
fn where_the_environmental_value_falls_though_a_metric_gets_worse() {
    let requirements = [
        Metric::ConfidentialityRequirement,
        Metric::IntegrityRequirement,
        Metric::AvailabilityRequirement,
    ];
    let with = |vectors: Vec<Vector>, metrics: &[Metric]| {
        metrics.iter().fold(vectors, |vectors, metric| {
            let letters = metric.letters().into_iter().filter(|letter| *letter != "X");
            let edits: Vec<_> = letters.map(|letter| Edit::new(*metric, letter).unwrap()).collect();
            vectors
                .iter()
                .flat_map(|vector| edits.iter().map(|edit| vector.with(*edit)))
                .collect()
        })
    };
    let (mut by_impact, mut by_scope, mut most) = (0, 0, 0);
    let mut most_tenths = 0;
    for vector in with(with(vec![any::mildest()], &requirements), &Metric::BASE) {
        let mild = score(&vector).environmental;
        for metric in Metric::BASE.into_iter().chain(requirements) {
            let Some(worse) = worse(&vector, metric) else { continue };
            let bad = score(&worse).environmental;
            if bad.uncapped >= mild.uncapped {
                assert!(bad.tenths >= mild.tenths);
                continue;
            }
            most = most.max(mild.uncapped.ten_thousandths() - bad.uncapped.ten_thousandths());
            most_tenths = most_tenths.max(mild.tenths.get().saturating_sub(bad.tenths.get()));
            if metric == Metric::Scope {
                // A single low impact of low importance: 0.22 × 0.5.
                assert_eq!(unadjusted(&vector), 110_000, "{vector}");
                by_scope += 1;
            } else {
                assert!(metric as u8 >= Metric::Confidentiality as u8, "{metric:?}");
                assert_eq!(vector.base.scope, Scope::Changed, "{vector}");
                // Where the curve of the changed scope has its top: 48.75 × (x − 0.02)^14 = 7.52.
                assert!(unadjusted(&worse) > 895_000, "{vector} → {worse}");
                by_impact += 1;
            }
        }
    }
    assert_eq!((by_impact, by_scope), (35_136, 486));
    // It never costs more than a tenth.
    assert_eq!((most, most_tenths), (566, 1));
}

#[test]
fn levels_are_listed_worst_first() {
    fn sorted<L: Level>() -> bool {
        L::ALL.is_sorted_by(|worse, mild| worse > mild)
    }
    assert!(sorted::<Impact>() && sorted::<Requirement>() && sorted::<Scope>());
}
