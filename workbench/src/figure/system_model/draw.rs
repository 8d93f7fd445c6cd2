//! The placed figure as SVG.

use tomori_guideline::EntryPoint;
use tomori_risk::Severity;
use tomori_risk::analysis::Analysis;
use tomori_runtime::i18n::Lang;

use super::place::{Boxed, HEAD, LEADING, LETTERS, MARGIN, Placed, as_pixels};
use super::route::{BADGE, LABEL_LEADING, MOST_BADGES, Wire};
use super::{Edge, Node, Plan};
use crate::figure::{Rect, begin, letter, line, text_at};
use crate::markup::Markup;
use crate::say::{Phrase, Say as _};
use crate::scale;

/// The height of a row of the legend.
const ROW: f64 = 28.0;
/// The least width of the figure; the legend wants it.
const LEAST: f64 = 560.0;
/// Where the title of a path begins in the legend, after its mark and its words.
const RATINGS: f64 = 222.0;
/// The size of the words for severities.
const RATING_LETTERS: f64 = 10.5;
/// The size of the legend's letters.
const SMALL: f64 = 12.0;

pub(super) fn draw(analysis: &Analysis, plan: &Plan, placed: &Placed, id: &str, lang: Lang) -> Markup {
    let mut out = Markup::default();
    let paths: Vec<EntryPoint> = analysis
        .entry_points
        .iter()
        .filter(|view| view.present && view.entry_point.is_path())
        .map(|view| view.entry_point)
        .collect();
    let width = placed.width.max(LEAST);
    let notes = notes(plan, lang);
    let height = placed.height + ROW * as_pixels(paths.len() + notes.len()) + if paths.is_empty() { 8.0 } else { 16.0 };
    begin(
        &mut out,
        id,
        width,
        height,
        Phrase("システムモデル図", "The system model").of(lang),
        &describe(analysis, lang),
    );
    out.raw("<defs><marker id=\"")
        .text(id)
        .raw("-arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" ");
    out.raw("markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"arrow\" d=\"M0 .8L10 5L0 9.2z\"/></marker></defs>");
    let shift = (width - placed.width) / 2.0;
    out.raw("<g transform=\"translate(").number(shift).raw(" 0)\">");
    for (zone, rect) in plan.zones.iter().zip(&placed.zones) {
        draw_zone(&mut out, analysis, zone.entry_point, rect, lang);
    }
    for (edge, wire) in plan.edges.iter().zip(&placed.wires) {
        draw_wire(&mut out, edge, wire, id);
    }
    for (node, one) in plan.nodes.iter().zip(&placed.boxes) {
        draw_box(&mut out, node, one, lang);
    }
    for (edge, wire) in plan.edges.iter().zip(&placed.wires) {
        draw_label(&mut out, analysis, edge, wire);
    }
    out.raw("</g>");
    let mut y = placed.height + 8.0;
    for path in paths {
        let (before, after) = worst(analysis, path);
        badge(&mut out, path, after, MARGIN, y);
        let title = format!("{} {}", path.mark(), path.title().say(lang));
        ratings(&mut out, MARGIN + 28.0, y + 9.0, before, after, lang);
        let title = letter::wrap(&title, SMALL, width - MARGIN * 2.0 - RATINGS, 1)
            .into_iter()
            .next()
            .unwrap_or_default();
        text_at(&mut out, "small", MARGIN + RATINGS, y + 13.0, &title);
        y += ROW;
    }
    for note in notes {
        let middle = y + 9.0;
        match note.0 {
            Sign::Commands => {
                out.raw("<path class=\"wire commands\" marker-end=\"url(#")
                    .text(id)
                    .raw("-arrow)\" d=\"M");
                out.number(MARGIN - 6.0)
                    .raw(" ")
                    .number(middle)
                    .raw("L")
                    .number(MARGIN + 20.0)
                    .raw(" ")
                    .number(middle)
                    .raw("\"/>");
            }
            Sign::Life => life(&mut out, MARGIN + 8.0, middle),
            Sign::LeftOut => {}
        }
        text_at(&mut out, "small", MARGIN + 28.0, y + 13.0, &note.1);
        y += ROW;
    }
    out.raw("</svg>");
    out
}

enum Sign {
    Commands,
    Life,
    LeftOut,
}

fn notes(plan: &Plan, lang: Lang) -> Vec<(Sign, String)> {
    let mut notes = Vec::new();
    if plan.edges.iter().any(|edge| edge.commands) {
        let words = Phrase("一方が他方を動かす接続", "One end makes the other act");
        notes.push((Sign::Commands, words.of(lang).to_owned()));
    }
    if plan.nodes.iter().any(|node| node.life) {
        let words = Phrase(
            "ここから生命・財産に影響が及びうる",
            "Life or property can be reached from here",
        );
        notes.push((Sign::Life, words.of(lang).to_owned()));
    }
    if plan.left_out > 0 {
        let words = match lang {
            Lang::Ja => format!("このほかに {} 件の接続があります（表を参照）", plan.left_out),
            Lang::En => format!("{} more links are in the table", plan.left_out),
        };
        notes.push((Sign::LeftOut, words));
    }
    notes
}

fn worst(analysis: &Analysis, entry_point: EntryPoint) -> (Severity, Severity) {
    let view = analysis
        .entry_points
        .iter()
        .find(|view| view.entry_point == entry_point);
    view.map_or((Severity::None, Severity::None), |view| {
        (view.worst_before, view.worst_after)
    })
}

fn describe(analysis: &Analysis, lang: Lang) -> String {
    let mut text = match lang {
        Lang::Ja => format!(
            "構成要素 {} 件と接続 {} 件を、エントリーポイントごとに示します。",
            analysis.components.len(),
            analysis.links.len()
        ),
        Lang::En => format!(
            "{} components and {} links, by entry point.",
            analysis.components.len(),
            analysis.links.len()
        ),
    };
    for view in analysis.entry_points.iter().filter(|view| view.present) {
        let (before, after) = (view.worst_before.title(), view.worst_after.title());
        text.push_str(&match lang {
            Lang::Ja => format!(
                "{}：対策前 {}、対策後 {}。",
                view.entry_point.mark(),
                before.ja,
                after.ja
            ),
            Lang::En => format!(
                " {}: {} before measures, {} after.",
                view.entry_point.mark(),
                before.en,
                after.en
            ),
        });
    }
    text
}

fn draw_zone(out: &mut Markup, analysis: &Analysis, entry_point: EntryPoint, rect: &Rect, lang: Lang) {
    let (before, after) = worst(analysis, entry_point);
    out.raw("<g class=\"").raw(scale::class(after)).raw("\">");
    rect.draw(out, "zone", 14.0);
    out.raw("<path class=\"zone-head\" d=\"M")
        .number(rect.x)
        .raw(" ")
        .number(rect.y + HEAD - 10.0);
    out.raw("v")
        .number(-(HEAD - 24.0))
        .raw("a14 14 0 0 1 14 -14h")
        .number(rect.width - 28.0);
    out.raw("a14 14 0 0 1 14 14v").number(HEAD - 24.0).raw("z\"/>");
    let x = rect.x + 14.0;
    text_at(out, "on mark", x, rect.y + 21.0, entry_point.mark());
    let title = letter::wrap(entry_point.title().say(lang), 12.5, rect.width - 28.0, 2);
    for (number, row) in title.iter().enumerate() {
        text_at(out, "on small", x, rect.y + 37.0 + 15.0 * as_pixels(number), row);
    }
    out.raw("</g>");
    Rect::new(rect.x + 8.0, rect.y + HEAD - 35.0, rect.width - 16.0, 20.0).draw(out, "ground", 10.0);
    ratings(out, x + 4.0, rect.y + HEAD - 25.0, before, after, lang);
}

/// Worst before → worst after, each a shape and a word, from `x` on, around the height `y`.
fn ratings(out: &mut Markup, x: f64, y: f64, before: Severity, after: Severity, lang: Lang) {
    let mut x = x;
    for (number, severity) in [before, after].into_iter().enumerate() {
        if number == 1 {
            line(out, "hair", (x, y), (x + 8.0, y));
            out.raw("<path class=\"arrow\" d=\"M")
                .number(x + 7.0)
                .raw(" ")
                .number(y - 3.0)
                .raw("l6 3l-6 3z\"/>");
            x += 21.0;
        }
        out.raw("<g class=\"").raw(scale::class(severity)).raw(" inked\">");
        scale::shape(out, severity, x + 6.0, y);
        out.raw("</g>");
        let word = severity.title().say(lang);
        text_at(out, "tiny strong", x + 16.0, y + 4.0, word);
        x += 22.0 + letter::width(word, RATING_LETTERS);
    }
}

fn draw_box(out: &mut Markup, node: &Node, one: &Boxed, lang: Lang) {
    let rect = &one.rect;
    if node.depth > 0 {
        out.raw("<path class=\"hair\" d=\"M")
            .number(rect.x - 8.0)
            .raw(" ")
            .number(rect.y - 12.0);
        out.raw("V").number(rect.y + 18.0).raw("h8\"/>");
    }
    rect.draw(out, if node.many { "box many" } else { "box" }, 8.0);
    let rows = one.lines.len() + usize::from(node.life);
    let mut y = rect.y + (rect.height - LEADING * as_pixels(rows)) / 2.0 + LETTERS;
    for row in &one.lines {
        text_at(out, "name", rect.x + 10.0, y, row);
        y += LEADING;
    }
    if node.life {
        life(out, rect.x + 16.0, y - 4.5);
        text_at(
            out,
            "tiny",
            rect.x + 26.0,
            y,
            Phrase("生命・財産", "life, property").of(lang),
        );
    }
}

/// The sign for life and property: a house with an exclamation mark.
fn life(out: &mut Markup, x: f64, y: f64) {
    out.raw("<path class=\"life-sign\" fill-rule=\"evenodd\" transform=\"translate(")
        .number(x)
        .raw(" ")
        .number(y);
    out.raw(")\" d=\"M0 -7L7 -1V6H-7V-1zM-.9 -3.4H.9V1.4H-.9zM-.9 2.6H.9V4.4H-.9z\"/>");
}

/// A link: rounded at its corners, an arrow where one end makes the other act.
fn draw_wire(out: &mut Markup, edge: &Edge, wire: &Wire, id: &str) {
    let Some(first) = wire.way.first() else {
        return;
    };
    out.raw(if edge.commands {
        "<path class=\"wire commands\""
    } else {
        "<path class=\"wire\""
    });
    if edge.commands {
        out.raw(" marker-end=\"url(#").text(id).raw("-arrow)\"");
    }
    out.raw(" d=\"M").number(first.0).raw(" ").number(first.1);
    for window in wire.way.windows(3) {
        let [before, corner, after] = window else { continue };
        let towards = |to: &(f64, f64)| {
            let (dx, dy) = (to.0 - corner.0, to.1 - corner.1);
            let length = dx.abs() + dy.abs();
            let part = if length > 0.0 {
                (6.0_f64).min(length / 2.0) / length
            } else {
                0.0
            };
            (corner.0 + dx * part, corner.1 + dy * part)
        };
        let (enter, leave) = (towards(before), towards(after));
        out.raw("L").number(enter.0).raw(" ").number(enter.1);
        out.raw("Q")
            .number(corner.0)
            .raw(" ")
            .number(corner.1)
            .raw(" ")
            .number(leave.0)
            .raw(" ")
            .number(leave.1);
    }
    if let Some(last) = wire.way.last() {
        out.raw("L").number(last.0).raw(" ").number(last.1);
    }
    out.raw("\"/>");
}

fn draw_label(out: &mut Markup, analysis: &Analysis, edge: &Edge, wire: &Wire) {
    let at = &wire.label_at;
    let mut x = at.x;
    for path in edge.paths.iter().take(MOST_BADGES) {
        badge(out, *path, worst(analysis, *path).1, x, at.bottom() - 18.0);
        x += BADGE;
    }
    let mut y = at.bottom() - 5.0 - LABEL_LEADING * as_pixels(wire.label.len().saturating_sub(1));
    for row in &wire.label {
        text_at(out, "label", x, y, row);
        y += LABEL_LEADING;
    }
}

/// The number of a path in the colour of its worst risk; the legend has its words.
fn badge(out: &mut Markup, path: EntryPoint, severity: Severity, x: f64, y: f64) {
    out.raw("<g class=\"").raw(scale::class(severity)).raw("\">");
    Rect::new(x, y, 17.0, 17.0).draw(out, "sev", 8.5);
    out.raw("<text class=\"on badge\" x=\"")
        .number(x + 8.5)
        .raw("\" y=\"")
        .number(y + 12.5)
        .raw("\">");
    out.count(usize::from(path.number())).raw("</text></g>");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tomori_guideline::EntryPoint;

    use super::super::place::{PITCH, ZONE, place};
    use super::super::route::LABEL_LETTERS;
    use super::super::{Edge, Node, Plan, Zone};
    use super::*;

    fn plan() -> impl Strategy<Value = Plan> {
        let points = prop::sample::subsequence(
            vec![
                EntryPoint::Ep1,
                EntryPoint::Ep3,
                EntryPoint::Ep5,
                EntryPoint::Ep7,
                EntryPoint::Ep9,
            ],
            1..=5,
        );
        let node = ("[a-zA-Z ]{1,40}|[あ-んア-ン一-十]{1,40}", 0_usize..4, any::<bool>());
        (
            points,
            prop::collection::vec((node, 0_usize..5), 1..40),
            prop::collection::vec((0_usize..40, 0_usize..40, 0_usize..5, any::<bool>()), 0..60),
        )
            .prop_map(|(points, nodes, edges)| {
                let mut zones: Vec<Zone> = points
                    .iter()
                    .map(|point| Zone {
                        entry_point: *point,
                        nodes: Vec::new(),
                    })
                    .collect();
                let count = zones.len();
                let mut all = Vec::new();
                for ((name, depth, life), zone) in nodes {
                    zones[zone % count].nodes.push(all.len());
                    all.push(Node {
                        name,
                        depth,
                        life,
                        many: false,
                    });
                }
                zones.retain(|zone| !zone.nodes.is_empty());
                let edges = edges
                    .into_iter()
                    .map(|(from, to, paths, commands)| (from % all.len(), to % all.len(), paths, commands))
                    .filter(|(from, to, ..)| from != to)
                    .map(|(from, to, paths, commands)| Edge {
                        name: format!("リンク {from} から {to} への長い名前"),
                        from,
                        to,
                        paths: EntryPoint::ALL
                            .iter()
                            .copied()
                            .filter(|point| point.is_path())
                            .take(paths)
                            .collect(),
                        commands,
                    })
                    .collect();
                Plan {
                    zones,
                    nodes: all,
                    edges,
                    left_out: 0,
                }
            })
    }

    fn overlap(one: &Rect, other: &Rect) -> bool {
        one.x < other.right() - 0.01
            && other.x < one.right() - 0.01
            && one.y < other.bottom() - 0.01
            && other.y < one.bottom() - 0.01
    }

    fn within(inner: &Rect, outer: &Rect) -> bool {
        inner.x >= outer.x - 0.01
            && inner.y >= outer.y - 0.01
            && inner.right() <= outer.right() + 0.01
            && inner.bottom() <= outer.bottom() + 0.01
    }

    /// A straight stretch as a rectangle without breadth.
    fn stretch(from: (f64, f64), to: (f64, f64)) -> Rect {
        Rect::new(
            from.0.min(to.0),
            from.1.min(to.1),
            (from.0 - to.0).abs(),
            (from.1 - to.1).abs(),
        )
    }

    fn crosses(stretch: &Rect, rect: &Rect) -> bool {
        stretch.x < rect.right() - 0.01
            && rect.x < stretch.right() - 0.01 + f64::from(u8::from(stretch.width == 0.0)) * 0.02
            && stretch.y < rect.bottom() - 0.01
            && rect.y < stretch.bottom() - 0.01 + f64::from(u8::from(stretch.height == 0.0)) * 0.02
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn nothing_lies_on_anything_else(plan in plan()) {
            let placed = place(&plan);
            let sheet = Rect::new(0.0, 0.0, placed.width, placed.height);
            let solid: Vec<Rect> = placed.boxes.iter().map(|one| one.rect)
                .chain(placed.wires.iter().map(|wire| wire.label_at)).collect();
            for (index, one) in solid.iter().enumerate() {
                prop_assert!(within(one, &sheet), "{one:?} leaves the sheet {sheet:?}");
                for other in &solid[index + 1..] {
                    prop_assert!(!overlap(one, other), "{one:?} and {other:?}");
                }
            }
            for (index, one) in placed.zones.iter().enumerate() {
                prop_assert!(within(one, &sheet));
                for other in &placed.zones[index + 1..] {
                    prop_assert!(!overlap(one, other), "zones {one:?} and {other:?}");
                }
                for node in &plan.zones[index].nodes {
                    prop_assert!(within(&placed.boxes[*node].rect, one), "a box leaves its zone");
                }
                for wire in &placed.wires {
                    prop_assert!(!overlap(&wire.label_at, one), "a label on a zone");
                }
            }
            for (one, node) in placed.boxes.iter().zip(&plan.nodes) {
                let rows = as_pixels(one.lines.len() + usize::from(node.life));
                prop_assert!(rows * LEADING <= one.rect.height, "text higher than its box");
                for row in &one.lines {
                    prop_assert!(letter::width(row, LETTERS) + 20.0 <= one.rect.width + 0.01, "{row} is wider than its box");
                }
            }
            let mut all: Vec<(usize, Rect)> = Vec::new();
            for (number, wire) in placed.wires.iter().enumerate() {
                for pair in wire.way.windows(2) {
                    prop_assert!(pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1, "a slanting line");
                    let stretch = stretch(pair[0], pair[1]);
                    prop_assert!(within(&stretch, &sheet));
                    for rect in &solid {
                        prop_assert!(!crosses(&stretch, rect), "{stretch:?} crosses {rect:?}");
                    }
                    for (other, line) in &all {
                        if *other != number && (line.width == 0.0) == (stretch.width == 0.0) {
                            let on = line.width == 0.0 && line.x == stretch.x && line.y < stretch.bottom() && stretch.y < line.bottom()
                                || line.height == 0.0 && line.y == stretch.y && line.x < stretch.right() && stretch.x < line.right();
                            prop_assert!(!on, "two links lie on each other: {line:?} {stretch:?}");
                        }
                    }
                    all.push((number, stretch));
                }
            }
        }
    }

    #[test]
    fn the_legend_and_the_zone_head_have_room_for_their_words() {
        for lang in Lang::ALL {
            for severity in Severity::ALL {
                let both = 2.0 * (letter::width(severity.title().say(lang), RATING_LETTERS) + 22.0) + 21.0;
                assert!(both + 28.0 <= RATINGS && both + 24.0 <= ZONE, "{severity}");
            }
        }
        const { assert!(LABEL_LETTERS < LETTERS && PITCH >= 2.0 * LABEL_LEADING + 4.0) };
    }
}
