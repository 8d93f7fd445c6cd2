//! Many gateways that cost this process little: enrolled for real, each with its own certificate and its own stream.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_stream::wrappers::ReceiverStream;
use tomori_gateway_link::v1::gateway_link_client::GatewayLinkClient;
use tomori_gateway_link::v1::{gateway_message, platform_message};
use tomori_gateway_link::{EnrolmentCode, PLATFORM_NAME, limits, v1};
use tomori_platform::device_state::{NewEquipment, NewHome};
use tomori_platform::server::Services;
use tomori_runtime::clock::SystemClock;
use tomori_runtime::pki::{PrivateKey, certificates_to_pem};
use tomori_runtime::tls;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::{DeviceId, DeviceKind, HomeId, NodeId};
use tonic::transport::Endpoint as Channel;

/// Enrolments at the same time, so that they share commits.
const SIDE_BY_SIDE: usize = 64;
const PATIENCE: Duration = Duration::from_secs(20);
const TRIES: u32 = 5;
const AGAIN: Duration = Duration::from_millis(500);

/// A gateway that may connect.
pub(crate) struct Gateway {
    /// Its home.
    pub(crate) home: HomeId,
    /// The one device of its home.
    pub(crate) device: DeviceId,
    /// Its side of the TLS connection.
    pub(crate) tls: Arc<rustls::ClientConfig>,
}

/// A gateway that is connected: greeted, and with its house plan.
pub(crate) struct Line {
    /// What it says.
    pub(crate) out: mpsc::Sender<v1::GatewayMessage>,
    /// What it hears.
    pub(crate) inbound: tonic::Streaming<v1::PlatformMessage>,
    /// The events that the platform has of it.
    pub(crate) stored_through: u64,
    /// The house plan that it has.
    pub(crate) plan_version: u64,
}

/// Makes so many homes of one shutter each, and enrols a gateway for each.
pub(crate) async fn enrol(services: &Services, count: usize) -> Result<Vec<Gateway>> {
    iter(0..count)
        .map(|number| enrol_one(services, number))
        .buffered(SIDE_BY_SIDE)
        .try_collect()
        .await
}

async fn enrol_one(services: &Services, number: usize) -> Result<Gateway> {
    let place = NewHome {
        time_zone: "Asia/Tokyo".to_owned(),
        latitude: 35.68,
        longitude: 139.77,
    };
    let home = services.device_state.add_home(place, "bench").await?;
    let number = u32::try_from(number)?;
    let endpoint = Endpoint {
        node: NodeId::new(&[&[0xfe, 0, 0, 0x77][..], &number.to_be_bytes()].concat())?,
        class_code: DeviceKind::ElectricRainDoor.class_code(),
        instance: 1,
    };
    let shutter = NewEquipment {
        kind: DeviceKind::ElectricRainDoor,
        room: "居間".to_owned(),
        name: "雨戸".to_owned(),
        model: String::new(),
        endpoint: Some(endpoint),
    };
    let device = services.device_state.add_equipment(&home, shutter, "bench").await?;
    let code: EnrolmentCode = services
        .gateways
        .new_enrolment_code(&home, "bench")
        .await?
        .text
        .parse()?;
    let key = PrivateKey::generate()?;
    let request = v1::EnrolRequest {
        code: code.secret(),
        csr_der: key.request()?.into(),
        hardware: "bench".to_owned(),
        local_names: Vec::new(),
    };
    // Each from a network of its own, as houses are: from one, so many at a time would be taken for guessers.
    let from = Ipv4Addr::from_bits(0x0a00_0001 + (number << 8));
    let enrolled = services.gateways.enrol(&request, IpAddr::V4(from)).await?;
    let identity = tls::Identity {
        chain_der: enrolled.certificates.client_chain_der,
        key: &key,
    };
    let config = tls::client_config(
        services.gateways.authority_der(),
        Some(&identity),
        Arc::new(SystemClock),
    )?;
    Ok(Gateway {
        home,
        device,
        tls: Arc::new(config),
    })
}

