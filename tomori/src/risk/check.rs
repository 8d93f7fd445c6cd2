//! `tomori risk check MODEL`: whether it may pass. 0: it holds; 1: there are findings; 2: the input is wrong.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use jiff::civil::Date;
use tomori_risk::Severity;
use tomori_risk::analysis::{Gate, judge};
use tomori_runtime::i18n::Lang;

use super::analyze::{analysis, as_of_argument, model_argument, severity};
use super::{Complaint, End, summary};
use crate::screen;
use crate::words::say;

/// A description and what it has to meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckWish {
    model: PathBuf,
    gate: Gate,
    json: bool,
    as_of: Option<Date>,
}

pub(super) fn command(lang: Lang) -> Command {
    let t = |key: &str| say(lang, key, &[]);
    let flag = |name: &'static str, help: &str| Arg::new(name).long(name).help(t(help)).action(ArgAction::SetTrue);
    Command::new("check")
        .about(t("risk-check"))
        .arg(model_argument(lang))
        .arg(
            Arg::new("max-severity")
                .long("max-severity")
                .value_name("SEVERITY")
                .help(t("risk-check-max"))
                .value_parser(Severity::ALL.map(Severity::code)),
        )
        .arg(flag("require-tracking", "risk-check-tracking"))
        .arg(flag("json", "risk-json"))
        .arg(as_of_argument(lang))
}

pub(super) fn wish(matches: &ArgMatches) -> Option<CheckWish> {
    Some(CheckWish {
        model: matches.get_one::<PathBuf>("model")?.clone(),
        gate: Gate {
            max_severity: severity(matches, "max-severity"),
            require_tracking: matches.get_flag("require-tracking"),
        },
        json: matches.get_flag("json"),
        as_of: matches.get_one::<Date>("as-of").copied(),
    })
}

pub(super) fn run(wish: &CheckWish, lang: Lang) -> Result<End, Complaint> {
    let analysis = analysis(&wish.model, wish.as_of, None, lang)?;
    let findings = judge(&analysis, &wish.gate);
    if wish.json {
        let text = serde_json::to_string_pretty(&findings).map_err(|error| Complaint(error.to_string()))?;
        screen::line(&text);
    } else if findings.is_empty() {
        let count = analysis.threats.len();
        screen::line(&say(lang, "risk-check-holds", &[("count", count.into())]));
    } else {
        for finding in &findings {
            screen::line(&format!("{}: {}", finding.about, summary::word(&finding.words, lang)));
        }
        screen::line(&say(lang, "risk-check-findings", &[("count", findings.len().into())]));
    }
    Ok(if findings.is_empty() { End::Holds } else { End::Findings })
}
