//! A whole platform on loopback, and gateways that speak to it over real TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_stream::wrappers::ReceiverStream;
use tomori_gateway_link::v1::{
    self, enrolment_client::EnrolmentClient, gateway_link_client::GatewayLinkClient, gateway_message, platform_message,
};
use tomori_gateway_link::{EnrolmentCode, PLATFORM_NAME};
use tomori_platform::config::Config;
use tomori_platform::device_state::{NewEquipment, NewHome};
use tomori_platform::server::{Addresses, Clocks, Platform, ServerError, Services};
use tomori_runtime::clock::{SharedClock, SystemClock};
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::pki::PrivateKey;
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_runtime::tls::{Identity, client_config, pinned_client_config};
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::{DeviceId, DeviceKind, Event, HomeId};
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};

pub type Incoming = platform_message::Message;
pub type Outgoing = gateway_message::Message;

/// A platform that runs until it is dropped.
pub struct World {
    pub services: Services,
    pub addresses: Addresses,
    pub clock: SharedClock,
    folder: Option<tempfile::TempDir>,
    trigger: Trigger,
    running: JoinHandle<Result<(), ServerError>>,
}

/// A gateway's papers.
#[derive(Clone)]
pub struct Papers {
    pub gateway: String,
    pub chain_der: Vec<Vec<u8>>,
    pub server_chain_der: Vec<Vec<u8>>,
    pub key: Arc<PrivateKey>,
}

/// A gateway's open stream.
pub struct Stream {
    pub to: mpsc::Sender<v1::GatewayMessage>,
    pub from: Streaming<v1::PlatformMessage>,
}

pub fn config() -> Config {
    let mut config = Config::default();
    config.link.listen.set_port(0);
    config.enrolment.listen.set_port(0);
    config.partner.listen.set_port(0);
    config.web.listen.set_port(0);
    config
}

impl World {
    pub async fn new() -> Self {
        Self::with(config(), Arc::new(SystemClock)).await
    }

    pub async fn with(config: Config, clock: SharedClock) -> Self {
        Self::at(tempfile::tempdir().unwrap(), config, clock).await
    }

    async fn at(folder: tempfile::TempDir, config: Config, clock: SharedClock) -> Self {
        let data = DataDir::open(&folder.path().join("data")).unwrap();
        let clocks = Clocks {
            house: Arc::clone(&clock),
            wall: Arc::clone(&clock),
        };
        let platform = Platform::open(config, data, clocks, Arc::new(SystemEntropy))
            .await
            .unwrap();
        let (trigger, shutdown) = Shutdown::new();
        Self {
            services: platform.services().clone(),
            addresses: platform.addresses(),
            clock,
            folder: Some(folder),
            trigger,
            running: tokio::spawn(platform.run(axum::Router::new(), shutdown)),
        }
    }

    /// Stops the platform; the answer of its `run`.
    pub async fn stop(mut self) -> (Result<(), ServerError>, tempfile::TempDir) {
        self.trigger.stop();
        let ended = (&mut self.running).await.unwrap();
        (ended, self.folder.take().unwrap())
    }

    /// Stops it and starts it again on the same data.
    pub async fn restart(self) -> Self {
        let clock = Arc::clone(&self.clock);
        let (ended, folder) = self.stop().await;
        ended.unwrap();
        Self::at(folder, config(), clock).await
    }

    pub async fn home(&self) -> HomeId {
        let tokyo = NewHome {
            time_zone: "Asia/Tokyo".to_owned(),
            latitude: 35.68,
            longitude: 139.77,
        };
        self.services.device_state.add_home(tokyo, "op_test").await.unwrap()
    }

    pub async fn shutter(&self, home: &HomeId) -> DeviceId {
        self.shutter_at(home, "fe000001").await
    }

    pub async fn shutter_at(&self, home: &HomeId, node: &str) -> DeviceId {
        let shutter = NewEquipment {
            kind: DeviceKind::ElectricRainDoor,
            room: "居間".to_owned(),
            name: "南の窓".to_owned(),
            model: String::new(),
            endpoint: Some(Endpoint {
                node: node.parse().unwrap(),
                class_code: DeviceKind::ElectricRainDoor.class_code(),
                instance: 1,
            }),
        };
        self.services
            .device_state
            .add_equipment(home, shutter, "op_test")
            .await
            .unwrap()
    }

    pub async fn code(&self, home: &HomeId) -> EnrolmentCode {
        let code = self
            .services
            .gateways
            .new_enrolment_code(home, "op_test")
            .await
            .unwrap();
        code.text.parse().unwrap()
    }

    /// A gateway for a home, enrolled over the wire.
    pub async fn enrolled(&self, home: &HomeId) -> Papers {
        let code = self.code(home).await;
        self.enrol(&code, &code.secret()).await.unwrap()
    }

