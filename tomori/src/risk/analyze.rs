//! `tomori risk analyze MODEL`: from a description to an analysis.

use std::path::{Path, PathBuf};

use clap::builder::PathBufValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tomori_risk::Severity;
use tomori_risk::analysis::{Analysis, Question, analyse};
use tomori_risk::description::ServiceModel;
use tomori_runtime::i18n::Lang;

use super::{Complaint, End, model_file, report, summary};
use crate::screen;
use crate::words::say;

/// From so many components and links on, the work is worth a word.
const MANY: usize = 1_000;

/// An analysis and how to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalyzeWish {
    model: PathBuf,
    json: bool,
    below: Option<Severity>,
    as_of: Option<Date>,
    reports: report::ReportWish,
}

pub(super) fn command(lang: Lang) -> Command {
    let t = |key: &str| say(lang, key, &[]);
    let command = Command::new("analyze")
        .about(t("risk-analyze"))
        .arg(model_argument(lang))
        .arg(
            Arg::new("json")
                .long("json")
                .help(t("risk-json"))
                .action(ArgAction::SetTrue),
        )
        .arg(
            Arg::new("target")
                .long("target")
                .value_name("SEVERITY")
                .help(t("risk-target"))
                .value_parser(Severity::ALL.map(Severity::code)),
        )
        .arg(as_of_argument(lang));
    report::options(command, lang)
}

/// The description's file.
pub(super) fn model_argument(lang: Lang) -> Arg {
    Arg::new("model")
        .value_name("MODEL")
        .help(say(lang, "risk-model", &[]))
        .required(true)
        .value_parser(PathBufValueParser::new())
}

/// The day that acceptances are judged by.
pub(super) fn as_of_argument(lang: Lang) -> Arg {
    Arg::new("as-of")
        .long("as-of")
        .value_name("YYYY-MM-DD")
        .help(say(lang, "risk-as-of", &[]))
        .value_parser(|text: &str| text.parse::<Date>().map_err(|_| "YYYY-MM-DD"))
}

pub(super) fn wish(matches: &ArgMatches) -> Option<AnalyzeWish> {
    Some(AnalyzeWish {
        model: matches.get_one::<PathBuf>("model")?.clone(),
        json: matches.get_flag("json"),
        below: severity(matches, "target"),
        as_of: matches.get_one::<Date>("as-of").copied(),
        reports: report::wish(matches),
    })
}

/// The severity that an argument names.
pub(super) fn severity(matches: &ArgMatches, name: &str) -> Option<Severity> {
    let given = matches.get_one::<String>(name)?;
    Severity::ALL.into_iter().find(|severity| severity.code() == given)
}

pub(super) fn run(wish: &AnalyzeWish, lang: Lang) -> Result<End, Complaint> {
    let (model, analysis) = model_and_analysis(&wish.model, wish.as_of, wish.below, lang)?;
    let written = report::write(&wish.reports, &analysis, &model, lang)?;
    if wish.json {
        let text = tomori_workbench::json(&analysis).map_err(|error| Complaint(error.to_string()))?;
        screen::line(text.trim_end());
    } else if written.is_empty() {
        screen::line(&summary::text(&analysis, lang));
    } else {
        report::tell(&written, lang);
    }
    Ok(End::Holds)
}

/// Reads and analyses.
pub(super) fn analysis(
    model: &Path,
    as_of: Option<Date>,
    below: Option<Severity>,
    lang: Lang,
) -> Result<Analysis, Complaint> {
    model_and_analysis(model, as_of, below, lang).map(|(_, analysis)| analysis)
}

/// The same, with what was read.
pub(super) fn model_and_analysis(
    model: &Path,
    as_of: Option<Date>,
    below: Option<Severity>,
    lang: Lang,
) -> Result<(ServiceModel, Analysis), Complaint> {
    let read = model_file::read(model).map_err(|error| Complaint(error.message(lang)))?;
    let (components, links) = (read.components.len(), read.links.len());
    if components + links > MANY {
        let arguments = [("components", components.into()), ("links", links.into())];
        screen::progress(&say(lang, "risk-progress", &arguments));
    }
    let as_of = as_of.unwrap_or_else(|| TimeZone::system().to_datetime(Timestamp::now()).date());
    let analysis = analyse(&read, &Question { as_of, below }).map_err(|flaw| Complaint(flaw.to_string()))?;
    Ok((read, analysis))
}
