//! Measures together: their order does not matter, more of them lower no metric less, and words alone change nothing.

use proptest::prelude::*;
use tomori_risk::Vector;
use tomori_risk::analysis::{Analysis, analyse, catalogue};
use tomori_risk::description::{Adoption, ServiceModel};
use tomori_risk::metric::Metric;

use super::models::{question, read, sample};

/// The dispatch service with exactly these measures of the catalogue.
fn with(model: &ServiceModel, chosen: &[usize], status: Adoption) -> Analysis {
    let mut model = model.clone();
    let one = model.measures[0].clone();
    model.measures = chosen
        .iter()
        .map(|place| {
            let mut measure = one.clone();
            catalogue::all()[*place].id.clone_into(&mut measure.id);
            measure.status = status;
            measure
        })
        .collect();
    analyse(&model, &question()).unwrap()
}

fn after(analysis: &Analysis) -> Vec<Vector> {
    analysis
        .threats
        .iter()
        .map(|threat| threat.after.vector.parse().unwrap())
        .collect()
}

fn no_worse(less: Vector, more: Vector) -> bool {
    let (less, more) = (less.after_measures(), more.after_measures());
    [
        less.attack_vector >= more.attack_vector,
        less.attack_complexity >= more.attack_complexity,
        less.privileges_required >= more.privileges_required,
        less.user_interaction >= more.user_interaction,
        less.scope >= more.scope,
        less.confidentiality >= more.confidentiality,
        less.integrity >= more.integrity,
        less.availability >= more.availability,
        less.life_property >= more.life_property,
        less.information_importance == more.information_importance,
    ]
    .into_iter()
    .all(|good| good)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn measures_only_lower_in_whatever_order(
        chosen in prop::sample::subsequence((0..catalogue::all().len()).collect::<Vec<_>>(), 0..30).prop_shuffle(),
        kept in 0_usize..30,
    ) {
        let model = read(&sample("dispatch-security-service"));
        let more = with(&model, &chosen, Adoption::Adopted);
        let mut sorted = chosen.clone();
        sorted.sort_unstable();
        prop_assert_eq!(&more.threats, &with(&model, &sorted, Adoption::Adopted).threats);
        let less = with(&model, &chosen[..kept.min(chosen.len())], Adoption::Adopted);
        for (less, more) in after(&less).into_iter().zip(after(&more)) {
            prop_assert!(no_worse(less, more), "{} {}", less, more);
        }
        for threat in &more.threats {
            for edit in &threat.edits {
                prop_assert!(!edit.measures.is_empty(), "{} {}", threat.id, edit.metric);
                let letters = Metric::from_code(&edit.metric).unwrap().letters();
                let rung = |code: &str| letters.iter().position(|letter| *letter == code).unwrap();
                prop_assert!(rung(&edit.from) < rung(&edit.to));
            }
        }
        let planned = with(&model, &chosen, Adoption::Planned);
        prop_assert!(planned.threats.iter().all(|threat| threat.edits.is_empty()));
    }
}
