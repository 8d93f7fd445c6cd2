//! What the grammar's types cannot say: ids that are unique and known, nothing inside itself, everything bounded.

mod grammar;

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::{ServiceModel, Words};
use crate::analysis::{catalogue, vocabulary};
use grammar::{Known, catalogue_ids, circle_flaw, each, filled, first_circle, id, ids, ids_once, short, text};

pub use grammar::MOST;
pub(crate) use grammar::{listed, shown};

/// The first thing in a description that does not fit, with the remedy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{key}: {}", text.en)]
pub struct Flaw {
    /// The key path: `component[3].part_of`.
    pub key: String,
    /// What is wrong and the remedy.
    pub text: Words,
}

impl ServiceModel {
    /// Whether the description holds together.
    ///
    /// # Errors
    /// The first [`Flaw`], in the order of the grammar.
    pub fn check(&self) -> Result<(), Flaw> {
        if self.format != 1 {
            return Err(Flaw::new(
                "format",
                "この版のソフトウェアが読めるのは 1 です。format = 1 としてください",
                "this version reads 1; write format = 1",
            ));
        }
        self.check_frame()?;
        let actors = ids("actor", "関係者", "an actor", self.actors.iter().map(|actor| &actor.id))?;
        let data = ids("data", "データ", "data", self.data.iter().map(|data| &data.id))?;
        ids(
            "effect",
            "影響",
            "an effect",
            self.effects.iter().map(|effect| &effect.id),
        )?;
        let components = ids(
            "component",
            "構成要素",
            "a component",
            self.components.iter().map(|component| &component.id),
        )?;
        let links = ids("link", "接続", "a link", self.links.iter().map(|link| &link.id))?;
        ids(
            "use_case",
            "ユースケース",
            "a use case",
            self.use_cases.iter().map(|case| &case.id),
        )?;
        self.check_nouns(&data, &components)?;
        self.check_steps(&actors, &components, &links)?;
        self.check_measures()?;
        self.check_threats()
    }

    fn check_frame(&self) -> Result<(), Flaw> {
        id("service.id", &self.service.id)?;
        text("service.name", &self.service.name)?;
        self.service
            .purpose
            .iter()
            .try_for_each(|words| text("service.purpose", words))?;
        each("service.premises", &self.service.premises, text)?;
        short("service.version", &self.service.version)?;
        each("revision", &self.revisions, |key, revision| {
            short(&format!("{key}.version"), &revision.version)?;
            short(&format!("{key}.author"), &revision.author)?;
            text(&format!("{key}.change"), &revision.change)
        })
    }

    fn check_nouns(&self, data: &Known<'_>, components: &Known<'_>) -> Result<(), Flaw> {
        each("actor", &self.actors, |key, actor| {
            text(&format!("{key}.name"), &actor.name)?;
            components.all(&format!("{key}.uses"), &actor.uses)
        })?;
        each("data", &self.data, |key, data| text(&format!("{key}.name"), &data.name))?;
        each("effect", &self.effects, |key, effect| {
            text(&format!("{key}.name"), &effect.name)?;
            filled(&format!("{key}.harms"), effect.harms.is_empty())?;
            filled(&format!("{key}.through"), effect.through.is_empty())?;
            components.all(&format!("{key}.through"), &effect.through)
        })?;
        each("component", &self.components, |key, component| {
            text(&format!("{key}.name"), &component.name)?;
            component
                .part_of
                .iter()
                .try_for_each(|parent| components.one(&format!("{key}.part_of"), parent))?;
            component
                .authentication
                .iter()
                .try_for_each(|circle| id(&format!("{key}.authentication"), circle))?;
            if component.entry_point.is_some_and(|point| point.0.is_path()) {
                return Err(Flaw::new(
                    &format!("{key}.entry_point"),
                    "通信経路のエントリーポイントです。構成要素は EP1, EP3, EP5, EP7, EP9 のどれかに置いてください",
                    "this entry point is a path; place a component on EP1, EP3, EP5, EP7 or EP9",
                ));
            }
            data.all(&format!("{key}.holds"), &component.holds)
        })?;
        self.check_parts()?;
        each("link", &self.links, |key, link| {
            link.name
                .iter()
                .try_for_each(|name| text(&format!("{key}.name"), name))?;
            components.one(&format!("{key}.from"), &link.from)?;
            components.one(&format!("{key}.to"), &link.to)?;
            if link.from == link.to {
                return Err(Flaw::new(
                    &format!("{key}.to"),
                    "両端が同じ構成要素です。別の構成要素を書いてください",
                    "both ends are the same component; name another one",
                ));
            }
            if link.entry_points.iter().any(|point| !point.0.is_path()) {
                return Err(Flaw::new(
                    &format!("{key}.entry_points"),
                    "接続が通るのは通信経路です。EP2, EP4, EP6, EP8, EP10 から選んでください",
                    "a link runs over paths; choose from EP2, EP4, EP6, EP8, EP10",
                ));
            }
            data.all(&format!("{key}.carries"), &link.carries)
        })
    }

