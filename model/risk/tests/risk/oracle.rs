//! The same equations once more, slowly and in another way: numerators over one common denominator. Every value that the
//! tables of the crate can bring forth is held against it.

use num_bigint::BigInt;
use proptest::prelude::*;
use tomori_risk::{Edit, Metric, Value, Vector, score};

use crate::any;

/// Figures are multiples of 10^-DIGITS. The longest, an environmental value before rounding, has 102 decimals.
const DIGITS: u32 = 110;

fn ten_to(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// Hundredths of the tables by letter, written down again from the guideline.
fn weight(metric: &str, letter: &str, scope_changed: bool) -> u32 {
    match (metric, letter) {
        ("AV", "N") | ("PR", "N") | ("UI", "N") => 85,
        ("AV", "A") | ("UI", "R") => 62,
        ("AV", "L") => 55,
        ("AV", "P") => 20,
        ("AC", "L") => 77,
        ("AC", "H") => 44,
        ("PR", "L") => {
            if scope_changed {
                68
            } else {
                62
            }
        }
        ("PR", "H") => {
            if scope_changed {
                50
            } else {
                27
            }
        }
        ("C" | "I" | "A", "H") => 56,
        ("C" | "I" | "A", "L") => 22,
        ("C" | "I" | "A", "N") => 0,
        ("LP", "Y") | ("CR" | "IR" | "AR", "H") => 150,
        ("II", "H") => 120,
        ("LP" | "II", "N") | ("CR" | "IR" | "AR", "M" | "X") => 100,
        ("CR" | "IR" | "AR", "L") => 50,
        ("E", "X" | "H") | ("RL", "X" | "U") | ("RC", "X" | "C") => 100,
        ("E", "F") | ("RL", "W") => 97,
        ("E", "P") => 94,
        ("E", "U") => 91,
        ("RL", "T") | ("RC", "R") => 96,
        ("RL", "O") => 95,
        ("RC", "U") => 92,
        other => panic!("{other:?}"),
    }
}

/// Rounds up to units of `unit`.
fn up(number: &BigInt, unit: &BigInt) -> BigInt {
    (number + unit - 1) / unit
}

/// A value before rounding, without E, RL and RC.
fn raw(vector: &Vector, after: bool) -> BigInt {
    let letter = |name: &str| {
        let modified = Metric::from_code(&format!("M{name}")).filter(|_| after);
        let modified = modified.map(|metric| vector.code(metric)).filter(|code| *code != "X");
        modified.unwrap_or_else(|| vector.code(Metric::from_code(name).unwrap()))
    };
    let changed = letter("S") == "C";
    let of = |name: &str| weight(name, letter(name), changed);
    let hit = |name: &str, requirement: &str| {
        let code = vector.code(Metric::from_code(requirement).unwrap());
        let required = if after { weight(requirement, code, changed) } else { 100 };
        // Hundredths: every product of T3-18 and T3-27 is one.
        of(name) * required / 100
    };
    let kept = (100 - hit("C", "CR")) * (100 - hit("I", "IR")) * (100 - hit("A", "AR"));
    // Millionths.
    let unadjusted = i64::from((1_000_000 - kept).min(915_000));
    let impact = if changed {
        752 * (BigInt::from(unadjusted - 29_000) * ten_to(DIGITS - 8))
            - 325 * (BigInt::from(unadjusted - 20_000).pow(15) * ten_to(DIGITS - 92))
    } else {
        642 * BigInt::from(unadjusted) * ten_to(DIGITS - 8)
    };
    let impact = impact * of("LP") * of("II") / 10_000;
    if impact <= BigInt::ZERO {
        return BigInt::ZERO;
    }
    let ease = BigInt::from(822) * of("AV") * of("AC") * of("PR") * of("UI") * ten_to(DIGITS - 10);
    if changed {
        (impact + ease) * 108 / 100
    } else {
        impact + ease
    }
}

/// E × RL × RC in millionths.
fn present(vector: &Vector) -> u32 {
    let of = |name: &str| weight(name, vector.code(Metric::from_code(name).unwrap()), false);
    of("E") * of("RL") * of("RC")
}

fn same(vector: &Vector, value: Value, raw: &BigInt, present: u32) {
    let rounded = up(raw, &ten_to(DIGITS - 1)).min(BigInt::from(100));
    let tenths = up(&(rounded * present), &BigInt::from(1_000_000));
    assert_eq!(BigInt::from(value.tenths.get()), tenths, "{vector}");
    assert_eq!(value.capped, *raw > ten_to(DIGITS + 1), "{vector}");
    let unit = ten_to(DIGITS - 4) * 1_000_000;
    let half_up = (raw * present + &unit / 2) / &unit;
    assert_eq!(BigInt::from(value.uncapped.ten_thousandths()), half_up, "{vector}");
}

fn compare(vector: &Vector) {
    let score = score(vector);
    same(vector, score.base, &raw(vector, false), 1_000_000);
    same(vector, score.environmental, &raw(vector, true), present(vector));
}

#[test]
fn every_base_vector() {
    let bases = any::bases();
    assert_eq!(bases.len(), 10_368);
    bases.iter().for_each(compare);
}

/// An environmental value depends on nothing but the weights of C, I and A (84 combinations, in no order), on scope, LP,
/// II, on the exploitability and on E, RL, RC. This goes through all of them: no value can come out that was not compared.
#[test]
fn every_environmental_value_that_there_is() {
    // 0, 0.11, 0.22, 0.28, 0.33, 0.56, 0.84 as impact and requirement.
    let hits = ["NM", "LL", "LM", "HL", "LH", "HM", "HH"];
    let edit = |metric: Metric, code: &str| Edit::new(metric, code).unwrap();
    let mut compared = 0_u32;
    for (first, c) in hits.iter().enumerate() {
        for (second, i) in hits.iter().enumerate().skip(first) {
            for a in hits.iter().skip(second) {
                let mut vector = any::mildest();
                let metrics = [
                    (Metric::ModifiedConfidentiality, Metric::ConfidentialityRequirement, c),
                    (Metric::ModifiedIntegrity, Metric::IntegrityRequirement, i),
                    (Metric::ModifiedAvailability, Metric::AvailabilityRequirement, a),
                ];
                for (impact, requirement, hit) in metrics {
                    vector = vector.with(edit(impact, &hit[..1])).with(edit(requirement, &hit[1..]));
                }
                compared += every_rest(vector);
            }
        }
    }
    assert_eq!(compared, 84 * 2 * 4 * 48 * 48);
}

/// Goes through all that an environmental value depends on, but for the impacts; how many there were.
fn every_rest(vector: Vector) -> u32 {
    use Metric::{
        ExploitMaturity, ModifiedAttackComplexity, ModifiedAttackVector, ModifiedInformationImportance,
        ModifiedLifeProperty, ModifiedPrivilegesRequired, ModifiedScope, ModifiedUserInteraction, RemediationLevel,
        ReportConfidence,
    };
    let presents = over(vec![vector], &[ExploitMaturity, RemediationLevel, ReportConfidence]);
    let presents: Vec<_> = presents
        .iter()
        .map(|vector| (vector.temporal, present(vector)))
        .collect();
    let rests = [
        ModifiedAttackVector,
        ModifiedAttackComplexity,
        ModifiedPrivilegesRequired,
        ModifiedUserInteraction,
        ModifiedScope,
        ModifiedLifeProperty,
        ModifiedInformationImportance,
    ];
    let mut compared = 0;
    for rest in over(vec![vector], &rests) {
        let raw = raw(&rest, true);
        for (temporal, present) in &presents {
            let vector = Vector {
                temporal: *temporal,
                ..rest
            };
            same(&vector, score(&vector).environmental, &raw, *present);
            compared += 1;
        }
    }
    compared
}

/// Each of the vectors with the metrics at every defined level.
fn over(vectors: Vec<Vector>, metrics: &[Metric]) -> Vec<Vector> {
    metrics.iter().fold(vectors, |vectors, metric| {
        let codes = metric.letters().into_iter().filter(|code| *code != "X");
        let edits: Vec<_> = codes.map(|code| Edit::new(*metric, code).unwrap()).collect();
        vectors
            .iter()
            .flat_map(|vector| edits.iter().map(|edit| vector.with(*edit)))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// Modified metrics, X and the base together.
    #[test]
    fn any_vector(vector in any::vector()) {
        compare(&vector);
    }
}
