//! The boxes of the demo, started and stopped together: in this process, or each in one of its own.

mod children;
mod inside;
mod proving;

use anyhow::{Context as _, Result};
use axum::Router;
use tokio::task::JoinSet;
use tomori_platform::config::Config;
use tomori_platform::server::{Clocks, Platform};
use tomori_runtime::config::parse_valid;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::{SharedEntropy, SystemEntropy};
use tomori_runtime::i18n::Lang;
use tomori_runtime::shutdown::Shutdown;
use tomori_third_party::server::ThirdParty;

use std::sync::Arc;

use self::children::Children;
use self::inside::Inside;
use super::offline::Offline;
use super::paper::Paper;
use super::world::World;
use super::{PAPER, company, seed};
use crate::boxes::hardware;

/// A running demo.
pub(super) struct Town {
    /// Where everything is.
    pub world: World,
    /// Who lives there.
    pub paper: Paper,
    running: Running,
    /// The installer, and whoever carries rosters; they go home when the demo stops.
    _helpers: JoinSet<()>,
}

/// A box that ended by itself.
#[derive(Debug)]
pub(super) struct Ended {
    /// Which.
    pub name: &'static str,
    /// How.
    pub why: String,
    /// The command that starts it again, while the others go on without it.
    pub again: Option<String>,
}

/// The servers, open and not yet serving.
struct Opened {
    platform: Platform,
    company: ThirdParty,
}

/// What makes boxes the platform's, where they are not yet.
struct Codes {
    gateway: Option<String>,
    company: Option<String>,
}

enum Running {
    Inside(Inside),
    Children(Children),
}

impl Town {
    /// Furnishes the demo when it is new, and starts every box.
    ///
    /// # Errors
    /// When a box cannot start.
    pub(super) async fn start(mut world: World, processes: bool, lang: Lang) -> Result<Self> {
        let entropy: SharedEntropy = Arc::new(SystemEntropy);
        let data = DataDir::open(&world.folder).map_err(|error| anyhow::anyhow!(error.message(lang)))?;
        let path = data.path(PAPER);
        world.root = Offline::of(&world.folder)?.public()?.to_string();
        let platform = open_platform(&world, &entropy, lang).await?;
        let mut paper = match Paper::read(&path)? {
            Some(paper) => paper,
            None => {
                let house = world.house();
                let (wall, house_clock) = (&world.wall_clock, &world.house_clock);
                let services = platform.services();
                let paper = seed::seed(services, &house, lang, wall, entropy.as_ref()).await?;
                if world.has_schedules {
                    seed::schedules(services, &paper, house_clock.now()).await?;
                }
                paper.write(&path)?;
                paper
            }
        };
        let company = match paper.company.take() {
            Some(company) => company,
            None => company::found(platform.services(), &paper, lang, entropy.as_ref()).await?,
        };
        world.company = Some(company.id.clone());
        paper.company = Some(company);
        paper.write(&path)?;
        let company = open_company(&world, &entropy, lang).await?;
        if let Some(known) = paper.company.as_mut().filter(|company| company.staff.is_empty()) {
            known.staff = company::staff(company.services(), lang, &world.wall_clock, entropy.as_ref()).await?;
            paper.write(&path)?;
        }
        let is_linked = paper.company.as_ref().is_some_and(|company| company.is_linked);
        let codes = Codes {
            gateway: match paper.enrolled {
                true => None,
                false => Some(seed::enrolment_code(platform.services(), &paper.home).await?),
            },
            company: match world.company.as_ref().filter(|_| !is_linked) {
                None => None,
                Some(id) => Some(company::enrolment_code(platform.services(), id).await?),
            },
        };
        let running = if processes {
            // Nobody but the platform's own process has its folder open.
            let (trigger, shutdown) = Shutdown::new();
            trigger.stop();
            platform.run(Router::new(), shutdown).await?;
            Running::Children(Children::start(&world, data, company, codes, lang).await?)
        } else {
            let opened = Opened { platform, company };
            Running::Inside(Inside::start(&world, data, opened, codes, &entropy, lang).await?)
        };
        paper.enrolled = true;
        if let Some(company) = &mut paper.company {
            company.is_linked = true;
        }
        paper.write(&path)?;
        let mut helpers = JoinSet::new();
        let staff = paper.company.iter().flat_map(|company| &company.staff);
        if let Some(itself) = staff
            .map(|staff| &staff.account)
            .find(|account| account.email == company::ITSELF)
        {
            let (web, clock) = (world.company_web, world.wall_clock.clone());
            helpers.spawn(Offline::of(&world.folder)?.carry(web, itself.clone(), clock));
        }
        helpers.spawn(proving::install(world.clone(), paper.proving.clone()));
        if let Some(company) = paper.company.as_mut().filter(|company| !company.has_codes) {
            proving::set_codes(&world, &company.code, &company.duress).await?;
            company.has_codes = true;
            paper.write(&path)?;
        }
        Ok(Self {
            world,
            paper,
            running,
            _helpers: helpers,
        })
    }

