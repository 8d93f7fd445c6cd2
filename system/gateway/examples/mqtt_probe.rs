//! The gateway's room for devices that prove themselves, alone, for tests against foreign clients: wishes come in as JSON
//! lines, events and answers go out as JSON lines.
//!
//! ```text
//! mqtt_probe FOLDER [ADDRESS]
//! {"do":"devices","devices":[{"id":"dev_a","kind":"electricLock","certificate":1}]}
//! {"do":"papers","device":"dev_a","folder":"/tmp/x"}    writes device.key, device.pem, ca.pem there
//! {"do":"set","device":"dev_a","property":"mainElectricLock","value":true}
//! {"do":"known","device":"dev_a"} {"do":"refusals"}
//! ```
//!
//! The first line it says is `{"event":"ready","port":…}`.

use std::io::{BufRead as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use tomori_gateway::lan::LanEvent;
use tomori_gateway::mqtt::{Mqtt, MqttConfig};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::file::write_atomic;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::{Device, DeviceId, DeviceKind, Equipment, PropertyName, PropertyValue};

type AnyError = Box<dyn std::error::Error>;

/// One wish.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", deny_unknown_fields)]
enum Wish {
    Devices {
        devices: Vec<Line>,
    },
    Papers {
        device: DeviceId,
        folder: PathBuf,
    },
    Set {
        device: DeviceId,
        property: PropertyName,
        value: PropertyValue,
    },
    Known {
        device: DeviceId,
    },
    Refusals {},
}

/// One line of the equipment list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: DeviceId,
    kind: DeviceKind,
    certificate: u32,
}

impl Line {
    fn equipment(self) -> Equipment {
        Equipment {
            device: Device {
                name: self.id.to_string(),
                id: self.id,
                kind: self.kind,
                room: "Room".to_owned(),
            },
            model: String::new(),
            endpoint: None,
            certificate: Some(self.certificate),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), AnyError> {
    let (_trigger, shutdown) = Shutdown::new();
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("the data folder is missing")?;
    let host: IpAddr = arguments.next().unwrap_or_else(|| "127.0.0.1".to_owned()).parse()?;
    let listen = TcpListener::bind(SocketAddr::from((host, 0)))?.local_addr()?;
    let (mqtt, mut events) = Mqtt::alone(
        MqttConfig::at(listen, None, host),
        "home_1".parse()?,
        DataDir::open(Path::new(&folder))?,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
        shutdown,
    )
    .await?;
    say(&json!({ "event": "ready", "port": listen.port() }))?;
    let (sender, mut wishes) = tokio::sync::mpsc::channel(16);
    std::thread::spawn(move || {
        let lines = std::io::stdin().lock().lines().map_while(Result::ok);
        lines.for_each(|line| drop(sender.blocking_send(line)));
    });
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => {
                    say(&told(&event))?;
                    mqtt.taken_in(1);
                }
                None => return Ok(()),
            },
            wish = wishes.recv() => match wish {
                Some(line) => {
                    let mqtt = mqtt.clone();
                    let wish: Wish = serde_json::from_str(&line)?;
                    tokio::spawn(async move {
                        let answer = fulfil(&mqtt, wish).await;
                        // Nobody reads any more: nothing is left to say.
                        let _ = say(&answer);
                    });
                }
                None => return Ok(()),
            },
        }
    }
}

async fn fulfil(mqtt: &Mqtt, wish: Wish) -> Value {
    match wish {
        Wish::Devices { devices } => {
            let lines: Vec<Equipment> = devices.into_iter().map(Line::equipment).collect();
            mqtt.set_equipment(&lines);
            json!({ "answer": "devices" })
        }
        Wish::Papers { device, folder } => {
            let error = papers(mqtt, &device, &folder).err().map(|error| error.to_string());
            json!({ "answer": "papers", "device": device, "ok": error.is_none(), "error": error })
        }
        Wish::Set {
            device,
            property,
            value,
        } => {
            let result = mqtt.set(&device, &property, &value).await;
            let error = result.err().map(|error| error.to_string());
            json!({ "answer": "set", "device": device, "ok": error.is_none(), "error": error })
        }
        Wish::Known { device } => {
            let known = mqtt.known(&device).unwrap_or_default();
            let values = known
                .reports
                .iter()
                .map(|(name, report)| (name.to_string(), json!(report.value)));
            let values: serde_json::Map<_, _> = values.collect();
            json!({ "answer": "known", "device": device, "alive": known.alive, "values": values })
        }
        Wish::Refusals {} => json!({ "answer": "refusals", "refusals": mqtt.refusals() }),
    }
}

fn papers(mqtt: &Mqtt, device: &DeviceId, folder: &Path) -> Result<(), AnyError> {
    let papers = mqtt.papers(device)?.ok_or("no such device")?;
    std::fs::create_dir_all(folder)?;
    write_atomic(&folder.join("device.key"), papers.key.as_bytes())?;
    write_atomic(&folder.join("device.pem"), papers.certificate.as_bytes())?;
    write_atomic(&folder.join("ca.pem"), papers.authority.as_bytes())?;
    Ok(())
}

fn told(event: &LanEvent) -> Value {
    match event {
        LanEvent::Reported {
            device,
            property,
            report,
        } => json!({ "event": "reported", "device": device, "property": property, "value": report.value }),
        LanEvent::Appeared { device } => json!({ "event": "appeared", "device": device }),
        LanEvent::Lost { device, .. } => json!({ "event": "lost", "device": device }),
        LanEvent::Impersonation { device, address } => {
            json!({ "event": "impersonation", "device": device, "address": address })
        }
        LanEvent::MovedByHand { .. } | LanEvent::UnknownNode { .. } => json!({ "event": "other" }),
    }
}

fn say(line: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
