//! A security company's server as the program that people run, linked with a world's platform, and its operator.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use bytes::BytesMut;
use futures_util::Stream;
use reqwest::{Client, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tomori_runtime::clock::SystemClock;
use tomori_runtime::config::parse_valid;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_smart_home::CompanyId;
use tomori_system_tests::world::{World, staff};
use tomori_third_party::server::{ServerError, Services, ThirdParty};

use crate::boxes::{self, Running};

/// The server, running, with an operator at its board.
pub(crate) struct Office {
    _running: Running,
    /// The operator's browser.
    pub(crate) board: Board,
}

/// The board in a browser: what its script does, without the drawing.
#[derive(Clone)]
pub(crate) struct Board {
    client: Client,
    origin: String,
    cookie: String,
}

/// The server in this process, linked with the platform, which must run in this process too.
pub(crate) struct Inside {
    /// Its rooms.
    pub(crate) services: Services,
    server: Option<ThirdParty>,
    trigger: Trigger,
    shutdown: Shutdown,
    text: String,
    web: SocketAddr,
}

impl Inside {
    /// Makes the server and links it; nobody is served yet.
    pub(crate) async fn open(world: &World, company: &CompanyId) -> Result<Self> {
        let web = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        let text = format!("[web]\nlisten = \"{web}\"\n[receiver]\ntcp = \"127.0.0.1:0\"\nudp = \"127.0.0.1:0\"\n");
        let data = DataDir::open(&world.folder.path().join("third-party"))?;
        let config = parse_valid("third-party.toml", &text)?;
        let server = ThirdParty::open(config, data, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
        let services = server.services().clone();
        let link = &world.platform.services()?.companies;
        let code = link.new_enrolment_code(company, "bench").await?;
        let partner = world.platform.addresses()?.partner.to_string();
        services.partner.enrol(&code.text, &partner).await?;
        let (trigger, shutdown) = Shutdown::new();
        Ok(Self {
            services,
            server: Some(server),
            trigger,
            shutdown,
            text,
            web,
        })
    }

    /// Serves until [`Inside::stop`].
    pub(crate) fn serve(&mut self) -> Result<JoinHandle<Result<(), ServerError>>> {
        let server = self.server.take().context("it serves already")?;
        Ok(tokio::spawn(server.run(self.shutdown.clone())))
    }

    /// Ends it.
    pub(crate) fn stop(&self) {
        self.trigger.stop();
    }
}

/// Makes the server, links it, and closes it again; answers its configuration and an operator's session.
pub(crate) async fn prepare(world: &World, company: &CompanyId) -> Result<(String, SocketAddr, String)> {
    let mut inside = Inside::open(world, company).await?;
    let session = staff::operator(&inside.services).await?.session.text().to_owned();
    inside.stop();
    inside.serve()?.await??;
    Ok((inside.text, inside.web, session))
}

/// Starts what was prepared; the platform runs as a process by now.
pub(crate) async fn start(world: &World, (text, web, session): (String, SocketAddr, String)) -> Result<Office> {
    let config = world.folder.path().join("third-party.toml");
    std::fs::write(&config, text)?;
    let mut command = boxes::command(&boxes::tomori()?, Some("third-party"), &config, world.folder.path());
    let running = Running::start(&mut command)?;
    boxes::until_open(web).await?;
    let tls = rustls::ClientConfig::builder_with_provider(tomori_runtime::tls::provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let board = Board {
        client: Client::builder().tls_backend_preconfigured(tls).build()?,
        origin: format!("http://{web}"),
        cookie: format!("tomori-staff={session}; tomori-lang=en"),
    };
    Ok(Office {
        _running: running,
        board,
    })
}

impl Board {
    async fn get(&self, path: &str) -> Result<Response> {
        let request = self.client.get(format!("{}{path}", self.origin));
        let answer = request.header("cookie", &self.cookie).send().await?;
        ensure!(answer.status().is_success(), "{path}: {}", answer.status());
        Ok(answer)
    }

    /// The part of the page that the script fetches when something changed.
    pub(crate) async fn part(&self) -> Result<String> {
        Ok(self.get("/board/part").await?.text().await?)
    }

    /// An item for each time that the board is told to look again.
    pub(crate) async fn changes(&self) -> Result<impl Stream<Item = Result<()>> + use<>> {
        let state = (self.get("/board/events").await?, BytesMut::new());
        Ok(futures_util::stream::try_unfold(
            state,
            |(mut answer, mut held)| async move {
                loop {
                    if let Some(end) = held.windows(2).position(|pair| pair == b"\n\n") {
                        let event = held.split_to(end + 2);
                        if event.starts_with(b"event: change") {
                            return Ok(Some(((), (answer, held))));
                        }
                        continue;
                    }
                    match answer.chunk().await? {
                        Some(more) => held.extend_from_slice(&more),
                        None => return Ok(None),
                    }
                }
            },
        ))
    }
}
