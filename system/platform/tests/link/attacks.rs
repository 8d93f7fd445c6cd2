//! Attacks on the platform and on the way to it, by their rows of T3-10 (EP①, EP②).

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tomori_gateway_link::limits::MESSAGE_BYTES;
use tomori_gateway_link::v1::{self, goodbye::Why};
use tomori_runtime::clock::ManualClock;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::pki::{CertificateAuthority, LifeTime, PrivateKey};
use tomori_runtime::tls::client_config;
use tomori_smart_home::event::What;
use tomori_smart_home::property::{Source, name};
use tomori_smart_home::{PropertyValue, Report};
use tonic::Code;

use crate::world::{Outgoing, Papers, World, channel, config};

fn manual() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-11-23T00:00:00Z".parse().unwrap()))
}

/// EP① なりすまし: a certificate in the name of a real gateway, signed by somebody else's authority.
#[tokio::test]
async fn foreign_gateway_certificate() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let folder = tempfile::tempdir().unwrap();
    let now = world.clock.now();
    let foreign = CertificateAuthority::open_or_create(folder.path(), "Tomori platform", now, &SystemEntropy).unwrap();
    let key = PrivateKey::generate().unwrap();
    let uri = format!("urn:tomori:gateway:{}:home:{home}", papers.gateway);
    let life = LifeTime::from(now, jiff::SignedDuration::from_hours(24));
    let issued = foreign
        .issue_client(&key.request().unwrap(), &uri, life, &SystemEntropy)
        .unwrap();
    let forged = Papers {
        chain_der: issued.chain_der,
        key: key.into(),
        ..papers
    };
    assert!(world.silent_stream(&forged).await.is_err());
    assert_eq!(world.services.link.connected(), 0);
}

/// EP① なりすまし: our own authority's certificate for something else than a gateway's link.
#[tokio::test]
async fn a_server_certificate_does_not_open_the_link() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let posing = Papers {
        chain_der: papers.server_chain_der.clone(),
        ..papers
    };
    assert!(world.silent_stream(&posing).await.is_err());
}

/// EP② 情報の暴露 (中間者攻撃): a gateway's own server certificate does not let it pose as the platform, and it
/// holds no name that means something outside its house.
#[tokio::test]
async fn a_gateway_cannot_pose_as_the_platform() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let identity = tomori_runtime::tls::Identity {
        chain_der: papers.server_chain_der.clone(),
        key: &papers.key,
    };
    let server = tomori_runtime::tls::server_config(&identity, Arc::clone(&world.clock)).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server));
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let _ = acceptor.accept(tcp).await;
        }
    });
    let root = world.services.gateways.authority_der();
    let victim = client_config(root, None, Arc::clone(&world.clock)).unwrap();
    let refused = channel(address, victim).await.unwrap_err();
    assert!(refused.message().contains("NotValidForName"), "{refused}");
    let names = String::from_utf8_lossy(&papers.server_chain_der[0]).into_owned();
    assert!(!names.contains("platform.tomori.internal"));
    let outside = [203, 0, 113, 9];
    assert!(!papers.server_chain_der[0].windows(4).any(|window| window == outside));
    let inside = [192, 168, 1, 10];
    assert!(papers.server_chain_der[0].windows(4).any(|window| window == inside));
}

/// EP① なりすまし: a stolen certificate that has run out. The handshake refuses it; a stream that stood is ended.
#[tokio::test]
async fn expired_gateway_certificate() {
    let clock = manual();
    let world = World::with(config(), clock.clone()).await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    clock.advance(Duration::from_secs(31 * 86_400));
    assert_eq!(stream.goodbye().await.why(), Why::Revoked);
    assert!(world.silent_stream(&papers).await.is_err());
}

/// EP① なりすまし: a revoked gateway is cut within a second, and does not come back.
#[tokio::test]
async fn revoked_gateway_is_cut_within_a_second() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    stream.next().await;
    let began = Instant::now();
    let gateway = papers.gateway.parse().unwrap();
    world.services.gateways.revoke(&gateway, "op_test").await.unwrap();
    assert_eq!(stream.goodbye().await.why(), Why::Revoked);
    assert!(stream.next().await.is_none());
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    let mut again = world.stream(&papers).await;
    assert_eq!(again.goodbye().await.why(), Why::Revoked);
    let refused = world
        .client(&papers)
        .await
        .unwrap()
        .renew(v1::RenewRequest::default())
        .await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    // The right stays lost after a restart.
    let world = world.restart().await;
    assert_eq!(world.stream(&papers).await.goodbye().await.why(), Why::Revoked);
}

