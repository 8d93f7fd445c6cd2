//! The pictures of a report, as SVG: no fonts, no script, no colours of their own; the style sheet of the page colours
//! them for light, dark and paper. Each has a title and a description, and the page has the same facts as a table.

mod bars;
mod distribution;
mod heat_map;
mod letter;
mod system_model;

pub(crate) use bars::bars;
pub(crate) use distribution::distribution;
pub(crate) use heat_map::heat_map;
pub(crate) use system_model::system_model;

use crate::markup::Markup;

/// A rectangle of a drawing; `y` grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rect {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Rect {
    const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    fn right(&self) -> f64 {
        self.x + self.width
    }

    fn bottom(&self) -> f64 {
        self.y + self.height
    }

    fn draw(&self, out: &mut Markup, class: &'static str, radius: f64) {
        out.raw("<rect class=\"")
            .raw(class)
            .raw("\" x=\"")
            .number(self.x)
            .raw("\" y=\"")
            .number(self.y);
        out.raw("\" width=\"")
            .number(self.width)
            .raw("\" height=\"")
            .number(self.height);
        out.raw("\" rx=\"").number(radius).raw("\"/>");
    }
}

/// Begins a picture: its size, what it shows in a line, and the same in words. `id` is unique in the page.
fn begin(out: &mut Markup, id: &str, width: f64, height: f64, title: &str, description: &str) {
    out.raw("<svg class=\"figure\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 ");
    out.number(width)
        .raw(" ")
        .number(height)
        .raw("\" width=\"")
        .number(width);
    out.raw("\" height=\"")
        .number(height)
        .raw("\" aria-labelledby=\"")
        .text(id)
        .raw("-t ")
        .text(id);
    out.raw("-d\"><title id=\"")
        .text(id)
        .raw("-t\">")
        .text(title)
        .raw("</title><desc id=\"")
        .text(id);
    out.raw("-d\">").text(description).raw("</desc>");
}

/// One line of text whose baseline begins, has its middle or ends at a point, as the class says.
fn text_at(out: &mut Markup, class: &'static str, x: f64, y: f64, text: &str) {
    out.raw("<text class=\"")
        .raw(class)
        .raw("\" x=\"")
        .number(x)
        .raw("\" y=\"")
        .number(y);
    out.raw("\">").text(text).raw("</text>");
}

/// A straight line.
fn line(out: &mut Markup, class: &'static str, from: (f64, f64), to: (f64, f64)) {
    out.raw("<path class=\"")
        .raw(class)
        .raw("\" d=\"M")
        .number(from.0)
        .raw(" ")
        .number(from.1);
    out.raw("L").number(to.0).raw(" ").number(to.1).raw("\"/>");
}