/// Writes what a server of the same authority needs: `ca.pem`, `server.pem` and `server.key`.
pub(crate) fn write_server(services: &Services, folder: &Path) -> Result<()> {
    let key = PrivateKey::generate()?;
    let issued = services.gateways.certify_platform(&key, &[PLATFORM_NAME.to_owned()])?;
    let authority = certificates_to_pem(&[services.gateways.authority_der().to_vec()]);
    std::fs::write(folder.join("ca.pem"), authority)?;
    std::fs::write(folder.join("server.pem"), certificates_to_pem(&issued.chain_der))?;
    key.save(&folder.join("server.key"))?;
    Ok(())
}

impl Gateway {
    /// Connects, says hello as one that has the plan of this version, and waits to be greeted; with version 0 also for
    /// its plan. A connection that a busy machine lets die is made again, as gateways do.
    pub(crate) async fn connect(&self, link: SocketAddr, plan_version: u64) -> Result<Line> {
        let mut tries = 0;
        loop {
            tries += 1;
            match tokio::time::timeout(PATIENCE, self.greet(link, plan_version)).await {
                Ok(Ok(line)) => return Ok(line),
                Ok(Err(error)) if tries == TRIES => return Err(error.context("the platform does not greet")),
                Err(_) if tries == TRIES => bail!("the platform does not greet in {} s", PATIENCE.as_secs()),
                Ok(Err(_)) | Err(_) => tokio::time::sleep(AGAIN).await,
            }
        }
    }

    async fn greet(&self, link: SocketAddr, plan_version: u64) -> Result<Line> {
        let tls = TlsConnector::from(Arc::clone(&self.tls));
        let connector = tower::service_fn(move |_| {
            let tls = tls.clone();
            async move {
                let tcp = TcpStream::connect(link).await?;
                tcp.set_nodelay(true)?;
                let name = PLATFORM_NAME.try_into().map_err(std::io::Error::other)?;
                Ok::<_, std::io::Error>(TokioIo::new(tls.connect(name, tcp).await?))
            }
        });
        let channel = Channel::from_shared(format!("https://{link}"))?
            .connect_with_connector(connector)
            .await?;
        let mut client = GatewayLinkClient::new(channel);
        let (out, outbound) = mpsc::channel(limits::BATCHES_IN_FLIGHT);
        let hello = v1::Hello {
            software: "bench".to_owned(),
            plan_version,
            now: Timestamp::now().as_microsecond(),
            local_url: String::new(),
        };
        out.send(message(gateway_message::Message::Hello(hello))).await?;
        let mut inbound = client.connect(ReceiverStream::new(outbound)).await?.into_inner();
        let stored_through = match hear(&mut inbound).await? {
            platform_message::Message::Welcome(welcome) => welcome.stored_through,
            other => bail!("not greeted but told {other:?}"),
        };
        let plan_version = match plan_version {
            0 => {
                let version = match hear(&mut inbound).await? {
                    platform_message::Message::Plan(plan) => plan.version,
                    other => bail!("not a plan but {other:?}"),
                };
                let ack = gateway_message::Message::PlanAck(v1::PlanAck { version });
                out.send(message(ack)).await?;
                version
            }
            version => version,
        };
        Ok(Line {
            out,
            inbound,
            stored_through,
            plan_version,
        })
    }
}

/// The next thing that the platform says.
pub(crate) async fn hear(inbound: &mut tonic::Streaming<v1::PlatformMessage>) -> Result<platform_message::Message> {
    let said = inbound.message().await?.context("the stream ended")?;
    said.message.context("an empty message")
}

/// A message of a gateway.
pub(crate) fn message(message: gateway_message::Message) -> v1::GatewayMessage {
    v1::GatewayMessage { message: Some(message) }
}
