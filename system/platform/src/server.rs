//! The platform as one process: opens the rooms, stands at the doors, and closes both.

mod certificate;
mod error;
mod listeners;
mod plan_sources;

pub use error::ServerError;
pub use listeners::Addresses;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use rustls::ServerConfig;
use tomori_gateway_link::PLATFORM_NAME;
use tomori_runtime::clock::{EARLIEST, SharedClock};
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::{Entropy, SharedEntropy};
use tomori_runtime::http::Door;
use tomori_runtime::seal::{KeyFile, KeyStore};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tasks::Tasks;
use tomori_runtime::tls::{Acceptor, FileCertificate};

use crate::api;
use crate::audit::{AuditLog, KEY_FILE};
use crate::auth::{companies, gateways, people};
use crate::config::{Config, WebTls};
use crate::device_state;
use crate::door::DoorState;
use crate::health::{self, Metrics};
use crate::house_plan::Doorbell;
use crate::link::{self, Link};
use crate::operator;
use crate::partner::{self, Supervision};
use crate::personal_info;
use crate::services::{dispatch, shutter, unlock};
use crate::welcome;
use certificate::Certificate;
use listeners::Listeners;
use plan_sources::PlanSources;

/// How long the tasks may take to end after the shutdown.
const LONGEST_END: Duration = Duration::from_millis(1500);

/// The two times (docs/adr/0003).
#[derive(Clone)]
pub struct Clocks {
    /// The time of the houses: schedules, commands, reports, history.
    pub house: SharedClock,
    /// The time of the world: certificates, codes, sessions, rate limits.
    pub wall: SharedClock,
}

/// The rooms. Clones are the same rooms.
#[derive(Clone)]
pub struct Services {
    /// The state of every house.
    pub device_state: device_state::Service,
    /// Home gateways.
    pub gateways: gateways::Service,
    /// The servers of security companies.
    pub companies: companies::Service,
    /// Whether they are heard.
    pub supervision: Supervision,
    /// Residents and operators.
    pub people: people::Service,
    /// Schedules of shutters.
    pub shutter: shutter::Service,
    /// Incidents, and who is sent.
    pub dispatch: dispatch::Service,
    /// Bundles and rosters on their way to gateways.
    pub unlock: unlock::Service,
    /// Names and addresses.
    pub personal_info: personal_info::Service,
    /// The audit log.
    pub audit: AuditLog,
    /// The gateways' streams.
    pub link: Arc<Link>,
    /// The two times.
    pub clocks: Clocks,
    /// Randomness.
    pub entropy: SharedEntropy,
}

/// The platform, open but not yet serving: its listeners hold their addresses.
pub struct Platform {
    services: Services,
    departures: link::Departures,
    listeners: Listeners,
    config: Config,
    data: DataDir,
}

