//! A house drawn by us: rooms, windows, shutters as far down as they are reported, a lamp under the roof.
//!
//! The picture is one image with a title and a description for screen readers; the page puts the same facts behind it
//! as a list. What is not known is drawn as not known: dashed, without a shutter, with a question mark.

use std::fmt::Write as _;

use tomori_runtime::i18n::Lang;

use crate::html::Html;
use crate::words::{Word, word};

const WIDTH: u32 = 328;
const ROOF: u32 = 70;
const CELL_HEIGHT: u32 = 104;
const WALL_MARGIN: u32 = 22;
const MOST_ROOMS: usize = 12;
const MOST_WINDOWS: usize = 3;

/// What covers a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// A shutter, open to so many of a hundred parts: 0 closed, 100 open. Larger numbers count as 100.
    Shutter(u8),
    /// A shutter of which nothing is known.
    Unknown,
}

/// Which way a shutter is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    /// Opening.
    Up,
    /// Closing.
    Down,
}

/// One window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// What the page calls the thing, as `data-window` for its scripts.
    pub key: String,
    /// What covers it.
    pub shade: Shade,
    /// Whether the cover moves.
    pub going: Option<Going>,
    /// Whether it needs a look: a mark is drawn at its corner.
    pub marked: bool,
}

/// One room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its name; drawn, cut to what fits.
    pub name: String,
    /// Whether there is light in it; `None` when nobody knows or no light is connected.
    pub light: Option<bool>,
    /// Its windows with shutters, at most three are drawn. A room without any gets a plain window.
    pub windows: Vec<Window>,
}

/// A house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    /// What the picture shows, in one line.
    pub title: String,
    /// The same as the picture, in words.
    pub description: String,
    /// Whether the lamp under the roof burns: all that is shown is known and well.
    pub lamp: bool,
    /// Its rooms; the first twelve are drawn.
    pub rooms: Vec<Room>,
}

impl House {
    /// The picture. `id` is unique in the page.
    #[must_use]
    pub fn svg(&self, lang: Lang, id: &str) -> Html {
        let shown = self.rooms.len().clamp(1, MOST_ROOMS);
        let columns = match shown {
            1 => 1,
            2 | 4 => 2,
            _ => 3,
        };
        let rows = u32::try_from(shown.div_ceil(columns)).unwrap_or(1);
        let height = ROOF + rows * CELL_HEIGHT + 10;
        let id = Html::text(id);
        let mut out = String::with_capacity(4_096);
        let _ = write!(
            out,
            "<svg class=\"house\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
            Html::text(&self.title),
            Html::text(&self.description)
        );
        self.shell(&mut out, height);
        let wall = WIDTH - 2 * WALL_MARGIN;
        let drawn = self.rooms.get(..MOST_ROOMS).unwrap_or(&self.rooms);
        for (row, rooms) in (0..).zip(drawn.chunks(columns)) {
            // A floor with fewer rooms has larger ones.
            let cell = wall / u32::try_from(rooms.len()).unwrap_or(1);
            for (column, room) in (0..).zip(rooms) {
                let (x, y) = (WALL_MARGIN + column * cell, ROOF + row * CELL_HEIGHT);
                if column > 0 {
                    let _ = write!(
                        out,
                        "<path class=\"house-line\" d=\"M{x} {}v{}\"/>",
                        y + 12,
                        CELL_HEIGHT - 24
                    );
                }
                room.draw(&mut out, lang, x, y, cell);
            }
        }
        out.push_str("</svg>");
        Html::trusted(out)
    }

    fn shell(&self, out: &mut String, height: u32) {
        let (left, right, ground) = (WALL_MARGIN, WIDTH - WALL_MARGIN, height - 6);
        let _ = write!(
            out,
            "<path class=\"house-wall\" d=\"M{left} {ground}V{ROOF}H{right}V{ground}z\"/>\
             <path class=\"house-roof\" d=\"M6 {eaves}L{middle} 10 {edge} {eaves}z\"/>\
             <path class=\"house-ground\" d=\"M2 {ground}H{end}\"/>",
            eaves = ROOF,
            middle = WIDTH / 2,
            edge = WIDTH - 6,
            end = WIDTH - 2,
        );
        let _ = write!(
            out,
            "<circle class=\"house-glow{lit}\" cx=\"{middle}\" cy=\"46\" r=\"19\"/>\
             <circle class=\"house-lamp{lit}\" cx=\"{middle}\" cy=\"46\" r=\"9\"/>",
            lit = if self.lamp { " lit" } else { "" },
            middle = WIDTH / 2,
        );
    }
}

impl Room {
    fn draw(&self, out: &mut String, lang: Lang, x: u32, y: u32, cell: u32) {
        let windows = self.windows.len().clamp(1, MOST_WINDOWS);
        let count = u32::try_from(windows).unwrap_or(1);
        let width = ((cell - 8) / count).saturating_sub(8).min(68);
        let taken = count * width + (count - 1) * 8;
        let start = x + (cell - taken) / 2;
        let lit = if self.light == Some(true) { " lit" } else { "" };
        let mut left = start;
        if self.windows.is_empty() {
            let _ = write!(out, "<g>{}</g>", pane(left, y + 14, width, lit, false));
        }
        for window in self.windows.iter().take(MOST_WINDOWS) {
            window.draw(out, left, y + 14, width, lit);
            left += width + 8;
        }
        let light = if lit.is_empty() {
            String::new()
        } else {
            format!("<title>{}</title>", word(lang, Word::Light))
        };
        let _ = write!(
            out,
            "<g>{light}<text class=\"house-label\" x=\"{}\" y=\"{}\">{}</text></g>",
            x + cell / 2,
            y + 96,
            Html::text(&cut(&self.name, cell.saturating_sub(8)))
        );
    }
}

