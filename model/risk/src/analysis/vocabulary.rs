//! Which metrics, threats and requirements a description may name, and what to say when it names others.

use std::collections::{BTreeMap, BTreeSet};

use tomori_guideline::threat_row::threat_rows;
use tomori_guideline::{Requirement, ThreatRow};

use super::ladder::LOWERED;
use crate::description::{Words, listed, shown};
use crate::metric::Metric;
use crate::vector::Edit;

/// Metrics of the situation, which an override may set beside the base metrics.
const SITUATION: [Metric; 6] = [
    Metric::ExploitMaturity,
    Metric::RemediationLevel,
    Metric::ReportConfidence,
    Metric::ConfidentialityRequirement,
    Metric::IntegrityRequirement,
    Metric::AvailabilityRequirement,
];

/// Whether it is the id of a row of T3-10 or T3-11.
pub(crate) fn is_row(id: &str) -> bool {
    ThreatRow::by_id(id).is_ok()
}

/// What to say about a threat that is neither a row nor the model's own.
pub(crate) fn unknown_threat(given: &str, own: &BTreeSet<&str>) -> Words {
    let given = shown(given);
    let point = given.split('-').next().unwrap_or_default();
    let near: Vec<&str> = threat_rows()
        .map(|row| row.id)
        .filter(|id| id.split('-').next() == Some(point))
        .collect();
    let near = if near.is_empty() {
        threat_rows().map(|row| row.id).collect()
    } else {
        near
    };
    let known = listed(
        near.into_iter()
            .chain(own.iter().copied())
            .collect::<Vec<_>>()
            .into_iter(),
    );
    Words::new(
        format!(
            "「{given}」という脅威はありません。表3-10・表3-11の行か、このファイルの threat から選んでください: {known}"
        ),
        format!("`{given}` is no threat; choose a row of T3-10 or T3-11, or a `threat` of this file: {known}"),
    )
}

/// Whether a requirement or clause exists.
pub(crate) fn requirement(given: &str) -> Result<(), Words> {
    let clause = given
        .split('.')
        .all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    if (clause && given.contains('.')) || Requirement::by_id(given).is_ok() {
        return Ok(());
    }
    let given = shown(given);
    Err(Words::new(
        format!(
            "「{given}」は要件ではありません。要件（R2-7）、要求事項（SR2-H-2）、節（4.2）のどれかを書いてください"
        ),
        format!("`{given}` is no requirement; write a requirement (R2-7), a secondary one (SR2-H-2) or a clause (4.2)"),
    ))
}

/// Whether each of these is a metric that measures may lower, with a letter that it takes; else the metric at fault.
pub(crate) fn ceilings(lowers: &BTreeMap<String, String>) -> Result<(), (String, Words)> {
    let allowed: Vec<Metric> = LOWERED.iter().map(|(modified, _)| *modified).collect();
    settings(lowers, &allowed, |metric| {
        Words::new(
            format!(
                "「{metric}」は対策で下げる項目ではありません。次から選んでください: {}",
                codes(&allowed)
            ),
            format!(
                "`{metric}` is no metric that measures lower; choose from {}",
                codes(&allowed)
            ),
        )
    })
}

/// Whether each of these is a metric that may be set by hand, with a letter that it takes; else the metric at fault.
pub(crate) fn by_hand(set: &BTreeMap<String, String>) -> Result<(), (String, Words)> {
    let allowed: Vec<Metric> = Metric::BASE.into_iter().chain(SITUATION).collect();
    settings(set, &allowed, |metric| {
        Words::new(
            format!(
                "「{metric}」は手で決められません。次から選ぶか、対策（measure）で表してください: {}",
                codes(&allowed)
            ),
            format!(
                "`{metric}` cannot be set by hand; choose from {}, or say it as a measure",
                codes(&allowed)
            ),
        )
    })
}

fn settings(
    given: &BTreeMap<String, String>,
    allowed: &[Metric],
    unknown: impl Fn(&str) -> Words,
) -> Result<(), (String, Words)> {
    for (code, letter) in given {
        let Some(metric) = Metric::from_code(code).filter(|metric| allowed.contains(metric)) else {
            return Err((code.clone(), unknown(&shown(code))));
        };
        if Edit::new(metric, letter).is_err() {
            let letters: Vec<&str> = metric.letters().into_iter().filter(|letter| *letter != "X").collect();
            let (letters, letter) = (letters.join(", "), shown(letter));
            return Err((
                code.clone(),
                Words::new(
                    format!("{code} に「{letter}」はありません。次から選んでください: {letters}"),
                    format!("{code} does not take `{letter}`; choose from {letters}"),
                ),
            ));
        }
    }
    Ok(())
}

fn codes(metrics: &[Metric]) -> String {
    let codes: Vec<&str> = metrics.iter().map(|metric| metric.code()).collect();
    codes.join(", ")
}
