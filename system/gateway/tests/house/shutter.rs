//! A shutter on UDP that moves in real time, counts what it is told, and can be operated by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tomori_echonet_lite::node::{Identity, Maps, PropertyStore, Responder, To, announcement};
use tomori_echonet_lite::{Eoj, Esv, Frame, MULTICAST, Property};
use tomori_smart_home::{DeviceKind, NodeId};

const OBJECT: Eoj = Eoj::new(0x0263, 1);

/// What the shutter is and felt.
#[derive(Debug, Clone)]
pub struct State {
    opening: f64,
    target: Option<f64>,
    moved: Instant,
    /// Percent a second.
    pub speed: f64,
    pub permits_remote: bool,
    pub faulty: bool,
    /// Answers to sets are lost from now on.
    pub loses_answers: bool,
    /// Sets do not even arrive.
    pub loses_sets: bool,
    /// Nothing is answered.
    pub is_dead: bool,
    /// Every set of 0xE0 that was acted on.
    pub drives: Vec<u8>,
}

/// A shutter at an address of its own.
pub struct Shutter {
    pub state: Arc<Mutex<State>>,
    pub node: NodeId,
    runtime: Option<tokio::runtime::Runtime>,
}

struct Store(Arc<Mutex<State>>);

impl State {
    fn run(&mut self) {
        let seconds = self.moved.elapsed().as_secs_f64();
        self.moved = Instant::now();
        let Some(target) = self.target.filter(|_| !self.faulty) else {
            return;
        };
        let way = target - self.opening;
        if way.abs() <= self.speed * seconds {
            self.opening = target;
            self.target = None;
        } else {
            self.opening += self.speed * seconds * way.signum();
        }
    }

    pub fn status(&mut self) -> u8 {
        self.run();
        match self.target {
            Some(target) if target > self.opening && !self.faulty => 0x43,
            Some(target) if target < self.opening && !self.faulty => 0x44,
            _ if self.opening >= 100.0 => 0x41,
            _ if self.opening <= 0.0 => 0x42,
            _ => 0x45,
        }
    }

    pub fn drive(&mut self, wish: u8) {
        self.run();
        self.target = match wish {
            0x41 => Some(100.0),
            0x42 => Some(0.0),
            _ => None,
        };
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn percent(&mut self) -> u8 {
        self.run();
        self.opening.round() as u8
    }
}

impl PropertyStore for Store {
    fn objects(&self) -> Vec<Eoj> {
        vec![OBJECT]
    }

    fn maps(&self, _object: Eoj) -> Option<Maps> {
        Some(Maps::new(
            &[0x80, 0x88, 0xe0, 0xe8, 0xea],
            &[0xe0, 0xe1, 0x93],
            &[0x80, 0x88, 0xe0, 0xe1, 0xe8, 0xea, 0x82, 0x8a, 0x93],
        ))
    }

    fn get(&self, _object: Eoj, epc: u8) -> Option<Vec<u8>> {
        let mut state = self.0.lock().unwrap();
        Some(match epc {
            0x80 => vec![0x30],
            0x82 => vec![0, 0, 0x52, 1],
            0x88 => vec![if state.faulty { 0x41 } else { 0x42 }],
            0x8a => vec![0xff; 3],
            0x93 => vec![0x41],
            0xe0 => vec![state.drives.last().copied().unwrap_or(0x43)],
            0xe1 => vec![state.percent()],
            0xe8 => vec![if state.permits_remote { 0x41 } else { 0x42 }],
            0xea => vec![state.status()],
            _ => return None,
        })
    }

