//! `tomori risk …`: the risk method of chapter 3 on the command line.

mod analyze;
mod check;
mod diff;
mod import;
mod init;
mod lines;
mod model_file;
mod record;
mod report;
mod score;
mod summary;

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use tomori_risk::Language;
use tomori_runtime::i18n::Lang;

use crate::screen;
use crate::words::say;

/// What shall be done with risks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Score vectors.
    Score(ScoreWish),
    /// Analyse a service.
    Analyze(analyze::AnalyzeWish),
    /// Compare two descriptions of a service.
    Diff(diff::DiffWish),
    /// Judge a service.
    Check(check::CheckWish),
    /// Begin a description.
    Init(init::InitWish),
    /// Write a workbook to edit.
    Export(report::ExportWish),
    /// Take an edited workbook back.
    Import(import::ImportWish),
}

/// How it ended, for programs that wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// As wished.
    Holds,
    /// There is something to look at.
    Findings,
}

/// What a person reads when the input is wrong.
struct Complaint(String);

/// Which vectors, and how to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreWish {
    /// The vectors; none when they come from standard input.
    pub vectors: Vec<String>,
    /// With the derivation.
    pub explain: bool,
    /// One JSON object a vector.
    pub json: bool,
}

/// The part of the command line that is about risks.
pub(crate) fn command(lang: Lang) -> Command {
    let t = |key: &str| say(lang, key, &[]);
    let flag = |name: &'static str, help: &str| Arg::new(name).long(name).help(t(help)).action(ArgAction::SetTrue);
    let score = Command::new("score")
        .about(t("risk-score"))
        .after_help(t("risk-score-after"))
        .arg(flag("explain", "risk-score-explain"))
        .arg(flag("json", "risk-score-json"))
        .arg(flag("stdin", "risk-score-stdin"))
        .arg(
            Arg::new("vectors")
                .value_name("VECTOR")
                .help(t("risk-score-vectors"))
                .num_args(1..)
                .required_unless_present("stdin")
                .conflicts_with("stdin"),
        );
    Command::new("risk")
        .about(t("risk-about"))
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(score)
        .subcommand(analyze::command(lang))
        .subcommand(diff::command(lang))
        .subcommand(check::command(lang))
        .subcommand(init::command(lang))
        .subcommand(report::export_command(lang))
        .subcommand(import::command(lang))
}

/// What the person wants, when clap has found nothing wrong.
pub(crate) fn wish(matches: &ArgMatches) -> Option<Wish> {
    match matches.subcommand() {
        Some(("score", inner)) => Some(Wish::Score(ScoreWish {
            vectors: inner.get_many("vectors").into_iter().flatten().cloned().collect(),
            explain: inner.get_flag("explain"),
            json: inner.get_flag("json"),
        })),
        Some(("analyze", inner)) => analyze::wish(inner).map(Wish::Analyze),
        Some(("diff", inner)) => diff::wish(inner).map(Wish::Diff),
        Some(("check", inner)) => check::wish(inner).map(Wish::Check),
        Some(("init", inner)) => Some(Wish::Init(init::wish(inner))),
        Some(("export", inner)) => report::export_wish(inner).map(Wish::Export),
        Some(("import", inner)) => import::wish(inner).map(Wish::Import),
        _ => None,
    }
}

/// Does it. It needs no executor: there is nothing to wait for but standard input.
pub(crate) fn run(wish: &Wish, lang: Lang) -> ExitCode {
    match wish {
        Wish::Score(wish) => score::run(wish, lang),
        Wish::Analyze(wish) => status(analyze::run(wish, lang)),
        Wish::Diff(wish) => status(diff::run(wish, lang)),
        Wish::Check(wish) => status(check::run(wish, lang)),
        Wish::Init(wish) => status(init::run(wish, lang)),
        Wish::Export(wish) => status(report::export(wish, lang)),
        Wish::Import(wish) => status(import::run(wish, lang)),
    }
}

/// 0: as wished; 1: there are findings; 2: the input is wrong.
fn status(end: Result<End, Complaint>) -> ExitCode {
    match end {
        Ok(End::Holds) => ExitCode::SUCCESS,
        Ok(End::Findings) => ExitCode::from(1),
        Err(Complaint(text)) => {
            screen::complaint(&text);
            ExitCode::from(2)
        }
    }
}

fn language(lang: Lang) -> Language {
    match lang {
        Lang::Ja => Language::Ja,
        Lang::En => Language::En,
    }
}
