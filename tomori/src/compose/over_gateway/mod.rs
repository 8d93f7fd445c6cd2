//! The residents' app over the gateway, inside the house, cloud or no cloud (EP⑩).
//!
//! A phone comes with the link that the platform made for it and gets a session of this gateway. It sees the same
//! house, and can operate it; accounts, schedules and pairings are changed on the platform.

mod guard;
mod phones;
mod view;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use tokio_stream::wrappers::BroadcastStream;
use tomori_app::port::{
    Abilities, Change, CommandError, Draft, HistoryPage, HomeName, HousePort, HouseView, Opened, PairError, Pairing,
    PasswordChange, PasswordError, PhoneView, PortError, ScheduleError, ScheduleView, SessionView, SignIn, SignInError,
    SignInMode, Viewer, Wish,
};
use tomori_gateway::{Clocks, House};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::i18n::Lang;
use tomori_smart_home::plan::{Grant, HousePlan};
use tomori_smart_home::{CommandId, DeviceId, GrantId, HomeId, Schedule, ScheduleId};

use self::phones::Phones;
pub(super) use self::phones::PhonesError;
use crate::compose::recent::Recent;

/// The app's port, answered by the gateway.
#[derive(Clone)]
pub struct AppOverGateway {
    house: House,
    phones: Arc<Phones>,
    clocks: Clocks,
    recent: Arc<Recent>,
}

impl AppOverGateway {
    /// Over this house; the paired phones are kept in `folder`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn open(house: House, folder: &Path, clocks: Clocks, entropy: SharedEntropy) -> Result<Self, PhonesError> {
        let phones = Arc::new(Phones::open(folder, entropy)?);
        Ok(Self {
            house,
            phones,
            clocks,
            recent: Arc::default(),
        })
    }

    fn plan(&self) -> Result<HousePlan, PortError> {
        self.house.plan().ok_or_else(|| PortError::Unavailable {
            why: "the gateway has no plan yet".to_owned(),
        })
    }

    fn own_plan(&self, home: &HomeId) -> Result<HousePlan, PortError> {
        self.plan().and_then(|plan| {
            if plan.home == *home {
                Ok(plan)
            } else {
                Err(PortError::NotFound)
            }
        })
    }

    fn grants(&self) -> Vec<Grant> {
        self.house.plan().map(|plan| plan.grants).unwrap_or_default()
    }
}

fn viewer(plan: &HousePlan, grant: &Grant) -> Viewer {
    Viewer {
        resident: grant.resident.clone(),
        name: grant.resident_name.clone(),
        lang: None,
        homes: vec![HomeName {
            id: plan.home.clone(),
            name: plan.home_name.clone(),
        }],
        session: grant.id.to_string(),
    }
}

fn kept(error: &PhonesError) -> PortError {
    PortError::Unavailable { why: error.to_string() }
}

#[async_trait]
impl HousePort for AppOverGateway {
    fn abilities(&self) -> Abilities {
        Abilities {
            sign_in: SignInMode::Paired,
            edit_schedules: false,
            pair: false,
            change_password: false,
            sessions: false,
        }
    }

    fn now(&self) -> Timestamp {
        self.clocks.house.now()
    }

    fn wall_now(&self) -> Timestamp {
        self.clocks.wall.now()
    }

    async fn sign_in(&self, _given: SignIn) -> Result<Opened, SignInError> {
        Err(SignInError::Port(PortError::NotHere))
    }

    async fn redeem(&self, secret: &str, from: Option<IpAddr>) -> Result<Opened, SignInError> {
        let (grants, now) = (self.grants(), self.clocks.wall.now());
        let Some(token) = self.phones.redeem(secret, &grants, now).map_err(|error| kept(&error))? else {
            tracing::warn!(?from, "somebody showed a pairing link that is worth nothing");
            return Err(SignInError::LinkSpent);
        };
        let expires_at = self
            .phones
            .grant_of(&token, &grants, now)
            .map_or(now, |(grant, _)| grant.expires_at);
        Ok(Opened {
            token,
            expires_at,
            known_device: None,
        })
    }

    async fn viewer(&self, token: &str) -> Result<Option<Viewer>, PortError> {
        let Some(plan) = self.house.plan() else { return Ok(None) };
        let found = self.phones.grant_of(token, &plan.grants, self.clocks.wall.now());
        Ok(found.map(|(grant, _)| viewer(&plan, grant)))
    }