    /// Every box and its process, when each has one of its own.
    pub(super) async fn processes(&self) -> Vec<(&'static str, u32)> {
        match &self.running {
            Running::Inside(_) => Vec::new(),
            Running::Children(children) => children.processes().await,
        }
    }

    /// Waits until a box ends by itself, and tells which and why. Each is told once.
    pub(super) async fn ended(&self) -> Ended {
        match &self.running {
            Running::Inside(inside) => inside.ended().await,
            Running::Children(children) => children.ended().await,
        }
    }

    /// Stops every box.
    pub(super) async fn stop(self) {
        match self.running {
            Running::Inside(inside) => inside.stop().await,
            Running::Children(children) => children.stop().await,
        }
    }
}

async fn open_platform(world: &World, entropy: &SharedEntropy, lang: Lang) -> Result<Platform> {
    let config: Config = parse_valid("platform.toml", &world.platform_toml())?;
    let data = DataDir::open(&world.folder.join("platform")).map_err(|error| anyhow::anyhow!(error.message(lang)))?;
    let clocks = Clocks {
        house: world.house_clock.clone(),
        wall: world.wall_clock.clone(),
    };
    Platform::open(config, data, clocks, Arc::clone(entropy))
        .await
        .context("the platform")
}

async fn open_company(world: &World, entropy: &SharedEntropy, lang: Lang) -> Result<ThirdParty> {
    let config: tomori_third_party::config::Config = parse_valid("third-party.toml", &world.company_toml())?;
    let data =
        DataDir::open(&world.folder.join("third-party")).map_err(|error| anyhow::anyhow!(error.message(lang)))?;
    ThirdParty::open(config, data, world.wall_clock.clone(), Arc::clone(entropy))
        .await
        .map_err(|error| anyhow::anyhow!(error.message(lang)))
        .context("the security company")
}

/// Links the company's server with the platform, as its administrator would.
async fn link(world: &World, company: &ThirdParty, code: &str) -> Result<()> {
    let partner = &company.services().partner;
    partner
        .enrol(code, &world.partner.to_string())
        .await
        .context("the security company's enrolment")?;
    Ok(())
}

/// Makes the demo's gateway a gateway, through the platform's enrolment door, as an installer would.
async fn enrol(world: &World, code: &str, entropy: &SharedEntropy, lang: Lang) -> Result<()> {
    let config: tomori_gateway::Config = parse_valid("gateway.toml", &world.gateway_toml())?;
    let data = DataDir::open(&world.folder.join("gateway")).map_err(|error| anyhow::anyhow!(error.message(lang)))?;
    tomori_gateway::enrol(
        &data,
        code,
        &world.enrolment.to_string(),
        &hardware(),
        config.local_names(),
        world.wall_clock.clone(),
        Arc::clone(entropy),
    )
    .await
    .context("the gateway's enrolment")?;
    Ok(())
}
