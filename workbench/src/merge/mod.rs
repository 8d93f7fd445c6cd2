//! The way back: an edited workbook, the workbook it was, and the description as it is now, merged three ways.
//!
//! Only the cells that a workbook offers for editing come back; every other difference is an error with its cell, so that
//! nothing an analyst wrote is lost without a word. The description keeps its comments and its order. Where the
//! description and the workbook both changed one thing differently, nothing at all is taken and both are shown.

mod apply;
mod fault;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tomori_risk::Metric;
use tomori_risk::description::{ServiceModel, Status, Words};
use tomori_runtime::i18n::Lang;

pub use fault::{CellFault, Fault, ImportError};

use crate::say::Phrase;
use crate::table::{Edit, status};
use crate::workbook::state::{self, Key};
use read::{BaseTable, Book, Sheet};

/// What a merge came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The description with the changes; as it was when there are conflicts.
    pub text: String,
    /// What was taken from the workbook.
    pub taken: Vec<Change>,
    /// What both sides changed differently.
    pub conflicts: Vec<Conflict>,
    /// Sheets that are not ours. Nothing is read from them.
    pub foreign: Vec<String>,
}

/// One thing that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The threat or measure.
    pub id: String,
    /// What of it, in words.
    pub what: String,
    /// What the description says.
    pub from: String,
    /// What the workbook says; empty when it is taken away.
    pub to: String,
}

/// One thing that both sides changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The threat or measure.
    pub id: String,
    /// What of it, in words.
    pub what: String,
    /// What the workbook said at first.
    pub base: String,
    /// What the description says now.
    pub model: String,
    /// What the workbook says now.
    pub workbook: String,
}

