//! The LAN room on real sockets: one node a loopback address, all on one free port.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tomori_echonet_lite::node::{Identity, Maps, PropertyStore, Responder};
use tomori_echonet_lite::{Eoj, Esv, Frame, MULTICAST, Property};
use tomori_gateway::lan::{Lan, LanConfig, LanError, LanEvent, ReadError, SetError};
use tomori_runtime::clock::{Clock as _, ScaledClock, SharedClock, SystemClock};
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_smart_home::device::{Device, Endpoint, NodeId};
use tomori_smart_home::property::{Source, name};
use tomori_smart_home::{DeviceId, DeviceKind, Equipment, PropertyValue};

const SHUTTER: Eoj = Eoj::new(0x0263, 1);
const WAIT: Duration = Duration::from_secs(10);

/// One network for each test: 127.77.N.x.
fn network() -> [u8; 3] {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    // Tests of other processes run at the same time: the process number keeps them apart.
    let [_, _, high, low] = (std::process::id() * 16 + n).to_be_bytes();
    [127, high | 0x40, low]
}

fn address(network: [u8; 3], last: u8) -> Ipv4Addr {
    Ipv4Addr::new(network[0], network[1], network[2], last)
}

async fn free_port(at: Ipv4Addr) -> u16 {
    UdpSocket::bind((at, 0)).await.unwrap().local_addr().unwrap().port()
}

fn config(network: [u8; 3], port: u16) -> LanConfig {
    LanConfig {
        address: address(network, 1),
        port,
        poll_every: Duration::from_secs(1),
        lost_after: Duration::from_secs(1),
        answer_within: Duration::from_millis(200),
        set_within: Duration::from_millis(600),
        ..LanConfig::default()
    }
}

/// A shutter's node: one object that remembers what it is told.
struct Shutter {
    values: std::collections::BTreeMap<u8, Vec<u8>>,
}

impl PropertyStore for Shutter {
    fn objects(&self) -> Vec<Eoj> {
        vec![SHUTTER]
    }

    fn maps(&self, object: Eoj) -> Option<Maps> {
        let codes: Vec<u8> = self.values.keys().copied().collect();
        (object == SHUTTER).then(|| Maps::new(&[0xe0, 0xea], &[0xe0], &codes))
    }

    fn get(&self, _object: Eoj, epc: u8) -> Option<Vec<u8>> {
        self.values.get(&epc).cloned()
    }

    fn set(&mut self, _object: Eoj, properties: &[Property]) -> Vec<bool> {
        for property in properties {
            self.values.insert(property.epc, property.edt.clone());
            self.values.insert(0xea, property.edt.clone());
        }
        vec![true; properties.len()]
    }
}

fn identity(n: u8) -> Identity {
    Identity::new(Identity::NO_MANUFACTURER, [n; 13])
}

/// Runs the node; it answers from another source port, as many real ones do.
async fn run_shutter(at: Ipv4Addr, port: u16, n: u8) -> JoinHandle<()> {
    let socket = UdpSocket::bind((at, port)).await.unwrap();
    let other_port = UdpSocket::bind((at, 0)).await.unwrap();
    let group = group_socket(at, port);
    let responder = Responder::new(identity(n));
    let values = [
        (0x80, vec![0x30]),
        (0x88, vec![0x42]),
        (0xe0, vec![0x42]),
        (0xea, vec![0x42]),
    ];
    let mut store = Shutter {
        values: values.into_iter().collect(),
    };
    tokio::spawn(async move {
        let (mut one, mut other) = ([0; 2048], [0; 2048]);
        loop {
            let (bytes, from) = tokio::select! {
                got = socket.recv_from(&mut one) => { let (n, from) = got.unwrap(); (one[..n].to_vec(), from) }
                got = group.recv_from(&mut other) => { let (n, from) = got.unwrap(); (other[..n].to_vec(), from) }
            };
            let Ok(frame) = Frame::decode(&bytes) else { continue };
            for reply in responder.answer(&frame, &mut store) {
                other_port
                    .send_to(&reply.frame.encode().unwrap(), (from.ip(), port))
                    .await
                    .unwrap();
            }
        }
    })
}

fn group_socket(at: Ipv4Addr, port: u16) -> UdpSocket {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
        .bind(&std::net::SocketAddrV4::new(MULTICAST, port).into())
        .unwrap();
    socket.join_multicast_v4(&MULTICAST, &at).unwrap();
    UdpSocket::from_std(socket.into()).unwrap()
}

