//! What the level asks for (chapter 6), what answers it, and what is not cyber (3.3.2).

use std::collections::{BTreeMap, BTreeSet};

use tomori_guideline::requirement::{Source, Subject, requirements};
use tomori_guideline::{NonCyberThreat, Requirement, ServiceLevel};

use super::ground::{Ground, Point};
use super::result::{Finding, FindingKind, NonCyberView, RequirementView};
use crate::description::{ServiceModel, Treatment, Words};

/// Every requirement, in the order of chapter 6. One applies when the level asks for it and what it binds is there. One
/// that asks for the whole of ★★ (R3-1, SR3-…-1) is answered by what answers that.
pub(super) fn list(
    level: ServiceLevel,
    ground: &Ground<'_>,
    answers: &BTreeMap<&str, BTreeSet<&str>>,
) -> Vec<RequirementView> {
    let there = |subject: Subject| {
        let mut points = subject.entry_points().iter().filter_map(|at| ground.points.get(at));
        points.any(Point::present)
    };
    let one = |requirement: &'static Requirement| RequirementView {
        id: requirement.id.to_owned(),
        title: requirement.title.into(),
        about: requirement.about.into(),
        subject: requirement.subject,
        level: requirement.level,
        applies: level.includes(requirement.level) && there(requirement.subject),
        answered_by: answered(requirement, answers).into_iter().map(str::to_owned).collect(),
    };
    requirements().map(one).collect()
}

fn answered<'m>(requirement: &'static Requirement, answers: &BTreeMap<&str, BTreeSet<&'m str>>) -> BTreeSet<&'m str> {
    if requirement.substance().source != Source::LevelTwo {
        return answers.get(requirement.id).cloned().unwrap_or_default();
    }
    let below = requirements()
        .filter(|other| other.subject == requirement.subject && other.level == ServiceLevel::Two)
        .map(|other| answers.get(other.id));
    // Answered only when each of them is.
    below
        .collect::<Option<Vec<_>>>()
        .map(|sets| sets.into_iter().flatten().copied().collect())
        .unwrap_or_default()
}

/// The threats outside cybersecurity, each with what is done about it.
pub(super) fn non_cyber(model: &ServiceModel) -> Vec<NonCyberView> {
    let treated: BTreeMap<NonCyberThreat, &Treatment> = model
        .non_cyber
        .iter()
        .map(|treatment| (treatment.threat.0, treatment))
        .collect();
    let one = |threat: &NonCyberThreat| NonCyberView {
        threat: *threat,
        title: threat.title().into(),
        handled_by: treated.get(threat).map(|treatment| treatment.handled_by.clone()),
    };
    NonCyberThreat::ALL.iter().map(one).collect()
}

/// Requirements of the level that nothing answers, and threats outside cybersecurity that are not treated.
pub(super) fn open(requirements: &[RequirementView], non_cyber: &[NonCyberView]) -> Vec<Finding> {
    let unanswered = requirements
        .iter()
        .filter(|view| view.applies && view.answered_by.is_empty());
    let unanswered = unanswered.map(|view| Finding {
        kind: FindingKind::RequirementOpen,
        about: view.id.clone(),
        words: Words::new(
            format!(
                "「{}」に応える対策が採用されていません。measure に書いてください",
                view.title.ja
            ),
            format!("no adopted measure answers `{}`; add one to `measure`", view.title.en),
        ),
    });
    let untreated = non_cyber.iter().filter(|view| view.handled_by.is_none());
    let untreated = untreated.map(|view| Finding {
        kind: FindingKind::NonCyberOpen,
        about: view.threat.id().to_owned(),
        words: Words::new(
            format!(
                "「{}」への備えが書かれていません。non_cyber に書いてください（3.3.2）",
                view.title.ja
            ),
            format!(
                "nothing is said about `{}`; add it to `non_cyber` (3.3.2)",
                view.title.en
            ),
        ),
    });
    unanswered.chain(untreated).collect()
}
