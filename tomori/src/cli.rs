//! The command line: what can be asked, in both languages.

use std::path::PathBuf;

use clap::builder::PathBufValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use tomori_runtime::i18n::Lang;

use crate::boxes::gateway_desk;
use crate::words::say;
use crate::{risk, roster};

/// What the person wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// In which language to answer.
    pub lang: Lang,
    /// Where data lives.
    pub data: PathBuf,
    /// Whether log lines are JSON.
    pub log_json: bool,
    /// What to do.
    pub what: What,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Run the whole system on this machine.
    Demo(DemoWish),
    /// Print the demo's current one-time codes.
    DemoCode,
    /// Run the platform.
    Platform {
        /// Its configuration file.
        config: PathBuf,
    },
    /// Make a code with which the first operator sets up an account.
    PlatformSetupCode {
        /// The platform's configuration file.
        config: PathBuf,
    },
    /// Run the security company's server.
    ThirdParty {
        /// Its configuration file.
        config: PathBuf,
    },
    /// Make a code with which the first administrator of the security company sets up an account.
    ThirdPartySetupCode {
        /// The server's configuration file.
        config: PathBuf,
    },
    /// Make the security company's server known at the platform.
    ThirdPartyEnrol {
        /// The server's configuration file.
        config: PathBuf,
        /// The enrolment code.
        code: String,
        /// `host:port` of the platform's partner door.
        platform: String,
    },
    /// Run a gateway.
    Gateway {
        /// Its configuration file.
        config: PathBuf,
    },
    /// Enrol a gateway.
    GatewayEnrol {
        /// Its configuration file.
        config: PathBuf,
        /// The enrolment code.
        code: String,
        /// `host:port` of the platform's enrolment door.
        platform: String,
    },
    /// Ask the desk of a running gateway for what devices need that prove themselves.
    GatewayDesk(gateway_desk::Wish),
    /// Run virtual devices.
    Device {
        /// Their configuration file.
        config: PathBuf,
    },
    /// Verify an audit log, or an exported incident.
    AuditVerify {
        /// The folder of the log, or the file of the incident; the platform's log in the data folder when absent.
        folder: Option<PathBuf>,
        /// For an incident: the security company's root key.
        root: Option<String>,
        /// For an incident: the gateway's public keys.
        gateways: Vec<String>,
    },
    /// Assess risks.
    Risk(risk::Wish),
    /// Keep the roster of a security company.
    Roster(roster::Wish),
}

/// How the demo shall run.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoWish {
    /// Play the use case once and end.
    pub once: bool,
    /// One JSON line a step instead of sentences.
    pub json: bool,
    /// How fast the house's schedule runs, 1 to 3600.
    pub speed: f64,
    /// Each box in a process of its own.
    pub processes: bool,
    /// The port of the app; the house page has the next one.
    pub port: u16,
}

/// What is printed instead, when there is nothing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instead {
    /// The text.
    pub text: String,
    /// Whether it was asked for (help, version) or is a complaint.
    pub is_error: bool,
}

/// Reads a command line.
///
/// # Errors
/// Help, the version, or what is wrong with the line: the text to print.
pub fn read(arguments: &[String], environment: impl Fn(&str) -> Option<String>) -> Result<Wish, Instead> {
    let lang = wished_lang(arguments).unwrap_or_else(|| Lang::from_environment(environment));
    let matches = command(lang)
        .try_get_matches_from(arguments)
        .map_err(|error| instead(lang, &error))?;
    let data = matches
        .get_one::<PathBuf>("data")
        .cloned()
        .unwrap_or_else(|| tomori_runtime::data_dir::default_dir("tomori"));
    let log_json = matches.get_flag("log-json");
    let what = what(&matches).ok_or_else(|| Instead {
        text: say(lang, "cli-incomplete", &[]),
        is_error: true,
    })?;
    Ok(Wish {
        lang,
        data,
        log_json,
        what,
    })
}

