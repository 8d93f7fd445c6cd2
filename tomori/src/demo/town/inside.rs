//! Every box in this process; between them real sockets all the same.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tomori_device::VirtualHouse;
use tomori_runtime::config::parse_valid;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::http::{Door, serve};
use tomori_runtime::i18n::Lang;
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_runtime::tls::Limits;

use super::super::world::World;
use super::{Codes, Ended, Opened};
use crate::boxes::{app_over_platform, serve_gateway};

pub(super) struct Inside {
    tasks: Vec<JoinHandle<()>>,
    trigger: Trigger,
    _house: VirtualHouse,
    ended: Arc<News>,
    _data: DataDir,
}

#[derive(Default)]
struct News {
    why: Mutex<Option<(&'static str, String)>>,
    told: Notify,
}

impl Inside {
    pub(super) async fn start(
        world: &World,
        data: DataDir,
        Opened { platform, company }: Opened,
        codes: Codes,
        entropy: &SharedEntropy,
        lang: Lang,
    ) -> Result<Self> {
        let (trigger, shutdown) = Shutdown::new();
        let ended: Arc<News> = Arc::default();
        let mut tasks = Vec::new();
        let app = app_over_platform(&platform, false, Arc::clone(entropy));
        tasks.push(watch("platform", &ended, shutdown.clone(), {
            let shutdown = shutdown.clone();
            async move { platform.run(app, shutdown).await.map_err(|error| format!("{error:#}")) }
        }));

        if let Some(code) = &codes.company {
            super::link(world, &company, code).await?;
        }
        tasks.push(watch("third-party", &ended, shutdown.clone(), {
            let shutdown = shutdown.clone();
            async move { company.run(shutdown).await.map_err(|error| error.message(lang)) }
        }));

        if let Some(code) = &codes.gateway {
            super::enrol(world, code, entropy, lang).await?;
        }
        let config: tomori_gateway::Config = parse_valid("gateway.toml", &world.gateway_toml())?;
        let gateway_data =
            DataDir::open(&world.folder.join("gateway")).map_err(|error| anyhow::anyhow!(error.message(lang)))?;
        let clocks = tomori_gateway::Clocks {
            house: world.house_clock.clone(),
            wall: world.wall_clock.clone(),
        };
        tasks.push(watch("gateway", &ended, shutdown.clone(), {
            let (entropy, shutdown) = (Arc::clone(entropy), shutdown.clone());
            async move {
                serve_gateway(config, gateway_data, clocks, entropy, shutdown, lang)
                    .await
                    .map_err(|error| error.0)
            }
        }));
        let house = VirtualHouse::start(
            world.house(),
            world.house_clock.clone(),
            Arc::clone(entropy),
            shutdown.clone(),
        )
        .map_err(|error| anyhow::anyhow!(error.message(lang)))?;
        let listener = TcpListener::bind(world.house_page)
            .await
            .context("the page of the house")?;
        let door = Door {
            listener,
            tls: None,
            limits: Limits::default(),
        };
        tasks.push(tokio::spawn(serve(
            door,
            tomori_device::router(&house),
            shutdown.clone(),
        )));

        Ok(Self {
            tasks,
            trigger,
            _house: house,
            ended,
            _data: data,
        })
    }

    pub(super) async fn ended(&self) -> Ended {
        loop {
            let told = self.ended.told.notified();
            if let Some((name, why)) = self.ended.why.lock().unwrap_or_else(PoisonError::into_inner).clone() {
                let again = None;
                return Ended { name, why, again };
            }
            told.await;
        }
    }

    pub(super) async fn stop(self) {
        self.trigger.stop();
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a box of the demo ended badly");
            }
        }
    }
}

fn watch(
    name: &'static str,
    ended: &Arc<News>,
    shutdown: Shutdown,
    work: impl Future<Output = std::result::Result<(), String>> + Send + 'static,
) -> JoinHandle<()> {
    let ended = Arc::clone(ended);
    tokio::spawn(async move {
        let outcome = work.await;
        if shutdown.is_set() {
            if let Err(error) = outcome {
                tracing::warn!(name, error, "a box of the demo did not stop cleanly");
            }
            return;
        }
        let why = match outcome {
            Ok(()) => "ended by itself".to_owned(),
            Err(error) => error,
        };
        *ended.why.lock().unwrap_or_else(PoisonError::into_inner) = Some((name, why));
        ended.told.notify_waiters();
    })
}
