//! The installer's desk of a running gateway, from the command line: codes and papers for devices that prove themselves,
//! and new codes for residents who have lost theirs.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use clap::builder::PathBufValueParser;
use clap::{Arg, ArgMatches, Command};
use tomori_gateway::desk::ask;
use tomori_runtime::file::write_atomic;
use tomori_runtime::i18n::Lang;
use tomori_smart_home::DeviceId;
use tomori_smart_home::arming::Code;

use super::Complaint;
use crate::screen;
use crate::words::say;

/// What is wanted of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A code by which a device comes to its certificate.
    Code {
        /// The device.
        device: DeviceId,
    },
    /// A key and a certificate as files, for a device that cannot make its own key.
    Papers {
        /// The device.
        device: DeviceId,
        /// The folder they go to.
        out: PathBuf,
    },
    /// What was turned away since the gateway started.
    Refusals,
    /// New codes of the house, read from standard input.
    NewCodes,
}

/// The command line: one subcommand for devices, one for the house's codes.
pub(crate) fn commands(lang: Lang) -> [Command; 2] {
    let codes = Command::new("codes").about(say(lang, "cli-gateway-codes", &[]));
    [devices(lang), codes]
}

fn devices(lang: Lang) -> Command {
    let t = |key: &str| say(lang, key, &[]);
    let sub = |name: &'static str, about: &str| Command::new(name).about(t(about)).disable_help_subcommand(true);
    let device = || {
        Arg::new("device")
            .value_name("DEVICE")
            .help(t("cli-gateway-device-id"))
            .required(true)
            .value_parser(|text: &str| text.parse::<DeviceId>().map_err(|error| error.to_string()))
    };
    sub("device", "cli-gateway-device")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(sub("code", "cli-gateway-device-code").arg(device()))
        .subcommand(
            sub("papers", "cli-gateway-device-papers").arg(device()).arg(
                Arg::new("out")
                    .long("out")
                    .value_name("FOLDER")
                    .help(t("cli-gateway-device-out"))
                    .required(true)
                    .value_parser(PathBufValueParser::new()),
            ),
        )
        .subcommand(sub("refusals", "cli-gateway-device-refusals"))
}

/// What a command line asks for, by the name of one of [`commands`].
pub(crate) fn wish(name: &str, matches: &ArgMatches) -> Option<Wish> {
    let device = |inner: &ArgMatches| inner.get_one::<DeviceId>("device").cloned();
    match (name, matches.subcommand()) {
        ("codes", _) => Some(Wish::NewCodes),
        ("device", Some(("code", inner))) => Some(Wish::Code { device: device(inner)? }),
        ("device", Some(("papers", inner))) => Some(Wish::Papers {
            device: device(inner)?,
            out: inner.get_one::<PathBuf>("out")?.clone(),
        }),
        ("device", Some(("refusals", _))) => Some(Wish::Refusals),
        _ => None,
    }
}

/// Asks the gateway whose data folder this is.
///
/// # Errors
/// When no gateway runs there, it refuses, or files cannot be written.
pub async fn fulfil(wish: Wish, data: &Path, lang: Lang) -> Result<String, Complaint> {
    let folder = data.join("gateway");
    let complain = |error: tomori_gateway::desk::DeskError| Complaint(error.message(lang));
    match wish {
        Wish::Code { device } => {
            let code = ask::code(&folder, device.clone()).await.map_err(complain)?;
            let arguments = [("device", device.to_string().into()), ("code", code.into())];
            Ok(say(lang, "gateway-device-code", &arguments))
        }
        Wish::Papers { device, out } => {
            let papers = ask::papers(&folder, device.clone()).await.map_err(complain)?;
            let written = DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&out)
                .and_then(|()| {
                    write_atomic(&out.join("device.key"), papers.key.as_bytes())?;
                    write_atomic(&out.join("device.pem"), papers.certificate.as_bytes())?;
                    write_atomic(&out.join("ca.pem"), papers.authority.as_bytes())
                });
            let place = out.display().to_string();
            written.map_err(|error| {
                let arguments = [("folder", place.clone().into()), ("why", error.to_string().into())];
                Complaint(say(lang, "gateway-device-unwritten", &arguments))
            })?;
            let arguments = [("device", device.to_string().into()), ("folder", place.into())];
            Ok(say(lang, "gateway-device-papers", &arguments))
        }
        Wish::NewCodes => {
            if screen::is_terminal() {
                screen::line(&say(lang, "gateway-codes-ask", &[]));
            }
            let unfit = |_| Complaint(say(lang, "gateway-codes-unfit", &[]));
            let mut typed = std::io::stdin().lines();
            let mut next = || Code::new(&typed.next().and_then(Result::ok).unwrap_or_default()).map_err(unfit);
            let (code, duress) = (next()?, next()?);
            ask::new_codes(&folder, &code, &duress).await.map_err(complain)?;
            Ok(say(lang, "gateway-codes-set", &[]))
        }
        Wish::Refusals => {
            let refusals = ask::refusals(&folder).await.map_err(complain)?;
            serde_json::to_string_pretty(&refusals).map_err(|error| Complaint(error.to_string()))
        }
    }
}
