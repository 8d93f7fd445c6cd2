//! The tables of a report. Workbook, CSV and Markdown are these tables written down; the HTML shows the same and more.

mod decided;
mod found;
mod frame;

use jiff::civil::Date;
use tomori_risk::Severity;
use tomori_risk::analysis::Analysis;
use tomori_runtime::i18n::Lang;

use crate::say::Phrase;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    /// The name of its file: `threats`. Its sheet has the title.
    pub(crate) key: &'static str,
    /// What people call it; at most 31 UTF-16 units in each language, because a sheet bears it.
    pub(crate) title: Phrase,
    /// The columns.
    pub(crate) columns: Vec<Column>,
    /// The rows, each as long as `columns`.
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) title: Phrase,
    /// Its width in a workbook, in widths of a digit. A Japanese character takes two.
    pub(crate) width: u16,
    /// Whether the analyst may edit it in a workbook.
    pub(crate) edit: Option<Edit>,
}

/// What an analyst edits in a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Edit {
    /// Where a threat stands.
    Status,
    /// Who answers for it.
    Who,
    /// Why.
    Why,
    /// Until when.
    Until,
    /// A metric that is set by hand: its letters.
    Metric(&'static str),
    /// Why metrics are set by hand.
    Because,
    /// How a measure is done here.
    Note,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Nothing.
    Empty,
    /// Text, or a word.
    Text(String),
    /// A value in tenths.
    Score(u8),
    /// A severity.
    Severity(Severity),
    /// How many.
    Count(usize),
    /// A day.
    Date(Date),
}

impl Column {
    pub(crate) const fn new(ja: &'static str, en: &'static str, width: u16) -> Self {
        Self {
            title: Phrase(ja, en),
            width,
            edit: None,
        }
    }

    pub(crate) const fn editable(self, edit: Edit) -> Self {
        Self {
            edit: Some(edit),
            ..self
        }
    }
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Several things, one a line.
    pub(crate) fn lines<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> Self {
        let mut all = String::new();
        for line in lines {
            if !all.is_empty() {
                all.push('\n');
            }
            all.push_str(line.as_ref());
        }
        Self::Text(all)
    }

    pub(crate) fn yes(lang: Lang, yes: bool) -> Self {
        Self::Text(if yes { Phrase("はい", "yes").of(lang) } else { "" }.to_owned())
    }

    /// The cell as text, the same in every report: `8.1`, `2026-11-25`.
    pub(crate) fn plain(&self, lang: Lang) -> String {
        use crate::say::Say as _;
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Score(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
            Self::Severity(severity) => severity.title().say(lang).to_owned(),
            Self::Count(count) => count.to_string(),
            Self::Date(date) => date.to_string(),
        }
    }
}

/// Every table of a report, in the order of its sheets and files.
pub(crate) fn all(analysis: &Analysis, lang: Lang) -> Vec<Table> {
    vec![
        frame::summary(analysis, lang),
        found::assets(analysis, lang),
        found::threats(analysis, lang),
        found::before_and_after(analysis, lang),
        decided::measures(analysis, lang),
        decided::requirements(analysis, lang),
        decided::tracking(analysis, lang),
        found::residual(analysis, lang),
        decided::plan(analysis, lang),
        found::metrics(analysis, lang),
        found::coverage(analysis, lang),
        frame::entry_points(analysis, lang),
        frame::components(analysis, lang),
        frame::links(analysis, lang),
        decided::non_cyber(analysis, lang),
        frame::findings(analysis, lang),
        frame::revisions(analysis, lang),
    ]
}

pub(crate) use decided::{measures_columns, status, tracking_columns};
pub(crate) use found::{interface, threat_names};
pub(crate) use frame::{harm, of, personal_item};
