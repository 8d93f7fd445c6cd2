//! The platform alone.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use tomori_app::Options;
use tomori_platform::config::{Config, WebTls};
use tomori_platform::server::{Clocks, Platform, ServerError};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::entropy::{SharedEntropy, SystemEntropy};
use tomori_runtime::i18n::Lang;
use tomori_runtime::shutdown::Shutdown;

use super::{Complaint, configuration, data_dir, until_asked};
use crate::compose::AppOverPlatform;
use crate::screen;
use crate::words::say;

/// Runs the platform until somebody asks to stop.
///
/// # Errors
/// When the configuration, the data folder or an address does not fit.
pub async fn run(config: &Path, data: &Path, lang: Lang) -> Result<(), Complaint> {
    let (platform, over_tls) = open(config, data, lang).await?;
    if let Some(text) = setup_text(&platform, lang).await? {
        screen::line(&text);
    }
    let app = app(&platform, over_tls, Arc::new(SystemEntropy));
    let (trigger, shutdown) = Shutdown::new();
    let running = platform.run(app, shutdown);
    tokio::pin!(running);
    tokio::select! {
        ended = running.as_mut() => return ended.map_err(|error| Complaint(error.message(lang))),
        () = until_asked() => trigger.stop(),
    }
    running.await.map_err(|error| Complaint(error.message(lang)))
}

/// A code for the first operator, and what to do with it.
///
/// # Errors
/// When the configuration or the data folder does not fit, or there is an operator already.
pub async fn setup_code(config: &Path, data: &Path, lang: Lang) -> Result<String, Complaint> {
    let (platform, _) = open(config, data, lang).await?;
    setup_text(&platform, lang)
        .await?
        .ok_or_else(|| Complaint(say(lang, "box-setup-done", &[])))
}

async fn open(config: &Path, data: &Path, lang: Lang) -> Result<(Platform, bool), Complaint> {
    let config: Config = configuration(config, lang)?;
    let data = data_dir(&data.join("platform"), lang)?;
    let clock = Arc::new(SystemClock);
    let clocks = Clocks {
        house: clock.clone(),
        wall: clock,
    };
    let over_tls = config.web.tls != WebTls::Off;
    let opened = Platform::open(config, data, clocks, Arc::new(SystemEntropy)).await;
    opened
        .map(|platform| (platform, over_tls))
        .map_err(|error| Complaint(error.message(lang)))
}

async fn setup_text(platform: &Platform, lang: Lang) -> Result<Option<String>, Complaint> {
    let invited = platform
        .services()
        .people
        .setup_code()
        .await
        .map_err(|error| Complaint(ServerError::from(error).message(lang)))?;
    Ok(invited.map(|invited| {
        let web = platform.addresses().web.to_string();
        say(
            lang,
            "box-setup-code",
            &[("code", invited.code.text().into()), ("web", web.into())],
        )
    }))
}

/// The residents' app over this platform, as a router to be served beside the platform's own. `over_tls`: whether
/// browsers reach it encrypted.
pub fn app(platform: &Platform, over_tls: bool, entropy: SharedEntropy) -> Router {
    let services = platform.services();
    let port = AppOverPlatform::new(services.clone(), services.clocks.house.clone());
    let options = Options {
        entropy,
        secure_cookies: over_tls,
        public_origin: None,
    };
    tomori_app::router(Arc::new(port), options).fallback(tomori_app::not_found)
}
