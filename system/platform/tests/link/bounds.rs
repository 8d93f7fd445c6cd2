//! Load: one gateway that says too much, clients that say nothing, a rush (T3-10 EP① サービス不能, SR3-SP-5).

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tomori_gateway_link::v1::{self, goodbye::Why};
use tomori_smart_home::event::What;

use crate::world::{Outgoing, World, config};

/// EP① サービス不能: one gateway floods; another one is served as if nothing happened.
#[tokio::test]
async fn flood_from_one_gateway_while_another_is_served() {
    let mut limits = config();
    limits.link.events_per_second = 200;
    limits.link.events_burst = 500;
    let world = World::with(limits, std::sync::Arc::new(tomori_runtime::clock::SystemClock)).await;
    let (noisy_home, quiet_home) = (world.home().await, world.home().await);
    let noisy = world.enrolled(&noisy_home).await;
    let quiet = world.enrolled(&quiet_home).await;
    let mut flood = world.stream(&noisy).await;
    flood.welcome().await;
    let mut calm = world.stream(&quiet).await;
    calm.welcome().await;
    let event = world.event(What::ClockJumped { seconds: 1 });
    let to = flood.to.clone();
    let flooding = tokio::spawn(async move {
        for index in 0_u64..200 {
            let batch = v1::Batch {
                first_seq: index * 500 + 1,
                events: vec![event.clone(); 500],
            };
            let message = v1::GatewayMessage {
                message: Some(Outgoing::Batch(batch)),
            };
            if to.send(message).await.is_err() {
                return;
            }
        }
    });
    let began = Instant::now();
    for seq in 1..=20 {
        let asked = Instant::now();
        calm.batch(seq, vec![world.event(What::ClockJumped { seconds: 1 })])
            .await;
        assert_eq!(calm.ack().await, seq);
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    }
    while began.elapsed() < Duration::from_secs(3) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // 500 at once, 200 a second, and the batch that overdraws: of the 100,000 it offered, little was taken.
    let taken = world
        .services
        .device_state
        .gateway_stored_through(&noisy_home, &noisy.gateway.parse().unwrap())
        .await
        .unwrap();
    assert!((500..=2_500).contains(&taken), "{taken}");
    assert!(world.services.link.is_connected(&noisy.gateway.parse().unwrap()));
    flooding.abort();
}

/// EP① サービス不能: words without end that are no events.
#[tokio::test]
async fn a_flood_of_small_words_ends_the_stream() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    let to = stream.to.clone();
    tokio::spawn(async move {
        for version in 0..1_000 {
            let message = v1::GatewayMessage {
                message: Some(Outgoing::PlanAck(v1::PlanAck { version })),
            };
            if to.send(message).await.is_err() {
                return;
            }
        }
    });
    assert_eq!(stream.goodbye().await.why(), Why::Flood);
}

/// EP① サービス不能: clients that open a connection and say nothing, or half a handshake.
#[tokio::test]
async fn slow_loris_handshake() {
    let mut limits = config();
    limits.link.handshakes = 8;
    let world = World::with(limits, std::sync::Arc::new(tomori_runtime::clock::SystemClock)).await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut silent = Vec::new();
    for index in 0..24 {
        let mut tcp = TcpStream::connect(world.addresses.link).await.unwrap();
        if index % 2 == 0 {
            tcp.write_all(&[0x16, 0x03, 0x01, 0x02]).await.unwrap();
        }
        silent.push(tcp);
    }
    let began = Instant::now();
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

/// More gateways than there is room for are asked to come back, each at its own time.
#[tokio::test]
async fn a_full_platform_asks_to_come_back() {
    let mut limits = config();
    limits.link.gateways = 1;
    let world = World::with(limits, std::sync::Arc::new(tomori_runtime::clock::SystemClock)).await;
    let (first, second) = (world.home().await, world.home().await);
    let (first, second) = (world.enrolled(&first).await, world.enrolled(&second).await);
    let mut inside = world.stream(&first).await;
    inside.welcome().await;
    let goodbye = world.stream(&second).await.goodbye().await;
    assert_eq!(goodbye.why(), Why::Restart);
    assert!(goodbye.retry_after_ms >= 20_000, "{goodbye:?}");
    // The one inside may come anew.
    world.stream(&first).await.welcome().await;
}

/// A gateway that connects and does not say hello does not stay.
#[tokio::test]
async fn a_stream_without_hello_is_ended() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.silent_stream(&papers).await.unwrap();
    assert_eq!(stream.goodbye().await.why(), Why::Protocol);
}

/// A gateway whose line is dead, without a word, is known to be lost in under 15 seconds.
#[tokio::test]
async fn a_dead_line_is_known_within_15_seconds() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    // A relay that stops passing anything on, without closing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let relay = listener.local_addr().unwrap();
    let target = world.addresses.link;
    let (cut, is_cut) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        let (mut near, _) = listener.accept().await.unwrap();
        let mut far = TcpStream::connect(target).await.unwrap();
        let mut is_cut = is_cut;
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
            _ = is_cut.wait_for(|cut| *cut) => {}
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
    let identity = tomori_runtime::tls::Identity {
        chain_der: papers.chain_der.clone(),
        key: &papers.key,
    };
    let root = world.services.gateways.authority_der();
    let config = tomori_runtime::tls::client_config(root, Some(&identity), world.clock.clone()).unwrap();
    let channel = crate::world::channel(relay, config).await.unwrap();
    let mut client = v1::gateway_link_client::GatewayLinkClient::new(channel);
    let (to, outbound) = tokio::sync::mpsc::channel(8);
    let outbound = tokio_stream::wrappers::ReceiverStream::new(outbound);
    let from = client.connect(outbound).await.unwrap().into_inner();
    let mut stream = crate::world::Stream { to, from };
    stream.say(Outgoing::Hello(crate::world::hello())).await;
    stream.welcome().await;
    cut.send(true).unwrap();
    let began = Instant::now();
    while world.services.link.connected() > 0 {
        assert!(began.elapsed() < Duration::from_secs(15), "still taken for connected");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
