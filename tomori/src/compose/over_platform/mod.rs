//! The residents' app over the platform: the app's questions, answered by the platform's rooms.
//!
//! Who may see what is decided here and in the rooms, never in the app: each method looks whether the home is among the
//! viewer's, and the rooms look whether the thing is that home's.

mod errors;
mod guard;
mod history;
mod house;
mod names;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use jiff::{SignedDuration, Timestamp};
use tokio_stream::wrappers::BroadcastStream;
use tomori_app::port::{
    Abilities, Change, CommandError, Draft, HistoryPage, HomeName, HousePort, HouseView, Opened, PairError, Pairing,
    PasswordChange, PasswordError, PhoneView, PortError, ScheduleError, ScheduleView, SessionView, SignIn, SignInError,
    SignInMode, Viewer, Wish,
};
use tomori_platform::auth::people::{self, Person, Proof, Role};
use tomori_platform::device_state::{Cursor, House, NewCommand, Page};
use tomori_platform::server::Services;
use tomori_platform::services::shutter;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::i18n::Lang;
use tomori_smart_home::{CommandId, DeviceId, GrantId, HomeId, Origin, ResidentId, Schedule, ScheduleId};
use zeroize::Zeroizing;

use self::errors::{
    command_error, pair_error, password_error, people_error, schedule_error, sign_in_error, state_error,
};
use self::names::Names;

/// How many history entries are read at most to find those that a resident reads.
const MOST_READ: usize = 400;
const NOTABLE: usize = 20;
const NOTABLE_SPAN: SignedDuration = SignedDuration::from_hours(24);

/// The app's port, answered by the platform.
#[derive(Clone)]
pub struct AppOverPlatform {
    services: Services,
    house_clock: SharedClock,
}

impl AppOverPlatform {
    /// Over these services; times are told by the house clock.
    #[must_use]
    pub fn new(services: Services, house_clock: SharedClock) -> Self {
        Self { services, house_clock }
    }

    async fn names(&self, home: &HomeId, house: &House) -> Result<Names, PortError> {
        let residents = self
            .services
            .people
            .residents(home)
            .await
            .map_err(people_error)?
            .into_iter()
            .filter_map(|person| Some((person.id.parse().ok()?, person.name)))
            .collect::<HashMap<_, _>>();
        let schedules = self
            .services
            .shutter
            .list(home)
            .await
            .map_err(|error| errors::unavailable(&error))?;
        Ok(Names::new(residents, &schedules, house::devices(house)))
    }

    /// A conflict, with the names of those who set the schedule and changed it last.
    async fn with_editor(&self, home: &HomeId, id: &ScheduleId, error: ScheduleError) -> ScheduleError {
        let ScheduleError::Conflict { mut current, .. } = error else {
            return error;
        };
        current.resident_name = self.resident_name(&current.schedule.resident).await;
        let by = match self.services.shutter.last_editor(home, id).await {
            Ok(editor) => self.resident_name(&editor).await,
            // It was deleted in this moment; the conflict is true nevertheless.
            Err(_) => None,
        };
        ScheduleError::Conflict { current, by }
    }

    async fn resident_name(&self, resident: &ResidentId) -> Option<String> {
        let person = Person::Resident(resident.clone());
        let info = self.services.people.name_of(&person).await.ok()?;
        Some(info.name).filter(|name| !name.is_empty())
    }

