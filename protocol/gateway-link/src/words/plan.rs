//! The house plan and what it lists.

use tomori_smart_home::arming::Security;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::plan::Grant;
use tomori_smart_home::schedule::Place;
use tomori_smart_home::{Device, DeviceKind, Equipment, HousePlan, NodeId, Schedule};

use crate::error::ContractError;
use crate::{read, v1};

impl From<&Endpoint> for v1::Endpoint {
    fn from(endpoint: &Endpoint) -> Self {
        Self {
            node: endpoint.node.as_bytes().to_vec().into(),
            class_code: endpoint.class_code.into(),
            instance: endpoint.instance.into(),
        }
    }
}

impl TryFrom<v1::Endpoint> for Endpoint {
    type Error = ContractError;

    fn try_from(message: v1::Endpoint) -> Result<Self, ContractError> {
        Ok(Self {
            node: NodeId::new(&message.node).map_err(|error| ContractError::new("node", error))?,
            class_code: u16::try_from(message.class_code)
                .map_err(|_| ContractError::new("class_code", "a class code has two bytes"))?,
            instance: u8::try_from(message.instance)
                .ok()
                .filter(|instance| (1..=Self::LAST_INSTANCE).contains(instance))
                .ok_or_else(|| ContractError::new("instance", "give 1 to 127"))?,
        })
    }
}

impl From<&Equipment> for v1::Equipment {
    fn from(equipment: &Equipment) -> Self {
        Self {
            device_id: equipment.device.id.to_string(),
            class_code: equipment.device.kind.class_code().into(),
            room: equipment.device.room.clone(),
            name: equipment.device.name.clone(),
            model: equipment.model.clone(),
            endpoint: equipment.endpoint.as_ref().map(Into::into),
            certificate: equipment.certificate.unwrap_or(0),
        }
    }
}

impl TryFrom<v1::Equipment> for Equipment {
    type Error = ContractError;

    fn try_from(message: v1::Equipment) -> Result<Self, ContractError> {
        let kind = u16::try_from(message.class_code)
            .ok()
            .and_then(DeviceKind::from_class_code)
            .ok_or_else(|| ContractError::unknown("class_code"))?;
        let endpoint = message.endpoint.map(Endpoint::try_from).transpose();
        let equipment = Self {
            device: Device {
                id: read::id("device_id", &message.device_id)?,
                kind,
                room: message.room,
                name: message.name,
            },
            model: message.model,
            endpoint: endpoint.map_err(|error| error.within("endpoint"))?,
            certificate: Some(message.certificate).filter(|generation| *generation > 0),
        };
        equipment
            .check()
            .map_err(|error| ContractError::new(error.field, error.why))?;
        Ok(equipment)
    }
}

impl From<&Grant> for v1::Grant {
    fn from(grant: &Grant) -> Self {
        Self {
            id: grant.id.to_string(),
            resident_id: grant.resident.to_string(),
            resident_name: grant.resident_name.clone(),
            secret_sha256: grant.secret_sha256.clone().into(),
            expires_at: grant.expires_at.as_microsecond(),
        }
    }
}

impl TryFrom<v1::Grant> for Grant {
    type Error = ContractError;

    fn try_from(message: v1::Grant) -> Result<Self, ContractError> {
        if message.secret_sha256.len() != 32 {
            return Err(ContractError::new("secret_sha256", "a SHA-256 has 32 bytes"));
        }
        read::text("resident_name", &message.resident_name, 1, HousePlan::LONGEST_NAME)?;
        Ok(Self {
            id: read::id("id", &message.id)?,
            resident: read::id("resident_id", &message.resident_id)?,
            resident_name: message.resident_name,
            secret_sha256: message.secret_sha256.to_vec(),
            expires_at: read::time("expires_at", message.expires_at)?,
        })
    }
}

impl From<&HousePlan> for v1::HousePlan {
    fn from(plan: &HousePlan) -> Self {
        Self {
            home_id: plan.home.to_string(),
            home_name: plan.home_name.clone(),
            version: plan.version,
            place: Some((&plan.place).into()),
            equipment: plan.equipment.iter().map(Into::into).collect(),
            schedules: plan.schedules.iter().map(Into::into).collect(),
            grants: plan.grants.iter().map(Into::into).collect(),
            security: Some((&plan.security).into()),
        }
    }
}

impl TryFrom<v1::HousePlan> for HousePlan {
    type Error = ContractError;

    fn try_from(message: v1::HousePlan) -> Result<Self, ContractError> {
        // Counted before anything is converted, so that a huge plan costs nothing.
        count("equipment", message.equipment.len(), Self::MOST_EQUIPMENT)?;
        count("schedules", message.schedules.len(), Self::MOST_SCHEDULES)?;
        count("grants", message.grants.len(), Self::MOST_GRANTS)?;
        let place = Place::try_from(read::present("place", message.place)?);
        let plan = Self {
            home: read::id("home_id", &message.home_id)?,
            home_name: message.home_name,
            version: message.version,
            place: place.map_err(|error| error.within("place"))?,
            equipment: each::<_, Equipment>("equipment", message.equipment)?,
            schedules: each::<_, Schedule>("schedules", message.schedules)?,
            grants: each::<_, Grant>("grants", message.grants)?,
            // A platform that knows nothing of guards leaves it out.
            security: message
                .security
                .map(|security| Security::try_from(security).map_err(|error| error.within("security")))
                .transpose()?
                .unwrap_or_default(),
        };
        plan.check()
            .map_err(|error| ContractError::new(error.field.replace("homeName", "home_name"), error.why))?;
        Ok(plan)
    }
}

fn count(field: &str, given: usize, most: usize) -> Result<(), ContractError> {
    if given <= most {
        Ok(())
    } else {
        Err(ContractError::new(
            field,
            format!("{given} are too many; give at most {most}"),
        ))
    }
}

fn each<M, T: TryFrom<M, Error = ContractError>>(field: &str, messages: Vec<M>) -> Result<Vec<T>, ContractError> {
    messages
        .into_iter()
        .enumerate()
        .map(|(index, message)| T::try_from(message).map_err(|error| error.within(&format!("{field}[{index}]"))))
        .collect()
}