fn what(matches: &ArgMatches) -> Option<What> {
    let config = |matches: &ArgMatches| matches.get_one::<PathBuf>("config").cloned();
    match matches.subcommand() {
        None => Some(What::Demo(demo(None))),
        Some(("demo", demo_matches)) => match demo_matches.subcommand() {
            Some(("code", _)) => Some(What::DemoCode),
            _ => Some(What::Demo(demo(Some(demo_matches)))),
        },
        Some(("platform", inner)) => match inner.subcommand() {
            Some(("setup-code", inner)) => Some(What::PlatformSetupCode { config: config(inner)? }),
            _ => Some(What::Platform { config: config(inner)? }),
        },
        Some(("third-party", inner)) => match inner.subcommand() {
            Some(("setup-code", inner)) => Some(What::ThirdPartySetupCode { config: config(inner)? }),
            Some(("enrol", inner)) => Some(What::ThirdPartyEnrol {
                config: config(inner)?,
                code: inner.get_one::<String>("code")?.clone(),
                platform: inner.get_one::<String>("platform")?.clone(),
            }),
            _ => Some(What::ThirdParty { config: config(inner)? }),
        },
        Some(("gateway", inner)) => match inner.subcommand() {
            Some(("enrol", inner)) => Some(What::GatewayEnrol {
                config: config(inner)?,
                code: inner.get_one::<String>("code")?.clone(),
                platform: inner.get_one::<String>("platform")?.clone(),
            }),
            Some((name, inner)) => Some(What::GatewayDesk(gateway_desk::wish(name, inner)?)),
            _ => Some(What::Gateway { config: config(inner)? }),
        },
        Some(("device", inner)) => Some(What::Device { config: config(inner)? }),
        Some(("audit", inner)) => match inner.subcommand() {
            Some(("verify", inner)) => Some(What::AuditVerify {
                folder: inner.get_one::<PathBuf>("folder").cloned(),
                root: inner.get_one::<String>("root").cloned(),
                gateways: inner.get_many("gateway").into_iter().flatten().cloned().collect(),
            }),
            _ => None,
        },
        Some(("risk", inner)) => Some(What::Risk(risk::wish(inner)?)),
        Some(("roster", inner)) => Some(What::Roster(roster::wish(inner)?)),
        Some(_) => None,
    }
}

fn demo(matches: Option<&ArgMatches>) -> DemoWish {
    let flag = |name| matches.is_some_and(|matches| matches.get_flag(name));
    let once = flag("once");
    DemoWish {
        once,
        json: flag("json"),
        speed: matches
            .and_then(|matches| matches.get_one::<f64>("speed").copied())
            .unwrap_or(if once { 10.0 } else { 1.0 }),
        processes: flag("processes"),
        port: matches
            .and_then(|matches| matches.get_one::<u16>("port").copied())
            .unwrap_or(8440),
    }
}

