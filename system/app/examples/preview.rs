//! The app over a house in memory, to look at and to drive with a browser:
//!
//! ```text
//! cargo run -p tomori-app --example preview -- 127.0.0.1:7470 127.0.0.1:7480
//! ```
//!
//! Prints how to sign in. Shutters take four seconds to move. The first address is the app as the platform serves it, the
//! second as the gateway does, at home, where a pairing link leads. `--scene look` and `--scene unseen` behind them show a
//! house that needs a look and one that nobody can see.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "an example, over the house of the tests"
)]
#![allow(dead_code, reason = "the tests use more of the house")]

#[path = "../tests/app/memory/mod.rs"]
mod memory;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use memory::{HANAKO, HOME, MemoryHouse, PASSWORD, TOTP_SECRET};
use tokio::net::TcpListener;
use tomori_app::Options;
use tomori_app::port::{DeviceName, Happened, HistoryEntry, HousePort, Link, Reach, Vantage};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::http::{Door, serve};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::{PropertyValue, Reason, Stage};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let mut address = |otherwise: &str| {
        arguments
            .next_if(|word| !word.starts_with("--"))
            .unwrap_or_else(|| otherwise.to_owned())
    };
    let (platform, gateway) = (address("127.0.0.1:7470"), address("127.0.0.1:7480"));
    let scene = arguments
        .skip_while(|word| word != "--scene")
        .nth(1)
        .unwrap_or_default();
    let house = MemoryHouse::platform(Arc::new(SystemClock));
    set(&house, &scene);
    house.change(HOME, |home| home.address = Some(format!("http://{gateway}")));
    tokio::spawn(move_shutters(house.clone()));
    println!("http://{platform}/  login {HANAKO}  password {PASSWORD}");
    println!(
        "TOTP secret (base32) {}",
        data_encoding::BASE32_NOPAD.encode(TOTP_SECRET)
    );
    let (trigger, shutdown) = Shutdown::new();
    tokio::spawn(async move {
        tokio::signal::ctrl_c().await.expect("signals can be heard");
        trigger.stop();
    });
    let at_home = house.at_home();
    tokio::join!(
        open(house, &platform, shutdown.clone()),
        open(at_home, &gateway, shutdown)
    );
}

async fn open(house: Arc<MemoryHouse>, address: &str, shutdown: Shutdown) {
    let listener = TcpListener::bind(address).await.expect("the address is free");
    let options = Options {
        entropy: Arc::new(SystemEntropy),
        secure_cookies: false,
        public_origin: None,
    };
    let router = tomori_app::router(house, options)
        .merge(tomori_look::router())
        .fallback(tomori_app::not_found);
    let door = Door {
        listener,
        tls: None,
        limits: tomori_runtime::tls::Limits::default(),
    };
    serve(door, router, shutdown).await;
}

fn set(house: &MemoryHouse, scene: &str) {
    let now = house.now();
    let name = |room: &str, name: &str| DeviceName {
        id: "dev_west".parse().unwrap(),
        name: name.to_owned(),
        room: room.to_owned(),
    };
    match scene {
        "look" => {
            house.device("dev_west", |view| {
                view.reach = Reach::Lost {
                    last_heard: Some(now - SignedDuration::from_mins(47)),
                };
            });
            house.device("dev_child", |view| {
                memory::report(view, "remoteOperation", PropertyValue::Boolean(false), now);
            });
            house.device("dev_south", |view| {
                view.hold_until = Some(now + SignedDuration::from_mins(12))
            });
            house.change(HOME, |home| {
                home.house.notable = vec![HistoryEntry {
                    at: now,
                    what: Happened::UnknownNode,
                }];
                home.history.insert(
                    0,
                    HistoryEntry {
                        at: now,
                        what: Happened::UnknownNode,
                    },
                );
                let hand = Happened::HandOperation {
                    device: name("リビング", "南のシャッター"),
                };
                home.history.insert(1, HistoryEntry { at: now, what: hand });
                let lost = Happened::DeviceLost {
                    device: name("リビング", "西のシャッター"),
                };
                home.history.insert(
                    2,
                    HistoryEntry {
                        at: now - SignedDuration::from_mins(47),
                        what: lost,
                    },
                );
                home.history.push(HistoryEntry {
                    at: now - SignedDuration::from_hours(26),
                    what: Happened::GatewayBack,
                });
                home.history.push(HistoryEntry {
                    at: now - SignedDuration::from_hours(27),
                    what: Happened::GatewayLost,
                });
            });
        }
        "unseen" => house.change(HOME, |home| {
            home.house.vantage = Vantage::Platform {
                gateway: Link::Down {
                    since: now - SignedDuration::from_mins(12),
                },
            };
        }),
        _ => {}
    }
}

/// Plays gateway and shutters: takes what arrives, moves for four seconds, confirms.
async fn move_shutters(house: Arc<MemoryHouse>) {
    let mut done = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        for arrived in house.arrived().into_iter().skip(done) {
            done += 1;
            tokio::spawn(carry_out(house.clone(), arrived));
        }
    }
}

async fn carry_out(house: Arc<MemoryHouse>, arrived: memory::Arrived) {
    let device = arrived.wish.device.to_string();
    let pause = |millis| tokio::time::sleep(Duration::from_millis(millis));
    pause(300).await;
    house.progress(&device, Stage::Delivered);
    pause(300).await;
    let degree_now = || {
        let memory = house.lock();
        let home = &memory.homes[&HOME.parse().unwrap()];
        let view = home
            .house
            .devices
            .iter()
            .find(|view| view.device.id == arrived.wish.device)
            .unwrap();
        let known = view
            .known
            .iter()
            .find(|known| known.property.as_str() == "degreeOfOpening");
        known.and_then(|known| known.report.value.as_number())
    };
    let target = match (arrived.wish.value.as_word(), arrived.wish.value.as_number()) {
        (Some("open"), _) => 100.0,
        (Some("close"), _) => 0.0,
        (Some(_), _) => degree_now().unwrap_or(0.0),
        (None, Some(degree)) => degree,
        (None, None) => {
            house.report(&device, "operationStatus", arrived.wish.value.clone());
            house.progress(&device, Stage::Observed);
            return;
        }
    };
    let Some(start) = degree_now() else {
        house.progress(
            &device,
            Stage::Refused {
                reason: Reason::PropertyNotSettable,
            },
        );
        return;
    };
    house.progress(&device, Stage::Executed);
    if (start - target).abs() > 0.5 {
        let word = if target > start { "opening" } else { "closing" };
        house.report(&device, "openCloseStatus", PropertyValue::word(word));
        for step in 1..=8 {
            pause(500).await;
            let degree = start + (target - start) * f64::from(step) / 8.0;
            house.report(&device, "degreeOfOpening", PropertyValue::Number(degree.round()));
        }
    }
    let end = match target {
        degree if degree >= 100.0 => "fullyOpen",
        degree if degree <= 0.0 => "fullyClosed",
        _ => "stoppedHalfway",
    };
    house.report(&device, "openCloseStatus", PropertyValue::word(end));
    house.progress(&device, Stage::Observed);
}
