//! `tomori roster …`: the security company's offline root, and the roster it signs ([docs/unlock.md]).
//!
//! Meant for a machine without a network: it reads a file and a key, writes a file, and connects to nothing.
//!
//! [docs/unlock.md]: ../../../docs/unlock.md

mod description;
mod init;
mod root;
mod show;
mod sign;

pub(crate) use root::write_new;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PathBufValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use jiff::Timestamp;
use tomori_runtime::config::{Rejection, parse_valid};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::unlock::Roster;

use crate::screen;
use crate::words::say;

/// What shall be done with a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Make a root, and a description to start from.
    Init {
        /// In which folder.
        folder: PathBuf,
    },
    /// Sign a description.
    Sign {
        /// The description.
        description: PathBuf,
        /// The root's key file.
        key: PathBuf,
        /// The signed roster.
        out: PathBuf,
    },
    /// Tell what is in a file: a signed roster, or a root's key file.
    Show {
        /// The file.
        file: PathBuf,
        /// As JSON.
        json: bool,
    },
    /// See whether a roster is signed by a root and in force.
    Verify {
        /// The signed roster.
        file: PathBuf,
        /// The root key, as it is told to installers.
        root: String,
    },
}

/// What a person reads when it does not work.
struct Complaint(String);

/// The roster that a description asks for, if it is signed now.
///
/// # Errors
/// The first key that does not fit.
pub(crate) fn described(text: &str, now: Timestamp) -> anyhow::Result<Roster> {
    let description: description::Description = parse_valid("roster.toml", text)?;
    let unfit = |rejection: Rejection| anyhow::anyhow!("{}: {}", rejection.key, rejection.en);
    description.roster(now).map_err(unfit)
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Holds,
    HoldsNot,
}

/// The part of the command line that is about rosters.
pub(crate) fn command(lang: Lang) -> Command {
    let t = |key: &str| say(lang, key, &[]);
    let path = |name: &'static str, value: &'static str, help: &str| {
        Arg::new(name)
            .value_name(value)
            .help(t(help))
            .required(true)
            .value_parser(PathBufValueParser::new())
    };
    Command::new("roster")
        .about(t("roster-about"))
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("init")
                .about(t("roster-init"))
                .arg(path("folder", "FOLDER", "roster-init-folder")),
        )
        .subcommand(
            Command::new("sign")
                .about(t("roster-sign"))
                .arg(path("description", "ROSTER.toml", "roster-sign-description"))
                .arg(path("key", "FILE", "roster-sign-key").long("key"))
                .arg(path("out", "FILE", "roster-sign-out").long("out")),
        )
        .subcommand(
            Command::new("show")
                .about(t("roster-show"))
                .arg(path("file", "FILE", "roster-show-file"))
                .arg(
                    Arg::new("json")
                        .long("json")
                        .help(t("roster-show-json"))
                        .action(ArgAction::SetTrue),
                ),
        )
        .subcommand(
            Command::new("verify")
                .about(t("roster-verify"))
                .arg(path("file", "FILE", "roster-verify-file"))
                .arg(
                    Arg::new("root")
                        .long("root")
                        .value_name("KEY")
                        .help(t("roster-verify-root"))
                        .required(true),
                ),
        )
}

/// What the person wants, when clap has found nothing wrong.
pub(crate) fn wish(matches: &ArgMatches) -> Option<Wish> {
    let path = |inner: &ArgMatches, name: &str| inner.get_one::<PathBuf>(name).cloned();
    match matches.subcommand()? {
        ("init", inner) => Some(Wish::Init {
            folder: path(inner, "folder")?,
        }),
        ("sign", inner) => Some(Wish::Sign {
            description: path(inner, "description")?,
            key: path(inner, "key")?,
            out: path(inner, "out")?,
        }),
        ("show", inner) => Some(Wish::Show {
            file: path(inner, "file")?,
            json: inner.get_flag("json"),
        }),
        ("verify", inner) => Some(Wish::Verify {
            file: path(inner, "file")?,
            root: inner.get_one::<String>("root")?.clone(),
        }),
        _ => None,
    }
}

/// Does it. 0: done, or it holds; 1: it does not hold; 2: the input is wrong.
pub(crate) fn run(wish: &Wish, lang: Lang) -> ExitCode {
    let end = match wish {
        Wish::Init { folder } => init::run(folder, lang),
        Wish::Sign { description, key, out } => sign::run(description, key, out, lang),
        Wish::Show { file, json } => show::show(file, *json, lang),
        Wish::Verify { file, root } => show::verify(file, root, lang),
    };
    match end {
        Ok(End::Holds) => ExitCode::SUCCESS,
        Ok(End::HoldsNot) => ExitCode::from(1),
        Err(Complaint(text)) => {
            screen::complaint(&text);
            ExitCode::from(2)
        }
    }
}
