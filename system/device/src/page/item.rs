//! The things of the picture, one shape each, in a box of 62 units height at a given place.

use std::fmt::Write as _;

use tomori_look::{Html, number};

use super::state::is_guard;
use crate::appliance::Look;
use crate::house::NodeView;

/// How high a window is; a shutter's curtain goes this far.
const HEIGHT: u32 = 62;

/// Draws a thing into the box at (`x`, `y`), `width` wide.
pub(super) fn draw(out: &mut String, node: &NodeView, x: u32, y: u32, width: u32) {
    let middle = x + width / 2;
    match &node.look {
        Look::Shutter { .. } => shutter(out, node, x, y, width.min(64)),
        Look::Light { on, level } => light(out, *on, *level, middle, y),
        Look::AirConditioner { on, room, .. } => air_conditioner(out, *on, *room, middle, y),
        Look::Thermometer { temperature } => thermometer(out, *temperature, middle, y),
        Look::Detector { detected } if is_guard(node) => guard(out, *detected, middle, y),
        Look::Detector { detected } => watcher(out, *detected, middle, y),
        Look::Contact { open } => window(out, *open, middle, y),
        Look::Lock { locked, door_open, .. } => door(out, *locked, *door_open, middle, y),
    }
}

/// A window and its curtain. The curtain is always whole and shifted up as far as it is open; `house.js` shifts it
/// on while it moves.
fn shutter(out: &mut String, node: &NodeView, x: u32, y: u32, width: u32) {
    let Look::Shutter {
        open,
        moving_to,
        travel_millis,
        jammed,
        remote_permitted,
    } = node.look
    else {
        return;
    };
    let id = Html::text(&node.id);
    let up = f64::from(HEIGHT) * open / 100.0;
    let _ = write!(
        out,
        "<rect class=\"house-pane\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"2\"/>\
         <path class=\"house-cross\" d=\"M{} {y}v{HEIGHT}\"/>\
         <clipPath id=\"vh-{id}\"><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\"/></clipPath>\
         <g clip-path=\"url(#vh-{id})\"><g class=\"curtain\" data-curtain=\"{id}\" data-height=\"{HEIGHT}\" \
         data-open=\"{open}\" data-travel=\"{travel_millis}\"",
        x + width / 2,
    );
    // A jammed one pulls and does not get anywhere.
    if let Some(to) = moving_to.filter(|_| !jammed) {
        let _ = write!(out, " data-to=\"{to}\"");
    }
    let _ = write!(
        out,
        " transform=\"translate(0 -{up:.2})\"><rect class=\"house-shutter\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\"/>"
    );
    let slats: String = (6..HEIGHT)
        .step_by(6)
        .map(|slat| format!("M{} {}h{}", x + 2, y + slat, width.saturating_sub(4)))
        .collect();
    let _ = write!(out, "<path class=\"house-slats\" d=\"{slats}\"/></g></g>");
    if let Some(to) = moving_to {
        let (middle, centre) = (x + width / 2, y + HEIGHT / 2);
        let arrow = if to > open { "l8-8 8 8" } else { "l8 8 8-8" };
        let from = if to > open { centre + 4 } else { centre - 4 };
        let _ = write!(
            out,
            "<circle class=\"house-going-ground\" cx=\"{middle}\" cy=\"{centre}\" r=\"14\"/>\
             <path class=\"house-going\" d=\"M{} {from}{arrow}\"/>",
            middle - 8
        );
    }
    if jammed || node.fault.is_some() {
        let _ = write!(
            out,
            "<path class=\"house-mark\" d=\"M{} {}l8 14h-16z\"/>",
            x + width - 2,
            y + HEIGHT - 14
        );
    }
    if !remote_permitted {
        let _ = write!(
            out,
            "<circle class=\"house-mark\" cx=\"{0}\" cy=\"{1}\" r=\"7\"/><path class=\"house-stroke\" d=\"M{2} {1}h8\"/>",
            x + 2,
            y + HEIGHT - 4,
            x.saturating_sub(2)
        );
    }
}

fn light(out: &mut String, on: bool, level: u8, middle: u32, y: u32) {
    if on {
        let _ = write!(
            out,
            "<circle class=\"glow\" cx=\"{middle}\" cy=\"{}\" r=\"{}\"/>",
            y + 34,
            14 + u32::from(level) * 12 / 100
        );
    }
    let _ = write!(
        out,
        "<path class=\"house-stroke\" d=\"M{middle} {}v18\"/>\
         <path class=\"shade{}\" d=\"M{} {}l6-14h12l6 14z\"/>",
        y.saturating_sub(10),
        if on { " lit" } else { "" },
        middle - 12,
        y + 22
    );
    let _ = write!(
        out,
        "<circle class=\"bulb{}\" cx=\"{middle}\" cy=\"{}\" r=\"5\"/>",
        if on { " lit" } else { "" },
        y + 25
    );
}

