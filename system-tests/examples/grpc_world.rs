//! A platform with two homes, for a gateway that is not ours: `grpc_world PYTHON SCRIPT CONTRACT`.
//!
//! Starts the platform on real sockets, hands the script what an installer would have (addresses, an enrolment code, the
//! authority's certificate), gives a command when the script is ready for one, and looks at what the platform believes
//! afterwards. Its exit code is the script's, or 1 when the platform believes something else.

use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tomori_gateway_link::EnrolmentCode;
use tomori_platform::config::Config;
use tomori_platform::device_state::{NewCommand, NewEquipment, NewHome};
use tomori_platform::server::{Clocks, Platform, Services};
use tomori_runtime::clock::{SharedClock, SystemClock};
use tomori_runtime::config::parse_valid;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::pki::{CertificateAuthority, LifeTime, PrivateKey, certificates_to_pem};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::property::name;
use tomori_smart_home::{DeviceId, DeviceKind, HomeId, NodeId, Origin, PropertyValue, ResidentId, Stage};

const CONFIG: &str =
    "[link]\nlisten = \"127.0.0.1:0\"\n[enrolment]\nlisten = \"127.0.0.1:0\"\n[web]\nlisten = \"127.0.0.1:0\"\n";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("not ok - {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<bool> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what| arguments.next().with_context(|| format!("{what} is missing"));
    let (python, script, contract) = (next("the Python")?, next("the script")?, next("the contract's folder")?);
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("platform");
    let clock: SharedClock = Arc::new(SystemClock);
    let clocks = Clocks {
        house: clock.clone(),
        wall: clock,
    };
    let config: Config = parse_valid("platform.toml", CONFIG)?;
    let platform = Platform::open(config, DataDir::open(&data)?, clocks, Arc::new(SystemEntropy)).await?;
    let services = platform.services().clone();
    let (own_home, own_device) = furnish(&services, 1).await?;
    let (_, foreign_device) = furnish(&services, 2).await?;
    let code: EnrolmentCode = services
        .gateways
        .new_enrolment_code(&own_home, "test")
        .await?
        .text
        .parse()?;
    let (expired_chain, expired_key) = expired(folder.path(), &data)?;
    let enrolment = platform.addresses().enrolment;
    let (trigger, shutdown) = Shutdown::new();
    let serving = tokio::spawn(platform.run(Router::new(), shutdown));

    let mut child = Command::new(python)
        .arg(script)
        .args([
            "--contract",
            &contract,
            "--enrolment",
            &enrolment.to_string(),
            "--code",
            &code.secret(),
        ])
        .args([
            "--own-device",
            own_device.as_str(),
            "--foreign-device",
            foreign_device.as_str(),
        ])
        .arg("--ca")
        .arg(data.join("ca/ca.pem"))
        .arg("--expired-chain")
        .arg(expired_chain)
        .arg("--expired-key")
        .arg(expired_key)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("the foreign gateway")?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let mut command = None;
    while let Some(line) = lines.next_line().await? {
        match line.as_str() {
            "ready-for-command" => command = Some(give(&services, &own_home, &own_device).await?),
            "obeyed" => {
                let id = command.take().context("obeyed without a command")?;
                let record = services.device_state.command_record(&own_home, &id).await?;
                let verdict = if record.stage == Stage::Observed {
                    "ok"
                } else {
                    "not ok"
                };
                say(&format!(
                    "{verdict} - the platform believes that the command was observed"
                ));
                anyhow::ensure!(
                    record.stage == Stage::Observed,
                    "the command stands at {}",
                    record.stage.name()
                );
            }
            other => say(other),
        }
    }
    let status = child.wait().await?;
    trigger.stop();
    serving.await??;
    Ok(status.success())
}

async fn furnish(services: &Services, number: u8) -> Result<(HomeId, DeviceId)> {
    let place = NewHome {
        time_zone: "Asia/Tokyo".to_owned(),
        latitude: 35.68,
        longitude: 139.77,
    };
    let home = services.device_state.add_home(place, "test").await?;
    let endpoint = Endpoint {
        node: NodeId::new(&[0xfe, 0, 0, 0x77, number])?,
        class_code: DeviceKind::ElectricRainDoor.class_code(),
        instance: 1,
    };
    let shutter = NewEquipment {
        kind: DeviceKind::ElectricRainDoor,
        room: "Living room".to_owned(),
        name: "Shutter".to_owned(),
        model: String::new(),
        endpoint: Some(endpoint),
    };
    let device = services.device_state.add_equipment(&home, shutter, "test").await?;
    Ok((home, device))
}

async fn give(services: &Services, home: &HomeId, device: &DeviceId) -> Result<tomori_smart_home::CommandId> {
    let wish = NewCommand {
        id: None,
        device: device.clone(),
        property: name::open_close_operation(),
        value: PropertyValue::word("open"),
        origin: Origin::Resident {
            resident: ResidentId::from_random([7; 10]),
        },
        idempotency_key: None,
        expires_at: None,
    };
    Ok(services.device_state.command(home, wish).await?.command.id)
}

/// A certificate of the right authority that ended yesterday, and its key.
fn expired(folder: &Path, data: &Path) -> Result<(std::path::PathBuf, std::path::PathBuf)> {
    let now = Timestamp::now();
    let authority = CertificateAuthority::open_or_create(&data.join("ca"), "", now, &SystemEntropy)?;
    let key = PrivateKey::generate()?;
    let life_time = LifeTime {
        not_before: now - SignedDuration::from_hours(24 * 31),
        not_after: now - SignedDuration::from_hours(24),
    };
    let uri = "urn:tomori:gateway:gw_0123456789abcdef:home:home_0123456789abcdef";
    let issued = authority.issue_client(&key.request()?, uri, life_time, &SystemEntropy)?;
    let (chain_path, key_path) = (folder.join("expired.pem"), folder.join("expired.key"));
    std::fs::write(&chain_path, certificates_to_pem(&issued.chain_der))?;
    key.save(&key_path)?;
    Ok((chain_path, key_path))
}

fn say(line: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}