/// EP① なりすまし: a revoked gateway that takes nothing from its stream is cut all the same.
#[tokio::test]
async fn revoked_gateway_that_does_not_listen_is_cut_too() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    let gateway: tomori_smart_home::GatewayId = papers.gateway.parse().unwrap();
    world.services.gateways.revoke(&gateway, "op_test").await.unwrap();
    let began = Instant::now();
    while world.services.link.is_connected(&gateway) {
        assert!(began.elapsed() < Duration::from_secs(1), "still connected");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// EP① なりすまし, データ改ざん: the payload names another house's device. Nothing is stored, the line is cut.
#[tokio::test]
async fn payload_naming_another_house() {
    let world = World::new().await;
    let (home, other) = (world.home().await, world.home().await);
    let (mine, theirs) = (world.shutter(&home).await, world.shutter(&other).await);
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    let reported = |device: &tomori_smart_home::DeviceId| {
        world.event(What::PropertyReported {
            device: device.clone(),
            property: name::open_close_status(),
            report: Report {
                value: PropertyValue::word("fullyOpen"),
                at: world.clock.now(),
                source: Source::Announced,
            },
        })
    };
    stream.batch(1, vec![reported(&mine), reported(&theirs)]).await;
    let goodbye = stream.goodbye().await;
    assert_eq!(goodbye.why(), Why::Protocol);
    for home in [&home, &other] {
        let house = world.services.device_state.house(home).await.unwrap();
        assert!(house.devices[0].properties.is_empty(), "{home}");
    }
    let mut stream = world.stream(&papers).await;
    assert_eq!(stream.welcome().await.stored_through, 0);
}

/// EP② 情報の暴露: somebody who speaks in clear gets no answer in clear.
#[tokio::test]
async fn plain_tcp_client() {
    let world = World::new().await;
    for address in [world.addresses.link, world.addresses.enrolment] {
        let mut tcp = TcpStream::connect(address).await.unwrap();
        tcp.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
            .await
            .unwrap();
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(8), tcp.read_to_end(&mut answer))
            .await
            .expect("the connection stays open");
        // At most a TLS alert, never an HTTP/2 frame.
        assert!(answer.is_empty() || answer[0] == 0x15, "{answer:?}");
    }
}

/// EP② 情報の暴露: a client that offers TLS 1.2 at most. Our own library cannot even say that, so the bytes are made
/// by hand: a well-formed ClientHello without the supported_versions extension.
#[tokio::test]
async fn tls_1_2_client() {
    let world = World::new().await;
    for address in [world.addresses.link, world.addresses.enrolment] {
        let mut tcp = TcpStream::connect(address).await.unwrap();
        tcp.write_all(&client_hello_of_tls_1_2()).await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(8), tcp.read_to_end(&mut answer))
            .await
            .expect("the connection stays open");
        // A fatal alert: protocol_version (70).
        assert_eq!(answer.first(), Some(&0x15), "{answer:?}");
        assert_eq!(&answer[5..7], &[2, 70], "{answer:?}");
    }
}

fn client_hello_of_tls_1_2() -> Vec<u8> {
    let mut body = vec![0x03, 0x03];
    body.extend([0x5a; 32]);
    body.push(0);
    // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    body.extend([0x00, 0x02, 0xc0, 0x2b, 0x01, 0x00]);
    let mut extensions = Vec::new();
    // supported_groups: secp256r1; ec_point_formats: uncompressed; signature_algorithms: ecdsa_secp256r1_sha256
    extensions.extend([0x00, 0x0a, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17]);
    extensions.extend([0x00, 0x0b, 0x00, 0x02, 0x01, 0x00]);
    extensions.extend([0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x04, 0x03]);
    body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend(extensions);
    let mut handshake = vec![0x01];
    handshake.extend(&u32::try_from(body.len()).unwrap().to_be_bytes()[1..]);
    handshake.extend(body);
    let mut record = vec![0x16, 0x03, 0x01];
    record.extend(u16::try_from(handshake.len()).unwrap().to_be_bytes());
    record.extend(handshake);
    record
}

