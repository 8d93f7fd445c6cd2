//! Measures as they bear on threats: which lower what, alone and together.

use std::collections::{BTreeMap, BTreeSet};

use tomori_guideline::{EntryPoint, Threat};

use super::catalogue::{self, Way};
use super::ladder::Rungs;
use super::result::{EditView, Finding, FindingKind, MeasureView};
use super::threat::Derived;
use crate::description::{Adoption, Measure, ServiceModel, Words};
use crate::metric::Metric;

/// A measure, of the catalogue or one's own.
#[derive(Debug, Clone)]
pub(super) struct Unit<'m> {
    pub(super) id: &'m str,
    pub(super) name: Words,
    pub(super) requirements: Vec<&'m str>,
    pub(super) said: Option<&'m Measure>,
    /// Positions of the measures it needs.
    pub(super) needs: Vec<usize>,
    effects: Vec<Bearing<'m>>,
}

/// What a measure does to some threats.
#[derive(Debug, Clone)]
struct Bearing<'m> {
    points: Vec<EntryPoint>,
    against: Vec<Threat>,
    way: Way,
    ceilings: Vec<(Metric, &'m str)>,
}

/// Every measure, in the order of the catalogue, one's own after them as the file has them.
pub(super) fn units(model: &ServiceModel) -> Vec<Unit<'_>> {
    let said: BTreeMap<&str, &Measure> = model
        .measures
        .iter()
        .map(|measure| (measure.id.as_str(), measure))
        .collect();
    let listed = catalogue::all().into_iter().map(|entry| Unit {
        id: entry.id,
        name: entry.title.into(),
        requirements: entry.requirements.to_vec(),
        said: said.get(entry.id).copied(),
        needs: Vec::new(),
        effects: entry
            .effects
            .iter()
            .map(|effect| Bearing {
                points: effect.points.to_vec(),
                against: effect.against.to_vec(),
                way: effect.way,
                ceilings: effect.ceilings.to_vec(),
            })
            .collect(),
    });
    let own = model
        .measures
        .iter()
        .filter(|measure| catalogue::find(&measure.id).is_none());
    let own = own.map(|measure| Unit {
        id: &measure.id,
        name: measure.name.clone().unwrap_or_default(),
        requirements: measure.requirements.iter().map(String::as_str).collect(),
        said: Some(measure),
        needs: Vec::new(),
        effects: vec![Bearing {
            points: measure.entry_points.iter().map(|point| point.0).collect(),
            against: measure.against.iter().map(|threat| threat.0).collect(),
            way: Way::Any,
            ceilings: measure
                .lowers
                .iter()
                .filter_map(|(code, letter)| Some((Metric::from_code(code)?, letter.as_str())))
                .collect(),
        }],
    });
    let mut units: Vec<Unit<'_>> = listed.chain(own).collect();
    let places: BTreeMap<&str, usize> = units.iter().enumerate().map(|(place, unit)| (unit.id, place)).collect();
    for unit in &mut units {
        let needs = unit.said.into_iter().flat_map(|measure| &measure.needs);
        unit.needs = needs.filter_map(|id| places.get(id.as_str()).copied()).collect();
    }
    units
}

impl Unit<'_> {
    /// The ceilings that it puts over a threat.
    pub(super) fn over(&self, threat: &Derived) -> Rungs {
        let bears = self.effects.iter().filter(|effect| {
            effect.points.contains(&threat.point)
                && (effect.against.is_empty() || effect.against.contains(&threat.kind))
                && effect.way.covers(threat.way)
        });
        Rungs::ceilings(bears.flat_map(|effect| effect.ceilings.iter().copied()))
    }

    pub(super) fn adopted(&self) -> bool {
        self.said.is_some_and(|measure| measure.status == Adoption::Adopted)
    }

    pub(super) fn refused(&self) -> bool {
        self.said.is_some_and(|measure| measure.status == Adoption::Refused)
    }
}

