//! The virtual house on real sockets, asked by a controller that knows nothing of its insides.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::timeout;
use tomori_device::appliance::{Hand, Look};
use tomori_device::{Direction, Disturbance, HouseConfig, HouseError, OperateError, Quirk, VirtualHouse};
use tomori_echonet_lite::{Eoj, Esv, Frame, Property, discovery};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::entropy::SeededEntropy;
use tomori_runtime::shutdown::{Shutdown, Trigger};

const SHUTTER: Eoj = Eoj::new(0x0263, 1);
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 192, 23, 0);
const WAIT: Duration = Duration::from_secs(5);

/// Each test has a network of its own: addresses, group and port.
static NETWORKS: AtomicU16 = AtomicU16::new(1);

struct Network {
    number: u16,
    port: u16,
}

impl Network {
    fn new() -> Self {
        let number = NETWORKS.fetch_add(1, Ordering::Relaxed);
        // Below the ephemeral ports; different for two runs of the tests at the same time.
        let base = 20_000 + u16::try_from(std::process::id() % 4_000).unwrap();
        Self {
            number,
            port: base + number,
        }
    }

    fn address(&self, last: u8) -> Ipv4Addr {
        Ipv4Addr::new(127, 1, u8::try_from(self.number).unwrap(), last)
    }

    fn one_shutter(&self, travel: Duration) -> HouseConfig {
        HouseConfig::one_shutter(1, self.address(2), self.port, GROUP, travel)
    }

    async fn controller(&self) -> Controller {
        let socket = UdpSocket::bind((self.address(1), self.port)).await.unwrap();
        let ear = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
        ear.set_reuse_address(true).unwrap();
        ear.join_multicast_v4(&GROUP, &self.address(1)).unwrap();
        ear.bind(&SocketAddr::new(GROUP.into(), self.port).into()).unwrap();
        ear.set_nonblocking(true).unwrap();
        Controller {
            socket,
            ear: UdpSocket::from_std(ear.into()).unwrap(),
            device: SocketAddr::new(self.address(2).into(), self.port),
        }
    }
}

struct Controller {
    socket: UdpSocket,
    ear: UdpSocket,
    device: SocketAddr,
}

impl Controller {
    async fn send(&self, frame: &Frame) {
        self.socket
            .send_to(&frame.encode().unwrap(), self.device)
            .await
            .unwrap();
    }

    async fn set(&self, tid: u16, properties: &[(u8, u8)]) {
        let properties = properties
            .iter()
            .map(|(epc, byte)| Property::new(*epc, [*byte]))
            .collect();
        self.send(&Frame::new(tid, Eoj::CONTROLLER, SHUTTER, Esv::SetC, properties))
            .await;
    }

    async fn get(&self, tid: u16, epc: u8) {
        self.send(&Frame::new(
            tid,
            Eoj::CONTROLLER,
            SHUTTER,
            Esv::Get,
            vec![Property::bare(epc)],
        ))
        .await;
    }

    async fn answer(&self) -> Frame {
        let mut buffer = [0; 2_000];
        let (bytes, from) = timeout(WAIT, self.socket.recv_from(&mut buffer))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(from, self.device, "answers come from the node's address and port");
        Frame::decode(&buffer[..bytes]).unwrap()
    }

    async fn silence(&self) {
        let mut buffer = [0; 2_000];
        let heard = timeout(Duration::from_millis(200), self.socket.recv_from(&mut buffer)).await;
        assert!(heard.is_err(), "{heard:?}");
    }

    async fn announcement(&self) -> Frame {
        let mut buffer = [0; 2_000];
        let own = self.socket.local_addr().unwrap();
        loop {
            let (bytes, from) = timeout(WAIT, self.ear.recv_from(&mut buffer)).await.unwrap().unwrap();
            // What the controller itself tells everyone comes back to it.
            if from != own {
                assert_eq!(from, self.device);
                return Frame::decode(&buffer[..bytes]).unwrap();
            }
        }
    }
}

fn start(config: HouseConfig) -> (VirtualHouse, Trigger) {
    let (trigger, shutdown) = Shutdown::new();
    let entropy = Arc::new(SeededEntropy::new(1));
    (
        VirtualHouse::start(config, Arc::new(SystemClock), entropy, shutdown).unwrap(),
        trigger,
    )
}

