//! The guard of a house: zones, alarms, how it stands, orders.

use std::collections::BTreeSet;

use tomori_smart_home::arming::{
    Answer, Arming, Code, Fault, Mode, Obstacle, Order, Outcome, Phase, Security, Wish, Zone,
};
use tomori_smart_home::{Alarm, DeviceId, Equipment, Hazard, Nonce, Trust};

use crate::error::ContractError;
use crate::v1::alarm::Hazard as WireHazard;
use crate::v1::arming::{Fault as WireFault, Mode as WireMode, Outcome as WireOutcome, Phase as WirePhase};
use crate::v1::arming_order::Wish as WireWish;
use crate::{read, v1};

impl From<&Security> for v1::Security {
    fn from(security: &Security) -> Self {
        Self {
            zones: security.zones.iter().map(Into::into).collect(),
            exit_delay_s: security.exit_delay_s.into(),
            entry_delay_s: security.entry_delay_s.into(),
        }
    }
}

impl TryFrom<v1::Security> for Security {
    type Error = ContractError;

    fn try_from(message: v1::Security) -> Result<Self, ContractError> {
        if message.zones.len() > Self::MOST_ZONES {
            let why = format!(
                "{} are too many; give at most {}",
                message.zones.len(),
                Self::MOST_ZONES
            );
            return Err(ContractError::new("zones", why));
        }
        let delay = |field: &str, seconds: u32| {
            let fits = u16::try_from(seconds).ok().filter(|it| *it <= Self::LONGEST_DELAY_S);
            fits.ok_or_else(|| ContractError::new(field, format!("give 0 to {} seconds", Self::LONGEST_DELAY_S)))
        };
        Ok(Self {
            exit_delay_s: delay("exit_delay_s", message.exit_delay_s)?,
            entry_delay_s: delay("entry_delay_s", message.entry_delay_s)?,
            zones: message
                .zones
                .into_iter()
                .enumerate()
                .map(|(index, zone)| Zone::try_from(zone).map_err(|error| error.within(&format!("zones[{index}]"))))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl From<&Zone> for v1::Zone {
    fn from(zone: &Zone) -> Self {
        Self {
            id: zone.id.to_string(),
            name: zone.name.clone(),
            modes: zone.modes.iter().map(|mode| wire_mode(*mode).into()).collect(),
            is_way_in: zone.is_way_in,
            device_ids: zone.devices.iter().map(ToString::to_string).collect(),
        }
    }
}

impl TryFrom<v1::Zone> for Zone {
    type Error = ContractError;

    fn try_from(message: v1::Zone) -> Result<Self, ContractError> {
        read::text("name", &message.name, 1, Equipment::LONGEST_NAME)?;
        Ok(Self {
            id: read::id("id", &message.id)?,
            modes: message
                .modes()
                .map(|mode| read_mode("modes", mode))
                .collect::<Result<_, _>>()?,
            is_way_in: message.is_way_in,
            devices: devices("device_ids", &message.device_ids, Security::MOST_DEVICES)?,
            name: message.name,
        })
    }
}

impl From<&Alarm> for v1::Alarm {
    fn from(alarm: &Alarm) -> Self {
        Self {
            id: alarm.id.to_string(),
            incident_id: alarm.incident.to_string(),
            nonce: alarm.nonce.as_bytes().to_vec().into(),
            hazard: wire_hazard(alarm.hazard).into(),
            device_id: alarm.device.as_ref().map(ToString::to_string).unwrap_or_default(),
            authenticated: alarm.trust == Trust::Authenticated,
            at: alarm.at.as_microsecond(),
        }
    }
}

impl TryFrom<v1::Alarm> for Alarm {
    type Error = ContractError;

    fn try_from(message: v1::Alarm) -> Result<Self, ContractError> {
        let hazard = match WireHazard::try_from(message.hazard) {
            Ok(WireHazard::Fire) => Hazard::Fire,
            Ok(WireHazard::Duress) => Hazard::Duress,
            Ok(WireHazard::Emergency) => Hazard::Emergency,
            Ok(WireHazard::GlassBreak) => Hazard::GlassBreak,
            Ok(WireHazard::Tamper) => Hazard::Tamper,
            Ok(WireHazard::Silence) => Hazard::Silence,
            // An alarm whose kind a newer gateway knows and this side does not is an alarm nevertheless: it must not be
            // skipped like other words of a newer contract.
            Ok(WireHazard::Intrusion | WireHazard::Unspecified) | Err(_) => Hazard::Intrusion,
        };
        Ok(Self {
            id: read::id("id", &message.id)?,
            incident: read::id("incident_id", &message.incident_id)?,
            nonce: Nonce::try_from(&*message.nonce).map_err(|error| ContractError::new("nonce", error))?,
            hazard,
            device: optional("device_id", &message.device_id)?,
            trust: match message.authenticated {
                true => Trust::Authenticated,
                false => Trust::Unauthenticated,
            },
            at: read::time("at", message.at)?,
        })
    }
}

impl From<&Arming> for v1::Arming {
    fn from(arming: &Arming) -> Self {
        let (answered_order, outcome) = match &arming.answer {
            Some(answer) => (answer.order.to_string(), wire_outcome(answer.outcome)),
            None => (String::new(), WireOutcome::Unspecified),
        };
        Self {
            mode: wire_mode(arming.mode).into(),
            since: arming.since.as_microsecond(),
            phase: match arming.phase {
                Phase::Disarmed => None,
                Phase::Armed => Some(WirePhase::Armed(true)),
                Phase::Leaving { until } => Some(WirePhase::LeavingUntil(until.as_microsecond())),
                Phase::Entering { until } => Some(WirePhase::EnteringUntil(until.as_microsecond())),
            },
            bypassed: arming.bypassed.iter().map(ToString::to_string).collect(),
            obstacles: arming
                .obstacles
                .iter()
                .map(|obstacle| v1::arming::Obstacle {
                    device_id: obstacle.device.to_string(),
                    fault: wire_fault(obstacle.fault).into(),
                })
                .collect(),
            low_battery: arming.low_battery.iter().map(ToString::to_string).collect(),
            incident_id: arming.incident.as_ref().map(ToString::to_string).unwrap_or_default(),
            has_code: arming.has_code,
            answered_order,
            outcome: outcome.into(),
        }
    }
}

impl TryFrom<v1::Arming> for Arming {
    type Error = ContractError;

    fn try_from(message: v1::Arming) -> Result<Self, ContractError> {
        let most = v1::Arming::MOST_DEVICES;
        if message.obstacles.len() > most {
            return Err(ContractError::new("obstacles", format!("give at most {most}")));
        }
        let answer = optional("answered_order", &message.answered_order)?
            .map(|order| {
                Ok::<_, ContractError>(Answer {
                    order,
                    outcome: read_outcome(message.outcome())?,
                })
            })
            .transpose()?;
        Ok(Self {
            mode: read_mode("mode", message.mode())?,
            phase: match message.phase {
                None => Phase::Disarmed,
                Some(WirePhase::Armed(_)) => Phase::Armed,
                Some(WirePhase::LeavingUntil(until)) => Phase::Leaving {
                    until: read::time("leaving_until", until)?,
                },
                Some(WirePhase::EnteringUntil(until)) => Phase::Entering {
                    until: read::time("entering_until", until)?,
                },
            },
            since: read::time("since", message.since)?,
            bypassed: devices("bypassed", &message.bypassed, most)?.into_iter().collect(),
            obstacles: message
                .obstacles
                .iter()
                .map(|obstacle| {
                    Ok(Obstacle {
                        device: read::id("obstacles.device_id", &obstacle.device_id)?,
                        // Whatever a newer gateway has to object: it is not known to be closed.
                        fault: match obstacle.fault() {
                            WireFault::Open => Fault::Open,
                            WireFault::Unavailable | WireFault::Unspecified => Fault::Unavailable,
                            WireFault::Unread => Fault::Unread,
                            WireFault::Tampered => Fault::Tampered,
                        },
                    })
                })
                .collect::<Result<BTreeSet<_>, ContractError>>()?,
            low_battery: devices("low_battery", &message.low_battery, most)?
                .into_iter()
                .collect(),
            incident: optional("incident_id", &message.incident_id)?,
            has_code: message.has_code,
            answer,
        })
    }
}

impl v1::Arming {
    /// Devices of one list at most: as many as a house has.
    pub const MOST_DEVICES: usize = tomori_smart_home::HousePlan::MOST_EQUIPMENT;
}

impl From<&Order> for v1::ArmingOrder {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id.to_string(),
            resident_id: order.resident.to_string(),
            wish: Some(match &order.wish {
                Wish::Arm { mode, bypass } => WireWish::Arm(v1::arming_order::Arm {
                    mode: wire_mode(*mode).into(),
                    bypass: bypass.iter().map(ToString::to_string).collect(),
                }),
                Wish::Disarm { code } => WireWish::Code(code.digits().to_owned()),
            }),
            expires_at: order.expires_at.as_microsecond(),
        }
    }
}

impl TryFrom<v1::ArmingOrder> for Order {
    type Error = ContractError;

    fn try_from(message: v1::ArmingOrder) -> Result<Self, ContractError> {
        let wish = match message.wish {
            None => return Err(ContractError::unknown("wish")),
            Some(WireWish::Code(digits)) => Wish::Disarm {
                code: Code::new(&digits).map_err(|error| ContractError::new("code", error))?,
            },
            Some(WireWish::Arm(arm)) => Wish::Arm {
                mode: read_mode("arm.mode", arm.mode())?,
                bypass: devices("arm.bypass", &arm.bypass, Self::MOST_BYPASSED)?
                    .into_iter()
                    .collect(),
            },
        };
        Ok(Self {
            id: read::id("id", &message.id)?,
            resident: read::id("resident_id", &message.resident_id)?,
            wish,
            expires_at: read::time("expires_at", message.expires_at)?,
        })
    }
}

fn devices(field: &str, given: &[String], most: usize) -> Result<Vec<DeviceId>, ContractError> {
    if given.len() > most {
        let why = format!("{} are too many; give at most {most}", given.len());
        return Err(ContractError::new(field, why));
    }
    given.iter().map(|id| read::id(field, id)).collect()
}

fn optional<T>(field: &str, given: &str) -> Result<Option<T>, ContractError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    if given.is_empty() {
        Ok(None)
    } else {
        read::id(field, given).map(Some)
    }
}

fn wire_mode(mode: Mode) -> WireMode {
    match mode {
        Mode::Disarmed => WireMode::Disarmed,
        Mode::Home => WireMode::Home,
        Mode::Away => WireMode::Away,
        Mode::Night => WireMode::Night,
    }
}

fn read_mode(field: &str, mode: WireMode) -> Result<Mode, ContractError> {
    match mode {
        WireMode::Unspecified => Err(ContractError::unknown(field)),
        WireMode::Disarmed => Ok(Mode::Disarmed),
        WireMode::Home => Ok(Mode::Home),
        WireMode::Away => Ok(Mode::Away),
        WireMode::Night => Ok(Mode::Night),
    }
}

fn wire_hazard(hazard: Hazard) -> WireHazard {
    match hazard {
        Hazard::Fire => WireHazard::Fire,
        Hazard::Duress => WireHazard::Duress,
        Hazard::Emergency => WireHazard::Emergency,
        Hazard::GlassBreak => WireHazard::GlassBreak,
        Hazard::Tamper => WireHazard::Tamper,
        Hazard::Silence => WireHazard::Silence,
        // A hazard without a word of its own on the wire is told as one that somebody looks after.
        _ => WireHazard::Intrusion,
    }
}

fn wire_fault(fault: Fault) -> WireFault {
    match fault {
        Fault::Open => WireFault::Open,
        Fault::Unavailable => WireFault::Unavailable,
        Fault::Unread => WireFault::Unread,
        Fault::Tampered => WireFault::Tampered,
    }
}

fn wire_outcome(outcome: Outcome) -> WireOutcome {
    match outcome {
        Outcome::Done => WireOutcome::Done,
        Outcome::NotReady => WireOutcome::NotReady,
        Outcome::WrongCode => WireOutcome::WrongCode,
        Outcome::Locked => WireOutcome::Locked,
        Outcome::NoCode => WireOutcome::NoCode,
        Outcome::NoZone => WireOutcome::NoZone,
        Outcome::DisarmFirst => WireOutcome::DisarmFirst,
        Outcome::Expired => WireOutcome::Expired,
        Outcome::NotRemembered => WireOutcome::NotRemembered,
    }
}

fn read_outcome(outcome: WireOutcome) -> Result<Outcome, ContractError> {
    Ok(match outcome {
        WireOutcome::Unspecified => return Err(ContractError::unknown("outcome")),
        WireOutcome::Done => Outcome::Done,
        WireOutcome::NotReady => Outcome::NotReady,
        WireOutcome::WrongCode => Outcome::WrongCode,
        WireOutcome::Locked => Outcome::Locked,
        WireOutcome::NoCode => Outcome::NoCode,
        WireOutcome::NoZone => Outcome::NoZone,
        WireOutcome::DisarmFirst => Outcome::DisarmFirst,
        WireOutcome::Expired => Outcome::Expired,
        WireOutcome::NotRemembered => Outcome::NotRemembered,
    })
}
