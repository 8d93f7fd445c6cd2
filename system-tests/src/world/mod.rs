//! A platform and houses, put together as in life: enrolled over the wire, each behind a line of its own.

mod evidence;
pub mod guard;
mod house;
mod people;
mod platform;
pub mod staff;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use jiff::civil::Time;
use tempfile::TempDir;
use tomori_platform::device_state::{
    CommandRecord, Happened, HistoryEntry, NewCommand, NewEquipment, NewHome, Page, Quality, StateError,
};
use tomori_platform::services::shutter::Draft;
use tomori_runtime::clock::Clock as _;
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::{Firing, Moment, Pause, Weekdays};
use tomori_smart_home::{CommandId, DeviceId, HomeId, Origin, PropertyName, PropertyValue, Schedule, Stage};

use crate::dial::Dial;
use crate::patience::until;

pub use evidence::{DEGREE, Evidence, OPERATION};
pub use house::{House, Plan};
pub use people::Someone;
pub use platform::PlatformBox;

/// One platform and its houses.
pub struct World {
    /// The platform.
    pub platform: PlatformBox,
    /// The houses, in the order they were built.
    pub houses: Vec<House>,
    /// What the platform shows as the time.and of every house that was not given its own.
    pub clock: Dial,
    /// Where everything is kept; gone with the world.
    pub folder: TempDir,
}

impl World {
    /// A platform without houses, at a moment such as `2026-11-24T06:59:50+09:00`, in which time runs at the pace of
    /// the world.
    ///
    /// # Errors
    /// When the platform does not start.
    pub async fn begin(now: &str) -> Result<Self> {
        Self::begin_at(Dial::new(now.parse().context("the moment")?, 1.0)).await
    }

