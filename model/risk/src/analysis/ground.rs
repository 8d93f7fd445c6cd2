//! What a description says about each entry point: who stands there, what is known there, what can be reached from it.

use std::collections::{BTreeMap, BTreeSet};

use tomori_guideline::{AssetKind, EntryPoint};

use crate::description::{Component, Exposure, Link, Network, ServiceModel};

/// One entry point of a service.
#[derive(Debug, Clone, Default)]
pub(super) struct Point<'m> {
    /// The components that stand here.
    pub(super) components: Vec<&'m Component>,
    /// The links that pass here.
    pub(super) links: Vec<&'m Link>,
    /// The data held or carried here, by id.
    pub(super) data: BTreeSet<&'m str>,
    /// From the farthest away that something here can be reached; unknown when nothing says.
    pub(super) exposure: Option<Exposure>,
    /// Whether a storage device can be plugged in.
    pub(super) storage: bool,
    /// Whether update software lies here.
    pub(super) updates: bool,
    /// Whether personal information is here.
    pub(super) personal: bool,
    /// Whether life or property can be reached from here.
    pub(super) life: bool,
    /// Whether something here is connected with another circle of authentication.
    pub(super) crosses: bool,
    /// Whether a line of the house's network ends here.
    pub(super) on_house_network: bool,
    /// Whether a line here runs over the internet.
    pub(super) over_internet: bool,
}

/// The whole ground.
#[derive(Debug)]
pub(super) struct Ground<'m> {
    pub(super) points: BTreeMap<EntryPoint, Point<'m>>,
    /// Where each component stands.
    pub(super) place: BTreeMap<&'m str, EntryPoint>,
    /// The components from which each effect can be caused, by id.
    pub(super) dangerous: BTreeSet<&'m str>,
}

impl Point<'_> {
    /// Whether the service has anything here.
    pub(super) fn present(&self) -> bool {
        !self.components.is_empty() || !self.links.is_empty()
    }
}

impl<'m> Ground<'m> {
    /// Surveys a description that has been checked. Linear in its size.
    pub(super) fn survey(model: &'m ServiceModel) -> Self {
        let by_id: BTreeMap<&str, &Component> = model
            .components
            .iter()
            .map(|component| (component.id.as_str(), component))
            .collect();
        let inherited = Inherited::of(model, &by_id);
        let dangerous = dangerous(model, &by_id);
        let mut points: BTreeMap<EntryPoint, Point<'m>> =
            EntryPoint::ALL.iter().map(|point| (*point, Point::default())).collect();
        let mut place = BTreeMap::new();
        for component in &model.components {
            let Some(at) = inherited.point.get(component.id.as_str()) else {
                continue;
            };
            place.insert(component.id.as_str(), *at);
            if let Some(point) = points.get_mut(at) {
                let exposure = inherited.exposure.get(component.id.as_str()).copied();
                // `Exposure` is ordered from the farthest: the worst is the least.
                point.exposure = point.exposure.into_iter().chain(exposure).min();
                point.storage |= component.storage_port;
                point.life |= dangerous.contains(component.id.as_str());
                point.data.extend(component.holds.iter().map(String::as_str));
                point.components.push(component);
            }
        }
        let circle = |id: &str| inherited.circle.get(id).copied().unwrap_or_default();
        for link in &model.links {
            let ends = [link.from.as_str(), link.to.as_str()];
            let crosses = circle(&link.from) != circle(&link.to);
            let at_ends = ends.iter().filter_map(|end| place.get(end).copied());
            let passed: BTreeSet<EntryPoint> = link.entry_points.iter().map(|point| point.0).collect();
            for at in at_ends {
                if let Some(point) = points.get_mut(&at) {
                    point.crosses |= crosses;
                    point.on_house_network |= link.network == Network::House;
                }
            }
            for at in passed {
                if let Some(point) = points.get_mut(&at) {
                    point.over_internet |= link.network == Network::Internet;
                    point.life |= link.commands && dangerous.contains(link.to.as_str());
                    point.data.extend(link.carries.iter().map(String::as_str));
                    point.links.push(link);
                }
            }
        }
        let personal: BTreeSet<&str> = model
            .data
            .iter()
            .filter(|data| !data.personal.is_empty())
            .map(|data| data.id.as_str())
            .collect();
        let updates: BTreeSet<&str> = model
            .data
            .iter()
            .filter(|data| data.kind.0 == AssetKind::UpdateSoftware)
            .map(|data| data.id.as_str())
            .collect();
        for point in points.values_mut() {
            point.personal = !point.data.is_disjoint(&personal);
            point.updates = !point.data.is_disjoint(&updates);
        }
        Self {
            points,
            place,
            dangerous,
        }
    }
}

/// What components take from what they are parts of.
struct Inherited<'m> {
    point: BTreeMap<&'m str, EntryPoint>,
    exposure: BTreeMap<&'m str, Exposure>,
    circle: BTreeMap<&'m str, &'m str>,
}

impl<'m> Inherited<'m> {
    fn of(model: &'m ServiceModel, by_id: &BTreeMap<&'m str, &'m Component>) -> Self {
        let mut inherited = Self {
            point: BTreeMap::new(),
            exposure: BTreeMap::new(),
            circle: BTreeMap::new(),
        };
        for component in &model.components {
            // Up to the first whose values are known, then down again: each component is finished once.
            let mut way = vec![component];
            while let Some(parent) = way
                .last()
                .and_then(|last| last.part_of.as_deref())
                .and_then(|parent| by_id.get(parent))
                .filter(|parent| !inherited.circle.contains_key(parent.id.as_str()))
                .filter(|_| way.len() <= by_id.len())
            {
                way.push(parent);
            }
            while let Some(one) = way.pop() {
                inherited.finish(one);
            }
        }
        inherited
    }

    fn finish(&mut self, one: &'m Component) {
        let id = one.id.as_str();
        let parent = one.part_of.as_deref().unwrap_or_default();
        if let Some(point) = one
            .entry_point
            .map(|point| point.0)
            .or_else(|| self.point.get(parent).copied())
        {
            self.point.insert(id, point);
        }
        if let Some(exposure) = one.exposure.or_else(|| self.exposure.get(parent).copied()) {
            self.exposure.insert(id, exposure);
        }
        let own = one
            .authentication
            .as_deref()
            .or_else(|| self.circle.get(parent).copied());
        self.circle.insert(id, own.unwrap_or(id));
    }
}

/// The components that can cause an effect: those it comes through, whatever commands or informs these over links, and
/// whatever they are parts of or made of.
fn dangerous<'m>(model: &'m ServiceModel, by_id: &BTreeMap<&'m str, &'m Component>) -> BTreeSet<&'m str> {
    let mut commanders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for link in model.links.iter().filter(|link| link.commands) {
        commanders.entry(&link.to).or_default().push(&link.from);
    }
    let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for component in &model.components {
        if let Some(parent) = component.part_of.as_deref() {
            parts.entry(parent).or_default().push(&component.id);
        }
    }
    let mut components = BTreeSet::new();
    let through = model.effects.iter().flat_map(|effect| &effect.through);
    let mut open: Vec<&str> = through.map(String::as_str).collect();
    while let Some(id) = open.pop() {
        if !components.insert(id) {
            continue;
        }
        open.extend(commanders.get(id).into_iter().flatten());
        open.extend(by_id.get(id).and_then(|component| component.part_of.as_deref()));
        open.extend(parts.get(id).into_iter().flatten());
    }
    components
}
