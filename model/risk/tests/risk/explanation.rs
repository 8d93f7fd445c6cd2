//! Explanations: they lead to the score, with nothing left out.

use proptest::prelude::*;
use tomori_risk::explain::{Derivation, Term, Why};
use tomori_risk::score::Decimal;
use tomori_risk::{Language, Metric, Value, Vector, explain, score};

use crate::any;

fn hundredths(units: u32) -> Decimal {
    Decimal::hundredths(units)
}

/// The level and the weight that an explanation gives for a metric.
fn given(derivation: &Derivation, metric: Metric) -> (&'static str, Decimal) {
    let input = derivation.inputs.iter().find(|input| input.metric == metric).unwrap();
    (input.level, input.weight.clone().unwrap_or_else(|| hundredths(100)))
}

fn term(derivation: &Derivation, term: Term) -> Option<&Decimal> {
    derivation
        .steps
        .iter()
        .find(|step| step.term == term)
        .map(|step| &step.exact)
}

/// Computes the value again from the weights that the explanation lists, and holds each term against the one it shows.
fn recompute(derivation: &Derivation, after: bool) -> Decimal {
    use Metric as M;
    let weight = |base: Metric, modified: Metric| given(derivation, if after { modified } else { base });
    let (scope, _) = weight(M::Scope, M::ModifiedScope);
    let one = hundredths(100);
    let kept = [
        (
            M::Confidentiality,
            M::ModifiedConfidentiality,
            M::ConfidentialityRequirement,
        ),
        (M::Integrity, M::ModifiedIntegrity, M::IntegrityRequirement),
        (M::Availability, M::ModifiedAvailability, M::AvailabilityRequirement),
    ]
    .into_iter()
    .fold(one.clone(), |kept, (base, modified, requirement)| {
        let required = if after {
            given(derivation, requirement).1
        } else {
            one.clone()
        };
        &kept * &(&one - &(&weight(base, modified).1 * &required))
    });
    let mut x = &one - &kept;
    if after {
        x = x.min(Decimal::new(915, 3));
    }
    let terms = if after {
        [
            Term::ModifiedUnadjustedImpact,
            Term::ModifiedImpact,
            Term::ModifiedExploitability,
            Term::ModifiedBase,
        ]
    } else {
        [Term::UnadjustedImpact, Term::Impact, Term::Exploitability, Term::Base]
    };
    assert_eq!(term(derivation, terms[0]), Some(&x));
    let mut impact = if scope == "C" {
        let curve = &hundredths(325) * &(&x - &Decimal::new(2, 2)).pow(15);
        &(&hundredths(752) * &(&x - &Decimal::new(29, 3))) - &curve
    } else {
        &hundredths(642) * &x
    };
    for (base, modified) in [
        (M::LifeProperty, M::ModifiedLifeProperty),
        (M::InformationImportance, M::ModifiedInformationImportance),
    ] {
        impact = &impact * &weight(base, modified).1;
    }
    assert_eq!(term(derivation, terms[1]), Some(&impact));
    let ease = [
        (M::AttackVector, M::ModifiedAttackVector),
        (M::AttackComplexity, M::ModifiedAttackComplexity),
        (M::PrivilegesRequired, M::ModifiedPrivilegesRequired),
        (M::UserInteraction, M::ModifiedUserInteraction),
    ]
    .into_iter()
    .fold(hundredths(822), |product, (base, modified)| {
        &product * &weight(base, modified).1
    });
    assert_eq!(term(derivation, terms[2]), Some(&ease));
    let mut value = Decimal::new(0, 0);
    if impact.is_positive() {
        let breadth = if scope == "C" { hundredths(108) } else { one };
        value = (&(&impact + &ease) * &breadth).rounded_up(1).min(Decimal::new(10, 0));
    }
    assert_eq!(term(derivation, terms[3]), Some(&value));
    if after {
        for metric in [M::ExploitMaturity, M::RemediationLevel, M::ReportConfidence] {
            value = &value * &given(derivation, metric).1;
        }
        assert_eq!(term(derivation, Term::EnvironmentalBeforeRounding), Some(&value));
        value = value.rounded_up(1);
    }
    value
}

