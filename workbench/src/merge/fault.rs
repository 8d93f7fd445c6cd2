//! What can be wrong with a workbook, in both languages.

use thiserror::Error;
use tomori_risk::description::Words;
use tomori_runtime::i18n::Lang;

/// The most cells that an answer lists.
const MOST_SHOWN: usize = 20;
/// How much of a cell an answer repeats, in characters.
const LONGEST_SHOWN: usize = 60;

/// Why a workbook is not taken. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// The file, or what it unfolds to, is beyond the bounds.
    #[error("the workbook is too large: {what}")]
    TooLarge {
        /// Which bound, with its figure.
        what: &'static str,
    },
    /// No XLSX at all.
    #[error("the file is not an XLSX workbook: {why}")]
    NotXlsx {
        /// What the reader says.
        why: String,
    },
    /// A workbook without our hidden sheet, or with one that was edited.
    #[error("the workbook has no readable copy of what it was exported as")]
    NotOurs,
    /// A workbook of another service.
    #[error("the workbook is of `{workbook}` and the description of `{model}`")]
    OtherService {
        /// The workbook's.
        workbook: String,
        /// The description's.
        model: String,
    },
    /// Cells that may not be as they are.
    #[error("{} cells cannot be taken, first {}", .0.len(), .0.first().map_or_else(String::new, |fault| fault.message(Lang::En)))]
    Cells(Vec<CellFault>),
    /// A description whose form cannot be edited in place.
    #[error("`{key}` in the description cannot be edited in place")]
    Description {
        /// The key.
        key: String,
    },
}

/// A cell and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// The sheet.
    pub sheet: String,
    /// The cell: `C12`. Empty when it is about the sheet.
    pub cell: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what the cell said and says")]
pub enum Fault {
    /// It may not be edited.
    Forbidden { was: String, now: String },
    /// It is outside the table.
    Outside { now: String },
    /// It holds what cannot be.
    Bad { now: String, expected: Words },
    /// No row has had this id.
    NoSuchRow { now: String },
    /// A row is there twice.
    Twice { id: String },
    /// A row is gone.
    RowGone { id: String },
    /// The sheet is gone.
    SheetGone,
    /// A note on a measure that the description does not name.
    MeasureNotInModel,
    /// An acceptance without who, why or until when.
    AcceptanceNeeds,
    /// Metrics by hand without a reason.
    OverrideNeedsReason,
    /// A reason without metrics by hand.
    ReasonWithoutOverride,
}

impl CellFault {
    pub(super) fn new(sheet: &str, row: u32, column: u16, fault: Fault) -> Self {
        Self::at(sheet, &cell(row, column), fault)
    }

    pub(super) fn at(sheet: &str, cell: &str, fault: Fault) -> Self {
        Self {
            sheet: sheet.to_owned(),
            cell: cell.to_owned(),
            fault,
        }
    }

    /// The fault in words: sheet, cell, what is wrong, the remedy.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let words = self.fault.words();
        match (lang, self.cell.is_empty()) {
            (Lang::Ja, true) => format!("シート「{}」: {}", self.sheet, words.ja),
            (Lang::Ja, false) => format!("シート「{}」セル {}: {}", self.sheet, self.cell, words.ja),
            (Lang::En, true) => format!("sheet {}: {}", self.sheet, words.en),
            (Lang::En, false) => format!("sheet {}, cell {}: {}", self.sheet, self.cell, words.en),
        }
    }
}

