//! Homes and their equipment lists.

use tomori_runtime::entropy::bytes;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::schedule::Place;
use tomori_smart_home::{DeviceId, Equipment, GatewayId, HomeId};

use super::super::model::house::{MOST_DEVICES, Unfit, check_endpoint};
use super::super::model::{Changed, Happened, NewEquipment, NewHome, UnknownNode};
use super::super::store::{self, history::Entry};
use super::{Service, StateError, known_home};
use crate::house_plan::Part;

/// What this room hands over for the house plan.
#[derive(Debug, Clone, PartialEq)]
pub struct EquipmentPart {
    /// Where the home is.
    pub place: Place,
    /// Its equipment list.
    pub equipment: Vec<Equipment>,
}

impl Service {
    /// Adds a home.
    ///
    /// # Errors
    /// When its place does not fit, or the store fails.
    pub async fn add_home(&self, new: NewHome, by: &str) -> Result<HomeId, StateError> {
        let place = new.place()?;
        let id = HomeId::from_random(bytes(&*self.inner.entropy));
        let now = self.inner.clock.now();
        let added = id.clone();
        self.inner
            .database
            .write(move |tx| store::homes::add(tx, &added, &place, now))
            .await?;
        self.inner.audit.record(by, "home.added", id.as_str(), "").await;
        self.changed(&id, None, Changed::Equipment);
        Ok(id)
    }

    /// Adds a line to the equipment list; with its node, when that is known already.
    ///
    /// # Errors
    /// When the home does not exist, a text does not fit, the node is taken, or the list is full.
    pub async fn add_equipment(&self, home: &HomeId, new: NewEquipment, by: &str) -> Result<DeviceId, StateError> {
        let id = DeviceId::from_random(bytes(&*self.inner.entropy));
        let line = new.line(id.clone())?;
        let now = self.inner.clock.now();
        let home_id = home.clone();
        let detail = format!("{} in {home}", line.device.kind.short_name());
        self.inner
            .database
            .try_write(move |tx| {
                known_home(tx, &home_id)?;
                if store::equipment::count(tx, &home_id)? >= MOST_DEVICES {
                    return Err(StateError::ListFull(MOST_DEVICES));
                }
                if let Some(endpoint) = &line.endpoint {
                    free(tx, &home_id, endpoint, None)?;
                    store::equipment::forget_unknown(tx, &home_id, endpoint)?;
                }
                store::equipment::add(tx, &home_id, &line, now)?;
                Ok(store::homes::bump_equipment(tx, &home_id)?)
            })
            .await?;
        self.inner
            .audit
            .record(by, "equipment.added", id.as_str(), &detail)
            .await;
        self.equipment_changed(home, &id);
        Ok(id)
    }

    /// Adopts a node for a device: from now on the gateway controls it (R2-2).
    ///
    /// # Errors
    /// When home or device do not exist, the class does not fit the device's kind, or the node is taken.
    pub async fn adopt(
        &self,
        home: &HomeId,
        device: &DeviceId,
        endpoint: Endpoint,
        by: &str,
    ) -> Result<(), StateError> {
        let now = self.inner.clock.now();
        let detail = format!("{}#{} in {home}", endpoint.node, endpoint.instance);
        let (home_id, device_id) = (home.clone(), device.clone());
        self.inner
            .database
            .try_write(move |tx| {
                let line = known_device(tx, &home_id, &device_id)?;
                check_endpoint(line.device.kind, &endpoint)?;
                if line.endpoint.as_ref() == Some(&endpoint) {
                    return Ok::<_, StateError>(());
                }
                free(tx, &home_id, &endpoint, Some(&device_id))?;
                store::equipment::set_endpoint(tx, &device_id, Some(&endpoint))?;
                store::equipment::forget_unknown(tx, &home_id, &endpoint)?;
                let happened = Happened::DeviceAdopted {
                    device: device_id,
                    endpoint,
                };
                store::history::append(tx, &home_id, now, now, &Entry::Happened(&happened))?;
                Ok(store::homes::bump_equipment(tx, &home_id)?)
            })
            .await?;
        self.inner
            .audit
            .record(by, "device.adopted", device.as_str(), &detail)
            .await;
        self.equipment_changed(home, device);
        Ok(())
    }

    /// Lets a device prove itself: from now on it answers with a certificate of the house's own authority, and with
    /// nothing else. Done again, the certificate before counts no more: so a lost device is shut out, and its
    /// replacement gets a new one.
    ///
    /// # Errors
    /// When home or device do not exist, or devices of its kind cannot have one.
    pub async fn certify(&self, home: &HomeId, device: &DeviceId, by: &str) -> Result<u32, StateError> {
        let now = self.inner.clock.now();
        let (home_id, device_id) = (home.clone(), device.clone());
        let certificate = self
            .inner
            .database
            .try_write(move |tx| {
                let line = known_device(tx, &home_id, &device_id)?;
                if !line.device.kind.can_prove_itself() {
                    let why = format!("a {} has no certificate", line.device.kind.short_name());
                    return Err(StateError::Unfit(Unfit::new("kind", &why)));
                }
                store::equipment::certify(tx, &device_id)?;
                let certified = known_device(tx, &home_id, &device_id)?.certificate.unwrap_or(0);
                let happened = Happened::DeviceCertified {
                    device: device_id,
                    certificate: certified,
                };
                store::history::append(tx, &home_id, now, now, &Entry::Happened(&happened))?;
                store::homes::bump_equipment(tx, &home_id)?;
                Ok::<_, StateError>(certified)
            })
            .await?;
        let detail = format!("certificate {certificate} in {home}; older ones count no more");
        self.inner
            .audit
            .record(by, "device.certified", device.as_str(), &detail)
            .await;
        self.equipment_changed(home, device);
        Ok(certificate)
    }

