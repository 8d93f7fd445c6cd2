//! A platform as far as a gateway sees one: enrols, greets, stores, commands. It holds the gateway to the contract.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use jiff::{SignedDuration, Timestamp};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tomori_gateway_link::v1::enrolment_server::{Enrolment, EnrolmentServer};
use tomori_gateway_link::v1::gateway_link_server::{GatewayLink, GatewayLinkServer};
use tomori_gateway_link::v1::{gateway_message, platform_message};
use tomori_gateway_link::{EnrolmentCode, PLATFORM_NAME, v1};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::pki::{CertificateAuthority, LifeTime, PrivateKey};
use tomori_runtime::tls;
use tomori_smart_home::event::What;
use tomori_smart_home::{Command, CommandId, Event, HomeId, HousePlan, Stage};
use tonic::transport::server::Connected;
use tonic::{Request, Response, Status, Streaming};

/// What the platform knows and how it behaves.
pub struct Board {
    pub home: HomeId,
    pub plan: Option<HousePlan>,
    pub events: BTreeMap<u64, Event>,
    /// Whatever broke the contract.
    pub broken: Vec<String>,
    pub acknowledges: bool,
    pub sessions: u32,
    pub hellos: Vec<v1::Hello>,
    pub plan_acks: Vec<u64>,
    pub renewals: u32,
    pub enrolments: u32,
    /// The request of the last enrolment: the gateway's key is in it.
    pub csr: Vec<u8>,
    pub clock_ahead: SignedDuration,
    /// How long a certificate lives.
    pub life: SignedDuration,
    push: Option<mpsc::Sender<Result<v1::PlatformMessage, Status>>>,
}

pub struct Platform {
    pub board: Arc<Mutex<Board>>,
    pub authority: Arc<CertificateAuthority>,
    pub secret: [u8; 10],
    enrolment: SocketAddr,
    link: SocketAddr,
    wall: SharedClock,
    clock: SharedClock,
    runtime: Option<tokio::runtime::Runtime>,
    _folder: tempfile::TempDir,
}

#[derive(Clone)]
struct Desk {
    board: Arc<Mutex<Board>>,
    authority: Arc<CertificateAuthority>,
    secret: String,
    link: SocketAddr,
    wall: SharedClock,
    clock: SharedClock,
}

struct Io(TlsStream<TcpStream>);

impl Platform {
    pub fn start(home: &HomeId, clock: SharedClock, wall: SharedClock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority =
            CertificateAuthority::open_or_create(folder.path(), "Test", wall.now(), &SystemEntropy).unwrap();
        let mut platform = Self {
            board: Arc::new(Mutex::new(Board {
                home: home.clone(),
                plan: None,
                events: BTreeMap::new(),
                broken: Vec::new(),
                acknowledges: true,
                sessions: 0,
                hellos: Vec::new(),
                plan_acks: Vec::new(),
                renewals: 0,
                enrolments: 0,
                csr: Vec::new(),
                clock_ahead: SignedDuration::ZERO,
                life: SignedDuration::from_hours(24 * 30),
                push: None,
            })),
            authority: Arc::new(authority),
            secret: [7; 10],
            enrolment: free(),
            link: free(),
            wall,
            clock,
            runtime: None,
            _folder: folder,
        };
        platform.restore();
        platform
    }

