//! The device box alone, as `tomori device` runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tomori_device::{Config, HouseConfig, RunError, run};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SeededEntropy;
use tomori_runtime::i18n::Lang;
use tomori_runtime::shutdown::Shutdown;

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn config(last: u8, listen: SocketAddr) -> Config {
    let port = 24_500 + u16::try_from(std::process::id() % 500).unwrap();
    let address = Ipv4Addr::new(127, 4, 0, last);
    let group = Ipv4Addr::new(239, 192, 25, last);
    Config {
        listen,
        house: HouseConfig::one_shutter(1, address, port, group, Duration::from_millis(50)),
    }
}

/// A request in the plainest form there is, and all of its answer.
async fn ask(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

async fn run_until_told(config: Config, data: &DataDir, shutdown: Shutdown) -> Result<(), RunError> {
    run(
        config,
        data,
        Arc::new(SystemClock),
        Arc::new(SeededEntropy::new(1)),
        shutdown,
    )
    .await
}

#[tokio::test]
async fn the_box_serves_its_page_and_ends_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::open(&folder.path().join("data")).unwrap();
    let listen = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), free_port());
    let (trigger, shutdown) = Shutdown::new();
    let running = tokio::spawn(async move { run_until_told(config(1, listen), &data, shutdown).await });
    let mut page = String::new();
    for _ in 0..200 {
        page = ask(listen, "/?lang=ja").await.unwrap_or_default();
        if !page.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("全閉"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'") && !page.contains("unsafe"));
    let assets: Vec<&str> = page
        .split("=\"/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let assets = assets
        .into_iter()
        .filter(|path| path.ends_with(".css") || path.ends_with(".js"));
    let mut served = 0;
    for asset in assets {
        let answer = ask(listen, &format!("/{asset}")).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{asset}");
        served += 1;
    }
    assert_eq!(served, 4, "two style sheets and two scripts");
    trigger.stop();
    tokio::time::timeout(Duration::from_secs(10), running)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn what_is_in_use_is_said_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::open(&folder.path().join("data")).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    let (_trigger, shutdown) = Shutdown::new();
    let refused = run_until_told(config(2, listen), &data, shutdown.clone())
        .await
        .unwrap_err();
    assert!(refused.message(Lang::Ja).contains("待ち受けられません"));
    assert!(refused.message(Lang::En).contains(&listen.to_string()));

    let free = config(3, SocketAddr::new(Ipv4Addr::LOCALHOST.into(), free_port()));
    let address = (free.house.nodes[0].address, free.house.port);
    let _holder = std::net::UdpSocket::bind(address).unwrap();
    let refused = run_until_told(free, &data, shutdown.clone()).await.unwrap_err();
    assert!(
        refused.message(Lang::Ja).contains("127.4.0.3"),
        "{}",
        refused.message(Lang::Ja)
    );
    assert!(refused.message(Lang::En).contains("Another program holds it"));

    let mut bad = config(4, SocketAddr::new(Ipv4Addr::LOCALHOST.into(), free_port()));
    bad.house.nodes.clear();
    let refused = run_until_told(bad, &data, shutdown).await.unwrap_err();
    assert!(
        refused.message(Lang::En).starts_with("node:"),
        "{}",
        refused.message(Lang::En)
    );
}
