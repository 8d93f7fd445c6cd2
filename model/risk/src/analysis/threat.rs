//! The threats of a service: the rows of T3-10 and T3-11 that apply, and its own, each with its base vector.

use std::collections::BTreeMap;

use tomori_guideline::threat_row::threat_rows;
use tomori_guideline::{Actor, EntryPoint, Interface, Place, ServiceLevel, Target, Threat, ThreatRow};

use super::catalogue::Way;
use super::ground::Ground;
use super::result::{BlankReason, BlankView, MetricView};
use super::rule::decisive;
use super::situation::Situation;
use crate::description::{ServiceModel, Words};
use crate::metric::{
    AttackComplexity, AttackVector, Impact, InformationImportance, LifeProperty, Metric, PrivilegesRequired, Scope,
    UserInteraction,
};
use crate::vector::{Base, Edit, Vector};

/// A threat before measures.
#[derive(Debug, Clone)]
pub(super) struct Derived {
    pub(super) id: String,
    pub(super) point: EntryPoint,
    pub(super) kind: Threat,
    pub(super) source: &'static str,
    pub(super) example: Words,
    pub(super) interfaces: Vec<Interface>,
    pub(super) who: Actor,
    pub(super) whom: Vec<Target>,
    pub(super) place: Place,
    pub(super) way: Way,
    pub(super) metrics: Vec<MetricView>,
    pub(super) vector: Vector,
}

/// A row that does not apply.
#[derive(Debug, Clone)]
pub(super) struct LeftOut {
    pub(super) point: EntryPoint,
    pub(super) kind: Threat,
    pub(super) blank: BlankView,
}

/// A threat as a row or the model words it.
struct Worded {
    id: String,
    point: EntryPoint,
    kind: Threat,
    source: &'static str,
    example: Words,
    interfaces: Vec<Interface>,
    who: Actor,
    whom: Vec<Target>,
    place: Place,
}

/// The threats that apply, and the rows that do not; both in the order of the tables, the model's own threats last.
pub(super) fn derive(model: &ServiceModel, ground: &Ground<'_>, level: ServiceLevel) -> (Vec<Derived>, Vec<LeftOut>) {
    let excluded: BTreeMap<&str, &Words> = model
        .exclusions
        .iter()
        .map(|exclusion| (exclusion.threat.as_str(), &exclusion.because))
        .collect();
    let by_hand: BTreeMap<&str, (&BTreeMap<String, String>, &Words)> = model
        .overrides
        .iter()
        .map(|one| (one.threat.as_str(), (&one.set, &one.because)))
        .collect();
    let (mut threats, mut left_out) = (Vec::new(), Vec::new());
    let rows = threat_rows().map(|row| worded_row(row, ground, level));
    let own = model.threats.iter().map(|threat| Worded {
        id: threat.id.clone(),
        point: threat.entry_point.0,
        kind: threat.kind.0,
        source: "model",
        example: threat.example.clone(),
        interfaces: threat.interfaces.iter().map(|interface| interface.0).collect(),
        who: threat.who.0,
        whom: threat.whom.iter().map(|whom| whom.0).collect(),
        place: threat.place.0,
    });
    for worded in rows.chain(own) {
        let blank = match excluded.get(worded.id.as_str()) {
            Some(because) => Some((BlankReason::Excluded, (*because).clone())),
            None => unmet(&worded, ground),
        };
        match blank {
            Some((reason, words)) => left_out.push(LeftOut {
                point: worded.point,
                kind: worded.kind,
                blank: BlankView {
                    reason,
                    row: Some(worded.id),
                    words,
                },
            }),
            None => {
                let hand = by_hand.get(worded.id.as_str()).copied();
                threats.extend(rate(worded, ground, hand));
            }
        }
    }
    (threats, left_out)
}