    pub async fn enrol(&self, code: &EnrolmentCode, secret: &str) -> Result<Papers, Status> {
        let key = PrivateKey::generate().unwrap();
        let config = pinned_client_config(code.fingerprint_prefix(), Arc::clone(&self.clock)).unwrap();
        let channel = channel(self.addresses.enrolment, config).await?;
        let request = v1::EnrolRequest {
            code: secret.to_owned(),
            csr_der: key.request().unwrap().into(),
            hardware: "test gateway".to_owned(),
            local_names: vec!["192.168.1.10".to_owned(), "203.0.113.9".to_owned()],
        };
        let reply = EnrolmentClient::new(channel).enrol(request).await?.into_inner();
        reply.check().unwrap();
        assert_eq!(reply.link_address, self.addresses.link.to_string());
        Ok(Papers {
            gateway: reply.gateway_id,
            chain_der: reply.chain_der.iter().map(|der| der.to_vec()).collect(),
            server_chain_der: reply.server_chain_der.iter().map(|der| der.to_vec()).collect(),
            key: Arc::new(key),
        })
    }

    /// A channel with a gateway's papers.
    pub async fn channel(&self, papers: &Papers) -> Result<Channel, Status> {
        let identity = Identity {
            chain_der: papers.chain_der.clone(),
            key: &papers.key,
        };
        let root = self.services.gateways.authority_der();
        let config = client_config(root, Some(&identity), Arc::clone(&self.clock)).unwrap();
        channel(self.addresses.link, config).await
    }

    pub async fn client(&self, papers: &Papers) -> Result<GatewayLinkClient<Channel>, Status> {
        Ok(GatewayLinkClient::new(self.channel(papers).await?))
    }

    /// A stream that has not said anything yet.
    pub async fn silent_stream(&self, papers: &Papers) -> Result<Stream, Status> {
        let mut client = self.client(papers).await?;
        let (to, outbound) = mpsc::channel(8);
        let from = client.connect(ReceiverStream::new(outbound)).await?.into_inner();
        Ok(Stream { to, from })
    }

    /// A stream that has said hello.
    pub async fn stream(&self, papers: &Papers) -> Stream {
        let stream = self.silent_stream(papers).await.unwrap();
        stream.say(Outgoing::Hello(hello())).await;
        stream
    }

    pub fn event(&self, what: tomori_smart_home::event::What) -> v1::Event {
        let event = Event {
            at: self.clock.now(),
            what,
        };
        (&event).into()
    }
}

pub fn hello() -> v1::Hello {
    v1::Hello {
        software: "test 1.0".to_owned(),
        plan_version: 0,
        now: 0,
        local_url: String::new(),
    }
}

pub async fn channel(address: SocketAddr, config: rustls::ClientConfig) -> Result<Channel, Status> {
    let connector = TlsConnector::from(Arc::new(config));
    let connect = tower::service_fn(move |_: http::Uri| {
        let connector = connector.clone();
        async move {
            let tcp = TcpStream::connect(address).await?;
            let stream = connector.connect(PLATFORM_NAME.try_into().unwrap(), tcp).await?;
            Ok::<_, std::io::Error>(TokioIo::new(stream))
        }
    });
    tonic::transport::Endpoint::from_static("https://platform.tomori.internal")
        .connect_with_connector(connect)
        .await
        .map_err(|error| Status::new(Code::Unavailable, format!("{error:?}")))
}

impl Stream {
    pub async fn say(&self, message: Outgoing) {
        let message = v1::GatewayMessage { message: Some(message) };
        // A platform that has ended the stream does not listen any more; what it said is still to be read.
        let _ = self.to.send(message).await;
    }

    pub async fn batch(&self, first_seq: u64, events: Vec<v1::Event>) {
        self.say(Outgoing::Batch(v1::Batch { first_seq, events })).await;
    }

    /// The next message; `None` when the stream has ended, however it did.
    pub async fn next(&mut self) -> Option<Incoming> {
        let message = tokio::time::timeout(Duration::from_secs(20), self.from.message()).await;
        message
            .expect("the platform said nothing for 20 s")
            .ok()
            .flatten()?
            .message
    }

    pub async fn welcome(&mut self) -> v1::Welcome {
        match self.next().await {
            Some(Incoming::Welcome(welcome)) => welcome,
            other => panic!("no welcome but {other:?}"),
        }
    }

    /// The next acknowledgement; plans that come in between are left out.
    pub async fn ack(&mut self) -> u64 {
        loop {
            match self.next().await {
                Some(Incoming::Ack(ack)) => return ack.stored_through,
                Some(Incoming::Plan(_)) => {}
                other => panic!("no acknowledgement but {other:?}"),
            }
        }
    }

    pub async fn command(&mut self) -> v1::Command {
        loop {
            match self.next().await {
                Some(Incoming::Command(command)) => return command,
                Some(Incoming::Plan(_)) => {}
                other => panic!("no command but {other:?}"),
            }
        }
    }

    pub async fn goodbye(&mut self) -> v1::Goodbye {
        loop {
            match self.next().await {
                Some(Incoming::Goodbye(goodbye)) => return goodbye,
                Some(_) => {}
                None => panic!("the stream ended without a goodbye"),
            }
        }
    }
}
