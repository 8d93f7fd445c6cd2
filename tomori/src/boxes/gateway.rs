//! A home gateway alone.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use tomori_app::Options;
use tomori_gateway::{Clocks, Config, Gateway};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::{SharedEntropy, SystemEntropy};
use tomori_runtime::i18n::Lang;
use tomori_runtime::shutdown::Shutdown;

use super::{Complaint, configuration, data_dir, home_door, panel, until_asked};
use crate::compose::AppOverGateway;
use crate::words::say;

/// Runs a gateway until somebody asks to stop.
///
/// # Errors
/// When the configuration, the data folder or the network does not fit.
pub async fn run(config: &Path, data: &Path, lang: Lang) -> Result<(), Complaint> {
    let config: Config = configuration(config, lang)?;
    let data = data_dir(&data.join("gateway"), lang)?;
    let (trigger, shutdown) = Shutdown::new();
    let running = serve(
        config,
        data,
        Clocks::same(Arc::new(SystemClock)),
        Arc::new(SystemEntropy),
        shutdown,
        lang,
    );
    tokio::pin!(running);
    tokio::select! {
        ended = running.as_mut() => return ended,
        () = until_asked() => trigger.stop(),
    }
    running.await
}

/// Runs a gateway and its door inside the house until the shutdown.
///
/// # Errors
/// When the data folder or the network does not fit.
pub async fn serve(
    config: Config,
    data: DataDir,
    clocks: Clocks,
    entropy: SharedEntropy,
    shutdown: Shutdown,
    lang: Lang,
) -> Result<(), Complaint> {
    let (listen, panel_at) = (config.home.listen, config.security_company.panel);
    let folder = data.root().to_owned();
    let gateway = Gateway::open(config, data, clocks.clone(), Arc::clone(&entropy))
        .await
        .map_err(|error| Complaint(error.message(lang)))?;
    let house = gateway.house();
    if house.home().is_none() {
        tracing::warn!(
            "this gateway belongs to no platform yet: run `tomori gateway enrol` (or `tomori-gateway enrol`)"
        );
    }
    let panel = panel_at.map(|listen| tokio::spawn(panel::keep_open(listen, house.clone(), shutdown.clone())));
    let door = match listen {
        Some(listen) => {
            let port = AppOverGateway::open(house.clone(), &folder, clocks.clone(), Arc::clone(&entropy))
                .map_err(|error| Complaint(error.message(lang)))?;
            let app = app(port, entropy);
            Some(tokio::spawn(home_door::keep_open(
                listen,
                house,
                app,
                clocks.wall,
                shutdown.clone(),
            )))
        }
        None => None,
    };
    let ended = gateway
        .run(shutdown)
        .await
        .map_err(|error| Complaint(error.message(lang)));
    for (name, task) in [("the door inside the house", door), ("the panel at the door", panel)] {
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, name, "ended badly");
        }
    }
    ended
}

fn app(port: AppOverGateway, entropy: SharedEntropy) -> Router {
    let options = Options {
        entropy,
        secure_cookies: true,
        public_origin: None,
    };
    let router = tomori_app::router(Arc::new(port), options)
        .merge(tomori_look::router())
        .fallback(tomori_app::not_found);
    tomori_runtime::http::secure(router)
}

/// Enrols a gateway.
///
/// # Errors
/// When the code, the platform or the data folder does not fit.
pub async fn enrol(config: &Path, data: &Path, code: &str, platform: &str, lang: Lang) -> Result<String, Complaint> {
    let config: Config = configuration(config, lang)?;
    let data = data_dir(&data.join("gateway"), lang)?;
    let wall = Arc::new(SystemClock);
    let enrolled = tomori_gateway::enrol(
        &data,
        code,
        platform,
        &hardware(),
        config.local_names(),
        wall,
        Arc::new(SystemEntropy),
    )
    .await
    .map_err(|error| Complaint(error.message(lang)))?;
    Ok(say(
        lang,
        "box-enrolled",
        &[
            ("gateway", enrolled.gateway.to_string().into()),
            ("home", enrolled.home.to_string().into()),
        ],
    ))
}

/// What this machine calls itself, for the operator's list.
#[must_use]
pub fn hardware() -> String {
    let read = |path: &str| {
        std::fs::read_to_string(path)
            .ok()
            .map(|text| text.trim_matches(['\0', '\n', ' ']).to_owned())
    };
    let model = read("/proc/device-tree/model").or_else(|| read("/sys/class/dmi/id/product_name"));
    let name = read("/proc/sys/kernel/hostname").unwrap_or_default();
    let text = format!("{} {name}", model.unwrap_or_default());
    text.trim()
        .chars()
        .filter(|character| !character.is_control())
        .take(120)
        .collect()
}
