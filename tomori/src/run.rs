//! What the command does with a wish.

use std::process::ExitCode;

use tokio::runtime::Runtime;
use tomori_runtime::i18n::Lang;

use crate::boxes::{self, Complaint};
use crate::cli::{self, What, Wish};
use crate::{demo, risk, roster, screen};

/// Reads the arguments (the program's name first) and does what they say.
#[must_use]
pub fn run(arguments: &[String]) -> ExitCode {
    let wish = match read(arguments) {
        Ok(wish) => wish,
        Err(code) => return code,
    };
    if let What::Risk(risk) = &wish.what {
        return risk::run(risk, wish.lang);
    }
    if let What::Roster(roster) = &wish.what {
        return roster::run(roster, wish.lang);
    }
    let quiet = matches!(wish.what, What::Demo(_) | What::DemoCode | What::AuditVerify { .. });
    tomori_runtime::log::init(if quiet { "warn,audit=warn" } else { "info" }, wish.log_json);
    finish(wish.lang, executor(&wish.what), fulfil(wish))
}

fn read(arguments: &[String]) -> Result<Wish, ExitCode> {
    cli::read(arguments, |name| std::env::var(name).ok()).map_err(|instead| {
        if instead.is_error {
            screen::complaint(&instead.text);
            ExitCode::from(2)
        } else {
            screen::line(&instead.text);
            ExitCode::SUCCESS
        }
    })
}

fn finish(
    lang: Lang,
    executor: std::io::Result<Runtime>,
    work: impl Future<Output = Result<(), Complaint>>,
) -> ExitCode {
    match executor.map(|executor| executor.block_on(work)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(Complaint(text))) => {
            screen::complaint(&text);
            ExitCode::FAILURE
        }
        Err(error) => {
            screen::complaint(&crate::words::say(
                lang,
                "box-no-threads",
                &[("why", error.to_string().into())],
            ));
            ExitCode::FAILURE
        }
    }
}

/// The same for the program that is nothing but a gateway: what it cannot do is not linked into it.
#[must_use]
pub fn run_gateway(arguments: &[String]) -> ExitCode {
    let wish = match read(arguments) {
        Ok(wish) => wish,
        Err(code) => return code,
    };
    tomori_runtime::log::init("info", wish.log_json);
    let Wish { lang, data, what, .. } = wish;
    finish(lang, gateway_executor(), async move {
        match what {
            What::Gateway { config } => boxes::run_gateway(&config, &data, lang).await,
            What::GatewayEnrol { config, code, platform } => {
                tell(boxes::enrol_gateway(&config, &data, &code, &platform, lang).await?)
            }
            What::GatewayDesk(wish) => tell(boxes::gateway_desk::fulfil(wish, &data, lang).await?),
            _ => Err(Complaint(crate::words::say(lang, "cli-incomplete", &[]))),
        }
    })
}

fn executor(what: &What) -> std::io::Result<Runtime> {
    match what {
        What::Gateway { .. } | What::GatewayEnrol { .. } | What::GatewayDesk(_) => gateway_executor(),
        _ => tokio::runtime::Builder::new_multi_thread().enable_all().build(),
    }
}

/// A gateway lives on small machines: one thread, and as few more as file access needs.
fn gateway_executor() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(4)
        .thread_stack_size(512 * 1024)
        .build()
}

async fn fulfil(wish: Wish) -> Result<(), Complaint> {
    let Wish { lang, data, what, .. } = wish;
    match what {
        What::Demo(demo) => demo::run(&demo, &data, lang).await,
        What::DemoCode => demo::print_codes(&data, lang),
        What::Platform { config } => boxes::run_platform(&config, &data, lang).await,
        What::PlatformSetupCode { config } => tell(boxes::setup_code(&config, &data, lang).await?),
        What::ThirdParty { config } => boxes::run_third_party(&config, &data, lang).await,
        What::ThirdPartySetupCode { config } => tell(boxes::third_party_setup_code(&config, &data, lang).await?),
        What::ThirdPartyEnrol { config, code, platform } => {
            tell(boxes::enrol_third_party(&config, &data, &code, &platform, lang).await?)
        }
        What::Gateway { config } => boxes::run_gateway(&config, &data, lang).await,
        What::GatewayEnrol { config, code, platform } => {
            tell(boxes::enrol_gateway(&config, &data, &code, &platform, lang).await?)
        }
        What::GatewayDesk(wish) => tell(boxes::gateway_desk::fulfil(wish, &data, lang).await?),
        What::Device { config } => boxes::run_device(&config, &data, lang).await,
        // Answered before there is an executor.
        What::Risk(_) | What::Roster(_) => Err(Complaint(crate::words::say(lang, "cli-incomplete", &[]))),
        What::AuditVerify { folder, root, gateways } => {
            let path = folder.unwrap_or_else(|| data.join("platform"));
            tell(if path.is_file() {
                boxes::verify_incident(&path, root.as_deref(), &gateways, lang)?
            } else {
                boxes::verify_audit(&path, lang)?
            })
        }
    }
}

fn tell(text: String) -> Result<(), Complaint> {
    screen::line(&text);
    Ok(())
}
