//! `tomori risk init FILE`: a commented description to start from.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use clap::builder::PathBufValueParser;
use clap::{Arg, ArgMatches, Command};
use tomori_risk::description::START;
use tomori_runtime::i18n::Lang;

use super::{Complaint, End};
use crate::screen;
use crate::words::say;

/// Where to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitWish {
    file: Option<PathBuf>,
}

pub(super) fn command(lang: Lang) -> Command {
    Command::new("init").about(say(lang, "risk-init", &[])).arg(
        Arg::new("file")
            .value_name("FILE")
            .help(say(lang, "risk-init-file", &[]))
            .value_parser(PathBufValueParser::new()),
    )
}

pub(super) fn wish(matches: &ArgMatches) -> InitWish {
    InitWish {
        file: matches.get_one::<PathBuf>("file").cloned(),
    }
}

/// Writes the file. One that is there already stays as it is: it may be somebody's work.
pub(super) fn run(wish: &InitWish, lang: Lang) -> Result<End, Complaint> {
    let Some(file) = &wish.file else {
        screen::line(START.trim_end());
        return Ok(End::Holds);
    };
    let name = || file.display().to_string();
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(file)
        .and_then(|mut open| open.write_all(START.as_bytes()).and_then(|()| open.sync_all()));
    match written {
        Ok(()) => {
            screen::line(&say(lang, "risk-init-written", &[("file", name().into())]));
            Ok(End::Holds)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(Complaint(say(lang, "risk-init-there", &[("file", name().into())])))
        }
        Err(error) => Err(Complaint(say(
            lang,
            "risk-init-failed",
            &[("file", name().into()), ("why", error.to_string().into())],
        ))),
    }
}