    pub fn board(&self) -> std::sync::MutexGuard<'_, Board> {
        self.board.lock().unwrap()
    }

    pub fn code(&self) -> String {
        EnrolmentCode::new(self.secret, &self.authority.fingerprint()).to_string()
    }

    pub fn enrolment_address(&self) -> String {
        self.enrolment.to_string()
    }

    pub fn link_address(&self) -> SocketAddr {
        self.link
    }

    /// Pulls the plug.
    pub fn cut(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        self.board().push = None;
    }

    /// Puts the plug back in.
    pub fn restore(&mut self) {
        if self.runtime.is_some() {
            return;
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let desk = Desk {
            board: Arc::clone(&self.board),
            authority: Arc::clone(&self.authority),
            secret: EnrolmentCode::new(self.secret, &self.authority.fingerprint()).secret(),
            link: self.link,
            wall: self.wall.clone(),
            clock: self.clock.clone(),
        };
        let _guard = runtime.enter();
        let key = PrivateKey::generate().unwrap();
        let life = LifeTime::from(self.wall.now(), SignedDuration::from_hours(24 * 3650));
        let names = [PLATFORM_NAME.to_owned()];
        let issued = self
            .authority
            .issue_server(&key.request().unwrap(), &names, life, &SystemEntropy)
            .unwrap();
        let identity = tls::Identity {
            chain_der: issued.chain_der,
            key: &key,
        };
        let open = tls::server_config(&identity, self.wall.clone()).unwrap();
        let root = self.authority.certificate_der();
        let mutual = tls::mutual_server_config(&identity, root, self.wall.clone()).unwrap();
        let enrol = tonic::transport::Server::builder()
            .add_service(EnrolmentServer::new(desk.clone()))
            .serve_with_incoming(ReceiverStream::new(door(self.enrolment, open)));
        let link = tonic::transport::Server::builder()
            .http2_keepalive_interval(Some(std::time::Duration::from_secs(5)))
            .add_service(GatewayLinkServer::new(desk))
            .serve_with_incoming(ReceiverStream::new(door(self.link, mutual)));
        runtime.spawn(enrol);
        runtime.spawn(link);
        drop(_guard);
        self.runtime = Some(runtime);
    }

    /// Says something to the gateway; false when it is not connected.
    pub fn say(&self, message: platform_message::Message) -> bool {
        let push = self.board().push.clone();
        let message = v1::PlatformMessage { message: Some(message) };
        push.is_some_and(|push| push.try_send(Ok(message)).is_ok())
    }

    pub fn command(&self, command: &Command) -> bool {
        self.say(platform_message::Message::Command(command.into()))
    }

    pub fn set_plan(&self, plan: HousePlan) {
        self.board().plan = Some(plan.clone());
        self.say(platform_message::Message::Plan((&plan).into()));
    }

    /// The stages that were told of a command.
    pub fn stages(&self, id: &CommandId) -> Vec<Stage> {
        let board = self.board();
        let of_this = board.events.values().filter_map(|event| match &event.what {
            What::CommandProgress { command, stage } if command == id => Some(stage.clone()),
            _ => None,
        });
        of_this.collect()
    }

    pub fn end(&self, id: &CommandId) -> Option<Stage> {
        self.stages(id).into_iter().find(Stage::is_final)
    }

    pub fn count(&self, which: impl Fn(&What) -> bool) -> usize {
        self.board().events.values().filter(|event| which(&event.what)).count()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.cut();
    }
}

#[tonic::async_trait]
impl Enrolment for Desk {
    async fn enrol(&self, request: Request<v1::EnrolRequest>) -> Result<Response<v1::EnrolReply>, Status> {
        let request = request.into_inner();
        request
            .check()
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        if request.code != self.secret {
            return Err(Status::permission_denied("the code is not valid"));
        }
        let (number, life, home) = {
            let mut board = self.board.lock().unwrap();
            board.enrolments += 1;
            board.csr = request.csr_der.to_vec();
            (board.enrolments, board.life, board.home.clone())
        };
        let (chain, server) = self.issue(&request.csr_der, life);
        Ok(Response::new(v1::EnrolReply {
            gateway_id: format!("gw_{number}"),
            home_id: home.to_string(),
            chain_der: chain,
            link_address: self.link.to_string(),
            server_chain_der: server,
        }))
    }
}

impl Desk {
    fn issue(&self, csr: &[u8], life: SignedDuration) -> (Vec<prost::bytes::Bytes>, Vec<prost::bytes::Bytes>) {
        let life = LifeTime::from(self.wall.now(), life);
        let client = self
            .authority
            .issue_client(csr, "urn:tomori:gateway:test", life, &SystemEntropy)
            .unwrap();
        let names = ["127.0.0.1".to_owned()];
        let server = self.authority.issue_server(csr, &names, life, &SystemEntropy).unwrap();
        let bytes = |chain: Vec<Vec<u8>>| chain.into_iter().map(Into::into).collect();
        (bytes(client.chain_der), bytes(server.chain_der))
    }