/// Merges an edited workbook into a description.
///
/// `edited` are the workbook's bytes, `base` those of the workbook as it was exported, needed only when the edited one
/// lost its hidden sheet. `text` is the description's TOML and `model` what it says. The result still has to be read and
/// checked as any description.
///
/// # Errors
/// [`ImportError`]: not a workbook, too large, not exported by this program or for another service, cells that may not be
/// edited or hold what cannot be; or a description that cannot be edited in place.
pub fn import(edited: &[u8], base: Option<&[u8]>, text: &str, model: &ServiceModel) -> Result<Merged, ImportError> {
    let edited = Book::read(edited)?;
    let origin = match base {
        Some(bytes) => Book::read(bytes)?.base()?,
        None => edited.base()?,
    };
    if origin.service != model.service.id {
        return Err(ImportError::OtherService {
            workbook: origin.service,
            model: model.service.id.clone(),
        });
    }
    let lang = origin.lang;
    let mut faults = Vec::new();
    let mut known = BTreeSet::from([crate::workbook::BASE_SHEET]);
    let mut edits: BTreeMap<Key, Edited> = BTreeMap::new();
    for table in &origin.tables {
        known.insert(&table.sheet);
        match edited.sheets.get(&table.sheet) {
            Some(sheet) => compare(sheet, table, lang, &mut edits, &mut faults),
            None => faults.push(CellFault::at(&table.sheet, "", Fault::SheetGone)),
        }
    }
    let foreign = edited
        .order
        .iter()
        .filter(|name| !known.contains(name.as_str()))
        .cloned()
        .collect();
    if !faults.is_empty() {
        return Err(ImportError::Cells(faults));
    }

    let ours = state::state(model, lang);
    let declared: BTreeSet<&str> = model.measures.iter().map(|measure| measure.id.as_str()).collect();
    let mut merged = ours.clone();
    let (mut taken, mut conflicts, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
    for (key, edited) in &edits {
        let Edited { base, theirs, .. } = edited;
        let model_says = ours
            .get(key)
            .cloned()
            .unwrap_or_else(|| state::empty(key.edit, lang).to_owned());
        if *theirs == *base || *theirs == model_says {
            continue;
        }
        if key.sheet == "measures" && !declared.contains(key.id.as_str()) {
            faults.push(CellFault::at(&edited.sheet, &edited.cell, Fault::MeasureNotInModel));
            continue;
        }
        let what = what(key.edit, lang);
        if model_says != *base {
            conflicts.push(Conflict {
                id: key.id.clone(),
                what,
                base: base.clone(),
                model: model_says,
                workbook: theirs.clone(),
            });
            continue;
        }
        taken.push(Change {
            id: key.id.clone(),
            what,
            from: model_says,
            to: theirs.clone(),
        });
        merged.insert(key.clone(), theirs.clone());
        wanted.push((key.clone(), theirs.clone()));
    }
    faults.extend(whole(&merged, &wanted, &edits, lang));
    if !faults.is_empty() {
        return Err(ImportError::Cells(faults));
    }
    let text = if conflicts.is_empty() {
        apply::apply(text, &wanted, lang)?
    } else {
        text.to_owned()
    };
    Ok(Merged {
        text,
        taken,
        conflicts,
        foreign,
    })
}

/// Which columns of a sheet may be edited; none of a sheet that is only to be read.
fn edits_of(key: &str) -> Vec<Option<Edit>> {
    let columns = match key {
        "tracking" => crate::table::tracking_columns(),
        "measures" => crate::table::measures_columns(),
        "overrides" => state::override_columns(),
        _ => Vec::new(),
    };
    columns.iter().map(|column| column.edit).collect()
}

/// What a workbook changed: at first, now, and in which cell of which sheet.
struct Edited {
    base: String,
    theirs: String,
    sheet: String,
    cell: String,
}

/// Holds a sheet against what it was. Rows of a sheet with editable cells are known by their first cell, so that they may
/// be sorted; all others stand where they stood.
fn compare(
    sheet: &Sheet,
    table: &BaseTable,
    lang: Lang,
    edits: &mut BTreeMap<Key, Edited>,
    faults: &mut Vec<CellFault>,
) {
    let columns = edits_of(&table.key);
    let editable = state::EDITABLE.into_iter().find(|key| *key == table.key);
    let rows = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    let fault = |row: u32, column: u16, fault: Fault| CellFault::new(&table.sheet, row, column, fault);
    for ((row, column), now) in &sheet.cells {
        if *row >= rows || usize::from(*column) >= table.columns {
            faults.push(fault(*row, *column, Fault::Outside { now: now.clone() }));
        }
    }
    let at = |row: u32, column: u16| sheet.cells.get(&(row, column)).map_or("", String::as_str);
    let mut place: BTreeMap<&str, u32> = BTreeMap::new();
    if editable.is_some() {
        let ids: BTreeSet<&str> = table.rows.iter().skip(1).map(|row| row.id()).collect();
        for row in 1..rows {
            let id = at(row, 0);
            if !ids.contains(id) {
                faults.push(fault(row, 0, Fault::NoSuchRow { now: id.to_owned() }));
            } else if place.insert(id, row).is_some() {
                faults.push(fault(row, 0, Fault::Twice { id: id.to_owned() }));
            }
        }
    }
    for (number, was) in (0_u32..).zip(&table.rows) {
        let row = match editable {
            Some(_) if number > 0 => match place.get(was.id()) {
                Some(row) => *row,
                // Whatever stands in its place was told above.
                None => {
                    faults.push(fault(
                        number,
                        0,
                        Fault::RowGone {
                            id: was.id().to_owned(),
                        },
                    ));
                    continue;
                }
            },
            _ => number,
        };
        for column in (0_u16..).take(table.columns) {
            let (was_text, now) = (was.text(column), at(row, column));
            match (columns.get(usize::from(column)).copied().flatten(), editable) {
                (Some(edit), Some(key)) if number > 0 => match (value(edit, was_text, lang), value(edit, now, lang)) {
                    (Ok(base), Ok(theirs)) => {
                        let key = Key {
                            sheet: key,
                            id: was.id().to_owned(),
                            edit,
                        };
                        let (sheet, cell) = (table.sheet.clone(), fault::cell(row, column));
                        edits.insert(
                            key,
                            Edited {
                                base,
                                theirs,
                                sheet,
                                cell,
                            },
                        );
                    }
                    (Err(expected), _) | (_, Err(expected)) => {
                        let now = now.to_owned();
                        faults.push(fault(row, column, Fault::Bad { now, expected }));
                    }
                },
                _ if now != was_text => faults.push(fault(
                    row,
                    column,
                    Fault::Forbidden {
                        was: was_text.to_owned(),
                        now: now.to_owned(),
                    },
                )),
                _ => {}
            }
        }
    }
}

/// A cell's text as it would stand in a workbook that nobody touched, or the words for what it has to be.
fn value(edit: Edit, text: &str, lang: Lang) -> Result<String, Words> {
    let most = match edit {
        Edit::Who => 80,
        _ => 2_000,
    };
    if text.chars().count() > most {
        return Err(Words::new(
            format!("{most} 文字までの文"),
            format!("a text of at most {most} characters"),
        ));
    }
    match edit {
        Edit::Status => {
            if text.is_empty() {
                return Ok(state::empty(edit, lang).to_owned());
            }
            let known = state::STATUSES.into_iter().find(|one| {
                let words = status(*one);
                text == words.of(Lang::Ja) || text.eq_ignore_ascii_case(words.of(Lang::En))
            });
            known.map(|one| status(one).of(lang).to_owned()).ok_or_else(|| {
                let words = |lang| state::STATUSES.map(|one| status(one).of(lang)).join(" / ");
                Words::new(words(Lang::Ja), words(Lang::En))
            })
        }
        Edit::Until if !text.is_empty() => {
            let written = text.replace('/', "-");
            let day = written.parse::<Date>().ok();
            day.map(|day| day.to_string())
                .ok_or_else(|| Words::new("日付（2027-03-31 の形）", "a date such as 2027-03-31"))
        }
        Edit::Metric(code) if !text.is_empty() => {
            let letters = Metric::from_code(code).map(Metric::letters).unwrap_or_default();
            let found = letters
                .iter()
                .find(|letter| letter.eq_ignore_ascii_case(text) && **letter != "X");
            found.map(|letter| (*letter).to_owned()).ok_or_else(|| {
                let known: Vec<&str> = letters.iter().copied().filter(|letter| *letter != "X").collect();
                Words::new(
                    format!("{} のどれか、または空欄", known.join("・")),
                    format!("one of {}, or nothing", known.join(", ")),
                )
            })
        }
        _ => Ok(text.to_owned()),
    }
}

/// What must come together: an acceptance with who, why and until when; metrics by hand with the reason.
fn whole(
    merged: &BTreeMap<Key, String>,
    wanted: &[(Key, String)],
    edits: &BTreeMap<Key, Edited>,
    lang: Lang,
) -> Vec<CellFault> {
    let mut faults = Vec::new();
    let touched: BTreeSet<(&'static str, &str)> = wanted.iter().map(|(key, _)| (key.sheet, key.id.as_str())).collect();
    for (sheet, id) in touched {
        let key = |edit| Key {
            sheet,
            id: id.to_owned(),
            edit,
        };
        let says = |edit| merged.get(&key(edit)).map_or("", String::as_str);
        let mut missing = |edit, why: Fault| {
            if let Some(edited) = edits.get(&key(edit)) {
                faults.push(CellFault::at(&edited.sheet, &edited.cell, why));
            }
        };
        if sheet == "tracking" && says(Edit::Status) == status(Status::Accepted).of(lang) {
            for edit in [Edit::Who, Edit::Why, Edit::Until] {
                if says(edit).is_empty() {
                    missing(edit, Fault::AcceptanceNeeds);
                }
            }
        }
        if sheet == "overrides" {
            let any = state::BY_HAND.iter().any(|code| !says(Edit::Metric(code)).is_empty());
            if any && says(Edit::Because).is_empty() {
                missing(Edit::Because, Fault::OverrideNeedsReason);
            }
            if !any && !says(Edit::Because).is_empty() {
                missing(Edit::Because, Fault::ReasonWithoutOverride);
            }
        }
    }
    faults
}

/// An editable thing in words.
fn what(edit: Edit, lang: Lang) -> String {
    let phrase = match edit {
        Edit::Status => Phrase("追跡の状態", "tracking status"),
        Edit::Who => Phrase("担当", "who"),
        Edit::Why => Phrase("理由", "why"),
        Edit::Until => Phrase("期限", "until"),
        Edit::Metric(code) => Phrase(code, code),
        Edit::Because => Phrase("上書きの理由", "reason for the override"),
        Edit::Note => Phrase("対策のメモ", "note on the measure"),
    };
    phrase.of(lang).to_owned()
}