/// EP① 不正アクセス: a client without certificate.
#[tokio::test]
async fn no_certificate() {
    let world = World::new().await;
    let root = world.services.gateways.authority_der();
    let config = client_config(root, None, Arc::clone(&world.clock)).unwrap();
    let refused = match channel(world.addresses.link, config).await {
        // TLS 1.3 tells the client only with the first answer.
        Ok(channel) => v1::gateway_link_client::GatewayLinkClient::new(channel)
            .renew(v1::RenewRequest::default())
            .await
            .map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(refused.is_err());
}

/// EP① 不正アクセス: a code that was seen over somebody's shoulder after it was used, and one that was found late.
#[tokio::test]
async fn replayed_and_late_enrolment_code() {
    let clock = manual();
    let world = World::with(config(), clock.clone()).await;
    let home = world.home().await;
    let code = world.code(&home).await;
    let papers = world.enrol(&code, &code.secret()).await.unwrap();
    let refused = world.enrol(&code, &code.secret()).await.err().unwrap();
    assert_eq!(refused.code(), Code::PermissionDenied);
    world.stream(&papers).await.welcome().await;

    let late = world.code(&home).await;
    clock.advance(Duration::from_secs(15 * 60));
    let refused = world.enrol(&late, &late.secret()).await.err().unwrap();
    assert_eq!(refused.code(), Code::PermissionDenied);
    // A newer code takes the place of one that was not used.
    let (older, newer) = (world.code(&home).await, world.code(&home).await);
    assert!(world.enrol(&older, &older.secret()).await.is_err());
    assert!(world.enrol(&newer, &newer.secret()).await.is_ok());
}

/// EP① 不正アクセス: codes guessed one after the other are slowed down, and the true one survives it.
#[tokio::test]
async fn guessed_enrolment_codes() {
    let clock = manual();
    let world = World::with(config(), clock.clone()).await;
    let home = world.home().await;
    let code = world.code(&home).await;
    let mut codes = Vec::new();
    for index in 0..12 {
        let guess = format!("{index:016}");
        codes.push(world.enrol(&code, &guess).await.err().unwrap().code());
    }
    assert!(
        codes[..10].iter().all(|code| *code == Code::PermissionDenied),
        "{codes:?}"
    );
    assert!(
        codes[10..].iter().all(|code| *code == Code::ResourceExhausted),
        "{codes:?}"
    );
    clock.advance(Duration::from_secs(60));
    world.enrol(&code, &code.secret()).await.unwrap();
    // True codes do not use up the tries.
    for _ in 0..15 {
        world.enrolled(&home).await;
    }
}

/// EP② 情報の暴露 (中間者攻撃): an impostor in front of a machine that is to become a gateway is found by the
/// fingerprint in the code, before the code is sent.
#[tokio::test]
async fn impostor_at_enrolment() {
    let (real, impostor) = (World::new().await, World::new().await);
    let home = real.home().await;
    let code = real.code(&home).await;
    let refused = impostor.enrol(&code, &code.secret()).await.err().unwrap();
    assert_eq!(refused.code(), Code::Unavailable, "{refused}");
    real.enrol(&code, &code.secret()).await.unwrap();
}

/// EP① データ改ざん: what was recorded and is played again changes nothing.
#[tokio::test]
async fn replayed_batch() {
    let world = World::new().await;
    let home = world.home().await;
    let shutter = world.shutter(&home).await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    let lost = || What::DeviceLost {
        device: shutter.clone(),
        last_heard: world.clock.now(),
    };
    let first = vec![world.event(lost())];
    stream.batch(1, first.clone()).await;
    assert_eq!(stream.ack().await, 1);
    let back = What::DeviceAppeared {
        device: shutter.clone(),
    };
    stream.batch(2, vec![world.event(back)]).await;
    assert_eq!(stream.ack().await, 2);
    stream.batch(1, first).await;
    assert_eq!(stream.ack().await, 2);
    let device = world.services.device_state.device(&home, &shutter).await.unwrap();
    let reachable = matches!(
        device.reachability,
        tomori_platform::device_state::Reachability::Reachable { .. }
    );
    assert!(reachable, "the replayed loss was believed");
}

/// EP① サービス不能: a message beyond all bounds, and batches that break theirs.
#[tokio::test]
async fn oversized_and_malformed_messages() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let started = |bytes: usize| {
        world.event(What::GatewayStarted {
            software: "x".repeat(bytes),
            after_crash: false,
        })
    };
    let batches = [
        vec![started(MESSAGE_BYTES + 1)],
        vec![started(300 * 1024)],
        vec![world.event(What::ClockJumped { seconds: 1 }); 501],
        Vec::new(),
    ];
    for events in batches {
        let mut stream = world.stream(&papers).await;
        stream.welcome().await;
        stream.batch(1, events).await;
        assert_eq!(stream.goodbye().await.why(), Why::Protocol);
        assert!(stream.next().await.is_none());
    }
    let mut stream = world.silent_stream(&papers).await.unwrap();
    stream
        .batch(1, vec![world.event(What::ClockJumped { seconds: 1 })])
        .await;
    assert_eq!(stream.goodbye().await.why(), Why::Protocol, "a batch before the hello");
    let mut stream = world.stream(&papers).await;
    stream.say(Outgoing::Hello(crate::world::hello())).await;
    assert_eq!(stream.goodbye().await.why(), Why::Protocol, "a second hello");
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    stream
        .batch(2, vec![world.event(What::ClockJumped { seconds: 1 })])
        .await;
    assert_eq!(stream.ack().await, 2, "the first batch of a stream may begin later");
    stream
        .batch(9, vec![world.event(What::ClockJumped { seconds: 1 })])
        .await;
    assert_eq!(stream.goodbye().await.why(), Why::Protocol, "a gap");
}
