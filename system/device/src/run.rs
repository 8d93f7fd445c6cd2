//! The device box alone: one house and its page, until the shutdown.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;
use tokio::net::TcpListener;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::http::{Door, serve};
use tomori_runtime::i18n::{Arg, Lang};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::Limits;

use crate::config::Config;
use crate::house::{HouseError, VirtualHouse};
use crate::page::{router, say};

/// Why the device box cannot start.
#[derive(Debug, Error)]
pub enum RunError {
    /// The house cannot start.
    #[error("the house cannot start")]
    House(#[from] HouseError),
    /// The page has no place to listen.
    #[error("nothing can listen on {address}; stop the program that holds it, or change `listen`")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

impl RunError {
    /// What happened and what to do, for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::House(error) => error.message(lang),
            Self::Listen { address, .. } => say(lang, "start-listen", &[("address", Arg::from(address.to_string()))]),
        }
    }
}

impl HouseError {
    /// What happened and what to do, for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let text = |value: &dyn std::fmt::Display| Arg::from(value.to_string());
        match self {
            Self::Config(rejection) => {
                let what = match lang {
                    Lang::Ja => &rejection.ja,
                    Lang::En => &rejection.en,
                };
                say(
                    lang,
                    "start-config",
                    &[("key", text(&rejection.key)), ("what", text(what))],
                )
            }
            Self::Address {
                node, address, port, ..
            } => say(
                lang,
                "start-address",
                &[("node", text(node)), ("address", text(address)), ("port", text(port))],
            ),
            Self::Multicast {
                group, port, interface, ..
            } => say(
                lang,
                "start-multicast",
                &[
                    ("group", text(group)),
                    ("port", text(port)),
                    ("interface", text(interface)),
                ],
            ),
        }
    }
}

/// Runs the house and its page until the shutdown. The house remembers in `data` how its things stand.
///
/// # Errors
/// When an address cannot be had; nothing is left running then.
pub async fn run(
    config: Config,
    data: &DataDir,
    clock: SharedClock,
    entropy: SharedEntropy,
    shutdown: Shutdown,
) -> Result<(), RunError> {
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|source| RunError::Listen {
            address: config.listen,
            source,
        })?;
    let mut house = config.house;
    house.memory = Some(data.path("house.json"));
    let house = VirtualHouse::start(house, clock, entropy, shutdown.clone())?;
    tracing::info!(page = %config.listen, things = house.nodes().len(), "the virtual house stands");
    let door = Door {
        listener,
        tls: None,
        limits: Limits::default(),
    };
    serve(door, router(&house), shutdown).await;
    Ok(())
}