impl Fault {
    fn words(&self) -> Words {
        match self {
            Self::Forbidden { was, now } => {
                let (was, now) = (shown(was), shown(now));
                Words::new(
                    format!(
                        "編集できないセルが「{was}」から「{now}」に変わっています。元に戻し、モデルのファイルを直してください"
                    ),
                    format!(
                        "may not be edited, but was \"{was}\" and is \"{now}\"; put it back and edit the model file instead"
                    ),
                )
            }
            Self::Outside { now } => {
                let now = shown(now);
                Words::new(
                    format!("表の外に「{now}」と書かれています。取り込めないので、表の中のメモか理由に移してください"),
                    format!(
                        "\"{now}\" stands outside the table and cannot be taken; move it into a note or reason, or a sheet of your own"
                    ),
                )
            }
            Self::Bad { now, expected } => {
                let now = shown(now);
                Words::new(
                    format!("「{now}」は使えません。書けるもの: {}", expected.ja),
                    format!("\"{now}\" cannot be used; expected {}", expected.en),
                )
            }
            Self::NoSuchRow { now } => {
                let now = shown(now);
                Words::new(
                    format!(
                        "id「{now}」の行は書き出したときにありませんでした。行の追加はモデルのファイルで行ってください"
                    ),
                    format!("there was no row \"{now}\"; add rows in the model file"),
                )
            }
            Self::Twice { id } => {
                let id = shown(id);
                Words::new(
                    format!("id「{id}」の行が2つあります。どちらか一つにしてください"),
                    format!("the row \"{id}\" is there twice; keep one"),
                )
            }
            Self::RowGone { id } => {
                let id = shown(id);
                Words::new(
                    format!("id「{id}」の行がなくなっています。元に戻してください"),
                    format!("the row \"{id}\" is gone; put it back"),
                )
            }
            Self::SheetGone => Words::new(
                "なくなっているか、名前が変わっています。元に戻してください",
                "is gone or has another name; put it back",
            ),
            Self::MeasureNotInModel => Words::new(
                "モデルに書かれていない対策にはメモを付けられません。先にモデルのファイルへ対策を加えてください",
                "the model does not name this measure, so it cannot have a note; add the measure to the model file first",
            ),
            Self::AcceptanceNeeds => Words::new(
                "受容には担当・理由・期限が必要です。書き加えてください",
                "an acceptance needs who, why and until when; fill this in",
            ),
            Self::OverrideNeedsReason => Words::new(
                "指標を上書きする理由がありません。書き加えてください",
                "metrics are set by hand without a reason; fill this in",
            ),
            Self::ReasonWithoutOverride => Words::new(
                "理由だけがあり、上書きされた指標がありません。指標を選ぶか、理由を消してください",
                "a reason without a metric set by hand; choose a metric or clear the reason",
            ),
        }
    }
}

impl ImportError {
    /// The error in words, with the remedy.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let words = match self {
            Self::TooLarge { what } => Words::new(
                format!("ブックが大きすぎます（{what}）。書き出したブックを使ってください"),
                format!("the workbook is too large ({what}); use the workbook that was exported"),
            ),
            Self::NotXlsx { why } => Words::new(
                format!("XLSX のブックとして読めません（{why}）。Excel で開き、.xlsx 形式で保存し直してください"),
                format!(
                    "not readable as an XLSX workbook ({why}); open it in a spreadsheet program and save it as .xlsx"
                ),
            ),
            Self::NotOurs => Words::new(
                "書き出したときの控えがブックの中にありません。書き出したままのブックを --base で指定してください",
                "the copy of what was exported is not in the workbook; name the workbook as it was exported with --base",
            ),
            Self::OtherService { workbook, model } => Words::new(
                format!("ブックは「{workbook}」、モデルは「{model}」のもので、組が違います。合う組を指定してください"),
                format!(
                    "the workbook is of `{workbook}` and the model of `{model}`; name a pair that belongs together"
                ),
            ),
            Self::Cells(faults) => {
                let mut lines: Vec<String> = faults
                    .iter()
                    .take(MOST_SHOWN)
                    .map(|fault| fault.message(lang))
                    .collect();
                if faults.len() > MOST_SHOWN {
                    let more = faults.len() - MOST_SHOWN;
                    lines.push(match lang {
                        Lang::Ja => format!("ほか {more} 件"),
                        Lang::En => format!("and {more} more"),
                    });
                }
                return lines.join("\n");
            }
            Self::Description { key } => Words::new(
                format!("モデルの {key} は、その場で編集できない書き方です。[[{key}]] の形に書き直してください"),
                format!(
                    "`{key}` in the model is written in a form that cannot be edited in place; write it as [[{key}]]"
                ),
            ),
        };
        match lang {
            Lang::Ja => words.ja,
            Lang::En => words.en,
        }
    }
}

/// The name of a cell, counted from 0: `A1`.
pub(super) fn cell(row: u32, column: u16) -> String {
    let mut letters = Vec::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", u64::from(row) + 1)
}

fn shown(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|character| if character == '\n' { ' ' } else { character })
        .collect();
    match line.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_the_names_that_people_see() {
        for (row, column, name) in [
            (0, 0, "A1"),
            (11, 25, "Z12"),
            (0, 26, "AA1"),
            (0, 701, "ZZ1"),
            (0, 702, "AAA1"),
        ] {
            assert_eq!(cell(row, column), name);
        }
    }
}
