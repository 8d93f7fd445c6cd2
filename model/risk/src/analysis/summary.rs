//! Views over everything: the worst first, entry point by entry point, the system model.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use tomori_guideline::EntryPoint;

use super::ground::Ground;
use super::result::{ComponentView, Distribution, EntryPointView, LinkView, Summary, ThreatView};
use super::tracking;
use crate::Severity;
use crate::description::{ServiceModel, Words};

/// The threats, the worst after measures first; ties by the value before, then as listed.
pub(super) fn ranking(threats: &[ThreatView]) -> Vec<String> {
    let mut ranked: Vec<&ThreatView> = threats.iter().collect();
    ranked.sort_by_key(|threat| {
        let key = |rating: &super::result::Rating| (rating.tenths, rating.ten_thousandths);
        Reverse((key(&threat.after), key(&threat.before)))
    });
    ranked.into_iter().map(|threat| threat.id.clone()).collect()
}

/// How many, and the worst.
pub(super) fn of(threats: &[ThreatView], ranking: Vec<String>) -> Summary {
    Summary {
        before: Distribution::count(threats.iter().map(|threat| threat.before.severity)),
        after: Distribution::count(threats.iter().map(|threat| threat.after.severity)),
        worst_before: worst(threats.iter().map(|threat| threat.before.severity)),
        worst_after: worst(threats.iter().map(|threat| threat.after.severity)),
        ranking,
        tracking: tracking::counts(threats),
    }
}

/// The residual risks of a ranking.
pub(super) fn residual(threats: &[ThreatView], ranking: Vec<String>) -> Vec<String> {
    let residual: BTreeSet<&str> = threats
        .iter()
        .filter(|threat| threat.residual)
        .map(|threat| threat.id.as_str())
        .collect();
    ranking
        .into_iter()
        .filter(|id| residual.contains(id.as_str()))
        .collect()
}

/// EP① to EP⑩.
pub(super) fn entry_points(threats: &[ThreatView], ground: &Ground<'_>) -> Vec<EntryPointView> {
    let one = |(at, point): (&EntryPoint, &super::ground::Point<'_>)| {
        let here: Vec<&ThreatView> = threats.iter().filter(|threat| threat.entry_point == *at).collect();
        EntryPointView {
            entry_point: *at,
            title: at.title().into(),
            present: point.present(),
            components: point.components.iter().map(|component| component.id.clone()).collect(),
            links: point.links.iter().map(|link| link.id.clone()).collect(),
            personal: point.personal,
            reaches_life_or_property: point.life,
            worst_before: worst(here.iter().map(|threat| threat.before.severity)),
            worst_after: worst(here.iter().map(|threat| threat.after.severity)),
            threats: here.len(),
        }
    };
    ground.points.iter().map(one).collect()
}

/// What stands where.
pub(super) fn components(model: &ServiceModel, ground: &Ground<'_>) -> Vec<ComponentView> {
    let one = |component: &crate::description::Component| {
        Some(ComponentView {
            id: component.id.clone(),
            name: component.name.clone(),
            entry_point: *ground.place.get(component.id.as_str())?,
            system_box: component.system_box.map(|system_box| system_box.0),
            part_of: component.part_of.clone(),
            reaches_life_or_property: ground.dangerous.contains(component.id.as_str()),
        })
    };
    model.components.iter().filter_map(one).collect()
}

/// What connects it.
pub(super) fn links(model: &ServiceModel) -> Vec<LinkView> {
    let names: BTreeMap<&str, &Words> = model
        .components
        .iter()
        .map(|component| (component.id.as_str(), &component.name))
        .collect();
    let ends = |link: &crate::description::Link| {
        let name = |id: &str| names.get(id).map(|name| (*name).clone()).unwrap_or_default();
        let (from, to) = (name(&link.from), name(&link.to));
        Words::new(format!("{} — {}", from.ja, to.ja), format!("{} — {}", from.en, to.en))
    };
    let one = |link: &crate::description::Link| LinkView {
        id: link.id.clone(),
        name: link.name.clone().unwrap_or_else(|| ends(link)),
        from: link.from.clone(),
        to: link.to.clone(),
        entry_points: link.entry_points.iter().map(|point| point.0).collect(),
        commands: link.commands,
    };
    model.links.iter().map(one).collect()
}

fn worst(severities: impl Iterator<Item = Severity>) -> Severity {
    severities.max().unwrap_or(Severity::None)
}