    /// Takes the node or the certificate away from a device; the device stays on the list.
    ///
    /// # Errors
    /// When home or device do not exist.
    pub async fn release(&self, home: &HomeId, device: &DeviceId, by: &str) -> Result<(), StateError> {
        let now = self.inner.clock.now();
        let (home_id, device_id) = (home.clone(), device.clone());
        self.inner
            .database
            .try_write(move |tx| {
                if !known_device(tx, &home_id, &device_id)?.is_adopted() {
                    return Ok(());
                }
                store::equipment::set_endpoint(tx, &device_id, None)?;
                let happened = Happened::DeviceReleased { device: device_id };
                store::history::append(tx, &home_id, now, now, &Entry::Happened(&happened))?;
                Ok::<_, StateError>(store::homes::bump_equipment(tx, &home_id)?)
            })
            .await?;
        self.inner
            .audit
            .record(by, "device.released", device.as_str(), home.as_str())
            .await;
        self.equipment_changed(home, device);
        Ok(())
    }

    /// Takes a device off the list.
    ///
    /// # Errors
    /// When home or device do not exist.
    pub async fn remove_equipment(&self, home: &HomeId, device: &DeviceId, by: &str) -> Result<(), StateError> {
        let now = self.inner.clock.now();
        let (home_id, device_id) = (home.clone(), device.clone());
        self.inner
            .database
            .try_write(move |tx| {
                known_device(tx, &home_id, &device_id)?;
                store::equipment::remove(tx, &device_id, now)?;
                Ok::<_, StateError>(store::homes::bump_equipment(tx, &home_id)?)
            })
            .await?;
        self.inner
            .audit
            .record(by, "equipment.removed", device.as_str(), home.as_str())
            .await;
        self.equipment_changed(home, device);
        Ok(())
    }

    /// Nodes on the house's network that are not on the list, newest first.
    ///
    /// # Errors
    /// When the home does not exist.
    pub async fn unknown_nodes(&self, home: &HomeId) -> Result<Vec<UnknownNode>, StateError> {
        let home = home.clone();
        self.inner
            .database
            .try_read(move |reader| {
                known_home(reader, &home)?;
                Ok(store::equipment::unknown_nodes(reader, &home)?)
            })
            .await
    }

    /// This room's part of the house plan.
    ///
    /// # Errors
    /// When the home does not exist.
    pub async fn equipment_part(&self, home: &HomeId) -> Result<Part<EquipmentPart>, StateError> {
        let home = home.clone();
        self.inner
            .database
            .try_read(move |reader| {
                let (place, _) = known_home(reader, &home)?;
                let version = store::homes::equipment_version(reader, &home)?;
                Ok(Part {
                    version: version.ok_or_else(|| StateError::NoSuchHome(home.clone()))?,
                    content: EquipmentPart {
                        place,
                        equipment: store::equipment::list(reader, &home)?,
                    },
                })
            })
            .await
    }

    /// Raises the version of a home's plan by `by`, through the part of it that is kept here: its gateway has a version
    /// in force that is as new or newer, because a backup of the platform was put back (docs/adr/0066).
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn raise_plan(&self, home: &HomeId, gateway: &GatewayId, by: u64) -> Result<(), StateError> {
        let of = home.clone();
        self.inner
            .database
            .write(move |tx| store::homes::raise_equipment(tx, &of, by))
            .await?;
        let detail = format!("by {by}: the gateway had a newer one in force; a backup was put back");
        self.inner
            .audit
            .record(gateway.as_str(), "plan.raised", home.as_str(), &detail)
            .await;
        Ok(())
    }

    fn equipment_changed(&self, home: &HomeId, device: &DeviceId) {
        self.inner.doorbell.ring(home);
        self.changed(home, Some(device.clone()), Changed::Equipment);
    }
}

fn known_device(
    reader: &tomori_runtime::db::Reader<'_>,
    home: &HomeId,
    device: &DeviceId,
) -> Result<Equipment, StateError> {
    known_home(reader, home)?;
    store::equipment::one(reader, home, device)?.ok_or_else(|| StateError::NoSuchDevice(device.clone()))
}

fn free(
    reader: &tomori_runtime::db::Reader<'_>,
    home: &HomeId,
    endpoint: &Endpoint,
    unless: Option<&DeviceId>,
) -> Result<(), StateError> {
    match store::equipment::at_endpoint(reader, home, endpoint)? {
        Some(other) if Some(&other) != unless => Err(StateError::NodeTaken(other)),
        _ => Ok(()),
    }
}
