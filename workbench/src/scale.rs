//! The severity scale as people see it: always a word and a shape, and a colour that is only darker the worse it is.
//!
//! Red is kept for danger to life. The scale runs from pale to deep in one direction, so that it survives a black and
//! white printer and eyes that do not tell hues apart.

use tomori_risk::Severity;
use tomori_runtime::i18n::Lang;

use crate::markup::Markup;
use crate::say::Say as _;

/// The class of a severity in the style sheet.
pub(crate) const fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::None => "sev-0",
        Severity::Notice => "sev-1",
        Severity::Warning => "sev-2",
        Severity::Important => "sev-3",
        Severity::Critical => "sev-4",
    }
}

/// Ground and ink of a severity where there is no style sheet: cells of a workbook. Light scheme.
pub(crate) const fn paper(severity: Severity) -> (u32, u32) {
    match severity {
        Severity::None => (0xFF_FF_FF, 0x50_55_7A),
        Severity::Notice => (0xE4_E8_F4, 0x1B_1F_45),
        Severity::Warning => (0xBF_C6_E6, 0x1B_1F_45),
        Severity::Important => (0x69_62_B4, 0xFF_FF_FF),
        Severity::Critical => (0x3B_12_59, 0xFF_FF_FF),
    }
}

/// The shape of a severity as a path around the origin, 14 by 14: ring, disc, triangle, diamond, star.
const fn path(severity: Severity) -> &'static str {
    match severity {
        Severity::None => "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0zM-3.2 0a3.2 3.2 0 1 1 6.4 0a3.2 3.2 0 1 1 -6.4 0z",
        Severity::Notice => "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
        Severity::Warning => "M0 -6L6.4 5.2H-6.4z",
        Severity::Important => "M0 -7L7 0L0 7L-7 0z",
        Severity::Critical => {
            "M0 -7L1.9 -4.6L4.95 -4.95L4.6 -1.9L7 0L4.6 1.9L4.95 4.95L1.9 4.6L0 7L-1.9 4.6L-4.95 4.95L-4.6 1.9L-7 0L-4.6 -1.9L-4.95 -4.95L-1.9 -4.6z"
        }
    }
}

/// The shape with its middle at a point of a drawing.
pub(crate) fn shape(out: &mut Markup, severity: Severity, x: f64, y: f64) {
    out.raw("<path class=\"shape\" fill-rule=\"evenodd\" transform=\"translate(")
        .number(x)
        .raw(" ")
        .number(y)
        .raw(")\" d=\"")
        .raw(path(severity))
        .raw("\"/>");
}

/// A chip in running text: shape, the value if there is one, and the word.
pub(crate) fn chip(out: &mut Markup, severity: Severity, value: Option<&str>, lang: Lang) {
    out.raw("<span class=\"chip ")
        .raw(class(severity))
        .raw("\"><svg viewBox=\"-8 -8 16 16\" aria-hidden=\"true\">");
    shape(out, severity, 0.0, 0.0);
    out.raw("</svg>");
    if let Some(value) = value {
        out.raw("<b>").text(value).raw("</b>");
    }
    out.raw("<span>").text(severity.title().say(lang)).raw("</span></span>");
}
