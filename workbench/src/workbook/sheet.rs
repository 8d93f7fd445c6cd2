//! One sheet.

use rust_xlsxwriter::{
    Color, DataValidation, ExcelDateTime, Format, FormatAlign, FormatBorder, ProtectionOptions, Worksheet, XlsxError,
};
use tomori_risk::description::Status;
use tomori_risk::{Metric, Severity};
use tomori_runtime::i18n::Lang;

use super::clean;
use crate::delimited::is_formula_like;
use crate::say::Phrase;
use crate::scale;
use crate::table::{Cell, Edit, Table, status};

/// The looks of cells.
pub(super) struct Styles {
    head: Format,
    head_edit: Format,
    text: Format,
    number: Format,
    score: Format,
    date: Format,
    edit: Format,
    edit_date: Format,
    severities: [Format; 5],
}

const FONT: &str = "Yu Gothic";
const INK: u32 = 0x1B_1F_45;
const LINE: u32 = 0xC9_C5_BA;

impl Styles {
    pub(super) fn new() -> Self {
        let cell = Format::new()
            .set_font_name(FONT)
            .set_font_size(10)
            .set_font_color(Color::RGB(INK))
            .set_align(FormatAlign::Top)
            .set_text_wrap()
            .set_border(FormatBorder::Thin)
            .set_border_color(Color::RGB(LINE));
        let head = cell.clone().set_bold().set_background_color(Color::RGB(0xF3_F0_E7));
        let edit = cell.clone().set_unlocked().set_background_color(Color::RGB(0xFD_F6_E3));
        let severity = |severity: Severity| {
            let (ground, ink) = scale::paper(severity);
            let cell = cell.clone().set_bold().set_align(FormatAlign::Center);
            cell.set_background_color(Color::RGB(ground))
                .set_font_color(Color::RGB(ink))
        };
        Self {
            head_edit: head.clone().set_background_color(Color::RGB(0xFD_EC_CB)),
            head,
            number: cell.clone().set_align(FormatAlign::Right),
            score: cell.clone().set_align(FormatAlign::Right).set_num_format("0.0"),
            date: cell.clone().set_align(FormatAlign::Center).set_num_format("yyyy-mm-dd"),
            edit_date: edit.clone().set_num_format("yyyy-mm-dd"),
            edit,
            severities: Severity::ALL.map(severity),
            text: cell,
        }
    }
}

/// Writes a table. Everything that came from a person is written as a string, whatever it looks like; what looks like a
/// formula is marked so that it stays a string when somebody edits the cell.
pub(super) fn write(sheet: &mut Worksheet, table: &Table, styles: &Styles, lang: Lang) -> Result<(), XlsxError> {
    sheet.set_name(table.title.of(lang))?;
    sheet.set_freeze_panes(1, 1)?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, 0)?;
    sheet.set_footer("&L&A&R&P / &N");
    for (column, about) in (0_u16..).zip(&table.columns) {
        sheet.set_column_width(column, f64::from(about.width))?;
        let head = if about.edit.is_some() {
            &styles.head_edit
        } else {
            &styles.head
        };
        sheet.write_string_with_format(0, column, about.title.of(lang), head)?;
    }
    for (row, cells) in (1_u32..).zip(&table.rows) {
        for (column, (cell, about)) in (0_u16..).zip(cells.iter().zip(&table.columns)) {
            write_cell(sheet, row, column, cell, about.edit.is_some(), styles, lang)?;
        }
    }
    let last_row = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    let last_column = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.autofilter(0, 0, last_row, last_column)?;
    if table.columns.iter().all(|column| column.edit.is_none()) {
        // Not against anybody: only so that nobody edits by mistake what cannot be brought back.
        let allowed = ProtectionOptions {
            use_autofilter: true,
            sort: true,
            format_columns: true,
            format_rows: true,
            ..ProtectionOptions::default()
        };
        sheet.protect_with_options(&allowed);
    } else if last_row > 0 {
        for (column, about) in (0_u16..).zip(&table.columns) {
            if let Some(rule) = about.edit.and_then(|edit| choices(edit, lang)) {
                sheet.add_data_validation(1, column, last_row, column, &rule?)?;
            }
        }
    }
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    edit: bool,
    styles: &Styles,
    lang: Lang,
) -> Result<(), XlsxError> {
    let plain = if edit { &styles.edit } else { &styles.text };
    match cell {
        Cell::Empty => {
            sheet.write_blank(row, column, plain)?;
        }
        Cell::Text(text) => {
            let text = clean(text);
            if text.is_empty() {
                sheet.write_blank(row, column, plain)?;
            } else if is_formula_like(&text) {
                sheet.write_string_with_format(row, column, &text, &plain.clone().set_quote_prefix())?;
            } else {
                sheet.write_string_with_format(row, column, &text, plain)?;
            }
        }
        Cell::Score(tenths) => {
            sheet.write_number_with_format(row, column, f64::from(*tenths) / 10.0, &styles.score)?;
        }
        Cell::Count(count) => {
            let count = u32::try_from(*count).unwrap_or(u32::MAX);
            sheet.write_number_with_format(row, column, f64::from(count), &styles.number)?;
        }
        Cell::Severity(severity) => {
            let place = Severity::ALL.iter().position(|one| one == severity).unwrap_or_default();
            let style = styles.severities.get(place).unwrap_or(&styles.text);
            sheet.write_string_with_format(row, column, cell.plain(lang), style)?;
        }
        Cell::Date(date) => {
            let style = if edit { &styles.edit_date } else { &styles.date };
            let day = (
                u16::try_from(date.year()),
                u8::try_from(date.month()),
                u8::try_from(date.day()),
            );
            match day {
                (Ok(year @ 1900..), Ok(month), Ok(day)) => {
                    let day = ExcelDateTime::from_ymd(year, month, day)?;
                    sheet.write_datetime_with_format(row, column, day, style)?;
                }
                _ => {
                    sheet.write_string_with_format(row, column, cell.plain(lang), style)?;
                }
            }
        }
    }
    Ok(())
}

/// The words that may be chosen in a cell.
fn choices(edit: Edit, lang: Lang) -> Option<Result<DataValidation, XlsxError>> {
    let words: Vec<String> = match edit {
        Edit::Status => STATUSES.map(|one| status(one).of(lang).to_owned()).to_vec(),
        Edit::Metric(code) => {
            let letters = Metric::from_code(code)?.letters();
            letters
                .into_iter()
                .filter(|letter| *letter != "X")
                .map(str::to_owned)
                .collect()
        }
        Edit::Who | Edit::Why | Edit::Until | Edit::Because | Edit::Note => return None,
    };
    let rule = DataValidation::new().allow_list_strings(&words);
    Some(rule.and_then(|rule| {
        rule.set_error_title(Phrase("選べない値です", "Not one of the choices").of(lang))?
            .set_error_message(Phrase("一覧から選んでください。", "Please choose from the list.").of(lang))
    }))
}

/// Where a risk may stand.
pub(crate) const STATUSES: [Status; 5] = [
    Status::Unchecked,
    Status::InDiscussion,
    Status::Accepted,
    Status::InProgress,
    Status::Mitigated,
];