impl Platform {
    /// Opens the rooms in a data directory and takes the addresses. Nobody is served yet.
    ///
    /// # Errors
    /// [`ServerError`], naming what is wrong and the remedy.
    pub async fn open(
        config: Config,
        data: DataDir,
        clocks: Clocks,
        entropy: SharedEntropy,
    ) -> Result<Self, ServerError> {
        // What is made by a clock that was never set would have ended before it began: certificates, codes, sessions.
        let now = clocks.wall.now();
        if now < EARLIEST {
            return Err(ServerError::Clock { now });
        }
        let listeners = Listeners::bind(&config).await?;
        let addresses = listeners.addresses();
        let doorbell = Doorbell::default();
        let keys: Arc<dyn KeyStore> = Arc::new(key_of(&data, KEY_FILE, "people.db", &*entropy)?);
        let audit = AuditLog::open(data.root(), &*keys, clocks.wall.clone())?;
        let personal_keys = key_of(&data, "personal_info.key", "personal_info.db", &*entropy)?;

        let device_state = device_state::Service::open(
            &data.path("device_state.db"),
            clocks.house.clone(),
            Arc::clone(&entropy),
            audit.clone(),
            doorbell.clone(),
            config.keep(),
        )?;
        let personal_info = personal_info::Service::open(
            &data.path("personal_info.db"),
            &personal_keys,
            Arc::clone(&entropy),
            doorbell.clone(),
        )?;
        if !personal_info.is_sealed_with_this_key().await? {
            return Err(ServerError::KeyWrong {
                key: data.path("personal_info.key"),
                sealed: data.path("personal_info.db"),
            });
        }
        let gateways = gateways::Service::open(
            &data.path("gateways.db"),
            &data.path("ca"),
            gateways::Parts {
                clock: clocks.wall.clone(),
                entropy: Arc::clone(&entropy),
                audit: audit.clone(),
                doorbell: doorbell.clone(),
                homes: device_state.clone(),
                link_address: config
                    .link
                    .public_address
                    .clone()
                    .unwrap_or_else(|| addresses.link.to_string()),
            },
        )?;
        let companies = companies::Service::open(
            &data.path("companies.db"),
            companies::Needs {
                authority: gateways.authority(),
                clock: clocks.wall.clone(),
                entropy: Arc::clone(&entropy),
                audit: audit.clone(),
            },
        )?;
        let silent_after = Duration::from_secs(config.partner.silent_after_s);
        let supervision = Supervision::new(clocks.wall.clone(), audit.clone(), silent_after);
        let people = people::Service::open(
            &data.path("people.db"),
            people::Needs {
                keys,
                personal: personal_info.clone(),
                audit: audit.clone(),
                clock: clocks.wall.clone(),
                entropy: Arc::clone(&entropy),
                doorbell: doorbell.clone(),
            },
        )?;
        let shutter = shutter::Service::open(
            &data.path("shutter.db"),
            shutter::Needs {
                state: device_state.clone(),
                audit: audit.clone(),
                clock: clocks.house.clone(),
                entropy: Arc::clone(&entropy),
                doorbell: doorbell.clone(),
            },
        )?;
        let dispatch = dispatch::Service::open(
            &data.path("dispatch.db"),
            dispatch::Needs {
                state: device_state.clone(),
                personal: personal_info.clone(),
                audit: audit.clone(),
                clock: clocks.house.clone(),
                entropy: Arc::clone(&entropy),
                doorbell: doorbell.clone(),
            },
        )?;
        let unlock = unlock::Service::open(
            &data.path("unlock.db"),
            unlock::Needs {
                dispatch: dispatch.clone(),
                state: device_state.clone(),
                audit: audit.clone(),
                clock: clocks.house.clone(),
                doorbell: doorbell.clone(),
            },
        )?;
        let plan_sources = Arc::new(PlanSources {
            personal_info: personal_info.clone(),
            people: people.clone(),
            shutter: shutter.clone(),
            dispatch: dispatch.clone(),
            unlock: unlock.clone(),
        });
        let (link, departures) = Link::new(link::Parts {
            wall: clocks.wall.clone(),
            house: clocks.house.clone(),
            entropy: Arc::clone(&entropy),
            audit: audit.clone(),
            doorbell,
            gateways: gateways.clone(),
            device_state: device_state.clone(),
            plan_parts: plan_sources.clone(),
            errands: plan_sources,
            limits: config.link_limits(),
        });
        let services = Services {
            device_state,
            gateways,
            companies,
            supervision,
            people,
            shutter,
            dispatch,
            unlock,
            personal_info,
            audit,
            link,
            clocks,
            entropy,
        };
        Ok(Self {
            services,
            departures,
            listeners,
            config,
            data,
        })
    }

    /// The rooms.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Where the platform listens.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.listeners.addresses()
    }

    /// Serves until the shutdown, then says farewell to the gateways, ends what is under way within two seconds, and
    /// closes the databases. `extra` is served beside the platform's own routes: the residents' app.
    ///
    /// # Errors
    /// When a certificate does not fit, or a part of the platform ended by itself.
    pub async fn run(self, extra: Router, shutdown: Shutdown) -> Result<(), ServerError> {
        let Self {
            services,
            departures,
            listeners,
            config,
            data,
        } = self;
        let wall = services.clocks.wall.clone();
        let link_names = vec![PLATFORM_NAME.to_owned()];
        let inner = Certificate::open(&services.gateways, &data.path("link.key"), link_names)?;
        let mut tasks = Tasks::default();
        let web_tls = web_tls(&services, &config, &data, &mut tasks, &shutdown)?;
        let link_tls = inner.mutual_server(services.gateways.authority_der(), wall.clone())?;
        let enrolment_tls = inner.server(wall.clone())?;
        let link = Acceptor::new(listeners.link, Some(link_tls), config.link_door());
        tasks.spawn("the link", Arc::clone(&services.link).serve(link, shutdown.clone()));
        let enrolment = Acceptor::new(listeners.enrolment, Some(enrolment_tls), Config::enrolment_door());
        let gateways = services.gateways.clone();
        tasks.spawn(
            "the enrolment",
            link::serve_enrolment(gateways, enrolment, shutdown.clone()),
        );
        let partner = Door {
            listener: listeners.partner,
            tls: Some(inner.asking_server(services.gateways.authority_der(), wall.clone())?),
            limits: Config::partner_door(),
        };
        let partners = partner::router(partner::Needs {
            companies: services.companies.clone(),
            dispatch: services.dispatch.clone(),
            unlock: services.unlock.clone(),
            supervision: services.supervision.clone(),
            clock: wall.clone(),
            beat: Duration::from_secs(config.partner.beat_s),
            shutdown: shutdown.clone(),
        });
        let partners = tomori_runtime::http::secure(partners);
        tasks.spawn(
            "the partner door",
            tomori_runtime::http::serve(partner, partners, shutdown.clone()),
        );
        let supervision = services.supervision.clone();
        tasks.spawn(
            "the watch over the companies",
            supervision.watch(services.companies.clone(), shutdown.clone()),
        );
        let door = Door {
            listener: listeners.web,
            tls: web_tls,
            limits: config.web_door(),
        };
        tasks.spawn(
            "the web server",
            tomori_runtime::http::serve(door, routes(&services, &config, extra, &shutdown), shutdown.clone()),
        );
        let upkeep = services.device_state.clone();
        let stop = shutdown.clone();
        tasks.spawn("the upkeep", async move { upkeep.run_upkeep(stop).await });
        let (schedules, stop) = (services.shutter.clone(), shutdown.clone());
        tasks.spawn("the shutter service", async move { schedules.run(stop).await });
        let (incidents, stop) = (services.dispatch.clone(), shutdown.clone());
        tasks.spawn("the dispatch service", async move { incidents.run(stop).await });
        let (unlocks, stop) = (services.unlock.clone(), shutdown.clone());
        tasks.spawn("the road of unlocks", async move { unlocks.run(stop).await });
        tasks.spawn(
            "the renewal of the link's certificate",
            inner.renew(wall, shutdown.clone()),
        );
        let departures = tokio::spawn(departures.run());

        let ended = tasks.finish(&shutdown, LONGEST_END).await;
        departures.abort();
        services.device_state.close().await;
        services.gateways.close().await;
        services.companies.close().await;
        services.people.close().await;
        services.shutter.close().await;
        services.unlock.close().await;
        services.dispatch.close().await;
        services.personal_info.close().await;
        services.audit.close().await;
        drop(data);
        ended.map_or(Ok(()), |task| Err(ServerError::Ended { task }))
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("addresses", &self.addresses())
            .finish_non_exhaustive()
    }
}