#[tokio::test]
async fn a_shutter_is_found_opened_and_tells_of_it() {
    let network = Network::new();
    let controller = network.controller().await;
    let (house, _trigger) = start(network.one_shutter(Duration::from_millis(300)));
    let startup = controller.announcement().await;
    assert_eq!(discovery::read(&startup).unwrap().instances.unwrap(), [SHUTTER]);

    let search = discovery::search(1).encode().unwrap();
    socket2::SockRef::from(&controller.socket)
        .set_multicast_if_v4(&network.address(1))
        .unwrap();
    controller.socket.send_to(&search, (GROUP, network.port)).await.unwrap();
    let found = discovery::read(&controller.answer().await).unwrap();
    assert_eq!(found.instances.unwrap(), [SHUTTER]);

    controller.set(2, &[(0x93, 0x42), (0xe0, 0x41)]).await;
    let answer = controller.answer().await;
    assert_eq!((answer.esv, answer.tid, answer.seoj), (Esv::SetRes, 2, SHUTTER));
    assert_eq!(controller.announcement().await.data(0xea), Some(&[0x43][..]));
    assert_eq!(controller.announcement().await.data(0xea), Some(&[0x41][..]));
    controller.get(3, 0xe1).await;
    assert_eq!(controller.answer().await.data(0xe1), Some(&[100][..]));

    let sets = house.received_sets("shutter").unwrap();
    assert_eq!(sets.len(), 1);
    assert_eq!((sets[0].tid, sets[0].from), (2, network.address(1)));
    assert_eq!(house.nodes()[0].endpoint.node.as_bytes().len(), 17);
}

#[tokio::test]
async fn a_hand_a_prohibition_and_a_power_cut() {
    let network = Network::new();
    let controller = network.controller().await;
    let (house, _trigger) = start(network.one_shutter(Duration::from_millis(50)));
    let mut changes = house.changes();
    controller.announcement().await;
    house.operate_by_hand("shutter", Hand::Open).unwrap();
    assert_eq!(controller.announcement().await.data(0xe0), Some(&[0x41][..]));
    assert_eq!(changes.recv().await.unwrap().node, "shutter");
    assert_eq!(controller.announcement().await.data(0xea), Some(&[0x41][..]));

    house.permit_remote("shutter", false).unwrap();
    assert_eq!(controller.announcement().await.data(0xe8), Some(&[0x42][..]));
    controller.set(1, &[(0x93, 0x42), (0xe0, 0x42)]).await;
    assert_eq!(controller.answer().await.esv, Esv::SetCSna);

    house.power("shutter", false).unwrap();
    controller.get(2, 0xea).await;
    controller.silence().await;
    assert_eq!(
        house.operate_by_hand("shutter", Hand::Close),
        Err(OperateError::NotPossible("shutter".into()))
    );
    house.power("shutter", true).unwrap();
    assert_eq!(controller.announcement().await.seoj, Eoj::NODE_PROFILE);
    controller.get(3, 0xea).await;
    assert_eq!(controller.answer().await.data(0xea), Some(&[0x41][..]));
}

#[tokio::test]
async fn the_line_loses_doubles_delays_and_reorders() {
    let network = Network::new();
    let controller = network.controller().await;
    let (house, _trigger) = start(network.one_shutter(Duration::from_millis(50)));
    let disturb = |direction, disturbance| house.disturb("shutter", direction, disturbance, 1).unwrap();

    disturb(Direction::ToDevice, Disturbance::Drop);
    controller.set(1, &[(0xe0, 0x43)]).await;
    controller.silence().await;
    assert_eq!(house.received_sets("shutter").unwrap().len(), 0);

    disturb(Direction::ToDevice, Disturbance::Duplicate);
    controller.set(2, &[(0xe0, 0x43)]).await;
    assert_eq!((controller.answer().await.tid, controller.answer().await.tid), (2, 2));
    assert_eq!(house.received_sets("shutter").unwrap().len(), 2);

    disturb(Direction::FromDevice, Disturbance::Reorder);
    controller.get(3, 0xea).await;
    controller.get(4, 0xea).await;
    assert_eq!((controller.answer().await.tid, controller.answer().await.tid), (4, 3));

    disturb(Direction::FromDevice, Disturbance::Delay { millis: 100 });
    controller.get(5, 0xea).await;
    controller.get(6, 0xea).await;
    assert_eq!((controller.answer().await.tid, controller.answer().await.tid), (6, 5));

    disturb(Direction::FromDevice, Disturbance::Delay { millis: 60_000 });
    controller.get(7, 0xea).await;
    controller.silence().await;
    house.calm("shutter").unwrap();
    assert_eq!(controller.answer().await.tid, 7);
}