impl Window {
    const HEIGHT: u32 = 62;

    fn draw(&self, out: &mut String, x: u32, y: u32, width: u32, lit: &str) {
        let _ = write!(out, "<g data-window=\"{}\">", Html::text(&self.key));
        match self.shade {
            Shade::Unknown => {
                out.push_str(&pane(x, y, width, "", true));
                let _ = write!(
                    out,
                    "<text class=\"house-question\" x=\"{}\" y=\"{}\">?</text>",
                    x + width / 2,
                    y + Self::HEIGHT / 2 + 8
                );
            }
            Shade::Shutter(open) => {
                out.push_str(&pane(x, y, width, lit, false));
                let down = Self::HEIGHT * (100 - u32::from(open.min(100))) / 100;
                if down > 0 {
                    let _ = write!(
                        out,
                        "<rect class=\"house-shutter\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{down}\" rx=\"2\"/>"
                    );
                    let mut lines = String::new();
                    for slat in (6..down).step_by(6) {
                        let _ = write!(lines, "M{} {}h{}", x + 2, y + slat, width.saturating_sub(4));
                    }
                    let _ = write!(out, "<path class=\"house-slats\" d=\"{lines}\"/>");
                }
            }
        }
        let (middle, centre) = (x + width / 2, y + Self::HEIGHT / 2);
        if let Some(going) = self.going {
            let arrow = match going {
                Going::Up => format!("M{} {}l9-9 9 9", middle - 9, centre + 4),
                Going::Down => format!("M{} {}l9 9 9-9", middle - 9, centre - 4),
            };
            let _ = write!(
                out,
                "<circle class=\"house-going-ground\" cx=\"{middle}\" cy=\"{centre}\" r=\"15\"/><path class=\"house-going\" d=\"{arrow}\"/>"
            );
        }
        if self.marked {
            let _ = write!(
                out,
                "<path class=\"house-mark\" d=\"M{} {}l8 14h-16z\"/>",
                x + width - 2,
                y.saturating_sub(8)
            );
        }
        out.push_str("</g>");
    }
}

fn pane(x: u32, y: u32, width: u32, lit: &str, dashed: bool) -> String {
    let height = Window::HEIGHT;
    let unknown = if dashed { " unknown" } else { "" };
    let cross = if dashed {
        String::new()
    } else {
        format!("<path class=\"house-cross\" d=\"M{} {y}v{height}\"/>", x + width / 2)
    };
    format!(
        "<rect class=\"house-pane{lit}{unknown}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"2\"/>{cross}"
    )
}

/// Cuts a name to a width: a Japanese letter takes about 12 units, a Latin one 7.
fn cut(name: &str, width: u32) -> String {
    let mut left = width;
    let mut out = String::new();
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let takes = if letter.is_ascii() { 7 } else { 12 };
        let reserve = if letters.peek().is_some() { 9 } else { 0 };
        if left < takes + reserve {
            out.push('…');
            break;
        }
        left -= takes;
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(shade: Shade) -> Window {
        Window {
            key: "dev_1".to_owned(),
            shade,
            going: None,
            marked: false,
        }
    }

    fn house(rooms: Vec<Room>) -> House {
        House {
            title: "お家".to_owned(),
            description: "<寝室>".to_owned(),
            lamp: true,
            rooms,
        }
    }

    fn room(windows: Vec<Window>) -> Room {
        Room {
            name: "寝室".to_owned(),
            light: None,
            windows,
        }
    }

    #[test]
    fn a_shutter_is_as_far_down_as_it_is_reported() {
        let svg = |open| {
            house(vec![room(vec![window(Shade::Shutter(open))])])
                .svg(Lang::Ja, "h")
                .into_string()
        };
        assert!(!svg(100).contains("house-shutter"));
        assert!(svg(50).contains("height=\"31\" rx=\"2\""));
        assert!(
            svg(0).matches("height=\"62\" rx=\"2\"").count() == 2,
            "pane and shutter"
        );
        assert_eq!(svg(255), svg(100));
    }

    #[test]
    fn what_is_not_known_has_no_shutter_and_no_light() {
        let mut dark = room(vec![window(Shade::Unknown)]);
        dark.light = Some(true);
        let svg = house(vec![dark]).svg(Lang::Ja, "h").into_string();
        assert!(svg.contains(" unknown\"") && svg.contains(">?</text>"));
        assert!(!svg.contains("house-shutter") && !svg.contains("house-pane lit"));
    }

    #[test]
    fn any_number_of_rooms_and_windows_can_be_drawn() {
        for rooms in [0, 1, 2, 3, 4, 5, 7, 12, 40] {
            for windows in [0, 1, 3, 9] {
                let rooms = vec![room(vec![window(Shade::Shutter(30)); windows]); rooms];
                let drawn = rooms.len().min(MOST_ROOMS) * windows.min(MOST_WINDOWS);
                let svg = house(rooms).svg(Lang::En, "h").into_string();
                assert_eq!(svg.matches("data-window").count(), drawn);
                assert!(svg.contains("&#60;寝室&#62;"), "the description is text");
            }
        }
    }

    #[test]
    fn a_name_is_cut_to_its_place() {
        assert_eq!(cut("寝室", 90), "寝室");
        assert_eq!(cut("二階の南側の広い寝室", 60), "二階の南…");
        assert_eq!(cut("Bedroom", 90), "Bedroom");
    }
}
