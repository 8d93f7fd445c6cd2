//! `tomori risk diff OLD NEW`: what got worse, what is new, what is gone.

use std::path::PathBuf;

use clap::builder::PathBufValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use jiff::civil::Date;
use tomori_risk::analysis::difference::{Change, Side};
use tomori_risk::analysis::{Difference, difference};
use tomori_runtime::i18n::Lang;

use super::analyze::{analysis, as_of_argument};
use super::{Complaint, End, summary};
use crate::screen;
use crate::words::say;

/// Two descriptions to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffWish {
    old: PathBuf,
    new: PathBuf,
    json: bool,
    as_of: Option<Date>,
}

pub(super) fn command(lang: Lang) -> Command {
    let t = |key: &str| say(lang, key, &[]);
    let file = |name: &'static str, shown: &'static str, help: &str| {
        Arg::new(name)
            .value_name(shown)
            .help(t(help))
            .required(true)
            .value_parser(PathBufValueParser::new())
    };
    Command::new("diff")
        .about(t("risk-diff"))
        .arg(file("old", "OLD", "risk-diff-old"))
        .arg(file("new", "NEW", "risk-diff-new"))
        .arg(
            Arg::new("json")
                .long("json")
                .help(t("risk-json"))
                .action(ArgAction::SetTrue),
        )
        .arg(as_of_argument(lang))
}

pub(super) fn wish(matches: &ArgMatches) -> Option<DiffWish> {
    Some(DiffWish {
        old: matches.get_one::<PathBuf>("old")?.clone(),
        new: matches.get_one::<PathBuf>("new")?.clone(),
        json: matches.get_flag("json"),
        as_of: matches.get_one::<Date>("as-of").copied(),
    })
}

pub(super) fn run(wish: &DiffWish, lang: Lang) -> Result<End, Complaint> {
    let old = analysis(&wish.old, wish.as_of, None, lang)?;
    let new = analysis(&wish.new, wish.as_of, None, lang)?;
    let difference = difference(&old, &new);
    if wish.json {
        let text = serde_json::to_string_pretty(&difference).map_err(|error| Complaint(error.to_string()))?;
        screen::line(&text);
    } else {
        screen::line(&text(&difference, lang));
    }
    Ok(End::Holds)
}

fn text(difference: &Difference, lang: Lang) -> String {
    if difference.is_empty() {
        return say(lang, "risk-diff-same", &[]);
    }
    let mut lines = Vec::new();
    if let Some([old, new]) = difference.level {
        let arguments = [("old", old.to_string().into()), ("new", new.to_string().into())];
        lines.push(say(lang, "risk-diff-level", &arguments));
    }
    for (key, changes) in [
        ("risk-diff-worse", &difference.worse),
        ("risk-diff-added", &difference.new),
        ("risk-diff-gone", &difference.gone),
        ("risk-diff-better", &difference.better),
        ("risk-diff-other", &difference.other),
    ] {
        if !changes.is_empty() {
            lines.push(say(lang, key, &[("count", changes.len().into())]));
            let rows: Vec<Vec<String>> = changes.iter().map(|change| row(change, lang)).collect();
            lines.push(screen::columns(&rows));
        }
    }
    for (key, measures) in [
        ("risk-diff-measures-added", &difference.measures_added),
        ("risk-diff-measures-dropped", &difference.measures_dropped),
    ] {
        if !measures.is_empty() {
            lines.push(say(lang, key, &[("measures", measures.join(", ").into())]));
        }
    }
    lines.join("\n")
}

/// Before and after measures, then and now.
fn row(change: &Change, lang: Lang) -> Vec<String> {
    let side = |side: &Option<Side>| match side {
        Some(side) => {
            let (before, after) = (summary::value(&side.before, lang), summary::value(&side.after, lang));
            format!("{before} → {after}")
        }
        None => "—".to_owned(),
    };
    let now = format!("⇒ {}", side(&change.new));
    let example = summary::word(&change.example, lang).to_owned();
    vec![change.id.clone(), side(&change.old), now, example]
}
