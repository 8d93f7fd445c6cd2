//! The fewest measures: as few as trying everything finds, and enough.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tomori_risk::Severity;
use tomori_risk::analysis::result::Analysis;
use tomori_risk::analysis::{Question, analyse};
use tomori_risk::description::ServiceModel;

use super::models::{SMALL, analysed, question, read, sample};

/// The worst severity, among threats that are within reach, when exactly these measures are adopted.
fn worst_with(model: &ServiceModel, adopted: &[String], out_of_reach: &[String]) -> Severity {
    let mut model = model.clone();
    model.measures.retain(|measure| measure.name.is_some());
    for measure in &mut model.measures {
        measure.status = tomori_risk::description::Adoption::Planned;
    }
    for id in adopted {
        match model.measures.iter_mut().find(|measure| measure.id == *id) {
            Some(measure) => measure.status = tomori_risk::description::Adoption::Adopted,
            None => model
                .measures
                .extend(read(&format!("{SMALL}\n[[measure]]\nid = \"{id}\"\nstatus = \"adopted\"")).measures),
        }
    }
    let analysis = analyse(&model, &question()).unwrap();
    let within = analysis
        .threats
        .iter()
        .filter(|threat| !out_of_reach.contains(&threat.id));
    within
        .map(|threat| threat.after.severity)
        .max()
        .unwrap_or(Severity::None)
}

fn planned(model: &ServiceModel, below: Severity) -> Analysis {
    let question = Question {
        below: Some(below),
        ..question()
    };
    analyse(model, &question).unwrap()
}

#[test]
fn a_plan_for_the_samples_is_enough_and_proven() {
    for name in ["shutter-service", "dispatch-security-service"] {
        let model = read(&sample(name));
        for below in [Severity::Critical, Severity::Important] {
            let plan = planned(&model, below).plan;
            assert!(plan.from_nothing.proven && plan.from_adopted.proven, "{name}");
            let worst = worst_with(&model, &plan.from_nothing.measures, &plan.from_nothing.out_of_reach);
            assert!(worst < below, "{name} {below}: {worst}");
            // Not one of them can be spared.
            for spared in &plan.from_nothing.measures {
                let rest: Vec<String> = plan
                    .from_nothing
                    .measures
                    .iter()
                    .filter(|id| *id != spared)
                    .cloned()
                    .collect();
                assert!(
                    worst_with(&model, &rest, &plan.from_nothing.out_of_reach) >= below,
                    "{name}: {spared}"
                );
            }
        }
    }
}

#[test]
fn refused_measures_are_not_proposed_and_needed_ones_come_along() {
    let first = analysed(SMALL).plan.from_nothing.measures;
    let refused = format!("{SMALL}\n[[measure]]\nid = \"{}\"\nstatus = \"refused\"", first[0]);
    let plan = analysed(&refused).plan.from_nothing;
    assert!(!plan.measures.contains(&first[0]));
    let needing = format!(
        "{SMALL}\n[[measure]]\nid = \"{}\"\nstatus = \"planned\"\nneeds = [\"service.guidance\"]",
        first[0]
    );
    let plan = analysed(&needing).plan.from_nothing;
    assert!(!plan.measures.contains(&first[0]) || plan.measures.contains(&"service.guidance".to_owned()));
}

/// A house whose only measures are its own: the catalogue is ruled out.
fn with_own(measures: &[(u8, Vec<(usize, usize)>)]) -> String {
    const METRICS: [(&str, [&str; 2]); 7] = [
        ("MAV", ["A", "P"]),
        ("MAC", ["H", "H"]),
        ("MPR", ["L", "H"]),
        ("MC", ["L", "N"]),
        ("MI", ["L", "N"]),
        ("MA", ["L", "N"]),
        ("MS", ["U", "U"]),
    ];
    let mut text = SMALL.to_owned();
    for entry in tomori_risk::analysis::catalogue::all() {
        text.push_str(&format!("[[measure]]\nid = \"{}\"\nstatus = \"refused\"\n", entry.id));
    }
    for (index, (points, lowers)) in measures.iter().enumerate() {
        let points: Vec<&str> = ["EP5", "EP7", "EP8"]
            .into_iter()
            .enumerate()
            .filter(|(bit, _)| points & (1 << bit) != 0)
            .map(|(_, point)| point)
            .collect();
        let lowers: BTreeSet<String> = lowers
            .iter()
            .map(|(metric, level)| METRICS[*metric].0.to_owned() + " = \"" + METRICS[*metric].1[*level] + "\"")
            .collect();
        let mut seen = BTreeSet::new();
        let lowers: Vec<&String> = lowers
            .iter()
            .filter(|one| seen.insert(one.split(' ').next().unwrap_or_default().to_owned()))
            .collect();
        let lowers: Vec<&str> = lowers.into_iter().map(String::as_str).collect();
        text.push_str(&format!(
            "[[measure]]\nid = \"m{index}\"\nname = \"M\"\nstatus = \"planned\"\nrequirements = [\"4.2\"]\nentry_points = {points:?}\nlowers = {{ {} }}\n",
            lowers.join(", ")
        ));
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Against every subset of up to seven measures.
    #[test]
    fn nothing_smaller_does(
        measures in prop::collection::vec((1_u8..8, prop::collection::vec((0_usize..7, 0_usize..2), 1..4)), 1..7),
        below in prop::sample::select(vec![Severity::Warning, Severity::Important, Severity::Critical]),
    ) {
        let model = read(&with_own(&measures));
        let choice = planned(&model, below).plan.from_nothing;
        prop_assert!(choice.proven);
        prop_assert!(worst_with(&model, &choice.measures, &choice.out_of_reach) < below);
        for set in 0_u32..(1 << measures.len()) {
            if usize::try_from(set.count_ones()).unwrap() >= choice.measures.len() {
                continue;
            }
            let ids: Vec<String> = (0..measures.len()).filter(|bit| set & (1 << bit) != 0).map(|bit| format!("m{bit}")).collect();
            prop_assert!(worst_with(&model, &ids, &choice.out_of_reach) >= below, "{:?} would do", ids);
        }
    }
}
