//! A house that a security company guards: contract, zone, codes, armed.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use tomori_gateway::NewCodes;
use tomori_smart_home::arming::{Code, Mode, Outcome, Security, Wish, Zone};
use tomori_smart_home::{CompanyId, DeviceId, OperatorId, ZoneId};

use super::{House, World};
use crate::patience::until;

/// The code that disarms a house of these tests.
pub const CODE: &str = "135790";
const DURESS: &str = "135791";

/// Gives the first house, whose gateway runs in this process, to a new company; these windows are a zone that is guarded
/// while nobody is in, and the house is armed.
///
/// # Errors
/// When platform or gateway refuse something, or a window is not read in time.
pub async fn by_a_company(world: &World, windows: Vec<DeviceId>) -> Result<CompanyId> {
    let (house, by) = (world.house(0)?, OperatorId::from_random([1; 10]));
    let dispatch = &world.platform.services()?.dispatch;
    let company = dispatch.add_company("灯警備", &by).await?;
    let contract = Some((company.clone(), BTreeSet::new()));
    dispatch.set_contract(&house.home, contract, &by).await?;
    let zone = Zone {
        id: ZoneId::from_random([1; 10]),
        name: "窓".to_owned(),
        modes: BTreeSet::from([Mode::Away]),
        is_way_in: false,
        devices: windows,
    };
    let security = Security {
        zones: vec![zone],
        exit_delay_s: 0,
        entry_delay_s: 30,
    };
    dispatch.set_security(&house.home, security, &by).await?;
    let inside = house.inside().context("the gateway runs")?;
    until("the gateway knows the zone and has read its windows", async || {
        let zones = inside.plan().map_or(0, |plan| plan.security.zones.len());
        Ok(zones == 1 && inside.arming().obstacles.is_empty())
    })
    .await?;
    let codes = NewCodes {
        code: Code::new(CODE)?,
        duress: Code::new(DURESS)?,
        current: None,
    };
    inside.set_codes(codes).await?;
    arm(house).await?;
    Ok(company)
}

/// Arms a house whose gateway runs in this process, as its residents do who have left.
///
/// # Errors
/// When it is not ready in time.
pub async fn arm(house: &House) -> Result<()> {
    let wish = Wish::Arm {
        mode: Mode::Away,
        bypass: BTreeSet::new(),
    };
    let inside = house.inside().context("the gateway runs")?;
    until("the house is armed", async || {
        Ok(inside.order(wish.clone(), house.resident.clone()).await == Outcome::Done)
    })
    .await
}
