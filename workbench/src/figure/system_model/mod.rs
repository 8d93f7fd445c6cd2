//! The system model figure: components in the zones of their entry points, links between them, each entry point in
//! the colour of its worst risk.
//!
//! The layout needs no iteration and cannot overlap by construction. Zones stand in columns; boxes are stacked in a
//! zone; between columns runs a channel. A link leaves its box at a port of its own, keeps its label beside the box in a
//! margin that no vertical line enters, turns in a lane of its own in the channel, and ends at a port of its own. Ports
//! of facing sides are half a pitch apart, so that two horizontals never lie on each other. A link that has to pass a
//! column goes over the top of all of them.

mod draw;
mod place;
pub(in crate::figure) use place::as_pixels;
mod route;

use std::collections::{BTreeMap, BTreeSet};

use tomori_guideline::EntryPoint;
use tomori_risk::analysis::Analysis;
use tomori_runtime::i18n::Lang;

use crate::markup::Markup;
use crate::say::{Phrase, Say as _};

/// The most boxes drawn in one zone; the others share a box.
const MOST_BOXES: usize = 24;
/// The most links drawn.
const MOST_LINKS: usize = 120;

/// What is to be drawn.
#[derive(Debug, Clone, Default)]
struct Plan {
    zones: Vec<Zone>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// Links that the bounds left out.
    left_out: usize,
}

/// The components of one entry point, in order of drawing.
#[derive(Debug, Clone)]
struct Zone {
    entry_point: EntryPoint,
    nodes: Vec<usize>,
}

/// A box.
#[derive(Debug, Clone)]
struct Node {
    name: String,
    /// How deep it is inside others.
    depth: usize,
    /// Whether life or property can be reached from it.
    life: bool,
    /// Whether it stands for many.
    many: bool,
}

/// A link.
#[derive(Debug, Clone)]
struct Edge {
    name: String,
    from: usize,
    to: usize,
    paths: Vec<EntryPoint>,
    commands: bool,
}

/// The figure. `id` is unique in the page.
pub(crate) fn system_model(analysis: &Analysis, id: &str, lang: Lang) -> Markup {
    let plan = plan(analysis, lang);
    let placed = place::place(&plan);
    draw::draw(analysis, &plan, &placed, id, lang)
}

fn plan(analysis: &Analysis, lang: Lang) -> Plan {
    let mut plan = Plan::default();
    let mut node_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut at: BTreeMap<EntryPoint, BTreeMap<Option<&str>, Vec<usize>>> = BTreeMap::new();
    let point_of: BTreeMap<&str, EntryPoint> = analysis
        .components
        .iter()
        .map(|component| (component.id.as_str(), component.entry_point))
        .collect();
    for (index, component) in analysis.components.iter().enumerate() {
        let parent = component
            .part_of
            .as_deref()
            .filter(|parent| *parent != component.id && point_of.get(parent) == Some(&component.entry_point));
        at.entry(component.entry_point)
            .or_default()
            .entry(parent)
            .or_default()
            .push(index);
    }
    for (entry_point, children) in &at {
        let mut zone = Zone {
            entry_point: *entry_point,
            nodes: Vec::new(),
        };
        let mut open: Vec<(usize, usize)> = Vec::new();
        let push = |open: &mut Vec<(usize, usize)>, parent: Option<&str>, depth: usize| {
            open.extend(
                children
                    .get(&parent)
                    .into_iter()
                    .flatten()
                    .rev()
                    .map(|index| (*index, depth)),
            );
        };
        push(&mut open, None, 0);
        let total: usize = children.values().map(Vec::len).sum();
        let (mut seen, mut rest) = (0, None);
        while let Some((index, depth)) = open.pop() {
            let Some(component) = analysis.components.get(index) else {
                continue;
            };
            seen += 1;
            if seen >= MOST_BOXES && total > MOST_BOXES {
                let many = *rest.get_or_insert_with(|| {
                    let count = total - (seen - 1);
                    plan.nodes.push(Node {
                        name: match lang {
                            Lang::Ja => format!("ほか {count} 件"),
                            Lang::En => format!("{count} more"),
                        },
                        depth: 0,
                        life: false,
                        many: true,
                    });
                    plan.nodes.len() - 1
                });
                node_of.insert(&component.id, many);
            } else {
                plan.nodes.push(Node {
                    name: component.name.say(lang).to_owned(),
                    depth: depth.min(3),
                    life: component.reaches_life_or_property,
                    many: false,
                });
                zone.nodes.push(plan.nodes.len() - 1);
                node_of.insert(&component.id, plan.nodes.len() - 1);
            }
            push(&mut open, Some(&component.id), depth + 1);
        }
        zone.nodes.extend(rest);
        plan.zones.push(zone);
    }
    let mut bundled = BTreeSet::new();
    for link in &analysis.links {
        let (Some(&from), Some(&to)) = (node_of.get(link.from.as_str()), node_of.get(link.to.as_str())) else {
            continue;
        };
        let is_many = |node: usize| plan.nodes.get(node).is_some_and(|node| node.many);
        let many = is_many(from) || is_many(to);
        if from == to || (many && !bundled.insert((from, to))) {
            continue;
        }
        if plan.edges.len() >= MOST_LINKS {
            plan.left_out += 1;
            continue;
        }
        plan.edges.push(Edge {
            name: if many {
                Phrase("ほかの接続", "other links").of(lang).to_owned()
            } else {
                link.name.say(lang).to_owned()
            },
            from,
            to,
            paths: link.entry_points.clone(),
            commands: link.commands,
        });
    }
    plan
}
