//! A device that proves itself, as far as a gateway sees one: a key, a certificate, MQTT.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tomori_device_link::GATEWAY_NAME;
use tomori_device_link::enrolment::{Reply, Request, read, to_base64, write};
use tomori_device_link::wire::{ClientWire, Published, ToDevice};
use tomori_gateway::mqtt::Papers;
use tomori_runtime::clock::SystemClock;
use tomori_runtime::pki::PrivateKey;
use tomori_runtime::tls::{pinned_client_config, provider};
use tomori_smart_home::EnrolmentCode;

use crate::fixture::PATIENCE;

type Stream = StreamOwned<ClientConnection, TcpStream>;

pub struct Peer {
    pub stream: Stream,
    pub wire: ClientWire,
    /// What was heard and not asked for yet.
    pub heard: Vec<ToDevice>,
}

/// A TLS client of the house: with its papers, or with a certificate of nobody.
pub fn tls(papers: &Papers, shown: bool) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(papers.authority.as_bytes()).unwrap())
        .unwrap();
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots);
    if !shown {
        return builder.with_no_client_auth();
    }
    let own = CertificateDer::from_pem_slice(papers.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(papers.key.as_bytes()).unwrap();
    builder.with_client_auth_cert(vec![own], key).unwrap()
}

/// A connection with the handshake done, as far as the client can tell.
pub fn connect(address: SocketAddr, config: ClientConfig) -> std::io::Result<Stream> {
    let tcp = TcpStream::connect(address)?;
    tcp.set_read_timeout(Some(Duration::from_millis(100)))?;
    let name = ServerName::try_from(GATEWAY_NAME).unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(client, tcp);
    stream.flush()?;
    Ok(stream)
}

impl Peer {
    /// A device that says hello; `Err` when the gateway does not let it in.
    pub fn hello(address: SocketAddr, papers: &Papers, client: &str) -> Result<Self, String> {
        let stream = connect(address, tls(papers, true)).map_err(|error| error.to_string())?;
        let mut peer = Self {
            stream,
            wire: ClientWire::new(client, None),
            heard: Vec::new(),
        };
        match peer.wait(|heard| matches!(heard, ToDevice::Answered(_)))? {
            ToDevice::Answered(true) => Ok(peer),
            _ => Err("turned away".to_owned()),
        }
    }

    /// Says all that is to be said and hears what comes until `wanted` does.
    pub fn wait(&mut self, wanted: impl Fn(&ToDevice) -> bool) -> Result<ToDevice, String> {
        let began = Instant::now();
        loop {
            if let Some(at) = self.heard.iter().position(&wanted) {
                return Ok(self.heard.remove(at));
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("not heard; but {:?}", self.heard));
            }
            self.turn()?;
        }
    }

    /// One turn: says what is to be said, hears for a moment.
    pub fn turn(&mut self) -> Result<(), String> {
        let bytes = self.wire.to_send();
        self.stream.write_all(&bytes).map_err(|error| error.to_string())?;
        self.stream.flush().map_err(|error| error.to_string())?;
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(0) => Err("the gateway closed".to_owned()),
            Ok(count) => {
                self.heard.extend(self.wire.hear(&buffer[..count]));
                Ok(())
            }
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// Publishes; whether the gateway took it.
    pub fn say(&mut self, topic: &str, payload: &str) -> Result<bool, String> {
        let message = Published {
            topic: topic.to_owned(),
            payload: payload.as_bytes().to_vec(),
            retain: true,
        };
        let number = self.wire.publish(&message).ok_or("too much waits")?;
        let taken = self.wait(|heard| matches!(heard, ToDevice::Taken(of, _) if *of == number))?;
        Ok(matches!(taken, ToDevice::Taken(_, true)))
    }

    /// Subscribes; whether all was granted.
    pub fn listen(&mut self, filters: &[&str]) -> Result<bool, String> {
        self.wire.subscribe(filters);
        let answer = self.wait(|heard| matches!(heard, ToDevice::Subscribed(_)))?;
        Ok(answer == ToDevice::Subscribed(true))
    }

    /// The next message on a topic.
    pub fn told(&mut self, topic: &str) -> Result<String, String> {
        match self.wait(|heard| matches!(heard, ToDevice::Published(it) if it.topic == topic))? {
            ToDevice::Published(it) => Ok(String::from_utf8(it.payload).unwrap()),
            other => Err(format!("{other:?}")),
        }
    }
}

/// Comes for a certificate with a code; the id that it names, or why there is none.
pub fn enrol(address: SocketAddr, code: &str) -> Result<(String, PrivateKey), String> {
    let code: EnrolmentCode = code
        .parse()
        .map_err(|error: tomori_smart_home::EnrolmentCodeError| error.to_string())?;
    let key = PrivateKey::generate().unwrap();
    let config = pinned_client_config(code.fingerprint_prefix(), Arc::new(SystemClock)).unwrap();
    let mut stream = connect(address, config).map_err(|error| error.to_string())?;
    let request = Request {
        code: code.secret(),
        csr: to_base64(&key.request().unwrap()),
    };
    stream.write_all(&write(&request)).map_err(|error| error.to_string())?;
    let line = rest(&mut stream);
    match read(line.strip_suffix(b"\n").unwrap_or(&line)) {
        Ok(Reply::Welcome(welcome)) => Ok((welcome.device, key)),
        Ok(Reply::Refused { refused }) => Err(refused),
        Err(error) => Err(error.to_string()),
    }
}

/// Everything until the other side closes.
pub fn rest(stream: &mut Stream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => all.extend(&buffer[..count]),
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) => {}
            Err(_) => break,
        }
    }
    all
}
