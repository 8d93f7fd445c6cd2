//! The security company's server as one process: opens the rooms, stands at the doors, and closes both.

mod error;
mod retention;

pub use error::ServerError;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, UdpSocket};
use tomori_runtime::audit::{AuditError, AuditLog};
use tomori_runtime::clock::{EARLIEST, SharedClock};
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::http::Door;
use tomori_runtime::journal::Verified;
use tomori_runtime::seal::{KeyFile, KeyStore};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tasks::Tasks;
use tomori_runtime::tls::FileCertificate;

use crate::board::Presence;
use crate::config::{Config, WebTls};
use crate::door::DoorState;
use crate::unlock::{self, Outside};
use crate::{cases, desk, dispatch, emergency, health, panels, partner, people, photos, receiver};

/// The server's key file in the data directory.
const KEY_FILE: &str = "third-party.key";
/// How long the tasks may take to end after the shutdown.
const LONGEST_END: Duration = Duration::from_millis(1500);

/// The rooms. Clones are the same rooms.
#[derive(Clone)]
pub struct Services {
    /// The people.
    pub people: people::Service,
    /// The panels.
    pub panels: panels::Service,
    /// The cases.
    pub cases: cases::Service,
    /// Guards and missions.
    pub dispatch: dispatch::Service,
    /// Guards who need help.
    pub emergency: emergency::Service,
    /// Passkeys, the roster, and what three people sign.
    pub unlock: unlock::Service,
    /// Photos of guards.
    pub photos: photos::Service,
    /// The line to the platform.
    pub partner: partner::Service,
    /// The receiver.
    pub receiver: receiver::Service,
    /// Who looks at the board.
    pub presence: Presence,
    /// The audit log.
    pub audit: AuditLog,
    /// The wall clock.
    pub clock: SharedClock,
}

/// Where the server listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// For people.
    pub web: SocketAddr,
    /// For panels, over TCP.
    pub tcp: SocketAddr,
    /// For panels, over UDP.
    pub udp: SocketAddr,
}

/// The server, open but not yet serving: its listeners hold their addresses.
pub struct ThirdParty {
    services: Services,
    web: TcpListener,
    tcp: TcpListener,
    udp: UdpSocket,
    addresses: Addresses,
    config: Config,
    data: DataDir,
}

