//! The workbench: a risk analysis (chapter 3) as things that people read, edit and sign.
//!
//! | Wanted | Take |
//! |---|---|
//! | one page with pictures, to read and to print | [`html()`] |
//! | a workbook to filter, to edit and to bring back | [`xlsx`], then [`merge::import`] |
//! | tables for other programs | [`csv`], [`json`] |
//! | text for a repository | [`markdown()`] |
//!
//! All of these but the HTML are renderings of the same tables (`table`), so that they cannot disagree.
//!
//! Architecture invariant: rendering is pure. Bytes come out, nothing is read or written, there is no clock; the same
//! analysis gives the same bytes. Whoever calls writes the files.

#![forbid(unsafe_code)]

mod delimited;
mod figure;
mod html;
mod markdown;
mod markup;
pub mod merge;
mod say;
mod scale;
mod table;
mod workbook;

pub use delimited::{CsvFile, csv};
pub use html::html;
pub use markdown::markdown;
pub use workbook::{WorkbookError, xlsx};

use tomori_risk::analysis::Analysis;

/// The analysis as JSON, in the form that `docs/risk-report.md` describes, with a line break at the end.
///
/// # Errors
/// None that is known: the form has only texts, numbers, lists and objects with text keys.
pub fn json(analysis: &Analysis) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(analysis).map(|text| text + "\n")
}
