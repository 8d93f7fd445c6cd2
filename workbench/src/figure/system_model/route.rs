//! Which way the links run.

use std::collections::BTreeMap;

use super::place::{Boxed, MARGIN, PITCH, as_pixels};
use super::{Edge, Plan};
use crate::figure::{Rect, letter};

/// Between two lanes of a channel.
const LANE: f64 = 12.0;
/// The most room for a label beside a box, its marks included.
const LABEL: f64 = 176.0;
/// Between a box and the first lane where no label stands.
const NO_LABEL: f64 = 20.0;
/// The size of a label's letters.
pub(super) const LABEL_LETTERS: f64 = 11.0;
/// From baseline to baseline in a label.
pub(super) const LABEL_LEADING: f64 = 13.0;
/// The mark of a path's entry point before a label.
pub(super) const BADGE: f64 = 20.0;
/// The most marks before a label.
pub(super) const MOST_BADGES: usize = 4;

/// The side of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

/// A link with its way.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    /// The corners, from port to port.
    pub(super) way: Vec<(f64, f64)>,
    /// The lines of the label.
    pub(super) label: Vec<String>,
    /// Where the label stands.
    pub(super) label_at: Rect,
}

/// What routing found.
pub(super) struct Routed {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Where each column begins.
    pub(super) columns: Vec<f64>,
    /// How far each column was moved down.
    pub(super) drops: Vec<f64>,
    pub(super) wires: Vec<Wire>,
}

/// One end of a link at a side of a box: by what it is ordered, the link, whether it is its `to`.
type Port = (f64, usize, bool);

/// One end of a link.
#[derive(Debug, Clone, Copy)]
struct End {
    node: usize,
    side: Side,
    channel: usize,
}

/// A label before it has a place.
struct Label {
    lines: Vec<String>,
    width: f64,
    height: f64,
}

impl Label {
    fn of(edge: &Edge) -> Self {
        let badges = BADGE * as_pixels(edge.paths.len().min(MOST_BADGES));
        let lines = letter::wrap(&edge.name, LABEL_LETTERS, LABEL - badges, 2);
        let text = lines
            .iter()
            .map(|line| letter::width(line, LABEL_LETTERS))
            .fold(0.0, f64::max);
        Self {
            width: badges + text,
            height: (LABEL_LEADING * as_pixels(lines.len())).max(18.0) + 2.0,
            lines,
        }
    }
}

fn ends(edge: &Edge, boxes: &[Boxed], last: usize) -> Option<(End, End)> {
    let (from, to) = (boxes.get(edge.from)?.column, boxes.get(edge.to)?.column);
    let towards = |own: usize, other: usize| {
        let right = if own == other {
            own < last || last == 0
        } else {
            own < other
        };
        if right {
            (Side::Right, own)
        } else {
            (Side::Left, own - 1)
        }
    };
    let end = |node: usize, (side, channel): (Side, usize)| End { node, side, channel };
    Some((end(edge.from, towards(from, to)), end(edge.to, towards(to, from))))
}

/// How many ports each box needs: left, right.
pub(super) fn count_ports(plan: &Plan, boxes: &[Boxed], last: usize) -> Vec<(usize, usize)> {
    let mut ports = vec![(0, 0); plan.nodes.len()];
    for (from, to) in plan.edges.iter().filter_map(|edge| ends(edge, boxes, last)) {
        for end in [from, to] {
            if let Some(count) = ports.get_mut(end.node) {
                match end.side {
                    Side::Left => count.0 += 1,
                    Side::Right => count.1 += 1,
                }
            }
        }
    }
    ports
}