fn worded_row(row: &'static ThreatRow, ground: &Ground<'_>, level: ServiceLevel) -> Worded {
    // Where nothing leads to life or property, what T3-8 says for ★★ is what is harmed.
    let life = ground.points.get(&row.entry_point).is_some_and(|point| point.life);
    let column = if life { level } else { ServiceLevel::Two };
    Worded {
        id: row.id.to_owned(),
        point: row.entry_point,
        kind: row.threat,
        source: row.table(),
        example: row.example.into(),
        interfaces: row.interfaces.to_vec(),
        who: row.who,
        whom: row.whom(column).to_vec(),
        place: row.place,
    }
}

/// Why a threat does not apply, if it does not.
fn unmet(worded: &Worded, ground: &Ground<'_>) -> Option<(BlankReason, Words)> {
    let point = ground.points.get(&worded.point);
    let Some(point) = point.filter(|point| point.present()) else {
        return Some((
            BlankReason::NothingHere,
            Words::new(
                format!("このサービスは{}に何も置いていません", worded.point.mark()),
                format!("the service has nothing at {}", worded.point.id()),
            ),
        ));
    };
    let absent = |ja: &str, en: &str| Some((BlankReason::NeedAbsent, Words::new(ja, en)));
    match Way::of(&worded.interfaces, worded.who, worded.place) {
        Way::Storage if !point.storage => absent(
            "ここには記憶装置を差し込める端子がありません",
            "nothing here takes a storage device",
        ),
        Way::Maintenance if !point.updates => {
            absent("ここには更新用ソフトウェアがありません", "no update software lies here")
        }
        _ => None,
    }
}

fn rate(worded: Worded, ground: &Ground<'_>, hand: Option<(&BTreeMap<String, String>, &Words)>) -> Option<Derived> {
    let surroundings = ground.points.get(&worded.point)?;
    let way = Way::of(&worded.interfaces, worded.who, worded.place);
    let mut situation = Situation {
        kind: worded.kind,
        interfaces: worded.interfaces.clone(),
        who: worded.who,
        whom: worded.whom.clone(),
        place: worded.place,
        way,
        ..Situation::at(worded.point, surroundings)
    };
    let mut vector = Vector::new(BLANK);
    let mut metrics = Vec::new();
    for metric in Metric::BASE {
        if metric == Metric::InformationImportance {
            let untouched = [Metric::Confidentiality, Metric::Integrity].map(|metric| vector.code(metric) == "N");
            situation.touches_information = untouched != [true, true];
        }
        let rule = decisive(metric, &situation)?;
        let set = hand.and_then(|(set, because)| Some((set.get(metric.code())?, because)));
        let code = set.map_or(rule.code, |(code, _)| code.as_str());
        vector = vector.with(Edit::new(metric, code).ok()?);
        metrics.push(MetricView {
            metric: metric.code().to_owned(),
            code: code.to_owned(),
            table: metric.table().to_owned(),
            rule: set.map_or(rule.id, |_| "by-hand").to_owned(),
            derived: set.map(|_| rule.code.to_owned()),
            because: set.map_or_else(|| rule.because.into(), |(_, because)| because.clone()),
        });
    }
    // What an override sets beside the base counts after measures only.
    let situation_edits = hand.into_iter().flat_map(|(set, _)| set).filter_map(|(code, letter)| {
        let metric = Metric::from_code(code).filter(|metric| !metric.is_base())?;
        Edit::new(metric, letter).ok()
    });
    vector = situation_edits.fold(vector, Vector::with);
    Some(Derived {
        id: worded.id,
        point: worded.point,
        kind: worded.kind,
        source: worded.source,
        example: worded.example,
        interfaces: worded.interfaces,
        who: worded.who,
        whom: worded.whom,
        place: worded.place,
        way,
        metrics,
        vector,
    })
}

/// Where the derivation starts; every metric of it is set.
const BLANK: Base = Base {
    attack_vector: AttackVector::Network,
    attack_complexity: AttackComplexity::Low,
    privileges_required: PrivilegesRequired::None,
    user_interaction: UserInteraction::None,
    scope: Scope::Unchanged,
    confidentiality: Impact::None,
    integrity: Impact::None,
    availability: Impact::None,
    life_property: LifeProperty::No,
    information_importance: InformationImportance::None,
};
