//! The port, answered from memory.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use jiff::{SignedDuration, Timestamp};
use tokio_stream::wrappers::BroadcastStream;
use tomori_app::port::{
    Abilities, Change, CommandError, CommandView, Draft, Happened, HistoryPage, HousePort, HouseView, Link, Opened,
    PairError, Pairing, PasswordChange, PasswordError, PhoneView, PortError, ScheduleError, ScheduleView, SessionView,
    SignIn, SignInError, SignInMode, Vantage, Viewer, Who, Wish,
};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::{CommandId, DeviceId, DeviceKind, GrantId, HomeId, Schedule, ScheduleId, Stage};

use super::people::one_time_code;
use super::{Arrived, Home, Memory, MemoryHouse, Session, TOTP_SECRET};

const MOST_SCHEDULES: usize = 12;
const MOST_PHONES: usize = 4;

impl Memory {
    /// The home, if it is this viewer's.
    pub(super) fn home(&mut self, viewer: &Viewer, home: &HomeId) -> Result<&mut Home, PortError> {
        if self.unavailable {
            return Err(PortError::Unavailable {
                why: "the test said so".to_owned(),
            });
        }
        let lives_there = self.person(&viewer.resident).homes.contains(home);
        self.homes
            .get_mut(home)
            .filter(|_| lives_there)
            .ok_or(PortError::NotFound)
    }

    fn open(&mut self, resident: tomori_smart_home::ResidentId, now: Timestamp, agent: String) -> Opened {
        let number = self.number();
        let token = format!("token-{number}-0123456789abcdef0123456789abcdef");
        let session = Session {
            resident,
            id: format!("session{number}"),
            opened_at: now,
            agent,
        };
        self.sessions.insert(token.clone(), session);
        Opened {
            token,
            expires_at: now + SignedDuration::from_hours(24 * 30),
            known_device: None,
        }
    }
}

impl Home {
    fn schedule(&mut self, id: &ScheduleId, seen: u64) -> Result<usize, ScheduleError> {
        let at = self
            .schedules
            .iter()
            .position(|view| view.schedule.id == *id)
            .ok_or(PortError::NotFound)?;
        let view = &self.schedules[at];
        if view.schedule.version == seen {
            Ok(at)
        } else {
            Err(ScheduleError::Conflict {
                current: Box::new(view.clone()),
                by: self.last_editor.clone(),
            })
        }
    }

    fn check(&self, draft: &Draft) -> Result<(), ScheduleError> {
        let is_shutter = self
            .house
            .devices
            .iter()
            .any(|view| view.device.id == draft.device && view.device.kind == DeviceKind::ElectricRainDoor);
        if is_shutter {
            Ok(())
        } else {
            Err(ScheduleError::Invalid { field: "device" })
        }
    }
}

fn write(schedule: &mut Schedule, draft: Draft) {
    schedule.device = draft.device;
    schedule.property = draft.property;
    schedule.value = draft.value;
    schedule.weekdays = draft.weekdays;
    schedule.moment = draft.moment;
    schedule.holidays_off = draft.holidays_off;
    schedule.pause = draft.pause;
    schedule.version += 1;
}

