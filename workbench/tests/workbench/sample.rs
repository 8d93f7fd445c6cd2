//! The samples, and a spreadsheet program in miniature: opens a workbook, changes cells, saves it its own way.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use rust_xlsxwriter::{Format, Workbook};
use tomori_risk::analysis::{Analysis, Question, analyse};
use tomori_risk::description::ServiceModel;
use tomori_runtime::i18n::Lang;

pub(crate) struct Sample {
    pub(crate) text: String,
    pub(crate) model: ServiceModel,
    pub(crate) analysis: Analysis,
}

pub(crate) const SAMPLES: [&str; 2] = ["shutter-service", "dispatch-security-service"];

pub(crate) fn sample(name: &str) -> Sample {
    let path = format!("{}/../examples/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    of(std::fs::read_to_string(path).unwrap())
}

pub(crate) fn of(text: String) -> Sample {
    let model: ServiceModel = toml::from_str(&text).unwrap();
    let analysis = analysed(&model);
    Sample { text, model, analysis }
}

pub(crate) fn analysed(model: &ServiceModel) -> Analysis {
    let question = Question {
        as_of: "2026-11-25".parse().unwrap(),
        below: None,
    };
    analyse(model, &question).unwrap()
}

impl Sample {
    pub(crate) fn xlsx(&self, lang: Lang) -> Vec<u8> {
        tomori_workbench::xlsx(&self.analysis, &self.model, lang).unwrap()
    }
}

/// A workbook that is open in the spreadsheet program.
pub(crate) struct Open {
    pub(crate) order: Vec<String>,
    pub(crate) sheets: BTreeMap<String, BTreeMap<(u32, u16), Data>>,
}

impl Open {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
        let order = book.sheet_names();
        let mut sheets = BTreeMap::new();
        for name in &order {
            let range = book.worksheet_range(name).unwrap();
            let (top, left) = range.start().unwrap_or_default();
            let cells = range.used_cells().map(|(row, column, data)| {
                let row = u32::try_from(row).unwrap() + top;
                let column = u16::try_from(column).unwrap() + u16::try_from(left).unwrap();
                ((row, column), data.clone())
            });
            sheets.insert(name.clone(), cells.collect());
        }
        Self { order, sheets }
    }

    pub(crate) fn text(&self, sheet: &str, row: u32, column: u16) -> String {
        self.sheets[sheet]
            .get(&(row, column))
            .map_or(String::new(), ToString::to_string)
    }

    /// The column under a heading.
    pub(crate) fn column(&self, sheet: &str, heading: &str) -> u16 {
        (0..100)
            .find(|column| self.text(sheet, 0, *column) == heading)
            .unwrap_or_else(|| panic!("no {heading}"))
    }

    /// The row of an id.
    pub(crate) fn row(&self, sheet: &str, id: &str) -> u32 {
        (1..5000)
            .find(|row| self.text(sheet, *row, 0) == id)
            .unwrap_or_else(|| panic!("no {id}"))
    }

    pub(crate) fn set(&mut self, sheet: &str, row: u32, column: u16, text: &str) {
        self.sheets
            .get_mut(sheet)
            .unwrap()
            .insert((row, column), Data::String(text.to_owned()));
    }

    pub(crate) fn edit(&mut self, sheet: &str, id: &str, heading: &str, text: &str) {
        let (row, column) = (self.row(sheet, id), self.column(sheet, heading));
        self.set(sheet, row, column, text);
    }

    /// Saves it: no formats but dates, other widths, no protection, as other programs may.
    pub(crate) fn save(&self) -> Vec<u8> {
        let mut book = Workbook::new();
        let date = Format::new().set_num_format("yyyy/m/d");
        for name in &self.order {
            let sheet = book.add_worksheet();
            sheet.set_name(name).unwrap();
            for ((row, column), data) in &self.sheets[name] {
                match data {
                    Data::Empty => {}
                    Data::Float(number) => {
                        sheet.write_number(*row, *column, *number).unwrap();
                    }
                    Data::Int(number) => {
                        sheet
                            .write_number(*row, *column, f64::from(i32::try_from(*number).unwrap()))
                            .unwrap();
                    }
                    Data::DateTime(day) => {
                        sheet
                            .write_number_with_format(*row, *column, day.as_f64(), &date)
                            .unwrap();
                    }
                    other => {
                        sheet.write_string(*row, *column, other.to_string()).unwrap();
                    }
                }
            }
        }
        book.save_to_buffer().unwrap()
    }
}