    fn store(&self, batch: v1::Batch) -> Option<u64> {
        let mut board = self.board.lock().unwrap();
        if let Err(error) = batch.check() {
            board.broken.push(error.to_string());
        }
        let stored = board.events.last_key_value().map_or(0, |(last, _)| *last);
        if batch.first_seq > stored + 1 {
            board.broken.push(format!("a gap: {} after {stored}", batch.first_seq));
        }
        for (number, event) in (batch.first_seq..).zip(batch.events) {
            let event = match Event::try_from(event) {
                Ok(event) => event,
                Err(error) => {
                    board.broken.push(format!("event {number}: {error}"));
                    continue;
                }
            };
            match board.events.get(&number) {
                Some(known) if *known != event => {
                    let text = format!("number {number} twice: {known:?} and {event:?}");
                    board.broken.push(text);
                }
                Some(_) => {}
                None => {
                    board.events.insert(number, event);
                }
            }
        }
        let stored = board.events.last_key_value().map_or(0, |(last, _)| *last);
        board.acknowledges.then_some(stored)
    }
}

#[tonic::async_trait]
impl GatewayLink for Desk {
    type ConnectStream = ReceiverStream<Result<v1::PlatformMessage, Status>>;

    async fn connect(
        &self,
        request: Request<Streaming<v1::GatewayMessage>>,
    ) -> Result<Response<Self::ConnectStream>, Status> {
        let mut inbound = request.into_inner();
        let (push, outbound) = mpsc::channel(64);
        let desk = self.clone();
        tokio::spawn(async move {
            let said = |message| Ok(v1::PlatformMessage { message: Some(message) });
            let Ok(Some(v1::GatewayMessage {
                message: Some(gateway_message::Message::Hello(hello)),
            })) = inbound.message().await
            else {
                desk.board.lock().unwrap().broken.push("no hello first".to_owned());
                return;
            };
            let (welcome, plan) = {
                let mut board = desk.board.lock().unwrap();
                board.sessions += 1;
                board.push = Some(push.clone());
                let plan = board.plan.clone().filter(|plan| plan.version > hello.plan_version);
                board.hellos.push(hello);
                let now: Timestamp = desk.clock.now() + board.clock_ahead;
                let stored_through = board.events.last_key_value().map_or(0, |(last, _)| *last);
                let now = now.as_microsecond();
                (v1::Welcome { stored_through, now }, plan)
            };
            let _ = push.send(said(platform_message::Message::Welcome(welcome))).await;
            if let Some(plan) = plan {
                let _ = push.send(said(platform_message::Message::Plan((&plan).into()))).await;
            }
            while let Ok(Some(message)) = inbound.message().await {
                match message.message {
                    Some(gateway_message::Message::Batch(batch)) => {
                        if let Some(stored_through) = desk.store(batch) {
                            let ack = platform_message::Message::Ack(v1::Ack { stored_through });
                            let _ = push.send(said(ack)).await;
                        }
                    }
                    Some(gateway_message::Message::PlanAck(ack)) => {
                        desk.board.lock().unwrap().plan_acks.push(ack.version);
                    }
                    other => desk.board.lock().unwrap().broken.push(format!("{other:?}")),
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(outbound)))
    }

    async fn renew(&self, request: Request<v1::RenewRequest>) -> Result<Response<v1::RenewReply>, Status> {
        let life = {
            let mut board = self.board.lock().unwrap();
            board.renewals += 1;
            board.life
        };
        let (chain_der, server_chain_der) = self.issue(&request.into_inner().csr_der, life);
        Ok(Response::new(v1::RenewReply {
            chain_der,
            server_chain_der,
        }))
    }
}

/// Listens at once, so that whoever was told of the address can connect.
fn door(address: SocketAddr, config: rustls::ServerConfig) -> mpsc::Receiver<std::io::Result<Io>> {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (sender, receiver) = mpsc::channel(8);
    let listener = TcpListener::from_std(listen(address)).unwrap();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (acceptor, sender) = (acceptor.clone(), sender.clone());
            tokio::spawn(async move {
                if let Ok(tls) = acceptor.accept(tcp).await {
                    let _ = sender.send(Ok(Io(tls))).await;
                }
            });
        }
    });
    receiver
}

/// An address that no other test has, outside the range that the system gives away.
fn free() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let base = 10_000 + u16::try_from(std::process::id() % 100).unwrap() * 100;
    SocketAddr::from(([127, 0, 0, 1], base + NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Listens; the port of the last life may take a moment to be free.
pub fn listen(address: SocketAddr) -> std::net::TcpListener {
    for _ in 0..1_000 {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_reuse_address(true).unwrap();
        socket.set_nonblocking(true).unwrap();
        if socket.bind(&address.into()).and_then(|()| socket.listen(64)).is_ok() {
            return socket.into();
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{address} is taken");
}

impl Connected for Io {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Io {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Io {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