/// A key file, made anew only together with what it seals: a new key beside an old database would open nothing of it.
fn key_of(data: &DataDir, key: &str, sealed: &str, entropy: &dyn Entropy) -> Result<KeyFile, ServerError> {
    let (key, sealed) = (data.path(key), data.path(sealed));
    if !key.exists() && sealed.exists() {
        return Err(ServerError::KeyMissing { key, sealed });
    }
    Ok(KeyFile::open_or_create(&key, entropy)?)
}

/// How the door for people is encrypted; what keeps its certificate new joins the tasks.
fn web_tls(
    services: &Services,
    config: &Config,
    data: &DataDir,
    tasks: &mut Tasks,
    shutdown: &Shutdown,
) -> Result<Option<Arc<ServerConfig>>, ServerError> {
    let (web, wall) = (&config.web, services.clocks.wall.clone());
    match web.tls {
        WebTls::Off => Ok(None),
        WebTls::Authority => {
            let certificate = Certificate::open(&services.gateways, &data.path("web.key"), web.names.clone())?;
            let tls = certificate.server(wall.clone())?;
            tasks.spawn(
                "the renewal of the web's certificate",
                certificate.renew(wall, shutdown.clone()),
            );
            Ok(Some(tls))
        }
        WebTls::Files => {
            let path = |file: &Option<PathBuf>| file.clone().unwrap_or_default();
            let certificate = FileCertificate::open(&path(&web.certificate), &path(&web.key))?;
            let tls = certificate.server(wall.clone())?;
            tasks.spawn(
                "the watch over the web's certificate",
                certificate.watch(wall, shutdown.clone()),
            );
            Ok(Some(tls))
        }
    }
}

fn routes(services: &Services, config: &Config, extra: Router, shutdown: &Shutdown) -> Router {
    let metrics = Metrics::default();
    let door = DoorState::new(config.doors(), services.people.clone(), services.clocks.wall.clone());
    let operator = operator::router(operator::Needs {
        door: door.clone(),
        people: services.people.clone(),
        personal: services.personal_info.clone(),
        state: services.device_state.clone(),
        gateways: services.gateways.clone(),
        companies: services.companies.clone(),
        supervision: services.supervision.clone(),
        dispatch: services.dispatch.clone(),
        unlock: services.unlock.clone(),
        entropy: Arc::clone(&services.entropy),
        audit: services.audit.clone(),
        clock: services.clocks.house.clone(),
        shutdown: shutdown.clone(),
    });
    let welcome = welcome::router(welcome::Needs {
        door: door.clone(),
        people: services.people.clone(),
    });
    let api = api::router(api::Needs {
        door,
        people: services.people.clone(),
        personal: services.personal_info.clone(),
        state: services.device_state.clone(),
        shutter: services.shutter.clone(),
        dispatch: services.dispatch.clone(),
        unlock: services.unlock.clone(),
        shutdown: shutdown.clone(),
    });
    let health = health::router(health::Needs {
        people: services.people.clone(),
        shutter: services.shutter.clone(),
        state: services.device_state.clone(),
        link: Arc::clone(&services.link),
        supervision: services.supervision.clone(),
        metrics: metrics.clone(),
    });
    // The files of the design system, once for the app and for every page of the platform's own.
    let own = api.merge(operator).merge(welcome).merge(health);
    let all = extra.merge(tomori_look::router()).merge(own);
    tomori_runtime::http::secure(all.layer(from_fn_with_state(metrics, Metrics::count)))
}