fn agrees(vector: &Vector) {
    let (explanation, score) = (explain(vector), score(vector));
    for (derivation, value, after) in [
        (&explanation.base, score.base, false),
        (&explanation.environmental, score.environmental, true),
    ] {
        let explained = Value {
            tenths: derivation.value,
            uncapped: derivation.uncapped,
            capped: derivation.capped,
        };
        assert_eq!(explained, value, "{vector}");
        assert_eq!(derivation.severity, value.severity());
        assert_eq!(
            recompute(derivation, after),
            Decimal::new(value.tenths.get(), 1),
            "{vector}"
        );
    }
}

#[test]
fn every_base_value_is_explained() {
    any::bases().iter().step_by(7).for_each(agrees);
}

proptest! {
    #[test]
    fn an_explanation_recomputes_to_the_score(vector in any::vector()) {
        agrees(&vector);
    }
}

#[test]
fn a_reversal_is_told() {
    let past = "SH:1.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:N/LP:Y/II:H/CR:H/IR:H";
    let small = "SH:1.0/AV:P/AC:H/PR:N/UI:R/S:C/C:L/I:N/A:N/LP:Y/II:H/CR:L";
    for (text, metric, why, told) in [
        (
            past,
            Metric::ModifiedConfidentiality,
            Why::PastTheTop,
            "MC down from H to L",
        ),
        (small, Metric::ModifiedScope, Why::SmallImpact, "MS down from C to U"),
    ] {
        let explanation = explain(&text.parse().unwrap());
        let reversal = explanation
            .reversals
            .iter()
            .find(|reversal| reversal.metric == metric)
            .unwrap();
        assert_eq!(reversal.why, why);
        assert!(reversal.uncapped_with_milder > reversal.uncapped);
        let (en, ja) = (explanation.text(Language::En), explanation.text(Language::Ja));
        assert!(en.contains(told) && ja.contains("に下げると"), "{en}\n{ja}");
    }
    let plain = explain(&"SH:1.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/LP:Y/II:H".parse().unwrap());
    assert!(plain.reversals.is_empty());
}

#[test]
fn the_text_shows_every_term_and_its_table() {
    let vector: Vector = "SH:1.0/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H/LP:N/II:H/MAV:A/CR:H"
        .parse()
        .unwrap();
    let explanation = explain(&vector);
    let ja = explanation.text(Language::Ja);
    for line in [
        "基本値 10.0（緊急、T3-36）　丸め・上限なし 10.2367、上限 10.0 を適用",
        "  AV:N 攻撃元区分：ネットワーク = 0.85  [T3-19]",
        "  S:C スコープ：変更あり  [T3-23]",
        "  II:H 情報の重要度：高 = 1.2  [T3-17]",
        "  調整前影響度 = 1 − (1 − 0.56) × (1 − 0.56) × (1 − 0.56) = 0.914816  [図3-2 (1)]",
        "  影響度 = (7.52 × (0.914816 − 0.029) − 3.25 × (0.914816 − 0.02)^15) × 1 × 1.2 = 7.2572765898…  [図3-2 (1)]",
        "  攻撃容易性 = 8.22 × 0.85 × 0.44 × 0.85 × 0.85 = 2.2211673  [図3-2 (2)]",
        "  基本値 = min(⌈10.2367194010… × 10⌉ ÷ 10, 10) = 10  [図3-2 (3)]",
        "  MAV:A 緩和策後の攻撃元区分：隣接 = 0.62  [T3-31]",
        "  MAC:H 緩和策後の攻撃条件の複雑さ：高 = 0.44  [T3-20]（MAC は未評価：AC と同じ）",
    ] {
        assert!(ja.contains(line), "{line}\n{ja}");
    }
    let en = explanation.text(Language::En);
    for line in [
        "Base value 10.0 (critical, T3-36); without rounding and cap 10.2367, capped at 10.0",
        "  MAC:H modified attack complexity: high = 0.44  [T3-20] (MAC not defined: as AC)",
    ] {
        assert!(en.contains(line), "{line}\n{en}");
    }
    let data = serde_json::to_value(&explanation).unwrap();
    assert_eq!(data["base"]["value"], "10.0");
    assert_eq!(data["base"]["steps"][0]["exact"], "0.914816");
    assert_eq!(data["environmental"]["inputs"][6]["taken_from"], "MAV");
}
