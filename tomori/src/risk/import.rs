//! `tomori risk import MODEL EDITED.xlsx`: what an analyst decided in a workbook, back into the description.

use std::path::{Path, PathBuf};

use clap::builder::PathBufValueParser;
use clap::{Arg, ArgMatches, Command};
use tomori_risk::description::ServiceModel;
use tomori_runtime::file::read_bounded;
use tomori_runtime::i18n::Lang;
use tomori_workbench::merge::{self, Merged};

use super::{Complaint, End, analyze, model_file, report};
use crate::screen;
use crate::words::say;

/// The largest workbook that is opened: 33 MiB, a little over what is taken.
const LARGEST: usize = 33 * 1024 * 1024;

/// An edited workbook and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportWish {
    model: PathBuf,
    edited: PathBuf,
    base: Option<PathBuf>,
}

pub(super) fn command(lang: Lang) -> Command {
    Command::new("import")
        .about(say(lang, "risk-import", &[]))
        .arg(analyze::model_argument(lang))
        .arg(
            Arg::new("edited")
                .value_name("EDITED.xlsx")
                .help(say(lang, "risk-import-edited", &[]))
                .required(true)
                .value_parser(PathBufValueParser::new()),
        )
        .arg(
            Arg::new("base")
                .long("base")
                .value_name("OLD.xlsx")
                .help(say(lang, "risk-import-base", &[]))
                .value_parser(PathBufValueParser::new()),
        )
}

pub(super) fn wish(matches: &ArgMatches) -> Option<ImportWish> {
    Some(ImportWish {
        model: matches.get_one::<PathBuf>("model")?.clone(),
        edited: matches.get_one::<PathBuf>("edited")?.clone(),
        base: matches.get_one::<PathBuf>("base").cloned(),
    })
}

/// Merges and, when nothing is in conflict, replaces the description.
pub(super) fn run(wish: &ImportWish, lang: Lang) -> Result<End, Complaint> {
    let model = model_file::read(&wish.model).map_err(|error| Complaint(error.message(lang)))?;
    let text = text(&wish.model, lang)?;
    let edited = bytes(&wish.edited, lang)?;
    let base = wish.base.as_deref().map(|path| bytes(path, lang)).transpose()?;
    let merged = merge::import(&edited, base.as_deref(), &text, &model)
        .map_err(|error| Complaint(format!("{}\n{}", wish.edited.display(), error.message(lang))))?;
    tell(&merged, lang);
    if !merged.conflicts.is_empty() {
        let count = merged.conflicts.len();
        screen::line(&say(lang, "risk-import-conflicts", &[("count", count.into())]));
        return Ok(End::Findings);
    }
    if merged.taken.is_empty() {
        screen::line(&say(lang, "risk-import-nothing", &[]));
        return Ok(End::Holds);
    }
    holds(&merged.text, lang)?;
    if self::text(&wish.model, lang)? != text {
        return Err(Complaint(say(
            lang,
            "risk-import-moved",
            &[("file", name(&wish.model).into())],
        )));
    }
    report::replace(&wish.model, merged.text.as_bytes())
        .map_err(|error| unreadable("risk-report-failed", &wish.model, &error.to_string(), lang))?;
    let arguments = [("count", merged.taken.len().into()), ("file", name(&wish.model).into())];
    screen::line(&say(lang, "risk-import-written", &arguments));
    Ok(End::Holds)
}

/// Makes sure that what is to be written can be read again.
fn holds(text: &str, lang: Lang) -> Result<(), Complaint> {
    let refused = |why: String| Complaint(say(lang, "risk-import-unfit", &[("why", why.into())]));
    let model: ServiceModel = toml::from_str(text).map_err(|error| refused(error.to_string()))?;
    model.check().map_err(|flaw| {
        let words = match lang {
            Lang::Ja => flaw.text.ja,
            Lang::En => flaw.text.en,
        };
        refused(format!("{}: {words}", flaw.key))
    })
}

fn tell(merged: &Merged, lang: Lang) {
    for sheet in &merged.foreign {
        screen::line(&say(lang, "risk-import-foreign", &[("sheet", sheet.as_str().into())]));
    }
    for change in &merged.taken {
        let arguments = [
            ("id", change.id.as_str().into()),
            ("what", change.what.as_str().into()),
            ("from", shown(&change.from).into()),
            ("to", shown(&change.to).into()),
        ];
        screen::line(&say(lang, "risk-import-taken", &arguments));
    }
    for conflict in &merged.conflicts {
        let arguments = [
            ("id", conflict.id.as_str().into()),
            ("what", conflict.what.as_str().into()),
            ("base", shown(&conflict.base).into()),
            ("model", shown(&conflict.model).into()),
            ("workbook", shown(&conflict.workbook).into()),
        ];
        screen::line(&say(lang, "risk-import-conflict", &arguments));
    }
}

fn shown(text: &str) -> String {
    if text.is_empty() {
        "—".to_owned()
    } else {
        text.replace('\n', " ")
    }
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn bytes(path: &Path, lang: Lang) -> Result<Vec<u8>, Complaint> {
    read_bounded(path, LARGEST).map_err(|error| unreadable("risk-import-unreadable", path, &error.to_string(), lang))
}

fn text(path: &Path, lang: Lang) -> Result<String, Complaint> {
    String::from_utf8(bytes(path, lang)?)
        .map_err(|error| unreadable("risk-import-unreadable", path, &error.to_string(), lang))
}

fn unreadable(key: &str, path: &Path, why: &str, lang: Lang) -> Complaint {
    Complaint(say(lang, key, &[("file", name(path).into()), ("why", why.into())]))
}