/// Which measures count: those adopted whose needs count.
pub(super) fn counting(units: &[Unit<'_>]) -> Vec<bool> {
    let mut counts: Vec<bool> = units.iter().map(Unit::adopted).collect();
    // Needs make no circle, so each round settles at least one more measure.
    loop {
        let lost: Vec<usize> = units
            .iter()
            .enumerate()
            .filter(|(place, unit)| {
                counts.get(*place) == Some(&true) && unit.needs.iter().any(|need| counts.get(*need) != Some(&true))
            })
            .map(|(place, _)| place)
            .collect();
        if lost.is_empty() {
            return counts;
        }
        for place in lost {
            if let Some(count) = counts.get_mut(place) {
                *count = false;
            }
        }
    }
}

/// What the counting measures do to a threat: where it ends, and by which.
pub(super) fn taken(threat: &Derived, units: &[Unit<'_>], counts: &[bool]) -> (Rungs, Vec<EditView>) {
    let before = Rungs::of(&threat.vector);
    let counting: Vec<(&Unit<'_>, Rungs)> = units
        .iter()
        .zip(counts)
        .filter(|(_, counts)| **counts)
        .map(|(unit, _)| (unit, unit.over(threat)))
        .filter(|(_, over)| before.lowered_by(*over))
        .collect();
    let after = counting.iter().fold(before, |rungs, (_, over)| rungs.lower(*over));
    let edits = after.edits(before).into_iter().map(|(metric, from, to)| EditView {
        metric: metric.code().to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        measures: counting
            .iter()
            .filter(|(_, over)| {
                let alone = before.lower(*over).edits(before);
                alone.iter().any(|(lowered, _, code)| *lowered == metric && *code == to)
            })
            .map(|(unit, _)| unit.id.to_owned())
            .collect(),
    });
    (after, edits.collect())
}

/// The measures for readers. What only stands in the catalogue and bears on nothing here is left out.
pub(super) fn views(units: &[Unit<'_>], counts: &[bool], threats: &[Derived]) -> Vec<MeasureView> {
    let mut views = Vec::new();
    for (unit, counts_now) in units.iter().zip(counts) {
        let touched: Vec<String> = threats
            .iter()
            .filter(|threat| Rungs::of(&threat.vector).lowered_by(unit.over(threat)))
            .map(|threat| threat.id.clone())
            .collect();
        if unit.said.is_none() && touched.is_empty() {
            continue;
        }
        let lacks = unit.needs.iter().filter(|need| counts.get(**need) != Some(&true));
        views.push(MeasureView {
            id: unit.id.to_owned(),
            name: unit.name.clone(),
            requirements: unit.requirements.iter().map(|id| (*id).to_owned()).collect(),
            status: unit.said.map(|measure| measure.status),
            counts: *counts_now,
            lacks: lacks
                .filter_map(|need| units.get(*need))
                .map(|unit| unit.id.to_owned())
                .collect(),
            note: unit.said.and_then(|measure| measure.note.clone()),
            threats: touched,
        });
    }
    views
}

/// Adopted measures that do not count.
pub(super) fn lacking(views: &[MeasureView]) -> Vec<Finding> {
    let adopted = views
        .iter()
        .filter(|view| view.status == Some(Adoption::Adopted) && !view.counts);
    let finding = |view: &MeasureView| {
        let lacks = view.lacks.join(", ");
        Finding {
            kind: FindingKind::MeasureLacks,
            about: view.id.clone(),
            words: Words::new(
                format!(
                    "採用されていますが、必要な対策（{lacks}）が採用されていないため数えていません。そちらも採用してください"
                ),
                format!("adopted, but not counted, because what it needs ({lacks}) is not adopted; adopt that too"),
            ),
        }
    };
    adopted.map(finding).collect()
}

/// The ids of the measures that count, by requirement.
pub(super) fn answers<'m>(units: &[Unit<'m>], counts: &[bool]) -> BTreeMap<&'m str, BTreeSet<&'m str>> {
    let mut answers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (unit, _) in units.iter().zip(counts).filter(|(_, counts)| **counts) {
        for requirement in &unit.requirements {
            answers.entry(requirement).or_default().insert(unit.id);
        }
    }
    answers
}