    async fn home_name(&self, home: &HomeId) -> Result<String, PortError> {
        let info = self
            .services
            .personal_info
            .home(home)
            .await
            .map_err(|error| errors::unavailable(&error))?;
        Ok(info
            .map(|info| info.name)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| home.to_string()))
    }

    async fn told(
        &self,
        home: &HomeId,
        device: Option<&DeviceId>,
        before: Option<Cursor>,
        limit: usize,
        names: &Names,
        wanted: impl Fn(&tomori_app::port::HistoryEntry) -> bool + Send,
    ) -> Result<HistoryPage, PortError> {
        let (mut entries, mut cursor, mut read) = (Vec::new(), before, 0);
        loop {
            let page = Page {
                before: cursor,
                limit: 100,
                device: device.cloned(),
            };
            let page = self
                .services
                .device_state
                .history(home, page)
                .await
                .map_err(state_error)?;
            for entry in page.entries {
                read += 1;
                let place = Cursor(entry.number);
                if let Some(entry) = history::entry(entry, names).filter(&wanted) {
                    entries.push(entry);
                }
                if entries.len() >= limit {
                    return Ok(HistoryPage {
                        entries,
                        older: Some(place.to_string()),
                    });
                }
            }
            cursor = page.next;
            if cursor.is_none() || read >= MOST_READ {
                return Ok(HistoryPage {
                    entries,
                    older: cursor.map(|cursor| cursor.to_string()),
                });
            }
        }
    }
}

fn lives_in(viewer: &Viewer, home: &HomeId) -> Result<(), PortError> {
    if viewer.homes.iter().any(|own| own.id == *home) {
        Ok(())
    } else {
        Err(PortError::NotFound)
    }
}

/// The viewer as the platform's rooms know them.
fn person(viewer: &Viewer) -> Person {
    Person::Resident(viewer.resident.clone())
}

fn platform_viewer(viewer: &Viewer) -> people::Viewer {
    people::Viewer {
        person: person(viewer),
        homes: viewer.homes.iter().map(|home| home.id.clone()).collect(),
        lang: viewer.lang,
        proof: Proof::Session {
            id: viewer.session.clone(),
            csrf: String::new(),
        },
    }
}

