//! The gateway's LAN room alone, for tests against foreign nodes: wishes come in as JSON lines, events and answers go
//! out as JSON lines.
//!
//! ```text
//! lan_probe --address 198.18.0.1 [--port 3610] [--lost-after 15]
//! {"do":"adopt","devices":[{"id":"dev_a","kind":"electricRainDoor","node":"fe00…","instance":1}]}
//! {"do":"set","device":"dev_a","property":"openCloseOperation","value":"open","remote":true}
//! {"do":"read","device":"dev_a","properties":["openCloseStatus"]}
//! {"do":"known","device":"dev_a"} {"do":"search"} {"do":"counters"}
//! ```

use std::io::{BufRead as _, Write as _};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tomori_gateway::lan::{Lan, LanConfig, LanEvent};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::device::{Device, Endpoint, NodeId};
use tomori_smart_home::property::Source;
use tomori_smart_home::{DeviceId, DeviceKind, Equipment, PropertyName, PropertyValue};

type AnyError = Box<dyn std::error::Error>;

/// One wish.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", deny_unknown_fields)]
enum Wish {
    Adopt {
        devices: Vec<Line>,
    },
    Set {
        device: DeviceId,
        property: PropertyName,
        value: PropertyValue,
        #[serde(default)]
        remote: bool,
    },
    Read {
        device: DeviceId,
        properties: Vec<PropertyName>,
    },
    Known {
        device: DeviceId,
    },
    Search {},
    Counters {},
}

/// One line of the equipment list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: DeviceId,
    kind: DeviceKind,
    node: NodeId,
    instance: u8,
}

impl Line {
    fn equipment(self) -> Equipment {
        Equipment {
            endpoint: Some(Endpoint {
                node: self.node,
                class_code: self.kind.class_code(),
                instance: self.instance,
            }),
            model: String::new(),
            device: Device {
                name: self.id.to_string(),
                id: self.id,
                kind: self.kind,
                room: "Room".to_owned(),
            },
            certificate: None,
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), AnyError> {
    let (_trigger, shutdown) = Shutdown::new();
    let config = config(std::env::args().skip(1))?;
    let (lan, mut events) = Lan::start(config, Arc::new(SystemClock), Arc::new(SystemEntropy), shutdown).await?;
    let (sender, mut wishes) = tokio::sync::mpsc::channel(16);
    std::thread::spawn(move || {
        let lines = std::io::stdin().lock().lines().map_while(Result::ok);
        lines.for_each(|line| drop(sender.blocking_send(line)));
    });
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => say(&told(&event))?,
                None => return Ok(()),
            },
            wish = wishes.recv() => match wish {
                Some(line) => {
                    let lan = lan.clone();
                    let wish: Wish = serde_json::from_str(&line)?;
                    tokio::spawn(async move {
                        let answer = fulfil(&lan, wish).await;
                        // Nobody reads any more: nothing is left to say.
                        let _ = say(&answer);
                    });
                }
                None => return Ok(()),
            },
        }
    }
}

fn config(mut arguments: impl Iterator<Item = String>) -> Result<LanConfig, AnyError> {
    let mut config = LanConfig::default();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} wants a value"))?;
        match name.as_str() {
            "--address" => config.address = value.parse::<Ipv4Addr>()?,
            "--port" => config.port = value.parse()?,
            "--poll-every" => config.poll_every = Duration::from_secs_f64(value.parse()?),
            "--lost-after" => config.lost_after = Duration::from_secs_f64(value.parse()?),
            _ => return Err(format!("{name} is not known here").into()),
        }
    }
    Ok(config)
}

async fn fulfil(lan: &Lan, wish: Wish) -> Value {
    match wish {
        Wish::Adopt { devices } => {
            lan.set_equipment(devices.into_iter().map(Line::equipment).collect());
            json!({ "answer": "adopt" })
        }
        Wish::Set {
            device,
            property,
            value,
            remote,
        } => {
            let result = lan.set(&device, &property, &value, remote).await;
            let error = result.err().map(|error| error.to_string());
            json!({ "answer": "set", "device": device, "ok": error.is_none(), "error": error })
        }
        Wish::Read { device, properties } => match lan.read(&device, &properties, Source::ReadBack).await {
            Ok(read) => {
                let values = read
                    .into_iter()
                    .map(|(name, report)| (name.to_string(), json!(report.value)));
                json!({ "answer": "read", "device": device, "ok": true, "values": values.collect::<serde_json::Map<_, _>>() })
            }
            Err(error) => json!({ "answer": "read", "device": device, "ok": false, "error": error.to_string() }),
        },
        Wish::Known { device } => {
            let known = lan.known(&device);
            let values = known.as_ref().map(|known| {
                let values = known
                    .reports
                    .iter()
                    .map(|(name, report)| (name.to_string(), json!(report.value)));
                values.collect::<serde_json::Map<_, _>>()
            });
            let alive = known.as_ref().is_some_and(|known| known.alive);
            let address = known.and_then(|known| known.address);
            json!({ "answer": "known", "device": device, "alive": alive, "address": address, "values": values })
        }
        Wish::Search {} => {
            lan.search();
            json!({ "answer": "search" })
        }
        Wish::Counters {} => {
            let counters = lan.counters();
            json!({
                "answer": "counters", "received": counters.received, "sent": counters.sent,
                "flooded": counters.flooded, "malformed": counters.malformed, "stray": counters.stray,
                "notBelieved": counters.not_believed, "repeated": counters.repeated, "unanswered": counters.unanswered,
            })
        }
    }
}

fn told(event: &LanEvent) -> Value {
    match event {
        LanEvent::Reported {
            device,
            property,
            report,
        } => json!({
            "event": "reported", "device": device, "property": property, "value": report.value,
            "source": report.source, "at": report.at,
        }),
        LanEvent::Appeared { device } => json!({ "event": "appeared", "device": device }),
        LanEvent::Lost { device, last_heard } => {
            json!({ "event": "lost", "device": device, "lastHeard": last_heard })
        }
        LanEvent::MovedByHand { device, at } => json!({ "event": "movedByHand", "device": device, "at": at }),
        LanEvent::UnknownNode { endpoint, address } => {
            json!({ "event": "unknownNode", "endpoint": endpoint, "address": address })
        }
        LanEvent::Impersonation { device, address } => {
            json!({ "event": "impersonation", "device": device, "address": address })
        }
    }
}

fn say(line: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