    /// A platform without houses that lives by a clock.
    ///
    /// # Errors
    /// When the platform does not start.
    pub async fn begin_at(clock: Dial) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let platform = PlatformBox::start(folder.path().join("platform"), clock.shared()).await?;
        Ok(Self {
            platform,
            houses: Vec::new(),
            clock,
            folder,
        })
    }

    /// Adds a home with its equipment list and builds the house: virtual devices, a line, and an enrolled gateway that
    /// is not started. Answers its place in [`World::houses`].
    ///
    /// # Errors
    /// When a box refuses.
    pub async fn build(&mut self, plan: Plan) -> Result<usize> {
        let house = self.raise(plan).await?;
        self.houses.push(house);
        Ok(self.houses.len() - 1)
    }

    /// A house as [`World::build`] builds it, for whoever builds many at a time.
    ///
    /// # Errors
    /// When a box refuses.
    pub async fn raise(&self, plan: Plan) -> Result<House> {
        let services = self.platform.services()?;
        let tokyo = NewHome {
            time_zone: "Asia/Tokyo".to_owned(),
            latitude: 35.68,
            longitude: 139.77,
        };
        let home = services.device_state.add_home(tokyo, "op_test").await?;
        let config = plan.devices();
        let mut devices = Vec::new();
        for node in &config.nodes {
            let new = NewEquipment {
                kind: node.kind,
                room: node.room.ja.clone(),
                name: node.name.ja.clone(),
                model: "TOMORI-V1".to_owned(),
                endpoint: (!node.by_certificate).then(|| node.endpoint(config.number)),
            };
            let device = services.device_state.add_equipment(&home, new, "op_test").await?;
            if node.by_certificate {
                services.device_state.certify(&home, &device, "op_test").await?;
            }
            devices.push(device);
        }
        let folder = self.folder.path().join(format!("house-{}", plan.plot.number()));
        // As `tomori gateway --data` lays it out.
        let path = folder.join("gateway");
        let clock = plan.clock.clone().unwrap_or_else(|| self.clock.clone());
        let mut house = House::build(plan, home, devices, path, self.platform.addresses()?.link, clock).await?;
        let code = services.gateways.new_enrolment_code(&house.home, "op_test").await?;
        house
            .enrol(&code.text, &self.platform.addresses()?.enrolment.to_string())
            .await?;
        Ok(house)
    }

    /// One house of one shutter, its gateway started, connected, and the shutter's state known to the platform.
    ///
    /// # Errors
    /// When anything does not come to stand.
    pub async fn with_one_house(now: &str) -> Result<Self> {
        let mut world = Self::begin(now).await?;
        world.build(Plan::shutters(1)).await?;
        world.house_mut(0)?.start().await?;
        world.settle(0).await?;
        Ok(world)
    }

    /// What the platform shows as the time.
    #[must_use]
    pub fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A house by its place.
    ///
    /// # Errors
    /// When there is none.
    pub fn house(&self, number: usize) -> Result<&House> {
        self.houses
            .get(number)
            .with_context(|| format!("there is no house {number}"))
    }

    /// A house by its place.
    ///
    /// # Errors
    /// When there is none.
    pub fn house_mut(&mut self, number: usize) -> Result<&mut House> {
        self.houses
            .get_mut(number)
            .with_context(|| format!("there is no house {number}"))
    }

    /// Waits until the gateway of a house is connected, works by the newest plan, and the platform can say of every
    /// device how it is.
    ///
    /// # Errors
    /// When that does not come about in time.
    pub async fn settle(&self, number: usize) -> Result<()> {
        let house = self.house(number)?;
        let state = &self.platform.services()?.device_state;
        until("the house is settled", async || {
            let seen = state.house(&house.home).await?;
            let known = seen.devices.iter().all(|device| {
                let status = device.properties.get(&name::open_close_status());
                status.is_some_and(|status| status.quality == Quality::Confirmed)
            });
            Ok(known && house.is_connected() && self.has_newest_plan(number).await?)
        })
        .await
    }

    /// Whether the gateway of a house holds every schedule that the platform has for it, in its newest form.
    ///
    /// # Errors
    /// When there is no such house.
    pub async fn has_newest_plan(&self, number: usize) -> Result<bool> {
        let house = self.house(number)?;
        let mut wanted = self.platform.services()?.shutter.list(&house.home).await?;
        let Some(house) = house.inside() else { return Ok(false) };
        let view = house.view();
        let mut held = view.schedules;
        wanted.sort_by(|left, right| left.id.cmp(&right.id));
        held.sort_by(|left, right| left.id.cmp(&right.id));
        Ok(view.plan_version > 0 && wanted == held)
    }

    /// A schedule that opens the first shutter of a house every day at `time`, set by somebody, and known to the gateway
    /// if that is connected.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn schedule(&self, number: usize, time: Time) -> Result<Schedule> {
        let house = self.house(number)?;
        let draft = open_at(house.device(0)?, time);
        let resident = house.resident.clone();
        let schedule = self
            .platform
            .services()?
            .shutter
            .create(&house.home, &resident, draft)
            .await?;
        if house.is_connected() {
            until("the gateway knows the schedule", async || {
                self.has_newest_plan(number).await
            })
            .await?;
        }
        Ok(schedule)
    }

    /// A resident's wish for the first shutter of a house, over the platform.
    ///
    /// # Errors
    /// As [`tomori_platform::device_state::Service::command`].
    pub async fn wish(&self, number: usize, value: PropertyValue) -> Result<CommandRecord> {
        let house = self.house(number)?;
        let property = match value {
            PropertyValue::Number(_) => name::degree_of_opening(),
            _ => name::open_close_operation(),
        };
        self.wish_for(house, house.device(0)?, property, value).await
    }

    /// A resident's wish, over the platform.
    ///
    /// # Errors
    /// As [`tomori_platform::device_state::Service::command`].
    pub async fn wish_for(
        &self,
        house: &House,
        device: DeviceId,
        property: PropertyName,
        value: PropertyValue,
    ) -> Result<CommandRecord> {
        let new = NewCommand {
            id: None,
            device,
            property,
            value,
            origin: Origin::Resident {
                resident: house.resident.clone(),
            },
            idempotency_key: None,
            expires_at: None,
        };
        Ok(self.platform.services()?.device_state.command(&house.home, new).await?)
    }

    /// What the platform knows of a command; `None` when it knows no such command.
    ///
    /// # Errors
    /// When the platform cannot be asked.
    pub async fn record(&self, home: &HomeId, id: &CommandId) -> Result<Option<CommandRecord>> {
        match self.platform.services()?.device_state.command_record(home, id).await {
            Ok(record) => Ok(Some(record)),
            Err(StateError::NoSuchCommand(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for the end of a command, as the platform tells it.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn ended(&self, home: &HomeId, id: &CommandId) -> Result<CommandRecord> {
        let mut last = None;
        let end = until(&format!("{id} has ended"), async || {
            last = self.record(home, id).await?;
            Ok(last.as_ref().is_some_and(|record| record.stage.is_final()))
        })
        .await;
        end.with_context(|| format!("it stands at {last:?}"))?;
        last.context("a command without a record")
    }

    /// Waits until a command of the platform has ended, and answers how.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn outcome(&self, record: &CommandRecord) -> Result<Stage> {
        Ok(self.ended(&record.home, &record.command.id).await?.stage)
    }

    /// Everything that happened in a home, oldest first.
    ///
    /// # Errors
    /// When the platform cannot be asked.
    pub async fn history(&self, home: &HomeId) -> Result<Vec<HistoryEntry>> {
        let mut entries = Vec::new();
        let mut page = Page {
            before: None,
            limit: 200,
            device: None,
        };
        loop {
            let part = self
                .platform
                .services()?
                .device_state
                .history(home, page.clone())
                .await?;
            entries.extend(part.entries);
            if part.next.is_none() {
                entries.reverse();
                return Ok(entries);
            }
            page.before = part.next;
        }
    }

    /// How many entries of a home's history are such.
    ///
    /// # Errors
    /// When the platform cannot be asked.
    pub async fn count(&self, home: &HomeId, is_such: impl Fn(&Happened) -> bool) -> Result<usize> {
        let history = self.history(home).await?;
        Ok(history.iter().filter(|entry| is_such(&entry.happened)).count())
    }

    /// Waits until the platform has stored every event that the gateway of a house has numbered, and answers how many.
    /// A number that was lost or given twice shows as a gateway that never gets there.
    ///
    /// # Errors
    /// When that does not come about in time.
    pub async fn reconciled(&self, number: usize) -> Result<u64> {
        let house = self.house(number)?;
        let inside = house.inside().context("the gateway does not run")?;
        let state = &self.platform.services()?.device_state;
        let (mut stored, mut next) = (0, 0);
        until("the platform has stored all that the gateway numbered", async || {
            next = inside.next_event();
            stored = state.gateway_stored_through(&house.home, &house.gateway).await?;
            Ok(stored + 1 == next)
        })
        .await
        .with_context(|| format!("stored through {stored}, the next event is {next}"))?;
        Ok(stored)
    }
}

/// A schedule that opens a shutter every day.
#[must_use]
pub fn open_at(device: DeviceId, time: Time) -> Draft {
    Draft {
        device,
        property: name::open_close_operation(),
        value: PropertyValue::word("open"),
        weekdays: Weekdays::ALL,
        moment: Moment::Clock { time },
        holidays_off: false,
        pause: Pause::Running,
    }
}

/// The command of a schedule's firing on the day of a moment in Tokyo.
///
/// # Errors
/// When there is no such day.
pub fn firing_of(schedule: &Schedule, day: Timestamp) -> Result<CommandId> {
    let date = day.in_tz("Asia/Tokyo")?.date();
    Firing::command_id(&schedule.id, date).context("a year that has no command")
}
