mod batches;
mod commands;
mod equipment;

use std::sync::Arc;

use jiff::Timestamp;
use tomori_platform::audit::AuditLog;
use tomori_platform::device_state::{Connected, Keep, NewCommand, NewEquipment, NewHome, Service};
use tomori_platform::house_plan::Doorbell;
use tomori_runtime::clock::{Clock as _, ManualClock};
use tomori_runtime::entropy::{SeededEntropy, SystemEntropy};
use tomori_runtime::seal::KeyFile;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::event::What;
use tomori_smart_home::property::{Source, name};
use tomori_smart_home::{
    DeviceId, DeviceKind, Event, GatewayId, HomeId, Origin, PropertyName, PropertyValue, Report, ResidentId,
};

/// A room with one home, one gateway and one shutter.
pub struct Room {
    pub service: Service,
    pub clock: ManualClock,
    pub home: HomeId,
    pub gateway: GatewayId,
    pub shutter: DeviceId,
    audit: AuditLog,
    folder: tempfile::TempDir,
}

impl Room {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::new("2026-11-23T00:00:00Z".parse().unwrap());
        let (service, audit) = open(&folder, &clock);
        let home = service.add_home(tokyo(), "op_test").await.unwrap();
        let shutter = service.add_equipment(&home, shutter(1), "op_test").await.unwrap();
        Self {
            service,
            clock,
            home,
            gateway: GatewayId::from_random([7; 10]),
            shutter,
            audit,
            folder,
        }
    }

    pub async fn connect(&self) -> u64 {
        let connected = Connected {
            connection: 1,
            gateway: self.gateway.clone(),
            software: "test 1".to_owned(),
            local_url: String::new(),
            plan_version: 0,
        };
        self.service.gateway_connected(&self.home, connected).await.unwrap()
    }

    pub async fn tell(&self, first: u64, events: Vec<What>) -> u64 {
        let at = self.clock.now();
        let events = events.into_iter().map(|what| Some(Event { at, what })).collect();
        self.service
            .store_batch(&self.home, &self.gateway, first, events, false)
            .await
            .unwrap()
    }

    /// Closes the database and opens it again, as after a restart.
    pub async fn restart(self) -> Self {
        self.service.close().await;
        self.audit.close().await;
        let (service, audit) = open(&self.folder, &self.clock);
        Self { service, audit, ..self }
    }

    pub fn reported(&self, property: PropertyName, word: &str) -> What {
        What::PropertyReported {
            device: self.shutter.clone(),
            property,
            report: self.report(word),
        }
    }

    pub fn report(&self, word: &str) -> Report {
        Report {
            value: PropertyValue::word(word),
            at: self.clock.now(),
            source: Source::Announced,
        }
    }

    pub fn wish(&self, word: &str) -> NewCommand {
        NewCommand {
            id: None,
            device: self.shutter.clone(),
            property: name::open_close_operation(),
            value: PropertyValue::word(word),
            origin: Origin::Resident {
                resident: ResidentId::from_random([9; 10]),
            },
            idempotency_key: None,
            expires_at: None,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

fn open(folder: &tempfile::TempDir, clock: &ManualClock) -> (Service, AuditLog) {
    let shared = Arc::new(clock.clone());
    let keys = KeyFile::open_or_create(&folder.path().join("platform.key"), &SystemEntropy).unwrap();
    let audit = AuditLog::open(folder.path(), &keys, shared.clone()).unwrap();
    let service = Service::open(
        &folder.path().join("device_state.db"),
        shared,
        Arc::new(SeededEntropy::new(1)),
        audit.clone(),
        Doorbell::default(),
        Keep::default(),
    );
    (service.unwrap(), audit)
}

pub fn tokyo() -> NewHome {
    NewHome {
        time_zone: "Asia/Tokyo".to_owned(),
        latitude: 35.681,
        longitude: 139.767,
    }
}

pub fn endpoint(node: u8) -> Endpoint {
    Endpoint {
        node: format!("fe0000{node:02x}").parse().unwrap(),
        class_code: DeviceKind::ElectricRainDoor.class_code(),
        instance: 1,
    }
}

pub fn shutter(node: u8) -> NewEquipment {
    NewEquipment {
        kind: DeviceKind::ElectricRainDoor,
        room: "居間".to_owned(),
        name: "南の窓".to_owned(),
        model: "ST-1".to_owned(),
        endpoint: Some(endpoint(node)),
    }
}