fn device(n: u8) -> DeviceId {
    DeviceId::from_random([n; 10])
}

fn line(n: u8) -> Equipment {
    Equipment {
        device: Device {
            id: device(n),
            kind: DeviceKind::ElectricRainDoor,
            room: "Living".to_owned(),
            name: "Shutter".to_owned(),
        },
        model: String::new(),
        endpoint: Some(Endpoint {
            node: NodeId::new(&identity(n).id).unwrap(),
            class_code: 0x0263,
            instance: 1,
        }),
        certificate: None,
    }
}

async fn start(config: LanConfig) -> (Lan, mpsc::Receiver<LanEvent>, Trigger) {
    start_by(config, Arc::new(SystemClock)).await
}

async fn start_by(config: LanConfig, clock: SharedClock) -> (Lan, mpsc::Receiver<LanEvent>, Trigger) {
    let (trigger, shutdown) = Shutdown::new();
    let (lan, events) = Lan::start(config, clock, Arc::new(SystemEntropy), shutdown)
        .await
        .unwrap();
    (lan, events, trigger)
}

async fn until(events: &mut mpsc::Receiver<LanEvent>, wanted: impl Fn(&LanEvent) -> bool) -> LanEvent {
    let search = async {
        loop {
            let event = events.recv().await.expect("the room stopped");
            if wanted(&event) {
                return event;
            }
        }
    };
    timeout(WAIT, search).await.expect("the event did not come")
}

#[tokio::test]
async fn a_shutter_is_found_by_multicast_set_read_and_lost() {
    let network = network();
    let port = free_port(address(network, 1)).await;
    let shutter = run_shutter(address(network, 2), port, 1).await;
    let (lan, mut events, trigger) = start(config(network, port)).await;
    lan.set_equipment(vec![line(1)]);
    until(&mut events, |event| matches!(event, LanEvent::Appeared { .. })).await;
    let opened = lan
        .set(
            &device(1),
            &name::open_close_operation(),
            &PropertyValue::word("open"),
            true,
        )
        .await;
    assert_eq!(opened, Ok(()));
    let read = lan
        .read(&device(1), &[name::open_close_status()], Source::ReadBack)
        .await
        .unwrap();
    assert_eq!(read[0].1.value, PropertyValue::word("fullyOpen"));
    assert_eq!(lan.known(&device(1)).unwrap().address, Some(address(network, 2)));

    shutter.abort();
    until(&mut events, |event| matches!(event, LanEvent::Lost { .. })).await;
    let opened = lan
        .set(
            &device(1),
            &name::open_close_operation(),
            &PropertyValue::word("close"),
            true,
        )
        .await;
    assert!(matches!(opened, Err(SetError::Unreachable { .. })), "{opened:?}");
    let counters = lan.counters();
    assert!(
        counters.received >= 5 && counters.sent >= 5 && counters.malformed == 0,
        "{counters:?}"
    );

    trigger.stop();
    assert!(
        timeout(WAIT, async { while events.recv().await.is_some() {} })
            .await
            .is_ok(),
        "it stops"
    );
    let read = lan
        .read(&device(1), &[name::open_close_status()], Source::ReadBack)
        .await;
    assert_eq!(read, Err(ReadError::Unreachable));
}

#[tokio::test]
async fn a_spoofed_inf_on_the_wire_is_told_and_not_believed() {
    // T3-11 EP⑧ なりすまし
    let network = network();
    let port = free_port(address(network, 1)).await;
    let _shutter = run_shutter(address(network, 2), port, 1).await;
    let (lan, mut events, _trigger) = start(config(network, port)).await;
    lan.set_equipment(vec![line(1)]);
    until(&mut events, |event| matches!(event, LanEvent::Appeared { .. })).await;
    let attacker = UdpSocket::bind((address(network, 66), port)).await.unwrap();
    let properties = vec![Property::new(0xea, [0x41])];
    let frame = Frame::new(1, SHUTTER, Eoj::NODE_PROFILE, Esv::Inf, properties)
        .encode()
        .unwrap();
    attacker.send_to(&frame, (address(network, 1), port)).await.unwrap();
    let told = until(&mut events, |event| matches!(event, LanEvent::Impersonation { .. })).await;
    let expected = LanEvent::Impersonation {
        device: device(1),
        address: address(network, 66),
    };
    assert_eq!(told, expected);
    let known = lan.known(&device(1)).unwrap();
    assert_eq!(
        known.reports[&name::open_close_status()].value,
        PropertyValue::word("fullyClosed")
    );
}