    /// Every component stands on an entry point, its own or that of what it is a part of.
    fn check_parts(&self) -> Result<(), Flaw> {
        let parents: BTreeMap<&str, &str> = self
            .components
            .iter()
            .filter_map(|component| Some((component.id.as_str(), component.part_of.as_deref()?)))
            .collect();
        let order = self.components.iter().map(|component| component.id.as_str());
        if let Some((index, circle)) = first_circle(order, |id| parents.get(id).copied().into_iter().collect()) {
            return Err(circle_flaw(&format!("component[{index}].part_of"), &circle));
        }
        let placed: BTreeSet<&str> = self
            .components
            .iter()
            .filter(|component| component.entry_point.is_some())
            .map(|component| component.id.as_str())
            .collect();
        let mut good: BTreeSet<&str> = placed.clone();
        for (index, component) in self.components.iter().enumerate() {
            let mut way = vec![component.id.as_str()];
            while let Some(last) = way.last().copied().filter(|last| !good.contains(last)) {
                let Some(parent) = parents.get(last) else {
                    return Err(Flaw::new(
                        &format!("component[{index}].entry_point"),
                        "エントリーポイントがありません。entry_point か、それを持つ構成要素への part_of を書いてください",
                        "missing; write entry_point, or part_of something that has one",
                    ));
                };
                way.push(parent);
            }
            good.extend(way);
        }
        Ok(())
    }

    fn check_steps(&self, actors: &Known<'_>, components: &Known<'_>, links: &Known<'_>) -> Result<(), Flaw> {
        each("use_case", &self.use_cases, |key, case| {
            text(&format!("{key}.name"), &case.name)?;
            each(&format!("{key}.step"), &case.steps, |key, step| {
                text(&format!("{key}.action"), &step.action)?;
                step.actor
                    .iter()
                    .try_for_each(|actor| actors.one(&format!("{key}.actor"), actor))?;
                components.all(&format!("{key}.components"), &step.components)?;
                links.all(&format!("{key}.links"), &step.links)
            })
        })
    }

    fn check_measures(&self) -> Result<(), Flaw> {
        let own = ids(
            "measure",
            "対策",
            "a measure",
            self.measures.iter().map(|measure| &measure.id),
        )?;
        let listed = own.and(catalogue::all().iter().map(|entry| entry.id));
        each("measure", &self.measures, |key, measure| {
            measure
                .note
                .iter()
                .try_for_each(|note| text(&format!("{key}.note"), note))?;
            measure
                .name
                .iter()
                .try_for_each(|name| text(&format!("{key}.name"), name))?;
            listed.all(&format!("{key}.needs"), &measure.needs)?;
            let own = [
                ("name", measure.name.is_some()),
                ("requirements", !measure.requirements.is_empty()),
                ("entry_points", !measure.entry_points.is_empty()),
                ("lowers", !measure.lowers.is_empty()),
            ];
            if catalogue::find(&measure.id).is_some() {
                let extra = own
                    .into_iter()
                    .chain([("against", !measure.against.is_empty())])
                    .find(|(_, set)| *set);
                return extra.map_or(Ok(()), |(word, _)| {
                    Err(Flaw::new(
                        &format!("{key}.{word}"),
                        "カタログにある対策なので、この項目は決まっています。消すか、別の id にしてください",
                        "the catalogue says this for a measure of that id; remove it, or choose another id",
                    ))
                });
            }
            if let Some((word, _)) = own.into_iter().find(|(_, set)| !set) {
                return Err(Flaw::new(
                    &format!("{key}.{word}"),
                    format!(
                        "カタログにない対策には必要です。書き加えるか、id をカタログから選んでください: {}",
                        catalogue_ids()
                    ),
                    format!(
                        "needed for a measure that is not in the catalogue; add it, or take an id from there: {}",
                        catalogue_ids()
                    ),
                ));
            }
            each(
                &format!("{key}.requirements"),
                &measure.requirements,
                |key, requirement| vocabulary::requirement(requirement).map_err(|words| words.at(key)),
            )?;
            vocabulary::ceilings(&measure.lowers).map_err(|(metric, words)| words.at(&format!("{key}.lowers.{metric}")))
        })?;
        let needs: BTreeMap<&str, Vec<&str>> = self
            .measures
            .iter()
            .map(|measure| (measure.id.as_str(), measure.needs.iter().map(String::as_str).collect()))
            .collect();
        let order = self.measures.iter().map(|measure| measure.id.as_str());
        match first_circle(order, |id| needs.get(id).cloned().unwrap_or_default()) {
            Some((index, circle)) => Err(circle_flaw(&format!("measure[{index}].needs"), &circle)),
            None => Ok(()),
        }
    }