#[tokio::test]
async fn garbage_and_giants_are_not_heard_and_noise_is_made() {
    let network = Network::new();
    let controller = network.controller().await;
    let (house, _trigger) = start(network.one_shutter(Duration::from_millis(50)));
    controller.announcement().await;
    for datagram in [vec![], vec![0x10], vec![0xff; 100], vec![0x10; 9_000]] {
        controller.socket.send_to(&datagram, controller.device).await.unwrap();
    }
    controller.silence().await;
    controller.get(1, 0xea).await;
    assert_eq!(controller.answer().await.tid, 1);

    house.make_noise("shutter", 20).unwrap();
    let mut buffer = [0; 2_000];
    for _ in 0..20 {
        let (_, from) = timeout(WAIT, controller.ear.recv_from(&mut buffer))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(from, controller.device);
    }
}

#[tokio::test]
async fn a_flood_is_borne_up_to_a_point_and_the_node_recovers() {
    let network = Network::new();
    let controller = network.controller().await;
    let (house, _trigger) = start(network.one_shutter(Duration::from_millis(50)));
    for _ in 0..1_000 {
        controller.set(1, &[(0xe0, 0x43)]).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let received = house.nodes()[0].received_sets;
    assert!((1..700).contains(&received), "{received}");
    let mut buffer = [0; 2_000];
    while controller.socket.try_recv(&mut buffer).is_ok() {}
    controller.get(9, 0xea).await;
    assert_eq!(controller.answer().await.tid, 9);
}

#[tokio::test]
async fn an_odd_node_answers_from_another_port() {
    let network = Network::new();
    let controller = network.controller().await;
    let mut config = network.one_shutter(Duration::from_millis(50));
    config.nodes[0].quirks = vec![Quirk::OtherPort];
    let (_house, _trigger) = start(config);
    controller.get(1, 0xea).await;
    let mut buffer = [0; 2_000];
    let (bytes, from) = timeout(WAIT, controller.socket.recv_from(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(from.ip(), controller.device.ip());
    assert_ne!(from.port(), network.port);
    assert_eq!(Frame::decode(&buffer[..bytes]).unwrap().tid, 1);
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let network = Network::new();
    let (_house, _trigger) = start(network.one_shutter(Duration::from_millis(50)));
    let (_other, shutdown) = Shutdown::new();
    let entropy = Arc::new(SeededEntropy::new(1));
    let config = network.one_shutter(Duration::from_millis(50));
    let refused = VirtualHouse::start(config, Arc::new(SystemClock), entropy, shutdown);
    match refused.map(|_| ()) {
        Err(error @ HouseError::Address { .. }) => {
            assert!(error.to_string().contains(&network.address(2).to_string()), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn it_stands_as_it_was_left() {
    let network = Network::new();
    let folder = tempfile::tempdir().unwrap();
    let mut config = network.one_shutter(Duration::from_millis(20));
    config.memory = Some(folder.path().join("house.json"));
    let (house, trigger) = start(config.clone());
    let mut changes = house.changes();
    house.operate_by_hand("shutter", Hand::Open).unwrap();
    while !matches!(&house.nodes()[0].look, Look::Shutter { open, moving_to: None, .. } if *open == 100.0) {
        changes.recv().await.unwrap();
    }
    trigger.stop();
    while !config.memory.as_ref().unwrap().exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(house);
    let mut tries = 0;
    let again = loop {
        let (_keep, shutdown) = Shutdown::new();
        let entropy = Arc::new(SeededEntropy::new(1));
        match VirtualHouse::start(config.clone(), Arc::new(SystemClock), entropy, shutdown) {
            Ok(house) => break house,
            Err(_) if tries < 100 => tries += 1,
            Err(error) => panic!("{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(matches!(again.nodes()[0].look, Look::Shutter { open, .. } if open == 100.0));
}

#[tokio::test]
async fn a_thousand_houses_fit_one_process() {
    let network = Network::new();
    let (_trigger, shutdown) = Shutdown::new();
    let entropy = Arc::new(SeededEntropy::new(1));
    let began = std::time::Instant::now();
    let houses: Vec<VirtualHouse> = (0..1_000_u32)
        .map(|number| {
            let [_, _, high, low] = (number + 1).to_be_bytes();
            // One address and one group each.
            let address = Ipv4Addr::new(127, 100, high, low);
            let group = Ipv4Addr::new(239, 100, high, low);
            let config = HouseConfig::one_shutter(number, address, network.port, group, Duration::from_millis(20));
            VirtualHouse::start(config, Arc::new(SystemClock), entropy.clone(), shutdown.clone()).unwrap()
        })
        .collect();
    for house in &houses {
        house.operate_by_hand("shutter", Hand::Open).unwrap();
    }
    for house in &houses {
        while !matches!(house.nodes()[0].look, Look::Shutter { moving_to: None, open, .. } if open == 100.0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}