    fn set(&mut self, _object: Eoj, properties: &[Property]) -> Vec<bool> {
        let mut state = self.0.lock().unwrap();
        properties
            .iter()
            .map(|property| {
                let Some(value) = property.edt.first().copied() else {
                    return false;
                };
                match property.epc {
                    0x93 => true,
                    0xe0 => {
                        state.drives.push(value);
                        state.drive(value);
                        true
                    }
                    0xe1 => {
                        state.drives.push(value);
                        state.run();
                        state.target = Some(f64::from(value));
                        true
                    }
                    _ => false,
                }
            })
            .collect()
    }
}

impl Shutter {
    /// A closed shutter at `address`, port `port`.
    pub fn start(address: Ipv4Addr, port: u16) -> Self {
        let number: [u8; 13] = std::array::from_fn(|index| address.octets()[index % 4]);
        let identity = Identity::new(Identity::NO_MANUFACTURER, number);
        let node = NodeId::new(&identity.id).unwrap();
        let state = Arc::new(Mutex::new(State {
            opening: 0.0,
            target: None,
            moved: Instant::now(),
            speed: 200.0,
            permits_remote: true,
            faulty: false,
            loses_answers: false,
            loses_sets: false,
            is_dead: false,
            drives: Vec::new(),
        }));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let task = {
            let _guard = runtime.enter();
            run(Responder::new(identity), Arc::clone(&state), address, port)
        };
        runtime.spawn(task);
        Self {
            state,
            node,
            runtime: Some(runtime),
        }
    }

    pub fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn drives(&self) -> usize {
        self.state().drives.len()
    }

    /// A finger on the switch on the wall.
    pub fn by_hand(&self, wish: u8) {
        self.state().drive(wish);
    }

    pub fn is(&self, status: u8) -> bool {
        self.state().status() == status
    }
}

impl Drop for Shutter {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn run(
    responder: Responder,
    state: Arc<Mutex<State>>,
    address: Ipv4Addr,
    port: u16,
) -> impl std::future::Future<Output = ()> + Send + use<> {
    let own = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
    own.set_nonblocking(true).unwrap();
    own.bind(&SocketAddr::from((address, port)).into()).unwrap();
    own.set_multicast_if_v4(&address).unwrap();
    let group = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
    group.set_nonblocking(true).unwrap();
    group.set_reuse_address(true).unwrap();
    group.bind(&SocketAddr::from((MULTICAST, port)).into()).unwrap();
    group.join_multicast_v4(&MULTICAST, &address).unwrap();
    let own = UdpSocket::from_std(own.into()).unwrap();
    let group = UdpSocket::from_std(group.into()).unwrap();
    async move {
        let mut store = Store(Arc::clone(&state));
        let everyone = SocketAddr::from((MULTICAST, port));
        let startup = responder.startup(1, &store).encode().unwrap();
        let _ = own.send_to(&startup, everyone).await;
        let mut announced = state.lock().unwrap().status();
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        let (mut one, mut two) = (vec![0; 2048], vec![0; 2048]);
        loop {
            let (bytes, from) = tokio::select! {
                received = own.recv_from(&mut one) => {
                    let Ok((length, from)) = received else { continue };
                    (&one[..length], from)
                }
                received = group.recv_from(&mut two) => {
                    let Ok((length, from)) = received else { continue };
                    (&two[..length], from)
                }
                _ = tick.tick() => {
                    let status = state.lock().unwrap().status();
                    let is_dead = state.lock().unwrap().is_dead;
                    if status != announced && !is_dead {
                        announced = status;
                        let frame = announcement(2, OBJECT, vec![Property::new(0xea, vec![status])]);
                        let _ = own.send_to(&frame.encode().unwrap(), everyone).await;
                    }
                    continue;
                }
            };
            if from.ip() == std::net::IpAddr::V4(address) {
                continue;
            }
            let Ok(frame) = Frame::decode(bytes) else { continue };
            let is_set = matches!(frame.esv, Esv::SetC | Esv::SetI);
            let (is_dead, loses_sets, loses_answers) = {
                let state = state.lock().unwrap();
                (state.is_dead, state.loses_sets, state.loses_answers)
            };
            if is_dead || is_set && loses_sets {
                continue;
            }
            let replies = responder.answer(&frame, &mut store);
            if is_set && loses_answers {
                continue;
            }
            for reply in replies {
                let to = match reply.to {
                    To::Sender => SocketAddr::new(from.ip(), port),
                    To::Everyone => everyone,
                };
                let _ = own.send_to(&reply.frame.encode().unwrap(), to).await;
            }
        }
    }
}

/// The class of the object.
pub fn class_code() -> u16 {
    DeviceKind::ElectricRainDoor.class_code()
}