    async fn sign_out(&self, token: &str) -> Result<(), PortError> {
        let grants = self.grants();
        match self.phones.grant_of(token, &grants, self.clocks.wall.now()) {
            Some((grant, _)) => self.phones.close(&grant.id).map_err(|error| kept(&error)),
            None => Ok(()),
        }
    }

    async fn house(&self, _viewer: &Viewer, home: &HomeId) -> Result<HouseView, PortError> {
        let plan = self.own_plan(home)?;
        Ok(view::house(self.house.view(), &plan, &self.house.history()))
    }

    async fn command(&self, viewer: &Viewer, home: &HomeId, wish: Wish) -> Result<CommandId, CommandError> {
        self.own_plan(home)?;
        // The same form sent twice is the same wish; the second answer is the first one's.
        let key = format!("{}:{}", viewer.session, wish.key);
        self.recent
            .once(&key, self.clocks.house.now(), async {
                let taken = self
                    .house
                    .command(wish.device, wish.property, wish.value, viewer.resident.clone())
                    .await;
                taken
                    .map(|command| command.id)
                    .map_err(|reason| CommandError::Refused { reason })
            })
            .await
    }

    async fn history(
        &self,
        _viewer: &Viewer,
        home: &HomeId,
        device: Option<&DeviceId>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<HistoryPage, PortError> {
        let plan = self.own_plan(home)?;
        view::history(&self.house.history(), &plan, device, before, limit)
    }

    fn changes(&self, _viewer: &Viewer, _home: &HomeId) -> BoxStream<'static, Change> {
        BroadcastStream::new(self.house.changes())
            .map(|_| Change { device: None })
            .boxed()
    }

    async fn schedules(&self, _viewer: &Viewer, home: &HomeId) -> Result<Vec<ScheduleView>, PortError> {
        let plan = self.own_plan(home)?;
        let name_of = |schedule: &Schedule| {
            let grant = plan.grants.iter().find(|grant| grant.resident == schedule.resident);
            grant.map(|grant| grant.resident_name.clone())
        };
        Ok(plan
            .schedules
            .iter()
            .map(|schedule| ScheduleView {
                resident_name: name_of(schedule),
                schedule: schedule.clone(),
            })
            .collect())
    }

    async fn create_schedule(&self, _: &Viewer, _: &HomeId, _: Draft) -> Result<Schedule, ScheduleError> {
        Err(ScheduleError::Port(PortError::NotHere))
    }

    async fn edit_schedule(
        &self,
        _: &Viewer,
        _: &HomeId,
        _: &ScheduleId,
        _: u64,
        _: Draft,
    ) -> Result<Schedule, ScheduleError> {
        Err(ScheduleError::Port(PortError::NotHere))
    }

    async fn delete_schedule(&self, _: &Viewer, _: &HomeId, _: &ScheduleId, _: u64) -> Result<(), ScheduleError> {
        Err(ScheduleError::Port(PortError::NotHere))
    }

    async fn phones(&self, viewer: &Viewer, home: &HomeId) -> Result<Vec<PhoneView>, PortError> {
        let plan = self.own_plan(home)?;
        Ok(plan
            .grants
            .into_iter()
            .map(|grant| PhoneView {
                own: grant.resident == viewer.resident,
                grant: grant.id,
                resident_name: grant.resident_name,
                expires_at: grant.expires_at,
            })
            .collect())
    }

    async fn pair(&self, _: &Viewer, _: &HomeId) -> Result<Pairing, PairError> {
        Err(PairError::Port(PortError::NotHere))
    }

    async fn unpair(&self, _: &Viewer, _: &HomeId, _: &GrantId) -> Result<(), PortError> {
        Err(PortError::NotHere)
    }

    async fn sessions(&self, _: &Viewer) -> Result<Vec<SessionView>, PortError> {
        Err(PortError::NotHere)
    }

    async fn end_session(&self, _: &Viewer, _: &str) -> Result<(), PortError> {
        Err(PortError::NotHere)
    }

    async fn change_password(&self, _: &Viewer, _: PasswordChange) -> Result<(), PasswordError> {
        Err(PasswordError::Port(PortError::NotHere))
    }

    async fn set_language(&self, _: &Viewer, _: Lang) -> Result<(), PortError> {
        Ok(())
    }
}