fn air_conditioner(out: &mut String, on: bool, room: f64, middle: u32, y: u32) {
    let left = middle - 22;
    let _ = write!(
        out,
        "<rect class=\"box\" x=\"{left}\" y=\"{y}\" width=\"44\" height=\"18\" rx=\"5\"/>\
         <path class=\"house-stroke\" d=\"M{} {}h32\"/>",
        left + 6,
        y + 12
    );
    if on {
        let _ = write!(
            out,
            "<circle class=\"bulb lit\" cx=\"{}\" cy=\"{}\" r=\"2.5\"/>",
            left + 38,
            y + 6
        );
        for wave in [10, 22, 34] {
            let _ = write!(
                out,
                "<path class=\"breeze\" d=\"M{} {}q4 5 0 10t0 10\"/>",
                left + wave,
                y + 23
            );
        }
    }
    value(out, middle, y + 58, &format!("{}°", number::decimal(room, 0)));
}

fn thermometer(out: &mut String, temperature: f64, middle: u32, y: u32) {
    // From -10 to 40 °C fills 28 units.
    let filled = ((temperature + 10.0) / 50.0).clamp(0.05, 1.0) * 28.0;
    let top = f64::from(y + 34) - filled;
    let _ = write!(
        out,
        "<path class=\"box\" d=\"M{0} {1}a5 5 0 0 1 10 0v28a8 8 0 1 1-10 0z\"/>\
         <path class=\"mercury\" d=\"M{middle} {2}V{top:.1}\"/><circle class=\"bulb lit\" cx=\"{middle}\" cy=\"{2}\" r=\"4.5\"/>",
        middle - 5,
        y + 6,
        y + 40
    );
    value(out, middle, y + 60, &format!("{}°", number::decimal(temperature, 1)));
}

fn watcher(out: &mut String, detected: bool, middle: u32, y: u32) {
    let _ = write!(
        out,
        "<path class=\"box\" d=\"M{} {y}h24a12 11 0 0 1-24 0z\"/><path class=\"gaze\" d=\"M{} {}l-12 44h36l-12-44\"/>",
        middle - 12,
        middle - 6,
        y + 12
    );
    if detected {
        let _ = write!(
            out,
            "<circle class=\"person\" cx=\"{middle}\" cy=\"{}\" r=\"5.5\"/>\
             <path class=\"person\" d=\"M{} {}a10 12 0 0 1 20 0z\"/>",
            y + 30,
            middle - 10,
            y + 56
        );
    }
}

fn guard(out: &mut String, detected: bool, middle: u32, y: u32) {
    let (class, mark) = if detected {
        ("intruder", format!("M{middle} {}v14", y + 22))
    } else {
        ("box", format!("M{} {}l6 6 10-12", middle - 8, y + 30))
    };
    let _ = write!(
        out,
        "<path class=\"{class}\" d=\"M{middle} {}l18 6v14c0 12-8 18-18 22-10-4-18-10-18-22v-14z\"/>\
         <path class=\"house-stroke{}\" d=\"{mark}\"/>",
        y + 8,
        if detected { " on-intruder" } else { "" }
    );
    if detected {
        let _ = write!(
            out,
            "<circle class=\"on-intruder-dot\" cx=\"{middle}\" cy=\"{}\" r=\"2\"/>",
            y + 42
        );
    }
}

fn door(out: &mut String, locked: bool, open: bool, middle: u32, y: u32) {
    let left = middle - 18;
    let leaf = if open {
        format!("M{left} {y}l14 6v56l-14 0z")
    } else {
        format!("M{left} {y}h36v{HEIGHT}h-36z")
    };
    let _ = write!(
        out,
        "<path class=\"house-pane\" d=\"M{left} {y}h36v{HEIGHT}h-36z\"/><path class=\"box\" d=\"{leaf}\"/>\
         <circle class=\"bulb{}\" cx=\"{}\" cy=\"{}\" r=\"3.5\"/>",
        if locked { " lit" } else { "" },
        if open { left + 9 } else { left + 29 },
        y + 34
    );
}

/// A window with two wings; one stands open.
fn window(out: &mut String, open: bool, middle: u32, y: u32) {
    let left = middle - 18;
    let wing = if open {
        format!("M{left} {y}l-12 8v44l12 10")
    } else {
        format!("M{left} {y}h18v{HEIGHT}h-18z")
    };
    let _ = write!(
        out,
        "<path class=\"house-pane\" d=\"M{left} {y}h36v{HEIGHT}h-36z\"/><path class=\"house-cross\" d=\"M{middle} {y}v{HEIGHT}\"/>\
         <path class=\"box\" d=\"{wing}\"/>"
    );
}

fn value(out: &mut String, middle: u32, y: u32, text: &str) {
    let _ = write!(
        out,
        "<text class=\"house-value\" x=\"{middle}\" y=\"{y}\">{}</text>",
        Html::text(text)
    );
}
