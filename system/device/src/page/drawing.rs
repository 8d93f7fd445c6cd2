//! The house as a picture: rooms side by side under a roof, each thing where it is, shutters as far down as they
//! are. One image with a title and a description; the page has the same as a table behind it.

use std::fmt::Write as _;

use tomori_look::Html;
use tomori_runtime::i18n::{Arg, Lang};

use super::item;
use super::say;
use super::state::shown;
use crate::house::NodeView;

/// As wide as a small phone shows without scaling, so that its letters keep their size there.
const WIDTH: u32 = 344;
const MARGIN: u32 = 12;
const ROOF: u32 = 62;
const CELL: u32 = 116;
/// The band of a room in which its things are drawn.
const BAND: u32 = 12;
const LABEL: u32 = 104;

/// The most rooms, and things of one room, that are drawn; the table has all.
const MOST_ROOMS: usize = 12;
const MOST_THINGS: usize = 4;

/// The picture of a house called `name`.
pub(super) fn drawing(nodes: &[NodeView], name: &str, lang: Lang) -> Html {
    let rooms = rooms(nodes, lang);
    let floors = floors(&rooms);
    let height = ROOF + u32::try_from(floors.len()).unwrap_or(1) * CELL + 8;
    let title = say(lang, "drawing-title", &[("house", Arg::from(name.to_owned()))]);
    let description: Vec<String> = nodes
        .iter()
        .map(|node| format!("{}: {}", node.name.get(lang), shown(node, lang).words))
        .collect();
    let mut out = String::with_capacity(8_192);
    let _ = write!(
        out,
        "<svg class=\"house virtual\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"vh-t vh-d\">\
         <title id=\"vh-t\">{}</title><desc id=\"vh-d\">{}</desc>",
        Html::text(&title),
        Html::text(&description.join(" / "))
    );
    shell(&mut out, height);
    for (floor, on_it) in (0_u32..).zip(&floors) {
        let cell = (WIDTH - 2 * MARGIN) / u32::try_from(on_it.len()).unwrap_or(1).max(1);
        for (column, (room, things)) in (0_u32..).zip(on_it) {
            let (x, y) = (MARGIN + column * cell, ROOF + floor * CELL);
            draw_room(&mut out, room, things, (x, y), cell, lang);
        }
    }
    out.push_str("</svg>");
    Html::trusted(out)
}

/// The rooms, floor by floor: two beside each other, and one full of things alone.
fn floors<'a, 'b>(rooms: &'b [(String, Vec<&'a NodeView>)]) -> Vec<Vec<&'b (String, Vec<&'a NodeView>)>> {
    let mut floors: Vec<Vec<_>> = Vec::new();
    for room in rooms {
        let is_full = |(_, things): &(String, Vec<&NodeView>)| things.len() > 2;
        match floors.last_mut() {
            Some(last) if last.len() == 1 && !is_full(room) && !last.iter().copied().any(is_full) => last.push(room),
            _ => floors.push(vec![room]),
        }
    }
    floors
}

/// The things by room, rooms in the order in which they first appear.
fn rooms(nodes: &[NodeView], lang: Lang) -> Vec<(String, Vec<&NodeView>)> {
    let mut rooms: Vec<(String, Vec<&NodeView>)> = Vec::new();
    for node in nodes {
        let room = node.room.get(lang);
        let more = rooms.len() < MOST_ROOMS;
        match rooms.iter_mut().find(|(name, _)| name == room) {
            Some((_, things)) => things.push(node),
            None if more => rooms.push((room.to_owned(), vec![node])),
            None => {}
        }
    }
    rooms
}

fn shell(out: &mut String, height: u32) {
    let (left, right, ground, middle) = (MARGIN, WIDTH - MARGIN, height - 4, WIDTH / 2);
    let _ = write!(
        out,
        "<path class=\"house-wall\" d=\"M{left} {ground}V{ROOF}H{right}V{ground}z\"/>\
         <path class=\"house-roof\" d=\"M4 {ROOF}L{middle} 10 {} {ROOF}z\"/>\
         <path class=\"house-ground\" d=\"M2 {ground}H{}\"/>",
        WIDTH - 4,
        WIDTH - 2
    );
}

fn draw_room(out: &mut String, room: &str, things: &[&NodeView], (x, y): (u32, u32), width: u32, lang: Lang) {
    if x > MARGIN {
        let _ = write!(out, "<path class=\"house-line\" d=\"M{x} {}v{}\"/>", y + 8, CELL - 16);
    }
    if y > ROOF {
        let _ = write!(out, "<path class=\"house-line\" d=\"M{} {y}h{}\"/>", x + 8, width - 16);
    }
    let things = things.get(..MOST_THINGS).unwrap_or(things);
    let count = u32::try_from(things.len()).unwrap_or(1).max(1);
    let slot = ((width - 8) / count).min(76);
    let mut left = x + (width - slot * count) / 2;
    for node in things {
        let state = shown(node, lang);
        let _ = write!(
            out,
            "<g class=\"thing{}\" data-thing=\"{}\"><title>{}</title>",
            if node.powered { "" } else { " unpowered" },
            Html::text(&node.id),
            Html::text(&format!("{}: {}", node.name.get(lang), state.words))
        );
        item::draw(out, node, left + 3, y + BAND, slot - 6);
        out.push_str("</g>");
        left += slot;
    }
    let _ = write!(
        out,
        "<text class=\"house-label\" x=\"{}\" y=\"{}\">{}</text>",
        x + width / 2,
        y + LABEL,
        Html::text(room)
    );
}