fn command(lang: Lang) -> Command {
    let t = |key: &str| say(lang, key, &[]);
    let flag = |name: &'static str, help: &str| Arg::new(name).long(name).help(t(help)).action(ArgAction::SetTrue);
    let config = || {
        Arg::new("config")
            .long("config")
            .short('c')
            .value_name("FILE")
            .help(t("cli-config"))
            .required(true)
            .value_parser(PathBufValueParser::new())
    };
    let required = |name: &'static str, value: &'static str, help: String| {
        Arg::new(name).long(name).value_name(value).help(help).required(true)
    };
    let sub = |name: &'static str, about: &str| Command::new(name).about(t(about)).disable_help_subcommand(true);
    Command::new("tomori")
        .version(env!("CARGO_PKG_VERSION"))
        .about(t("cli-about"))
        .after_help(t("cli-after"))
        .disable_help_subcommand(true)
        .subcommand_help_heading(t("cli-heading-commands"))
        .next_help_heading(t("cli-heading-options"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(
            Arg::new("help")
                .long("help")
                .short('h')
                .help(t("cli-help"))
                .action(ArgAction::Help)
                .global(true),
        )
        .arg(
            Arg::new("version")
                .long("version")
                .short('V')
                .help(t("cli-version"))
                .action(ArgAction::Version),
        )
        .arg(
            Arg::new("data")
                .long("data")
                .value_name("DIR")
                .help(t("cli-data"))
                .global(true)
                .value_parser(PathBufValueParser::new()),
        )
        .arg(
            Arg::new("lang")
                .long("lang")
                .value_name("ja|en")
                .help(t("cli-lang"))
                .global(true)
                .value_parser(["ja", "en"]),
        )
        .arg(flag("log-json", "cli-log-json").global(true))
        .subcommand(
            sub("demo", "cli-demo")
                .arg(flag("once", "cli-demo-once"))
                .arg(flag("json", "cli-demo-json"))
                .arg(
                    Arg::new("speed")
                        .long("speed")
                        .value_name("N")
                        .help(t("cli-demo-speed"))
                        .conflicts_with("processes")
                        .value_parser(|text: &str| speed(text)),
                )
                .arg(flag("processes", "cli-demo-processes"))
                .arg(
                    Arg::new("port")
                        .long("port")
                        .value_name("PORT")
                        .help(t("cli-demo-port"))
                        .value_parser(value_parser!(u16)),
                )
                .subcommand(sub("code", "cli-demo-code")),
        )
        .subcommand(
            sub("platform", "cli-platform")
                .arg(config())
                .subcommand_negates_reqs(true)
                .subcommand(sub("setup-code", "cli-platform-setup-code").arg(config())),
        )
        .subcommand(
            sub("third-party", "cli-third-party")
                .arg(config())
                .subcommand_negates_reqs(true)
                .subcommand(sub("setup-code", "cli-third-party-setup-code").arg(config()))
                .subcommand(
                    sub("enrol", "cli-third-party-enrol")
                        .arg(config())
                        .arg(required("code", "CODE", t("cli-third-party-code")))
                        .arg(required("platform", "HOST:PORT", t("cli-third-party-platform"))),
                ),
        )
        .subcommand(
            sub("gateway", "cli-gateway")
                .arg(config())
                .subcommand_negates_reqs(true)
                .subcommand(
                    sub("enrol", "cli-gateway-enrol")
                        .arg(config())
                        .arg(required("code", "CODE", t("cli-gateway-code")))
                        .arg(required("platform", "HOST:PORT", t("cli-gateway-platform"))),
                )
                .subcommands(gateway_desk::commands(lang)),
        )
        .subcommand(sub("device", "cli-device").arg(config()))
        .subcommand(risk::command(lang))
        .subcommand(roster::command(lang))
        .subcommand(
            sub("audit", "cli-audit")
                .subcommand_required(true)
                .arg_required_else_help(true)
                .subcommand(
                    sub("verify", "cli-audit-verify")
                        .arg(
                            Arg::new("folder")
                                .value_name("FOLDER|FILE")
                                .help(t("cli-audit-folder"))
                                .value_parser(PathBufValueParser::new()),
                        )
                        .arg(
                            Arg::new("root")
                                .long("root")
                                .value_name("KEY")
                                .help(t("cli-audit-root")),
                        )
                        .arg(
                            Arg::new("gateway")
                                .long("gateway")
                                .value_name("KEY")
                                .help(t("cli-audit-gateway"))
                                .action(ArgAction::Append),
                        ),
                ),
        )
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (1.0..=3600.0).contains(&speed) => Ok(speed),
        _ => Err("1 … 3600".to_owned()),
    }
}

fn wished_lang(arguments: &[String]) -> Option<Lang> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--lang" {
            return arguments.next().and_then(|value| value.parse().ok());
        }
        if let Some(value) = argument.strip_prefix("--lang=") {
            return value.parse().ok();
        }
    }
    None
}

fn instead(lang: Lang, error: &clap::Error) -> Instead {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let key = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return Instead {
                text: localised_headings(lang, &error.to_string()),
                is_error: false,
            };
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return Instead {
                text: localised_headings(lang, &error.to_string()),
                is_error: true,
            };
        }
        ErrorKind::InvalidSubcommand => "cli-error-command",
        ErrorKind::UnknownArgument => "cli-error-argument",
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "cli-error-value",
        ErrorKind::MissingRequiredArgument => "cli-error-missing",
        _ => "cli-error-other",
    };
    let what = match error.kind() {
        ErrorKind::InvalidSubcommand => context(ContextKind::InvalidSubcommand),
        _ => context(ContextKind::InvalidArg),
    };
    let suggestion = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand]
        .into_iter()
        .map(context)
        .find(|text| !text.is_empty())
        .unwrap_or_default();
    let mut text = say(
        lang,
        key,
        &[
            ("what", what.into()),
            ("value", context(ContextKind::InvalidValue).into()),
        ],
    );
    let valid = context(ContextKind::ValidValue);
    if !valid.is_empty() {
        text.push_str(&say(lang, "cli-error-valid", &[("valid", valid.into())]));
    }
    if !suggestion.is_empty() {
        text.push_str(&say(lang, "cli-error-suggestion", &[("suggestion", suggestion.into())]));
    }
    text.push('\n');
    text.push_str(&say(lang, "cli-error-help", &[]));
    Instead { text, is_error: true }
}

