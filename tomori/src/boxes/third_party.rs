//! The security company's server alone.

use std::path::Path;
use std::sync::Arc;

use tomori_runtime::clock::SystemClock;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::i18n::Lang;
use tomori_runtime::remedy::chain;
use tomori_runtime::shutdown::Shutdown;
use tomori_third_party::config::Config;
use tomori_third_party::partner::EnrolError;
use tomori_third_party::server::{ServerError, ThirdParty};

use super::{Complaint, configuration, data_dir, until_asked};
use crate::screen;
use crate::words::say;

/// Runs the server until somebody asks to stop.
///
/// # Errors
/// When the configuration, the data folder or an address does not fit.
pub async fn run(config: &Path, data: &Path, lang: Lang) -> Result<(), Complaint> {
    let server = open(config, data, lang).await?;
    if let Some(text) = setup_text(&server, lang).await? {
        screen::line(&text);
    }
    let (trigger, shutdown) = Shutdown::new();
    let running = server.run(shutdown);
    tokio::pin!(running);
    tokio::select! {
        ended = running.as_mut() => return ended.map_err(|error| Complaint(error.message(lang))),
        () = until_asked() => trigger.stop(),
    }
    running.await.map_err(|error| Complaint(error.message(lang)))
}

/// A code for the first administrator, and what to do with it.
///
/// # Errors
/// When the configuration or the data folder does not fit, or there is an administrator already.
pub async fn setup_code(config: &Path, data: &Path, lang: Lang) -> Result<String, Complaint> {
    let server = open(config, data, lang).await?;
    setup_text(&server, lang)
        .await?
        .ok_or_else(|| Complaint(say(lang, "box-third-party-setup-done", &[])))
}

async fn open(config: &Path, data: &Path, lang: Lang) -> Result<ThirdParty, Complaint> {
    let config: Config = configuration(config, lang)?;
    let data = data_dir(&data.join("third-party"), lang)?;
    let opened = ThirdParty::open(config, data, Arc::new(SystemClock), Arc::new(SystemEntropy)).await;
    opened.map_err(|error| Complaint(error.message(lang)))
}

async fn setup_text(server: &ThirdParty, lang: Lang) -> Result<Option<String>, Complaint> {
    let invited = server.services().people.setup_code().await;
    let invited = invited.map_err(|error| Complaint(ServerError::from(error).message(lang)))?;
    Ok(invited.map(|invited| {
        let web = server.addresses().web.to_string();
        let words = [("code", invited.code.text().into()), ("web", web.into())];
        say(lang, "box-third-party-setup-code", &words)
    }))
}

/// Makes the server the company's at a platform.
///
/// # Errors
/// When the configuration or the data folder does not fit, or the platform does not take the code.
pub async fn enrol(config: &Path, data: &Path, code: &str, platform: &str, lang: Lang) -> Result<String, Complaint> {
    let server = open(config, data, lang).await?;
    let enrolled = server.services().partner.enrol(code, platform).await;
    let company = enrolled.map_err(|error| {
        let why = match &error {
            EnrolError::Code(error) => error.to_string(),
            error => chain(error),
        };
        Complaint(say(lang, "box-third-party-not-enrolled", &[("why", why.into())]))
    })?;
    let words = [("company", company.to_string().into()), ("platform", platform.into())];
    Ok(say(lang, "box-third-party-enrolled", &words))
}
