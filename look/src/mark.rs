//! The mark: a house at night with a lamp burning in it. 灯, the light; 戸守, the keeper of the door.

use crate::asset::Asset;
use crate::html::Html;

/// The mark on its own ground, as a file: favicon and app icon.
pub(crate) const MARK_SVG: &str = include_str!("../assets/mark.svg");

pub(crate) const FILES: [Asset; 6] = [
    Asset {
        name: "mark.svg",
        mime: "image/svg+xml",
        body: MARK_SVG.as_bytes(),
    },
    Asset {
        name: "mark-maskable.svg",
        mime: "image/svg+xml",
        body: include_bytes!("../assets/mark-maskable.svg"),
    },
    Asset {
        name: "icon-192.png",
        mime: "image/png",
        body: include_bytes!("../assets/icon-192.png"),
    },
    Asset {
        name: "icon-512.png",
        mime: "image/png",
        body: include_bytes!("../assets/icon-512.png"),
    },
    Asset {
        name: "icon-maskable-512.png",
        mime: "image/png",
        body: include_bytes!("../assets/icon-maskable-512.png"),
    },
    Asset {
        name: "apple-touch-icon.png",
        mime: "image/png",
        body: include_bytes!("../assets/apple-touch-icon.png"),
    },
];

/// The mark to stand in a page next to the name, in the page's own colours.
#[must_use]
pub fn mark() -> Html {
    Html::trusted(concat!(
        "<svg class=\"mark\" viewBox=\"0 0 64 64\" aria-hidden=\"true\" focusable=\"false\">",
        "<path class=\"mark-house\" d=\"M10 31L32 11.5 54 31M16 27v26h32V27\"/>",
        "<path class=\"mark-cord\" d=\"M32 13v16\"/><circle class=\"mark-lamp\" cx=\"32\" cy=\"37\" r=\"8\"/>",
        "</svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads width and height out of a PNG header.
    fn png_size(bytes: &[u8]) -> (u32, u32) {
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        let number = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        (number(16), number(20))
    }

    #[test]
    fn the_icons_have_the_sizes_their_names_say() {
        for (name, size) in [
            ("icon-192.png", 192),
            ("icon-512.png", 512),
            ("icon-maskable-512.png", 512),
            ("apple-touch-icon.png", 180),
        ] {
            let icon = FILES.iter().find(|asset| asset.name == name).unwrap();
            assert_eq!(png_size(icon.body), (size, size), "{name}");
        }
    }
}