/// clap writes these few words itself.
fn localised_headings(lang: Lang, text: &str) -> String {
    match lang {
        Lang::En => text.to_owned(),
        Lang::Ja => text
            .replace("Usage:", "使い方:")
            .replace("[OPTIONS]", "[オプション]")
            .replace("[COMMAND]", "[コマンド]")
            .replace("<COMMAND>", "<コマンド>")
            .replace("Arguments:", "引数:")
            .replace("[possible values:", "[選べる値:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Result<Wish, Instead> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        read(&arguments, |_| Some("en_GB.UTF-8".to_owned()))
    }

    #[test]
    fn nothing_is_the_demo() {
        let wish = asked("tomori").unwrap();
        assert_eq!(wish.lang, Lang::En);
        let What::Demo(demo) = wish.what else {
            panic!("not the demo")
        };
        assert!(!demo.once && !demo.processes);
        assert!((demo.speed - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn every_command_is_understood() {
        for (line, check) in [
            ("tomori demo --once --json", "once: true, json: true"),
            ("tomori demo --speed 60 --data /tmp/x", "speed: 60.0"),
            ("tomori demo --processes", "processes: true"),
            ("tomori demo code", "DemoCode"),
            ("tomori platform --config p.toml", "Platform { config: \"p.toml\""),
            ("tomori platform setup-code -c p.toml", "PlatformSetupCode"),
            ("tomori third-party -c t.toml", "ThirdParty"),
            ("tomori third-party setup-code -c t.toml", "ThirdPartySetupCode"),
            (
                "tomori third-party enrol -c t.toml --code ABC --platform p:7445",
                "platform: \"p:7445\"",
            ),
            ("tomori gateway --config g.toml", "Gateway { config"),
            (
                "tomori gateway device code dev_1",
                "GatewayDesk(Code { device: DeviceId(\"dev_1\") })",
            ),
            ("tomori gateway device papers dev_1 --out x", "out: \"x\""),
            ("tomori gateway device refusals", "GatewayDesk(Refusals)"),
            (
                "tomori gateway enrol --config g.toml --code ABC --platform p:7444",
                "code: \"ABC\"",
            ),
            ("tomori device -c d.toml", "Device"),
            (
                "tomori risk score --json SH:1.0/AV:N SH:1.0/AV:A",
                "[\"SH:1.0/AV:N\", \"SH:1.0/AV:A\"], explain: false, json: true",
            ),
            ("tomori risk score --stdin --explain", "vectors: [], explain: true"),
            (
                "tomori risk analyze m.toml --json --target important",
                "below: Some(Important)",
            ),
            ("tomori risk diff a.toml b.toml", "old: \"a.toml\", new: \"b.toml\""),
            (
                "tomori risk check m.toml --max-severity warning --require-tracking",
                "require_tracking: true",
            ),
            ("tomori risk init", "Init(InitWish { file: None })"),
            ("tomori roster init x", "Roster(Init { folder: \"x\" })"),
            ("tomori roster sign a.toml --key k --out o", "key: \"k\", out: \"o\""),
            ("tomori roster show x --json", "json: true"),
            ("tomori roster verify x --root A", "root: \"A\""),
            ("tomori audit verify", "AuditVerify { folder: None, root: None"),
            ("tomori audit verify /x", "AuditVerify { folder: Some(\"/x\")"),
            ("tomori audit verify x.json --root A --gateway B", "gateways: [\"B\"]"),
        ] {
            let wish = asked(line).unwrap_or_else(|instead| panic!("{line}: {}", instead.text));
            assert!(format!("{wish:?}").contains(check), "{line}: {wish:?}");
        }
    }

    #[test]
    fn complaints_name_the_word_and_are_in_the_wished_language() {
        let complaint = asked("tomori demo --speeed 3").unwrap_err();
        assert!(
            complaint.is_error && complaint.text.contains("--speeed") && complaint.text.contains("--speed"),
            "{}",
            complaint.text
        );
        let complaint = asked("tomori --lang ja shutter").unwrap_err();
        assert!(
            complaint.text.contains("shutter") && complaint.text.contains("コマンド"),
            "{}",
            complaint.text
        );
        let complaint = asked("tomori demo --speed 0").unwrap_err();
        assert!(complaint.text.contains("--speed"), "{}", complaint.text);
        let complaint = asked("tomori gateway").unwrap_err();
        assert!(complaint.text.contains("--config"), "{}", complaint.text);
        let complaint = asked("tomori risk score").unwrap_err();
        assert!(complaint.text.contains("VECTOR"), "{}", complaint.text);
        assert!(asked("tomori risk score --stdin SH:1.0/AV:N").unwrap_err().is_error);
        let complaint = asked("tomori --lang fr").unwrap_err();
        assert!(complaint.text.contains("ja"), "{}", complaint.text);
    }

    #[test]
    fn help_is_in_both_languages() {
        let help = asked("tomori --lang ja --help").unwrap_err();
        assert!(!help.is_error && help.text.contains("使い方"), "{}", help.text);
        let help = asked("tomori demo --help").unwrap_err();
        assert!(
            help.text.contains("Usage") && help.text.contains("--once"),
            "{}",
            help.text
        );
    }
}
