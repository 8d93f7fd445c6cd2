//! QR codes as SVG, dark on light whatever the page's colours are: cameras expect it.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use thiserror::Error;
use tomori_runtime::i18n::Lang;

use crate::html::Html;
use crate::words::{Word, word};

/// Why there is no QR code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a text of {bytes} bytes does not fit into a QR code")]
pub struct QrError {
    bytes: usize,
}

/// A QR code of `text`. `what` says what it leads to, for those who cannot see it; show the text itself next to it.
///
/// # Errors
/// When the text is longer than a QR code holds (2,331 bytes).
pub fn qr(lang: Lang, text: &str, what: &str) -> Result<Html, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| QrError { bytes: text.len() })?;
    let width = code.width();
    let side = width + 8;
    let mut path = String::with_capacity(width * width * 3);
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let _ = write!(path, "M{} {}h1v1h-1z", at % width + 4, at / width + 4);
        }
    }
    Ok(Html::trusted(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" shape-rendering=\"crispEdges\"><title>{}: {}</title>\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{path}\"/></svg>",
        word(lang, Word::QrCode),
        Html::text(what)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_square_with_a_quiet_border() {
        let svg = qr(
            Lang::Ja,
            "https://192.168.1.2:8443/pair#0123456789abcdef",
            "お家につなぐ",
        )
        .unwrap();
        assert!(svg.as_str().contains("QRコード: お家につなぐ"));
        // The finder pattern begins four modules from the edge.
        assert!(svg.as_str().contains("M4 4h1v1h-1z"));
        assert!(!svg.as_str().contains("M3 4h"));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        assert_eq!(qr(Lang::Ja, &"x".repeat(3_000), ""), Err(QrError { bytes: 3_000 }));
    }
}