#[async_trait]
impl HousePort for MemoryHouse {
    fn abilities(&self) -> Abilities {
        self.abilities
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn sign_in(&self, given: SignIn) -> Result<Opened, SignInError> {
        let now = self.clock.now();
        let mut memory = self.lock();
        if memory.wrong_tries >= 5 {
            return Err(SignInError::Locked {
                wait: Duration::from_secs(600),
            });
        }
        let right = memory
            .people
            .iter()
            .find(|person| person.login == given.login && person.password == given.password)
            .filter(|_| one_time_code(TOTP_SECRET, now) == given.code)
            .map(|person| person.id.clone());
        match right {
            Some(resident) => Ok(memory.open(resident, now, given.agent)),
            None => {
                memory.wrong_tries += 1;
                Err(SignInError::Wrong)
            }
        }
    }

    async fn redeem(&self, secret: &str, _from: Option<IpAddr>) -> Result<Opened, SignInError> {
        let now = self.clock.now();
        let mut memory = self.lock();
        let resident = memory.links.remove(secret).ok_or(SignInError::LinkSpent)?;
        Ok(memory.open(resident, now, String::new()))
    }

    async fn viewer(&self, token: &str) -> Result<Option<Viewer>, PortError> {
        let memory = self.lock();
        Ok(memory.sessions.get(token).map(|session| memory.viewer(session)))
    }

    async fn sign_out(&self, token: &str) -> Result<(), PortError> {
        self.lock().sessions.remove(token);
        Ok(())
    }

    async fn house(&self, viewer: &Viewer, home: &HomeId) -> Result<HouseView, PortError> {
        let mut house = self.lock().home(viewer, home)?.house.clone();
        if self.abilities.sign_in == SignInMode::Paired && matches!(house.vantage, Vantage::Platform { .. }) {
            house.vantage = Vantage::Home { platform: Link::Up };
        }
        Ok(house)
    }

    async fn command(&self, viewer: &Viewer, home: &HomeId, wish: Wish) -> Result<CommandId, CommandError> {
        let now = self.clock.now();
        let mut memory = self.lock();
        let known = memory
            .home(viewer, home)?
            .house
            .devices
            .iter()
            .any(|view| view.device.id == wish.device);
        if !known {
            return Err(PortError::NotFound.into());
        }
        if let Some(reason) = memory.refuse_commands.clone() {
            return Err(CommandError::Refused { reason });
        }
        let twice = memory
            .arrived
            .iter()
            .find(|old| old.wish.key == wish.key && old.by == viewer.resident);
        if let Some(first) = twice {
            return Ok(first.command.clone());
        }
        let id: CommandId = format!("cmd_{}", memory.number()).parse().unwrap();
        let command = CommandView {
            id: id.clone(),
            property: wish.property.clone(),
            value: wish.value.clone(),
            who: Who::Resident {
                name: Some(viewer.name.clone()),
                at_home: self.abilities.sign_in == SignInMode::Paired,
            },
            issued_at: now,
            stage: Stage::Accepted,
            stage_at: now,
        };
        memory.take(home, &wish.device, command);
        let device = wish.device.clone();
        memory.arrived.push(Arrived {
            by: viewer.resident.clone(),
            wish,
            command: id.clone(),
        });
        drop(memory);
        self.tell(home, Some(device));
        Ok(id)
    }

    async fn history(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        device: Option<&DeviceId>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<HistoryPage, PortError> {
        let mut memory = self.lock();
        let home = memory.home(viewer, home)?;
        if device.is_some_and(|id| !home.house.devices.iter().any(|view| view.device.id == *id)) {
            return Err(PortError::NotFound);
        }
        let about = |what: &Happened| match what {
            Happened::Command { device, .. }
            | Happened::HandOperation { device }
            | Happened::DeviceLost { device }
            | Happened::DeviceAppeared { device }
            | Happened::Impersonation { device } => Some(device.id.clone()),
            _ => None,
        };
        let from: usize = before.map_or(Ok(0), str::parse).map_err(|_| PortError::NotFound)?;
        let all: Vec<_> = home
            .history
            .iter()
            .filter(|entry| device.is_none() || about(&entry.what).as_ref() == device)
            .cloned()
            .collect();
        let entries: Vec<_> = all.iter().skip(from).take(limit).cloned().collect();
        let older = (all.len() > from + limit).then(|| (from + limit).to_string());
        Ok(HistoryPage { entries, older })
    }

    fn changes(&self, _viewer: &Viewer, home: &HomeId) -> BoxStream<'static, Change> {
        let home = home.clone();
        BroadcastStream::new(self.changes.subscribe())
            .filter_map(move |told| {
                let change = match told {
                    Ok((of, change)) => (of == home).then_some(change),
                    Err(_) => Some(Change { device: None }),
                };
                async move { change }
            })
            .boxed()
    }

    async fn schedules(&self, viewer: &Viewer, home: &HomeId) -> Result<Vec<ScheduleView>, PortError> {
        Ok(self.lock().home(viewer, home)?.schedules.clone())
    }

    async fn create_schedule(&self, viewer: &Viewer, home: &HomeId, draft: Draft) -> Result<Schedule, ScheduleError> {
        let mut memory = self.lock();
        let number = memory.number();
        let home = memory.home(viewer, home)?;
        home.check(&draft)?;
        if home.schedules.len() >= MOST_SCHEDULES {
            return Err(ScheduleError::TooMany { most: MOST_SCHEDULES });
        }
        let mut schedule = Schedule {
            id: format!("sch_{number}").parse().unwrap(),
            resident: viewer.resident.clone(),
            device: draft.device.clone(),
            property: draft.property.clone(),
            value: draft.value.clone(),
            weekdays: draft.weekdays,
            moment: draft.moment,
            holidays_off: draft.holidays_off,
            pause: draft.pause,
            version: 0,
        };
        write(&mut schedule, draft);
        home.schedules.push(ScheduleView {
            schedule: schedule.clone(),
            resident_name: Some(viewer.name.clone()),
        });
        Ok(schedule)
    }

    async fn edit_schedule(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        id: &ScheduleId,
        seen_version: u64,
        draft: Draft,
    ) -> Result<Schedule, ScheduleError> {
        let mut memory = self.lock();
        let home = memory.home(viewer, home)?;
        home.check(&draft)?;
        let at = home.schedule(id, seen_version)?;
        home.last_editor = Some(viewer.name.clone());
        write(&mut home.schedules[at].schedule, draft);
        Ok(home.schedules[at].schedule.clone())
    }

    async fn delete_schedule(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        id: &ScheduleId,
        seen_version: u64,
    ) -> Result<(), ScheduleError> {
        let mut memory = self.lock();
        let home = memory.home(viewer, home)?;
        let at = home.schedule(id, seen_version)?;
        home.schedules.remove(at);
        Ok(())
    }

    async fn phones(&self, viewer: &Viewer, home: &HomeId) -> Result<Vec<PhoneView>, PortError> {
        let mut memory = self.lock();
        let phones = memory.home(viewer, home)?.phones.clone();
        Ok(phones
            .into_iter()
            .map(|(grant, resident, at)| PhoneView {
                grant,
                resident_name: memory.person(&resident).name.clone(),
                own: resident == viewer.resident,
                expires_at: at + SignedDuration::from_hours(24 * 90),
            })
            .collect())
    }

    async fn pair(&self, viewer: &Viewer, home: &HomeId) -> Result<Pairing, PairError> {
        let now = self.clock.now();
        let mut memory = self.lock();
        let number = memory.number();
        let home = memory.home(viewer, home)?;
        let house_address = home.address.clone().ok_or(PairError::AddressUnknown)?;
        if home.phones.len() >= MOST_PHONES {
            return Err(PairError::TooMany { most: MOST_PHONES });
        }
        let grant: GrantId = format!("grant_{number}").parse().unwrap();
        home.phones.push((grant.clone(), viewer.resident.clone(), now));
        let secret = format!("secret{number}-0123456789abcdefghijkl");
        memory.links.insert(secret.clone(), viewer.resident.clone());
        Ok(Pairing {
            grant,
            house_address,
            secret,
            redeem_before: now + SignedDuration::from_mins(15),
            certificate: Some("5A:11:0C:7E".to_owned()),
        })
    }

    async fn unpair(&self, viewer: &Viewer, home: &HomeId, grant: &GrantId) -> Result<(), PortError> {
        let mut memory = self.lock();
        let home = memory.home(viewer, home)?;
        let at = home
            .phones
            .iter()
            .position(|(id, _, _)| id == grant)
            .ok_or(PortError::NotFound)?;
        home.phones.remove(at);
        Ok(())
    }

    async fn sessions(&self, viewer: &Viewer) -> Result<Vec<SessionView>, PortError> {
        let memory = self.lock();
        let mut sessions: Vec<_> = memory
            .sessions
            .values()
            .filter(|session| session.resident == viewer.resident)
            .map(|session| SessionView {
                id: session.id.clone(),
                opened_at: session.opened_at,
                last_used_at: session.opened_at,
                agent: session.agent.clone(),
            })
            .collect();
        sessions.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(sessions)
    }

    async fn end_session(&self, viewer: &Viewer, session: &str) -> Result<(), PortError> {
        let mut memory = self.lock();
        let token = memory
            .sessions
            .iter()
            .find(|(_, held)| held.id == session && held.resident == viewer.resident)
            .map(|(token, _)| token.clone())
            .ok_or(PortError::NotFound)?;
        memory.sessions.remove(&token);
        Ok(())
    }

    async fn change_password(&self, viewer: &Viewer, given: PasswordChange) -> Result<(), PasswordError> {
        let PasswordChange { current, code, new } = given;
        let right_code = one_time_code(TOTP_SECRET, self.clock.now());
        let mut memory = self.lock();
        if memory.wrong_tries >= 5 {
            let wait = Duration::from_secs(600);
            return Err(PasswordError::Locked { wait });
        }
        let person = memory
            .people
            .iter_mut()
            .find(|person| person.id == viewer.resident)
            .ok_or(PortError::NotFound)?;
        if person.password != current || code != right_code {
            memory.wrong_tries += 1;
            return Err(PasswordError::Wrong);
        }
        if new.chars().count() < 12 {
            return Err(PasswordError::TooShort { least: 12 });
        }
        if new == "passwordpassword" {
            return Err(PasswordError::TooEasy);
        }
        person.password = new;
        let own = &viewer.session;
        memory
            .sessions
            .retain(|_, session| session.resident != viewer.resident || session.id == *own);
        Ok(())
    }

    async fn set_language(&self, viewer: &Viewer, lang: Lang) -> Result<(), PortError> {
        let mut memory = self.lock();
        if let Some(person) = memory.people.iter_mut().find(|person| person.id == viewer.resident) {
            person.lang = Some(lang);
        }
        Ok(())
    }
}