/// Routes all links and moves the boxes, which were placed in columns at the origin, to where they stand.
pub(super) fn route(
    plan: &Plan,
    boxes: &mut [Boxed],
    columns: &[Vec<usize>],
    heights: &[f64],
    tallest: f64,
    zone: f64,
) -> Routed {
    let last = columns.len().saturating_sub(1);
    let ways: Vec<(usize, End, End)> = plan
        .edges
        .iter()
        .enumerate()
        .filter_map(|(index, edge)| ends(edge, boxes, last).map(|(from, to)| (index, from, to)))
        .collect();
    let over = |from: &End, to: &End| from.channel != to.channel;
    let bus = ways.iter().filter(|(_, from, to)| over(from, to)).count();
    let head = MARGIN
        + if bus > 0 {
            (as_pixels(bus) * LANE / PITCH).ceil() * PITCH
        } else {
            0.0
        };
    let drops: Vec<f64> = heights
        .iter()
        .map(|height| head + ((tallest - height) / 2.0 / PITCH).floor() * PITCH)
        .collect();
    for (column, drop) in columns.iter().zip(&drops) {
        for node in column {
            if let Some(one) = boxes.get_mut(*node) {
                one.rect.y += drop;
            }
        }
    }
    let ports = ports(&ways, boxes);
    let port = |way: usize, is_to: bool| ports.get(&(way, is_to)).copied().unwrap_or_default();

    let labels: Vec<Label> = plan.edges.iter().map(Label::of).collect();

    // Lanes: each vertical stretch of a channel gets the first lane that is free along it.
    let mut lanes: BTreeMap<(usize, usize, bool), usize> = BTreeMap::new();
    let mut widths: Vec<(f64, usize, f64)> = Vec::new();
    let channels = if last == 0 { 1 } else { last };
    let mut bus_lane: BTreeMap<usize, f64> = BTreeMap::new();
    for (way, from, to) in &ways {
        if over(from, to) {
            bus_lane.insert(*way, MARGIN + as_pixels(bus_lane.len()) * LANE);
        }
    }
    for channel in 0..channels {
        let mut stretches: Vec<(f64, f64, usize, bool)> = Vec::new();
        let (mut left, mut right) = (NO_LABEL, NO_LABEL);
        for (way, from, to) in &ways {
            if from.channel == channel {
                let room = labels.get(*way).map_or(0.0, |label| label.width) + 14.0;
                match from.side {
                    Side::Right => left = left.max(room),
                    Side::Left => right = right.max(room),
                }
            }
            let (a, b) = (port(*way, false), port(*way, true));
            if let Some(bus) = bus_lane.get(way) {
                if from.channel == channel {
                    stretches.push((*bus, a, *way, false));
                }
                if to.channel == channel {
                    stretches.push((*bus, b, *way, true));
                }
            } else if from.channel == channel {
                stretches.push((a.min(b), a.max(b), *way, false));
            }
        }
        stretches.sort_by(|one, other| {
            one.0
                .total_cmp(&other.0)
                .then(one.2.cmp(&other.2))
                .then(one.3.cmp(&other.3))
        });
        let mut free_from: Vec<f64> = Vec::new();
        for (top, bottom, way, is_to) in stretches {
            let lane = free_from
                .iter()
                .position(|free| free + 6.0 < top)
                .unwrap_or(free_from.len());
            match free_from.get_mut(lane) {
                Some(free) => *free = bottom,
                None => free_from.push(bottom),
            }
            lanes.insert((channel, way, is_to), lane);
        }
        widths.push((left, free_from.len(), right));
    }

    let mut starts = vec![MARGIN];
    let mut lane_starts = Vec::new();
    let mut x = MARGIN + zone;
    for (left, count, right) in &widths {
        lane_starts.push(x + left);
        x += left + as_pixels(count.saturating_sub(1)) * LANE + right;
        if last > 0 {
            starts.push(x);
            x += zone;
        }
    }
    for (column, start) in columns.iter().zip(&starts) {
        for node in column {
            if let Some(one) = boxes.get_mut(*node) {
                one.rect.x += start;
            }
        }
    }
    let lane_x = |channel: usize, way: usize, is_to: bool| {
        let start = lane_starts.get(channel).copied().unwrap_or_default();
        start
            + lanes
                .get(&(channel, way, is_to))
                .map_or(0.0, |lane| as_pixels(*lane) * LANE)
    };
    let edge_x = |end: &End| {
        boxes.get(end.node).map_or(0.0, |one| match end.side {
            Side::Left => one.rect.x,
            Side::Right => one.rect.right(),
        })
    };
    let zone_x = |end: &End| {
        let start = boxes
            .get(end.node)
            .and_then(|one| starts.get(one.column))
            .copied()
            .unwrap_or_default();
        match end.side {
            Side::Left => start,
            Side::Right => start + zone,
        }
    };
    let mut wires = vec![
        Wire {
            way: Vec::new(),
            label: Vec::new(),
            label_at: Rect::new(0.0, 0.0, 0.0, 0.0),
        };
        plan.edges.len()
    ];
    for (way, from, to) in &ways {
        let (a, b) = (port(*way, false), port(*way, true));
        let first = (edge_x(from), a);
        let last = (edge_x(to), b);
        let corners = match bus_lane.get(way) {
            Some(bus) => {
                let (out, back) = (lane_x(from.channel, *way, false), lane_x(to.channel, *way, true));
                vec![first, (out, a), (out, *bus), (back, *bus), (back, b), last]
            }
            None => {
                let x = lane_x(from.channel, *way, false);
                vec![first, (x, a), (x, b), last]
            }
        };
        let (Some(label), Some(wire)) = (labels.get(*way), wires.get_mut(*way)) else {
            continue;
        };
        let x = match from.side {
            Side::Right => zone_x(from) + 6.0,
            Side::Left => zone_x(from) - 6.0 - label.width,
        };
        wire.way = corners;
        wire.label_at = Rect::new(x, a - 2.0 - label.height, label.width, label.height);
        wire.label.clone_from(&label.lines);
    }
    Routed {
        width: x + MARGIN,
        height: head + tallest + MARGIN,
        columns: starts,
        drops,
        wires,
    }
}

/// The heights of all ports: of each link its `from` (false) and its `to` (true). At one side of a box, ports stand in
/// the order of what they lead to, which keeps links from crossing more than they must.
fn ports(ways: &[(usize, End, End)], boxes: &[Boxed]) -> BTreeMap<(usize, bool), f64> {
    let mut sides: BTreeMap<(usize, Side), Vec<Port>> = BTreeMap::new();
    let middle = |node: usize| boxes.get(node).map_or(0.0, |one| one.rect.y + one.rect.height / 2.0);
    for (way, from, to) in ways {
        let rank = |own: &End, other: &End| {
            if own.channel == other.channel {
                middle(other.node)
            } else {
                -1.0
            }
        };
        sides
            .entry((from.node, from.side))
            .or_default()
            .push((rank(from, to), *way, false));
        sides
            .entry((to.node, to.side))
            .or_default()
            .push((rank(to, from), *way, true));
    }
    let mut ports = BTreeMap::new();
    for ((node, side), mut list) in sides {
        list.sort_by(|one, other| {
            one.0
                .total_cmp(&other.0)
                .then(one.1.cmp(&other.1))
                .then(one.2.cmp(&other.2))
        });
        let top = boxes.get(node).map_or(0.0, |one| one.rect.y);
        // Half a pitch between left and right: facing horizontals never lie on each other.
        let first = match side {
            Side::Right => 24.0,
            Side::Left => 40.0,
        };
        for (number, (_, way, is_to)) in list.into_iter().enumerate() {
            ports.insert((way, is_to), top + first + PITCH * as_pixels(number));
        }
    }
    ports
}
