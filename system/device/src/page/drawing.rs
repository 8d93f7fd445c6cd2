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
const MOST_THINGS: usize = 6;

/// A room with more things has a floor of its own.
const SMALL_ROOM: usize = 2;

/// The picture of a house called `name`.
pub(super) fn drawing(nodes: &[NodeView], name: &str, lang: Lang) -> Html {
    let rooms = rooms(nodes, lang);
    let places = places(&rooms);
    let floors = places.iter().map(|place| place.floor + 1).max().unwrap_or(1);
    let height = ROOF + floors * CELL + 8;
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
    for ((room, things), place) in rooms.iter().zip(&places) {
        draw_room(&mut out, room, things, place, lang);
    }
    out.push_str("</svg>");
    Html::trusted(out)
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

/// Where a room is: on which floor, from the top, and whether it has the left half, the right half or all of it.
struct Place {
    floor: u32,
    left: u32,
    width: u32,
}

/// Two rooms share a floor, unless one has much in it or no other is left.
fn places(rooms: &[(String, Vec<&NodeView>)]) -> Vec<Place> {
    let all = WIDTH - 2 * MARGIN;
    let mut places: Vec<Place> = Vec::with_capacity(rooms.len());
    let mut floor = 0;
    let mut half_taken = false;
    for (position, (_, things)) in rooms.iter().enumerate() {
        let large = |things: &Vec<&NodeView>| things.len() > SMALL_ROOM;
        let next_is_small = rooms.get(position + 1).is_some_and(|(_, next)| !large(next));
        let (left, width) = match (half_taken, large(things)) {
            (true, false) => (MARGIN + all / 2, all / 2),
            (false, false) if next_is_small => (MARGIN, all / 2),
            _ => (MARGIN, all),
        };
        places.push(Place { floor, left, width });
        half_taken = width < all && !half_taken;
        if !half_taken {
            floor += 1;
        }
    }
    places
}

fn draw_room(out: &mut String, room: &str, things: &[&NodeView], place: &Place, lang: Lang) {
    let (x, y, width) = (place.left, ROOF + place.floor * CELL, place.width);
    if x > MARGIN {
        let _ = write!(out, "<path class=\"house-line\" d=\"M{x} {}v{}\"/>", y + 8, CELL - 16);
    }
    if place.floor > 0 {
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
