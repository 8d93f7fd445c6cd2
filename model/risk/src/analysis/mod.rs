//! The analysis of chapter 3: from the description of a service to risks before and after measures.
//!
//! Each step is a room of its own: `ground` surveys the entry points, `asset` lists what is to be protected (3.2),
//! `threat` derives threats and their base vectors by the rules of `rule` (3.3, 3.4), `measure` and `catalogue` lower
//! them (3.7), `smallest` looks for the fewest measures, `level` tells ★★ from ★★★ (2.2), `tracking` follows each risk.
//! [`analyse`] puts them together; [`result`] is what it says.

mod asset;
pub mod catalogue;
mod coverage;
pub mod difference;
pub mod gate;
mod ground;
mod ladder;
mod level;
mod measure;
mod requirement;
pub mod result;
mod rule;
mod situation;
mod smallest;
mod summary;
mod threat;
mod tracking;
pub(crate) mod vocabulary;

pub use difference::{Difference, difference};
pub use gate::{Gate, judge};
pub use result::Analysis;
pub use rule::{RULES, Rule};

use jiff::civil::Date;

use crate::Severity;
use crate::description::{Day, Flaw, ServiceModel};
use crate::score::score;
use ground::Ground;
use ladder::Rungs;
use measure::Unit;
use result::{Rating, ServiceHead, ThreatView};
use threat::Derived;
use tracking::Ledger;

/// What to analyse for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The day acceptances are judged by.
    pub as_of: Date,
    /// The severity below which the smallest sets of measures bring every risk; the policy's when absent.
    pub below: Option<Severity>,
}

/// Analyses a service.
///
/// # Errors
/// The first [`Flaw`] of a description that does not hold together.
pub fn analyse(model: &ServiceModel, question: &Question) -> Result<Analysis, Flaw> {
    model.check()?;
    let ground = Ground::survey(model);
    let level = level::find(model, &ground);
    let (derived, left_out) = threat::derive(model, &ground, level.level);
    let units = measure::units(model);
    let counts = measure::counting(&units);
    let residual_from = model.policy.residual_from.0;
    let ledger = Ledger::of(model, question.as_of);
    let threats: Vec<ThreatView> = derived
        .iter()
        .map(|threat| view(threat, &units, &counts, residual_from, &ledger))
        .collect();
    let measures = measure::views(&units, &counts, &derived);
    let requirements = requirement::list(level.level, &ground, &measure::answers(&units, &counts));
    let non_cyber = requirement::non_cyber(model);
    let mut findings: Vec<result::Finding> = level::differs(&level).into_iter().collect();
    findings.extend(tracking::findings(model, &threats));
    findings.extend(measure::lacking(&measures));
    findings.extend(requirement::open(&requirements, &non_cyber));
    findings.extend(asset::unnamed(model));
    let ranking = summary::ranking(&threats);
    Ok(Analysis {
        format: 1,
        as_of: Day(question.as_of),
        service: ServiceHead {
            id: model.service.id.clone(),
            name: model.service.name.clone(),
            purpose: model.service.purpose.clone(),
            version: model.service.version.clone(),
            date: model.service.date,
            premises: model.service.premises.clone(),
            residual_from,
        },
        revisions: model.revisions.clone(),
        summary: summary::of(&threats, ranking.clone()),
        use_cases: model.use_cases.clone(),
        components: summary::components(model, &ground),
        links: summary::links(model),
        entry_points: summary::entry_points(&threats, &ground),
        assets: asset::list(model, &ground),
        coverage: coverage::matrix(&threats, &left_out, &ground),
        residual: summary::residual(&threats, ranking),
        plan: smallest::plan(&derived, &units, &counts, question.below.unwrap_or(residual_from)),
        level,
        threats,
        measures,
        requirements,
        non_cyber,
        findings,
    })
}

fn view(
    threat: &Derived,
    units: &[Unit<'_>],
    counts: &[bool],
    residual_from: Severity,
    ledger: &Ledger<'_>,
) -> ThreatView {
    let (rungs, edits): (Rungs, _) = measure::taken(threat, units, counts);
    let lowered = rungs.onto(&threat.vector);
    let (before, after) = (score(&threat.vector).base, score(&lowered).environmental);
    // Before measures the vector says nothing but its base.
    let base = crate::Vector::new(threat.vector.base);
    ThreatView {
        id: threat.id.clone(),
        entry_point: threat.point,
        kind: threat.kind,
        source: threat.source.to_owned(),
        example: threat.example.clone(),
        interfaces: threat.interfaces.clone(),
        who: threat.who,
        whom: threat.whom.clone(),
        place: threat.place,
        metrics: threat.metrics.clone(),
        before: Rating::new(base.to_string(), before),
        edits,
        after: Rating::new(lowered.to_string(), after),
        residual: after.severity() >= residual_from,
        tracking: ledger.of_threat(&threat.id),
    }
}
