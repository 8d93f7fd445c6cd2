//! Where boxes and zones stand.

use tomori_guideline::EntryPoint;

use super::route::{Wire, route};
use super::{Plan, Zone};
use crate::figure::{Rect, letter};

/// The grid on which boxes and ports stand, in pixels.
pub(super) const PITCH: f64 = 32.0;
/// The width of a zone.
pub(super) const ZONE: f64 = 214.0;
/// Between the edge of a zone and its boxes.
const PADDING: f64 = 12.0;
/// A zone's head: mark, title, worst risk.
pub(super) const HEAD: f64 = 96.0;
/// How far a part stands to the right of what it is a part of.
const INDENT: f64 = 16.0;
/// The size of a box's letters.
pub(super) const LETTERS: f64 = 13.0;
/// From baseline to baseline in a box.
pub(super) const LEADING: f64 = 18.0;
/// Around everything.
pub(super) const MARGIN: f64 = 16.0;

/// Everything with its place.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) width: f64,
    pub(super) height: f64,
    /// As in the plan.
    pub(super) zones: Vec<Rect>,
    /// As in the plan.
    pub(super) boxes: Vec<Boxed>,
    /// As in the plan.
    pub(super) wires: Vec<Wire>,
}

/// A box with its lines.
#[derive(Debug, Clone)]
pub(super) struct Boxed {
    pub(super) rect: Rect,
    pub(super) lines: Vec<String>,
    /// The column it stands in, from 0.
    pub(super) column: usize,
}

/// The column of a zone, in the order of the guideline's figure: third party, platform, gateway and app, devices.
const fn column(entry_point: EntryPoint) -> usize {
    match entry_point {
        EntryPoint::Ep3 => 0,
        EntryPoint::Ep1 => 1,
        EntryPoint::Ep7 => 3,
        _ => 2,
    }
}

/// Places everything.
pub(super) fn place(plan: &Plan) -> Placed {
    let mut columns: Vec<Vec<(usize, &Zone)>> = vec![Vec::new(); 4];
    for (index, zone) in plan.zones.iter().enumerate() {
        if let Some(column) = columns.get_mut(column(zone.entry_point)) {
            column.push((index, zone));
        }
    }
    columns.retain(|column| !column.is_empty());
    let last = columns.len().saturating_sub(1);
    let mut boxes: Vec<Boxed> = plan
        .nodes
        .iter()
        .map(|node| Boxed {
            rect: Rect::new(0.0, 0.0, 0.0, 0.0),
            lines: {
                let inner = ZONE - 2.0 * PADDING - INDENT * as_pixels(node.depth) - 20.0;
                let size = if node.life { LETTERS + 1.4 } else { LETTERS };
                letter::wrap(&node.name, size, inner, 3)
            },
            column: 0,
        })
        .collect();
    for (number, column) in columns.iter().enumerate() {
        for node in column.iter().flat_map(|(_, zone)| &zone.nodes) {
            if let Some(one) = boxes.get_mut(*node) {
                one.column = number;
            }
        }
    }
    let ports = super::route::count_ports(plan, &boxes, last);
    let mut zones = vec![Rect::new(0.0, 0.0, 0.0, 0.0); plan.zones.len()];
    let mut heights = Vec::new();
    for column in &columns {
        let mut y = 0.0;
        for (index, zone) in column {
            let top = y;
            y += HEAD;
            for node in &zone.nodes {
                let (Some(one), Some(view), Some(ports)) =
                    (boxes.get_mut(*node), plan.nodes.get(*node), ports.get(*node))
                else {
                    continue;
                };
                let badge = if view.life { 1 } else { 0 };
                let text = LEADING * as_pixels(one.lines.len().max(1) + badge) + 32.0;
                let cells = (text / PITCH).ceil().max(as_pixels(ports.0.max(ports.1)) + 1.0);
                let indent = INDENT * as_pixels(view.depth);
                one.rect = Rect::new(PADDING + indent, y, ZONE - 2.0 * PADDING - indent, cells * PITCH - 16.0);
                y += cells * PITCH;
            }
            if let Some(rect) = zones.get_mut(*index) {
                *rect = Rect::new(0.0, top, ZONE, y - top);
            }
            y += PITCH;
        }
        heights.push(y - PITCH);
    }
    let tallest = heights.iter().copied().fold(0.0, f64::max);
    let channels = route(plan, &mut boxes, &columns_of(&columns), &heights, tallest, ZONE);
    let mut placed = Placed {
        width: channels.width,
        height: channels.height,
        zones,
        boxes,
        wires: channels.wires,
    };
    for (number, column) in columns.iter().enumerate() {
        let (Some(x), Some(dy)) = (channels.columns.get(number), channels.drops.get(number)) else {
            continue;
        };
        for (index, _) in column {
            if let Some(zone) = placed.zones.get_mut(*index) {
                zone.x += x;
                zone.y += dy;
            }
        }
    }
    placed
}

fn columns_of(columns: &[Vec<(usize, &Zone)>]) -> Vec<Vec<usize>> {
    let nodes = |column: &Vec<(usize, &Zone)>| column.iter().flat_map(|(_, zone)| zone.nodes.clone()).collect();
    columns.iter().map(nodes).collect()
}

/// A small count as a length.
#[allow(
    clippy::cast_precision_loss,
    reason = "counts here are bounded by the sizes of drawings"
)]
pub(in crate::figure) fn as_pixels(count: usize) -> f64 {
    count as f64
}
