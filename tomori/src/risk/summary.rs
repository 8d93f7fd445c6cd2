//! An analysis for the terminal: what matters, the worst first.

use std::collections::BTreeMap;

use tomori_guideline::Text;
use tomori_risk::Severity;
use tomori_risk::analysis::Analysis;
use tomori_risk::analysis::result::{Choice, Rating, ThreatView};
use tomori_risk::description::Words;
use tomori_runtime::i18n::Lang;

use super::language;
use crate::screen;
use crate::words::say;

/// The words in one language.
pub(super) fn word(words: &Words, lang: Lang) -> &str {
    match lang {
        Lang::Ja => &words.ja,
        Lang::En => &words.en,
    }
}

/// `10.0 緊急`.
pub(super) fn value(rating: &Rating, lang: Lang) -> String {
    format!("{:>4} {}", rating.value, severity(rating.severity, lang))
}

fn severity(severity: Severity, lang: Lang) -> &'static str {
    title(severity.title(), lang)
}

fn title(text: Text, lang: Lang) -> &'static str {
    text.of(language(lang))
}

/// The summary: level, entry points, threats by rank, what remains, the fewest measures, findings.
pub(super) fn text(analysis: &Analysis, lang: Lang) -> String {
    let service = &analysis.service;
    let mut parts = vec![format!(
        "{} {} ({})",
        word(&service.name, lang),
        service.version,
        service.date
    )];
    let steps: Vec<&str> = analysis.level.because.iter().map(|step| word(step, lang)).collect();
    parts.push(steps.join("\n"));
    parts.push(section(say(lang, "risk-heading-points", &[]), &points(analysis, lang)));
    let count = analysis.threats.len();
    let heading = say(lang, "risk-heading-threats", &[("count", count.into())]);
    parts.push(section(heading, &threats(analysis, &analysis.summary.ranking, lang)));
    let from = severity(service.residual_from, lang);
    let arguments = [("severity", from.into()), ("count", analysis.residual.len().into())];
    let heading = say(lang, "risk-heading-residual", &arguments);
    parts.push(section(heading, &threats(analysis, &analysis.residual, lang)));
    parts.push(plan(analysis, lang));
    let heading = say(
        lang,
        "risk-heading-findings",
        &[("count", analysis.findings.len().into())],
    );
    let findings = analysis.findings.iter();
    let findings = findings.map(|finding| vec![finding.about.clone(), word(&finding.words, lang).to_owned()]);
    parts.push(section(heading, &findings.collect::<Vec<_>>()));
    parts.join("\n\n")
}

fn section(heading: String, rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return heading;
    }
    format!("{heading}\n{}", screen::columns(rows))
}

fn points(analysis: &Analysis, lang: Lang) -> Vec<Vec<String>> {
    let row = |point: &tomori_risk::analysis::result::EntryPointView| {
        let (count, worst) = if point.threats == 0 {
            (" —".to_owned(), String::new())
        } else {
            let (before, after) = (severity(point.worst_before, lang), severity(point.worst_after, lang));
            (format!("{:>2}", point.threats), format!("{before} → {after}"))
        };
        let name = word(&point.title, lang).to_owned();
        vec![point.entry_point.id().to_owned(), count, worst, name]
    };
    analysis.entry_points.iter().map(row).collect()
}

fn threats(analysis: &Analysis, ids: &[String], lang: Lang) -> Vec<Vec<String>> {
    let by_id: BTreeMap<&str, &ThreatView> = analysis
        .threats
        .iter()
        .map(|threat| (threat.id.as_str(), threat))
        .collect();
    let row = |threat: &&ThreatView| {
        vec![
            threat.id.clone(),
            value(&threat.before, lang),
            format!("→ {}", value(&threat.after, lang)),
            format!("{}: {}", title(threat.kind.title(), lang), word(&threat.example, lang)),
        ]
    };
    ids.iter().filter_map(|id| by_id.get(id.as_str()).map(row)).collect()
}

fn plan(analysis: &Analysis, lang: Lang) -> String {
    let below = severity(analysis.plan.below, lang);
    let heading = say(lang, "risk-heading-plan", &[("severity", below.into())]);
    let nothing = choice(analysis, "risk-plan-nothing", &analysis.plan.from_nothing, lang);
    let adopted = choice(analysis, "risk-plan-adopted", &analysis.plan.from_adopted, lang);
    [heading, nothing, adopted].join("\n")
}

fn choice(analysis: &Analysis, key: &str, choice: &Choice, lang: Lang) -> String {
    let mut heading = say(lang, key, &[("count", choice.measures.len().into())]);
    if !choice.proven {
        heading.push_str(&say(lang, "risk-plan-unproven", &[]));
    }
    let row = |id: &String| {
        let view = analysis.measures.iter().find(|measure| measure.id == *id);
        let name = view.map(|measure| word(&measure.name, lang)).unwrap_or_default();
        vec![id.clone(), name.to_owned()]
    };
    let mut text = section(heading, &choice.measures.iter().map(row).collect::<Vec<_>>());
    if !choice.out_of_reach.is_empty() {
        let threats = choice.out_of_reach.join(", ");
        text.push('\n');
        text.push_str(&say(lang, "risk-plan-out-of-reach", &[("threats", threats.into())]));
    }
    text
}
