//! The demo's installer: gives the things of the house that prove themselves their codes, and the house its first codes,
//! as somebody would who walks through the house with the gateway's command line in hand.

use std::time::Duration;

use anyhow::{Result, ensure};
use http::Method;
use serde_json::{Value, json};
use tomori_gateway::desk::{DeskError, ask};
use tomori_smart_home::DeviceId;
use tomori_smart_home::arming::Code;

use super::super::client::Api;
use super::super::world::World;

/// How often it is tried, and how long between: the gateway has to have the house plan first.
const TRIES: u32 = 120;
const PAUSE: Duration = Duration::from_millis(500);
/// How long between tries at the gateway's desk, which opens when the gateway starts.
const AT_THE_DESK: Duration = Duration::from_millis(100);

/// Sees to it that each thing has its certificate. Ends by itself.
pub(super) async fn install(world: World, things: Vec<(String, DeviceId)>) {
    let house = Api::new(world.house_page, String::new());
    for (thing, device) in things {
        let mut last = None;
        for _ in 0..TRIES {
            match install_one(&world, &house, &thing, &device).await {
                Ok(()) => {
                    last = None;
                    break;
                }
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(PAUSE).await;
        }
        if let Some(error) = last {
            tracing::warn!(thing, %device, error = %format!("{error:#}"), "a thing of the demo has no certificate");
        }
    }
}

/// Gives the house its codes, as soon as somebody is at the gateway's desk.
///
/// # Errors
/// When nobody comes there, or the gateway refuses.
pub(super) async fn set_codes(world: &World, code: &str, duress: &str) -> Result<()> {
    let (folder, code, duress) = (world.folder.join("gateway"), Code::new(code)?, Code::new(duress)?);
    let mut tries = 0;
    loop {
        match ask::new_codes(&folder, &code, &duress).await {
            Err(DeskError::Closed { .. }) if tries < TRIES => tries += 1,
            done => return Ok(done?),
        }
        tokio::time::sleep(AT_THE_DESK).await;
    }
}

async fn install_one(world: &World, house: &Api, thing: &str, device: &DeviceId) -> Result<()> {
    let node = house.get(&format!("/api/nodes/{thing}")).await?;
    if node.pointer("/voice/device").and_then(Value::as_str) == Some(device.as_str()) {
        return Ok(());
    }
    let code = ask::code(&world.folder.join("gateway"), device.clone()).await?;
    let wish = json!({ "gateway": world.certificates.to_string(), "code": code });
    let answer = house
        .send(Method::POST, &format!("/api/nodes/{thing}/enrol"), &wish)
        .await?;
    ensure!(
        answer.get("device").and_then(Value::as_str) == Some(device.as_str()),
        "another device's certificate"
    );
    Ok(())
}
