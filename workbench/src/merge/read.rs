//! Reads a workbook within bounds: how large it is, how large it unfolds, how many cells.
//!
//! A workbook is a ZIP archive of XML. The archive is unfolded once, counting, before anything else looks at it, because
//! what its directory says of its sizes need not be true. Cells are read one by one: a sheet with a cell in its last
//! corner takes no more room than one with a cell in its first.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use tomori_runtime::i18n::Lang;
use zip::ZipArchive;

use super::fault::ImportError;
use crate::workbook::{BASE_FORMAT, BASE_MARK, BASE_SHEET, BASE_TABLE, clean};

/// The largest file: 32 MiB.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// The most bytes that it unfolds to: 128 MiB.
const MOST_UNFOLDED: u64 = 128 * 1024 * 1024;
/// The most files in the archive.
const MOST_FILES: usize = 2_000;
/// The most sheets.
const MOST_SHEETS: usize = 200;
/// The most cells of all sheets together.
const MOST_CELLS: usize = 2_000_000;

/// A workbook's cells.
pub(super) struct Book {
    /// The sheets in their order.
    pub(super) order: Vec<String>,
    /// By name.
    pub(super) sheets: BTreeMap<String, Sheet>,
}

/// A sheet: what is not empty, by row and column from 0, as text.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) cells: BTreeMap<(u32, u16), String>,
}

/// What a workbook was when it was exported.
pub(super) struct Base {
    pub(super) lang: Lang,
    pub(super) service: String,
    pub(super) tables: Vec<BaseTable>,
}

/// One sheet as it was.
pub(super) struct BaseTable {
    pub(super) key: String,
    pub(super) sheet: String,
    pub(super) columns: usize,
    /// The headings, then the rows.
    pub(super) rows: Vec<BaseRow>,
}

/// One row as it was.
pub(super) struct BaseRow(Vec<String>);

impl BaseRow {
    /// The first cell.
    pub(super) fn id(&self) -> &str {
        self.text(0)
    }

    /// A cell; empty where there was nothing.
    pub(super) fn text(&self, column: u16) -> &str {
        self.0.get(usize::from(column)).map_or("", String::as_str)
    }
}

impl Book {
    /// Reads all cells.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ImportError> {
        if bytes.len() > MOST_BYTES {
            return Err(ImportError::TooLarge { what: "> 32 MiB" });
        }
        unfold(bytes)?;
        let damaged = |error: XlsxError| ImportError::NotXlsx { why: error.to_string() };
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
        let order = book.sheet_names();
        if order.len() > MOST_SHEETS {
            return Err(ImportError::TooLarge { what: "> 200 sheets" });
        }
        let mut sheets = BTreeMap::new();
        let mut count = 0;
        for name in &order {
            let mut sheet = Sheet::default();
            // A chart sheet has no cells.
            let mut cells = match book.worksheet_cells_reader(name) {
                Ok(cells) => cells,
                Err(XlsxError::NotAWorksheet(_)) => continue,
                Err(error) => return Err(damaged(error)),
            };
            while let Some(cell) = cells.next_cell().map_err(damaged)? {
                let text = clean(&plain(cell.get_value()));
                if text.is_empty() {
                    continue;
                }
                count += 1;
                if count > MOST_CELLS {
                    return Err(ImportError::TooLarge {
                        what: "> 2,000,000 cells",
                    });
                }
                let (row, column) = cell.get_position();
                let column = u16::try_from(column).map_err(|_| ImportError::TooLarge {
                    what: "> 16,384 columns",
                })?;
                sheet.cells.insert((row, column), text);
            }
            sheets.insert(name.clone(), sheet);
        }
        Ok(Self { order, sheets })
    }

    /// The hidden copy.
    pub(super) fn base(&self) -> Result<Base, ImportError> {
        let sheet = self.sheets.get(BASE_SHEET).ok_or(ImportError::NotOurs)?;
        let at = |row: u32, column: u16| sheet.cells.get(&(row, column)).map_or("", String::as_str);
        if at(0, 0) != BASE_MARK || at(0, 1) != BASE_FORMAT {
            return Err(ImportError::NotOurs);
        }
        let lang = at(0, 2).parse().map_err(|_| ImportError::NotOurs)?;
        let last = sheet.cells.keys().next_back().map_or(0, |(row, _)| *row);
        let mut tables = Vec::new();
        let mut row = 1;
        while row <= last {
            if at(row, 0) != BASE_TABLE {
                return Err(ImportError::NotOurs);
            }
            let figure = |column: u16| at(row, column).parse::<u16>().map_err(|_| ImportError::NotOurs);
            let columns = figure(3)?;
            let rows = at(row, 4).parse::<u32>().map_err(|_| ImportError::NotOurs)?;
            if columns > 64 || rows > last {
                return Err(ImportError::NotOurs);
            }
            let mut table = BaseTable {
                key: at(row, 1).to_owned(),
                sheet: at(row, 2).to_owned(),
                columns: usize::from(columns),
                rows: Vec::new(),
            };
            row += 1;
            for _ in 0..=rows {
                table
                    .rows
                    .push(BaseRow((0..columns).map(|column| at(row, column).to_owned()).collect()));
                row += 1;
            }
            tables.push(table);
        }
        Ok(Base {
            lang,
            service: at(0, 3).to_owned(),
            tables,
        })
    }
}

/// Unfolds the whole archive, counting.
fn unfold(bytes: &[u8]) -> Result<(), ImportError> {
    let damaged = |why: String| ImportError::NotXlsx { why };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
    if archive.len() > MOST_FILES {
        return Err(ImportError::TooLarge { what: "> 2,000 files" });
    }
    let mut left = MOST_UNFOLDED;
    let mut chunk = vec![0_u8; 64 * 1024];
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(|error| damaged(error.to_string()))?;
        loop {
            let count = file.read(&mut chunk).map_err(|error| damaged(error.to_string()))?;
            if count == 0 {
                break;
            }
            left = left.checked_sub(count as u64).ok_or(ImportError::TooLarge {
                what: "unfolds to > 128 MiB",
            })?;
        }
    }
    Ok(())
}

/// A cell as text, the same whether a number or a date was written by us or by a spreadsheet program.
fn plain(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => figure(*number),
        DataRef::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(day) if day.is_datetime() && day.as_f64() >= 1.0 => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(span) => figure(span.as_f64()),
        DataRef::Error(error) => format!("{error}"),
    }
}

/// A number as the reports write it: counts whole, values with their decimals.
fn figure(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