#[tokio::test]
async fn a_flood_on_the_wire_starves_nobody() {
    // T3-11 EP⑧: one node shouts as loudly as it can for a bounded time.
    let network = network();
    let port = free_port(address(network, 1)).await;
    let _shutter = run_shutter(address(network, 2), port, 1).await;
    let (lan, mut events, _trigger) = start(config(network, port)).await;
    lan.set_equipment(vec![line(1)]);
    until(&mut events, |event| matches!(event, LanEvent::Appeared { .. })).await;
    let attacker = UdpSocket::bind((address(network, 66), port)).await.unwrap();
    let target = (address(network, 1), port);
    let flood = tokio::spawn(async move {
        let end = Instant::now() + Duration::from_secs(3);
        let mut sent = 0_u64;
        while Instant::now() < end && sent < 300_000 {
            for _ in 0..200 {
                let _ = attacker.try_send_to(&[0x10, 0x81, 0, 1], target.into());
                sent += 1;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    let mut slowest = Duration::ZERO;
    for word in ["open", "close", "open", "close"] {
        let began = Instant::now();
        let set = lan
            .set(
                &device(1),
                &name::open_close_operation(),
                &PropertyValue::word(word),
                false,
            )
            .await;
        assert_eq!(set, Ok(()));
        slowest = slowest.max(began.elapsed());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    flood.await.unwrap();
    assert!(slowest < Duration::from_millis(600), "{slowest:?}");
    assert!(lan.counters().flooded > 1_000, "{:?}", lan.counters());
}

#[tokio::test]
async fn what_cannot_be_opened_is_named_with_its_remedy() {
    let network = network();
    let port = free_port(address(network, 1)).await;
    let refused = async |config: LanConfig| -> LanError {
        let (_trigger, shutdown) = Shutdown::new();
        let started = Lan::start(config, Arc::new(SystemClock), Arc::new(SystemEntropy), shutdown).await;
        started.err().expect("it must not start")
    };
    let taken = UdpSocket::bind((address(network, 1), port)).await.unwrap();
    let error = refused(config(network, port)).await;
    assert!(matches!(error, LanError::PortInUse { .. }), "{error:?}");
    assert!(error.to_string().contains(&port.to_string()));
    drop(taken);
    // 192.0.2.0/24 is nobody's (TEST-NET-1).
    let mut elsewhere = config(network, port);
    elsewhere.address = Ipv4Addr::new(192, 0, 2, 7);
    let error = refused(elsewhere).await;
    assert!(matches!(error, LanError::AddressNotOurs { .. }), "{error:?}");
    let mut nowhere = config(network, port);
    nowhere.poll_every = Duration::ZERO;
    assert!(refused(nowhere).await.to_string().contains("lan.pollEvery"));
}

#[tokio::test]
async fn two_gateways_on_one_computer_hear_the_group_side_by_side() {
    let network = network();
    let port = free_port(address(network, 1)).await;
    let (_one, _events, _trigger) = start(config(network, port)).await;
    let mut second = config(network, port);
    second.address = address(network, 3);
    let (other, mut events, _stop) = start(second).await;
    // A list without a line: everybody is a stranger.
    other.set_equipment(Vec::new());
    let met = until(&mut events, |event| matches!(event, LanEvent::UnknownNode { .. })).await;
    assert!(
        matches!(met, LanEvent::UnknownNode { ref endpoint, address: at } if endpoint.class_code == 0x05ff && at == address(network, 1)),
        "{met:?}"
    );
}

#[tokio::test]
async fn a_clock_that_runs_fast_hurries_no_device() {
    let network = network();
    let port = free_port(address(network, 1)).await;
    let _shutter = run_shutter(address(network, 2), port, 1).await;
    let began = SystemClock.now();
    let (lan, mut events, _trigger) = start_by(config(network, port), Arc::new(ScaledClock::new(began, 3600.0))).await;
    lan.set_equipment(vec![line(1)]);
    until(&mut events, |event| matches!(event, LanEvent::Appeared { .. })).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    while let Ok(event) = events.try_recv() {
        assert!(!matches!(event, LanEvent::Lost { .. }), "{event:?}");
    }
    let known = lan.known(&device(1)).unwrap();
    let heard = known.last_heard.unwrap().duration_since(began);
    assert!(known.alive && heard.as_secs() > 3600, "by the house's clock: {heard:?}");
    assert!(lan.counters().sent < 60, "{:?}", lan.counters());
}
