//! The workbook: every table a sheet, a few cells of which the analyst may edit, and a hidden copy of all of them from
//! which [`crate::merge`] later sees what was edited.

mod sheet;
pub(crate) mod state;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use thiserror::Error;
use tomori_risk::analysis::Analysis;
use tomori_risk::description::ServiceModel;
use tomori_runtime::i18n::Lang;

use crate::say::{Phrase, Say as _};
use crate::table::{self, Cell, Table};

/// The name of the hidden sheet.
pub(crate) const BASE_SHEET: &str = "tomori-base";
/// What stands in the first cell of the hidden sheet.
pub(crate) const BASE_MARK: &str = "tomori-risk-workbook";
/// The version of the hidden sheet's form.
pub(crate) const BASE_FORMAT: &str = "1";
/// What stands before each table in the hidden sheet.
pub(crate) const BASE_TABLE: &str = "table";
/// The most characters of a cell; Excel allows 32,767 UTF-16 units.
const MOST_CHARACTERS: usize = 15_000;

/// Why there is no workbook.
#[derive(Debug, Error)]
#[error("the workbook cannot be made; CSV and JSON have no such bounds")]
pub struct WorkbookError(#[from] XlsxError);

/// The analysis as an XLSX workbook: the same bytes for the same analysis and description.
///
/// # Errors
/// [`WorkbookError`] when the tables exceed what a workbook can hold (1,048,576 rows).
pub fn xlsx(analysis: &Analysis, model: &ServiceModel, lang: Lang) -> Result<Vec<u8>, WorkbookError> {
    let tables = sheets(analysis, model, lang);
    let mut workbook = Workbook::new();
    let (year, month, day) = (
        u16::try_from(analysis.as_of.0.year()).unwrap_or(2000),
        u8::try_from(analysis.as_of.0.month()).unwrap_or(1),
        u8::try_from(analysis.as_of.0.day()).unwrap_or(1),
    );
    let properties = DocProperties::new()
        .set_title(clean(analysis.service.name.say(lang)))
        .set_subject(Phrase("リスク分析（3章）", "Risk analysis (chapter 3)").of(lang))
        .set_author("Tomori")
        .set_creation_datetime(&ExcelDateTime::from_ymd(year, month, day)?);
    workbook.set_properties(&properties);
    let styles = sheet::Styles::new();
    for table in &tables {
        sheet::write(workbook.add_worksheet(), table, &styles, lang)?;
    }
    base(workbook.add_worksheet(), &tables, &model.service.id, lang)?;
    Ok(workbook.save_to_buffer()?)
}

/// The sheets: the tables of every report, and the one in which metrics are set by hand.
fn sheets(analysis: &Analysis, model: &ServiceModel, lang: Lang) -> Vec<Table> {
    let mut tables = table::all(analysis, lang);
    let after = tables
        .iter()
        .position(|table| table.key == "tracking")
        .map_or(tables.len(), |at| at + 1);
    tables.insert(after, state::overrides(analysis, model, lang));
    tables
}

/// The hidden copy, as text.
fn base(sheet: &mut Worksheet, tables: &[Table], service: &str, lang: Lang) -> Result<(), XlsxError> {
    sheet.set_name(BASE_SHEET)?.set_very_hidden(true);
    let plain = Format::new();
    let mut row = 0_u32;
    let mut write = |cells: &mut dyn Iterator<Item = String>| -> Result<(), XlsxError> {
        for (column, text) in (0_u16..).zip(cells) {
            if !text.is_empty() {
                sheet.write_string_with_format(row, column, text, &plain)?;
            }
        }
        row += 1;
        Ok(())
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    write(&mut words(&[BASE_MARK, BASE_FORMAT, lang.tag(), service]).into_iter())?;
    for table in tables {
        let (columns, rows) = (table.columns.len().to_string(), table.rows.len().to_string());
        let title = table.title.of(lang);
        write(&mut words(&[BASE_TABLE, table.key, title, &columns, &rows]).into_iter())?;
        write(&mut table.columns.iter().map(|column| column.title.of(lang).to_owned()))?;
        for cells in &table.rows {
            write(&mut cells.iter().map(|cell| match cell {
                // As a cell that holds the number reads: 10, not 10.0.
                Cell::Score(tenths) if tenths % 10 == 0 => (tenths / 10).to_string(),
                other => clean(&other.plain(lang)),
            }))?;
        }
    }
    Ok(())
}

/// A text as a cell holds it: line breaks of one kind, no characters that XML lacks, no blank ends, bounded.
pub(crate) fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut text: String = text
        .trim()
        .chars()
        .map(|character| match character {
            '\n' | '\t' => character,
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            other if other.is_control() => '\u{fffd}',
            other => other,
        })
        .collect();
    if let Some((end, _)) = text.char_indices().nth(MOST_CHARACTERS) {
        text.truncate(end);
        text.push('…');
    }
    text
}