impl ThirdParty {
    /// Opens the rooms in a data directory and takes the addresses. Nobody is served yet.
    ///
    /// # Errors
    /// [`ServerError`], naming what is wrong and the remedy.
    pub async fn open(
        config: Config,
        data: DataDir,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Result<Self, ServerError> {
        Self::open_with(None, config, data, clock, entropy).await
    }

    /// The same, with houses and a road to the platform that are given, instead of those of its own line.
    ///
    /// # Errors
    /// As [`ThirdParty::open`].
    pub async fn open_over(
        outside: Outside,
        config: Config,
        data: DataDir,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Result<Self, ServerError> {
        Self::open_with(Some(outside), config, data, clock, entropy).await
    }

    async fn open_with(
        outside: Option<Outside>,
        config: Config,
        data: DataDir,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Result<Self, ServerError> {
        // What is made by a clock that was never set would have ended before it began.
        let now = clock.now();
        if now < EARLIEST {
            return Err(ServerError::Clock { now });
        }
        let (web, web_address) = listen("web.listen", config.web.listen).await?;
        let (tcp, tcp_address) = listen("receiver.tcp", config.receiver.tcp).await?;
        let address = config.receiver.udp;
        let failed = |source| ServerError::Listen {
            key: "receiver.udp",
            address,
            source,
        };
        let udp = UdpSocket::bind(address).await.map_err(failed)?;
        let udp_address = udp.local_addr().map_err(failed)?;

        let (key, sealed) = (data.path(KEY_FILE), data.path("people.db"));
        // A new key beside an old database would open nothing of it.
        if !key.exists() && sealed.exists() {
            return Err(ServerError::KeyMissing { key, sealed });
        }
        let keys: Arc<dyn KeyStore> = Arc::new(KeyFile::open_or_create(&key, entropy.as_ref())?);
        let audit = AuditLog::open(data.root(), keys.as_ref(), clock.clone())?;
        let people = people::Service::open(
            &sealed,
            people::Needs {
                keys: Arc::clone(&keys),
                audit: audit.clone(),
                clock: clock.clone(),
                entropy: Arc::clone(&entropy),
            },
        )?;
        let panels = panels::Service::open(
            &data.path("panels.db"),
            panels::Needs {
                keys: Arc::clone(&keys),
                audit: audit.clone(),
                clock: clock.clone(),
                entropy: Arc::clone(&entropy),
            },
        )?;
        let cases = cases::Service::open(
            &data.path("cases.db"),
            cases::Needs {
                keys: Arc::clone(&keys),
                audit: audit.clone(),
                clock: clock.clone(),
                entropy: Arc::clone(&entropy),
            },
        )?;
        let dispatch = dispatch::Service::open(
            &data.path("dispatch.db"),
            dispatch::Needs {
                keys: Arc::clone(&keys),
                entropy: Arc::clone(&entropy),
                cases: cases.clone(),
                panels: panels.clone(),
                audit: audit.clone(),
                clock: clock.clone(),
            },
        )?;
        let emergency = emergency::Service::open(
            &data.path("emergency.db"),
            emergency::Needs {
                keys: Arc::clone(&keys),
                cases: cases.clone(),
                dispatch: dispatch.clone(),
                audit: audit.clone(),
                clock: clock.clone(),
                entropy: Arc::clone(&entropy),
            },
        )?;
        let photos = photos::Service::open(
            &data.path("photos.db"),
            photos::Needs {
                keys: Arc::clone(&keys),
                cases: cases.clone(),
                dispatch: dispatch.clone(),
                audit: audit.clone(),
                clock: clock.clone(),
                entropy: Arc::clone(&entropy),
            },
        )?;
        let partner = partner::Service::open(partner::Needs {
            cases: cases.clone(),
            people: people.clone(),
            keys: Arc::clone(&keys),
            audit: audit.clone(),
            clock: clock.clone(),
            entropy: Arc::clone(&entropy),
            file: data.path("platform.identity"),
            settings: config.road(),
        })?;
        let outside = outside.unwrap_or_else(|| Outside {
            houses: Arc::new(cases.clone()),
            road: Arc::new(partner.clone()),
        });
        let unlock = unlock::Service::open(
            &data.path("unlock.db"),
            unlock::Needs {
                people: people.clone(),
                cases: cases.clone(),
                dispatch: dispatch.clone(),
                houses: outside.houses,
                road: outside.road,
                company: config.company(),
                party: config.relying_party(web_address.port()),
                keys,
                audit: audit.clone(),
                clock: clock.clone(),
                entropy: Arc::clone(&entropy),
            },
        )?;
        let receiver = receiver::Service::new(
            receiver::Needs {
                panels: panels.clone(),
                cases: cases.clone(),
                audit: audit.clone(),
                clock: clock.clone(),
                entropy,
            },
            config.receiver_limits(),
        );
        Ok(Self {
            services: Services {
                presence: Presence::new(cases.clone(), clock.clone()),
                people,
                panels,
                cases,
                dispatch,
                emergency,
                unlock,
                photos,
                partner,
                receiver,
                audit,
                clock,
            },
            web,
            tcp,
            udp,
            addresses: Addresses {
                web: web_address,
                tcp: tcp_address,
                udp: udp_address,
            },
            config,
            data,
        })
    }

    /// The rooms.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Where the server listens.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Serves until the shutdown, ends what is under way within two seconds, and closes the databases.
    ///
    /// # Errors
    /// When a certificate does not fit, or a part of the server ended by itself.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), ServerError> {
        let Self {
            services,
            web,
            tcp,
            udp,
            config,
            data,
            ..
        } = self;
        let mut tasks = Tasks::default();
        let tls = match config.web.tls {
            WebTls::Off => None,
            WebTls::Files => {
                let path = |file: &Option<PathBuf>| file.clone().unwrap_or_default();
                let certificate = FileCertificate::open(&path(&config.web.certificate), &path(&config.web.key))?;
                let tls = certificate.server(services.clock.clone())?;
                let watch = certificate.watch(services.clock.clone(), shutdown.clone());
                tasks.spawn("the watch over the certificate", watch);
                Some(tls)
            }
        };
        let door = Door {
            listener: web,
            tls,
            limits: config.web_door(),
        };
        let routes = routes(&services, &config, &shutdown);
        let served = tomori_runtime::http::serve(door, routes, shutdown.clone());
        tasks.spawn("the web server", served);
        let receiver = services.receiver.clone();
        tasks.spawn("the receiver (TCP)", receiver.clone().serve_tcp(tcp, shutdown.clone()));
        tasks.spawn("the receiver (UDP)", receiver.clone().serve_udp(udp, shutdown.clone()));
        tasks.spawn("the watch over the panels", receiver.watch(shutdown.clone()));
        let dispatch = services.dispatch.clone().watch(shutdown.clone());
        tasks.spawn("the watch over the missions", dispatch);
        let unlock = services.unlock.clone().watch(shutdown.clone());
        tasks.spawn("the watch over what is signed", unlock);
        let kept = retention::watch(services.clone(), config.keep(), shutdown.clone());
        tasks.spawn("the watch over what is kept", kept);
        let presence = services.presence.clone().watch(shutdown.clone());
        tasks.spawn("the watch over the owners", presence);

        let road = services.partner.clone().run(shutdown.clone());
        tasks.spawn("the line to the platform", road);
        let (cases, unlock) = (services.cases.clone(), services.unlock.clone());
        let answers = partner::hand_over_answers(cases, unlock, shutdown.clone());
        tasks.spawn("the gateways' answers", answers);

        let ended = tasks.finish(&shutdown, LONGEST_END).await;
        services.people.close().await;
        services.panels.close().await;
        services.photos.close().await;
        services.emergency.close().await;
        services.unlock.close().await;
        services.dispatch.close().await;
        services.cases.close_room().await;
        services.audit.close().await;
        drop(data);
        ended.map_or(Ok(()), |task| Err(ServerError::Ended { task }))
    }
}

impl fmt::Debug for ThirdParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThirdParty")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

/// Reads the whole audit log in the data directory of a server that may be stopped or running, and tells whether the chain
/// holds.
///
/// # Errors
/// [`AuditError::Tampered`] with the first bad place, or why it cannot be told.
pub fn verify_audit(data: &std::path::Path) -> Result<Verified, AuditError> {
    tomori_runtime::audit::verify_server(data, KEY_FILE)
}

async fn listen(key: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let failed = |source| ServerError::Listen { key, address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn routes(services: &Services, config: &Config, shutdown: &Shutdown) -> Router {
    let door = DoorState::new(config.door(), services.people.clone(), services.clock.clone());
    let desk = desk::router(desk::Needs {
        door,
        cases: services.cases.clone(),
        dispatch: services.dispatch.clone(),
        partner: services.partner.clone(),
        emergency: services.emergency.clone(),
        photos: services.photos.clone(),
        panels: services.panels.clone(),
        receiver: services.receiver.clone(),
        unlock: services.unlock.clone(),
        audit: services.audit.clone(),
        presence: services.presence.clone(),
        shutdown: shutdown.clone(),
    });
    let health = health::router(health::Needs {
        people: services.people.clone(),
        cases: services.cases.clone(),
        receiver: services.receiver.clone(),
    });
    tomori_runtime::http::secure(desk.merge(health).merge(tomori_look::router()))
}