    fn check_threats(&self) -> Result<(), Flaw> {
        ids(
            "threat",
            "脅威",
            "a threat",
            self.threats.iter().map(|threat| &threat.id),
        )?;
        each("threat", &self.threats, |key, threat| {
            if vocabulary::is_row(&threat.id) {
                return Err(Flaw::new(
                    &format!("{key}.id"),
                    "表3-10・表3-11の行の id です。別の id にしてください",
                    "this is the id of a row of T3-10 or T3-11; choose another",
                ));
            }
            filled(&format!("{key}.interfaces"), threat.interfaces.is_empty())?;
            filled(&format!("{key}.whom"), threat.whom.is_empty())?;
            text(&format!("{key}.example"), &threat.example)
        })?;
        let own: BTreeSet<&str> = self.threats.iter().map(|threat| threat.id.as_str()).collect();
        let known = |key: &str, threat: &str| {
            if own.contains(threat) || vocabulary::is_row(threat) {
                return Ok(());
            }
            Err(vocabulary::unknown_threat(threat, &own).at(&format!("{key}.threat")))
        };
        ids_once("exclude", self.exclusions.iter().map(|one| &one.threat))?;
        each("exclude", &self.exclusions, |key, exclusion| {
            known(key, &exclusion.threat)?;
            text(&format!("{key}.because"), &exclusion.because)
        })?;
        ids_once("override", self.overrides.iter().map(|one| &one.threat))?;
        each("override", &self.overrides, |key, set| {
            known(key, &set.threat)?;
            text(&format!("{key}.because"), &set.because)?;
            filled(&format!("{key}.set"), set.set.is_empty())?;
            vocabulary::by_hand(&set.set).map_err(|(metric, words)| words.at(&format!("{key}.set.{metric}")))
        })?;
        ids_once("tracking", self.tracking.iter().map(|one| &one.threat))?;
        each("tracking", &self.tracking, |key, tracking| {
            known(key, &tracking.threat)?;
            tracking
                .who
                .iter()
                .try_for_each(|who| short(&format!("{key}.who"), who))?;
            tracking
                .why
                .iter()
                .try_for_each(|why| text(&format!("{key}.why"), why))?;
            let needed = [
                ("who", tracking.who.is_some()),
                ("why", tracking.why.is_some()),
                ("until", tracking.until.is_some()),
            ];
            match needed.into_iter().find(|(_, set)| !set) {
                Some((word, _)) if tracking.status == super::Status::Accepted => Err(Flaw::new(
                    &format!("{key}.{word}"),
                    "受容には、だれが（who）、なぜ（why）、いつまで（until）が必要です。書き加えてください",
                    "an acceptance says who, why and until when; add this",
                )),
                _ => Ok(()),
            }
        })?;
        each("non_cyber", &self.non_cyber, |key, treatment| {
            text(&format!("{key}.handled_by"), &treatment.handled_by)
        })
    }
}

impl Flaw {
    pub(crate) fn new(key: &str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            key: key.to_owned(),
            text: Words::new(ja, en),
        }
    }
}

impl Words {
    /// The words as the flaw of a key.
    pub(crate) fn at(self, key: &str) -> Flaw {
        Flaw {
            key: key.to_owned(),
            text: self,
        }
    }
}
