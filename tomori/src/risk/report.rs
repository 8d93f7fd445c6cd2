//! Reports as files: `analyze --html … --xlsx … --csv … --markdown …` and `export`.
//!
//! Everything is rendered and every target looked at before the first file is written, and each file is whole or as it
//! was. A list of weaknesses concerns nobody but its owner, so new files are readable by their owner alone.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::builder::PathBufValueParser;
use clap::{Arg, ArgMatches, Command};
use jiff::civil::Date;
use tomori_risk::analysis::Analysis;
use tomori_risk::description::ServiceModel;
use tomori_runtime::file::write_atomic;
use tomori_runtime::i18n::Lang;

use super::{Complaint, End, analyze};
use crate::screen;
use crate::words::say;

/// Which reports, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ReportWish {
    html: Option<PathBuf>,
    xlsx: Option<PathBuf>,
    csv: Option<PathBuf>,
    markdown: Option<PathBuf>,
}

/// A workbook to edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportWish {
    model: PathBuf,
    as_of: Option<Date>,
    reports: ReportWish,
}

/// A kind of report: how a file of it begins.
struct Kind {
    option: &'static str,
    begins: &'static [u8],
}

/// A report with its place.
struct Report {
    path: PathBuf,
    kind: &'static Kind,
    bytes: Vec<u8>,
}

const HTML: Kind = Kind {
    option: "--html",
    begins: b"<!doctype html>",
};
const XLSX: Kind = Kind {
    option: "--xlsx",
    begins: b"PK\x03\x04",
};
const CSV: Kind = Kind {
    option: "--csv",
    begins: b"\xef\xbb\xbf\"",
};
const MARKDOWN: Kind = Kind {
    option: "--markdown",
    begins: b"# ",
};

/// Adds the options that ask for reports.
pub(super) fn options(command: Command, lang: Lang) -> Command {
    command
        .arg(file("html", "FILE", "risk-report-html", lang))
        .arg(file("xlsx", "FILE", "risk-report-xlsx", lang))
        .arg(file("csv", "DIR", "risk-report-csv", lang))
        .arg(file("markdown", "FILE", "risk-report-markdown", lang))
}

pub(super) fn wish(matches: &ArgMatches) -> ReportWish {
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    ReportWish {
        html: path("html"),
        xlsx: path("xlsx"),
        csv: path("csv"),
        markdown: path("markdown"),
    }
}

pub(super) fn export_command(lang: Lang) -> Command {
    Command::new("export")
        .about(say(lang, "risk-export", &[]))
        .arg(analyze::model_argument(lang))
        .arg(file("xlsx", "FILE", "risk-report-xlsx", lang).required(true))
        .arg(analyze::as_of_argument(lang))
}

pub(super) fn export_wish(matches: &ArgMatches) -> Option<ExportWish> {
    Some(ExportWish {
        model: matches.get_one::<PathBuf>("model")?.clone(),
        as_of: matches.get_one::<Date>("as-of").copied(),
        reports: ReportWish {
            xlsx: matches.get_one::<PathBuf>("xlsx").cloned(),
            ..ReportWish::default()
        },
    })
}

pub(super) fn export(wish: &ExportWish, lang: Lang) -> Result<End, Complaint> {
    let (model, analysis) = analyze::model_and_analysis(&wish.model, wish.as_of, None, lang)?;
    tell(&write(&wish.reports, &analysis, &model, lang)?, lang);
    Ok(End::Holds)
}

/// Tells where the reports are.
pub(super) fn tell(written: &[PathBuf], lang: Lang) {
    for path in written {
        screen::line(&say(
            lang,
            "risk-report-written",
            &[("file", path.display().to_string().into())],
        ));
    }
}

/// Renders and writes what is wished; where it is.
pub(super) fn write(
    wish: &ReportWish,
    analysis: &Analysis,
    model: &ServiceModel,
    lang: Lang,
) -> Result<Vec<PathBuf>, Complaint> {
    let mut reports = Vec::new();
    let mut add = |path: &Path, kind: &'static Kind, bytes: Vec<u8>| {
        reports.push(Report {
            path: path.to_owned(),
            kind,
            bytes,
        });
    };
    if let Some(path) = &wish.html {
        add(path, &HTML, tomori_workbench::html(analysis, lang).into_bytes());
    }
    if let Some(path) = &wish.xlsx {
        let bytes =
            tomori_workbench::xlsx(analysis, model, lang).map_err(|error| failed(path, &error.to_string(), lang))?;
        add(path, &XLSX, bytes);
    }
    if let Some(folder) = &wish.csv {
        for table in tomori_workbench::csv(analysis, lang) {
            add(&folder.join(table.name), &CSV, table.bytes);
        }
    }
    if let Some(path) = &wish.markdown {
        add(path, &MARKDOWN, tomori_workbench::markdown(analysis, lang).into_bytes());
    }
    for report in &reports {
        report.may_be_written(lang)?;
    }
    if let Some(folder) = &wish.csv {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error.to_string(), lang))?;
    }
    for report in &reports {
        replace(&report.path, &report.bytes).map_err(|error| failed(&report.path, &error.to_string(), lang))?;
    }
    let written = [&wish.html, &wish.xlsx, &wish.csv, &wish.markdown];
    Ok(written.into_iter().flatten().cloned().collect())
}

/// Replaces a file, keeping who may read it. A link stays a link.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let Ok(path) = path.canonicalize() else {
        return write_atomic(path, bytes);
    };
    let permissions = fs::metadata(&path)?.permissions();
    write_atomic(&path, bytes)?;
    fs::set_permissions(&path, permissions)
}

impl Report {
    /// A file that is there and is no report of this kind may be somebody's work.
    fn may_be_written(&self, lang: Lang) -> Result<(), Complaint> {
        let refused = || {
            let arguments = [
                ("file", self.path.display().to_string().into()),
                ("option", self.kind.option.into()),
            ];
            Complaint(say(lang, "risk-report-other", &arguments))
        };
        let Ok(about) = fs::metadata(&self.path) else {
            return Ok(());
        };
        if !about.is_file() {
            return Err(refused());
        }
        let mut begin = vec![0; self.kind.begins.len()];
        let read = fs::File::open(&self.path).and_then(|mut file| file.read_exact(&mut begin));
        if about.len() > 0 && (read.is_err() || begin != self.kind.begins) {
            return Err(refused());
        }
        Ok(())
    }
}

fn failed(path: &Path, why: &str, lang: Lang) -> Complaint {
    let arguments = [("file", path.display().to_string().into()), ("why", why.into())];
    Complaint(say(lang, "risk-report-failed", &arguments))
}

fn file(name: &'static str, value: &'static str, help: &str, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .help(say(lang, help, &[]))
        .value_parser(PathBufValueParser::new())
}