fn address(from: Option<IpAddr>) -> IpAddr {
    from.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

fn draft(draft: Draft) -> shutter::Draft {
    shutter::Draft {
        device: draft.device,
        property: draft.property,
        value: draft.value,
        weekdays: draft.weekdays,
        moment: draft.moment,
        holidays_off: draft.holidays_off,
        pause: draft.pause,
    }
}

#[async_trait]
impl HousePort for AppOverPlatform {
    fn abilities(&self) -> Abilities {
        Abilities {
            sign_in: SignInMode::Password,
            edit_schedules: true,
            pair: true,
            change_password: true,
            sessions: true,
        }
    }

    fn now(&self) -> Timestamp {
        self.house_clock.now()
    }

    fn wall_now(&self) -> Timestamp {
        self.services.clocks.wall.now()
    }

    async fn sign_in(&self, given: SignIn) -> Result<Opened, SignInError> {
        let sign_in = people::SignIn {
            login: given.login,
            password: Zeroizing::new(given.password),
            totp: given.code,
            from: address(given.from),
            agent: given.agent,
            known_device: given.known_device,
            replaces: given.replaces,
        };
        // An operator has a page of their own; here they are nobody, and are told no more than anybody else.
        let signed_in = self.services.people.sign_in_as(sign_in, Role::Resident).await;
        let signed_in = signed_in.map_err(sign_in_error)?;
        Ok(Opened {
            token: signed_in.session.text().to_owned(),
            expires_at: signed_in.ends_at,
            known_device: Some(signed_in.known_device.text().to_owned()),
        })
    }

    async fn redeem(&self, _secret: &str, _from: Option<IpAddr>) -> Result<Opened, SignInError> {
        Err(SignInError::Port(PortError::NotHere))
    }

    async fn viewer(&self, token: &str) -> Result<Option<Viewer>, PortError> {
        let Some(viewer) = self
            .services
            .people
            .viewer_of_session(token)
            .await
            .map_err(people_error)?
        else {
            return Ok(None);
        };
        let (Some(resident), Proof::Session { id, .. }) = (viewer.resident(), &viewer.proof) else {
            return Ok(None);
        };
        let info = self
            .services
            .people
            .name_of(&viewer.person)
            .await
            .map_err(people_error)?;
        let mut homes = Vec::with_capacity(viewer.homes.len());
        for home in &viewer.homes {
            homes.push(HomeName {
                id: home.clone(),
                name: self.home_name(home).await?,
            });
        }
        Ok(Some(Viewer {
            resident: resident.clone(),
            name: info.name,
            lang: viewer.lang,
            homes,
            session: id.clone(),
        }))
    }

    async fn sign_out(&self, token: &str) -> Result<(), PortError> {
        self.services.people.sign_out(token).await.map_err(people_error)
    }

    async fn house(&self, viewer: &Viewer, home: &HomeId) -> Result<HouseView, PortError> {
        lives_in(viewer, home)?;
        let house = self.services.device_state.house(home).await.map_err(state_error)?;
        let names = self.names(home, &house).await?;
        let since = self.house_clock.now() - NOTABLE_SPAN;
        let notable = self
            .told(home, None, None, NOTABLE, &names, |entry| {
                entry.at >= since && history::is_notable(entry)
            })
            .await?;
        Ok(house::house(
            house,
            self.home_name(home).await?,
            &names,
            notable.entries,
        ))
    }

    async fn command(&self, viewer: &Viewer, home: &HomeId, wish: Wish) -> Result<CommandId, CommandError> {
        lives_in(viewer, home)?;
        let new = NewCommand {
            id: None,
            device: wish.device,
            property: wish.property,
            value: wish.value,
            origin: Origin::Resident {
                resident: viewer.resident.clone(),
            },
            // Keys are the viewer's own: two residents may happen on the same one.
            idempotency_key: Some(format!("app:{}:{}", viewer.resident, wish.key)),
            expires_at: None,
        };
        let record = self
            .services
            .device_state
            .command(home, new)
            .await
            .map_err(command_error)?;
        Ok(record.command.id)
    }

    async fn history(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        device: Option<&DeviceId>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<HistoryPage, PortError> {
        lives_in(viewer, home)?;
        let before = before.map(str::parse).transpose().map_err(|_| PortError::NotFound)?;
        let house = self.services.device_state.house(home).await.map_err(state_error)?;
        let names = self.names(home, &house).await?;
        self.told(home, device, before, limit, &names, |_| true).await
    }

    fn changes(&self, viewer: &Viewer, home: &HomeId) -> BoxStream<'static, Change> {
        if lives_in(viewer, home).is_err() {
            return futures_util::stream::empty().boxed();
        }
        let (of, ours) = (home.clone(), home.clone());
        let incidents = BroadcastStream::new(self.services.dispatch.changes()).filter_map(move |change| {
            let told = match change {
                Ok(home) if home != ours => None,
                _ => Some(Change { device: None }),
            };
            async move { told }
        });
        let states = BroadcastStream::new(self.services.device_state.changes()).filter_map(move |change| {
            let told = match change {
                Ok(change) if change.home == of => Some(Change { device: change.device }),
                Ok(_) => None,
                // Some were missed: one more makes the listener look again.
                Err(_) => Some(Change { device: None }),
            };
            async move { told }
        });
        futures_util::stream::select(states, incidents).boxed()
    }

    async fn schedules(&self, viewer: &Viewer, home: &HomeId) -> Result<Vec<ScheduleView>, PortError> {
        lives_in(viewer, home)?;
        let residents = self.services.people.residents(home).await.map_err(people_error)?;
        let schedules = self
            .services
            .shutter
            .list(home)
            .await
            .map_err(|error| errors::unavailable(&error))?;
        Ok(schedules
            .into_iter()
            .map(|schedule| {
                let owner = residents.iter().find(|person| person.id == schedule.resident.as_str());
                let resident_name = owner.map(|person| person.name.clone());
                ScheduleView {
                    schedule,
                    resident_name,
                }
            })
            .collect())
    }

    async fn create_schedule(&self, viewer: &Viewer, home: &HomeId, given: Draft) -> Result<Schedule, ScheduleError> {
        lives_in(viewer, home)?;
        self.services
            .shutter
            .create(home, &viewer.resident, draft(given))
            .await
            .map_err(schedule_error)
    }

    async fn edit_schedule(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        id: &ScheduleId,
        seen_version: u64,
        given: Draft,
    ) -> Result<Schedule, ScheduleError> {
        lives_in(viewer, home)?;
        let edited = self
            .services
            .shutter
            .edit(home, &viewer.resident, id, seen_version, draft(given))
            .await
            .map_err(schedule_error);
        match edited {
            Err(error) => Err(self.with_editor(home, id, error).await),
            edited => edited,
        }
    }

    async fn delete_schedule(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        id: &ScheduleId,
        seen_version: u64,
    ) -> Result<(), ScheduleError> {
        lives_in(viewer, home)?;
        let deleted = self
            .services
            .shutter
            .delete(home, &viewer.resident, id, seen_version)
            .await
            .map_err(schedule_error);
        match deleted {
            Err(error) => Err(self.with_editor(home, id, error).await),
            deleted => deleted,
        }
    }

    async fn phones(&self, viewer: &Viewer, home: &HomeId) -> Result<Vec<PhoneView>, PortError> {
        lives_in(viewer, home)?;
        let residents = self.services.people.residents(home).await.map_err(people_error)?;
        let grants = self.services.people.grants(home).await.map_err(people_error)?;
        Ok(grants
            .into_iter()
            .map(|grant| PhoneView {
                resident_name: residents
                    .iter()
                    .find(|person| person.id == grant.resident.as_str())
                    .map(|person| person.name.clone())
                    .unwrap_or_default(),
                own: grant.resident == viewer.resident,
                grant: grant.id,
                expires_at: grant.expires_at,
            })
            .collect())
    }

    async fn pair(&self, viewer: &Viewer, home: &HomeId) -> Result<Pairing, PairError> {
        lives_in(viewer, home)?;
        let house = self.services.device_state.house(home).await.map_err(state_error)?;
        if house.gateway.local_url.is_empty() {
            return Err(PairError::AddressUnknown);
        }
        let issued = self
            .services
            .people
            .issue_grant(&platform_viewer(viewer), home, &viewer.name)
            .await
            .map_err(pair_error)?;
        Ok(Pairing {
            grant: issued.summary.id,
            house_address: house.gateway.local_url,
            secret: issued.secret.text().to_owned(),
            redeem_before: issued.summary.expires_at,
            certificate: None,
        })
    }

    async fn unpair(&self, viewer: &Viewer, home: &HomeId, grant: &GrantId) -> Result<(), PortError> {
        lives_in(viewer, home)?;
        self.services
            .people
            .revoke_grant(&platform_viewer(viewer), home, grant)
            .await
            .map_err(people_error)
    }

    async fn sessions(&self, viewer: &Viewer) -> Result<Vec<SessionView>, PortError> {
        let sessions = self
            .services
            .people
            .sessions(&person(viewer))
            .await
            .map_err(people_error)?;
        Ok(sessions
            .into_iter()
            .map(|session| SessionView {
                id: session.id,
                opened_at: session.created_at,
                last_used_at: session.seen_at,
                agent: session.agent,
            })
            .collect())
    }

    async fn end_session(&self, viewer: &Viewer, session: &str) -> Result<(), PortError> {
        self.services
            .people
            .end_session(&person(viewer), session)
            .await
            .map_err(people_error)
    }

    async fn change_password(&self, viewer: &Viewer, given: PasswordChange) -> Result<(), PasswordError> {
        let (current, new) = (Zeroizing::new(given.current), Zeroizing::new(given.new));
        self.services
            .people
            .change_password(&platform_viewer(viewer), current, &given.code, new)
            .await
            .map_err(password_error)
    }

    async fn set_language(&self, viewer: &Viewer, lang: Lang) -> Result<(), PortError> {
        self.services
            .people
            .set_language(&person(viewer), lang)
            .await
            .map_err(people_error)
    }
}
