//! Starting in a world that does not fit: a clear message, and nothing half-open.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tomori_platform::audit;
use tomori_platform::config::{Config, WebTls};
use tomori_platform::server::{Clocks, Platform, ServerError};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::pki::{CertificateAuthority, LifeTime, PrivateKey, certificates_to_pem};
use tomori_runtime::shutdown::Shutdown;

use crate::world::{World, config};

async fn open(folder: &Path, config: Config) -> Result<Platform, ServerError> {
    let clocks = Clocks {
        house: Arc::new(SystemClock),
        wall: Arc::new(SystemClock),
    };
    let data = DataDir::open(folder).unwrap();
    Platform::open(config, data, clocks, Arc::new(SystemEntropy)).await
}

/// The whole message, with its causes.
async fn refused(folder: &Path, config: Config) -> String {
    let error = open(folder, config).await.unwrap_err();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// A data directory in which a platform has run and stopped.
async fn used() -> tempfile::TempDir {
    let world = World::new().await;
    let home = world.home().await;
    world.enrolled(&home).await;
    let (ended, folder) = world.stop().await;
    ended.unwrap();
    folder
}

#[tokio::test]
async fn a_start_and_a_stop_are_quick() {
    let folder = used().await;
    let began = Instant::now();
    let platform = open(&folder.path().join("data"), config()).await.unwrap();
    let (trigger, shutdown) = Shutdown::new();
    let running = tokio::spawn(platform.run(axum::Router::new(), shutdown));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    let began = Instant::now();
    trigger.stop();
    running.await.unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_key() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut config = config();
    config.enrolment.listen = address;
    let text = refused(folder.path(), config).await;
    assert!(
        text.starts_with("enrolment.listen: ") && text.contains(&address.to_string()),
        "{text}"
    );
    assert!(
        !folder.path().join("device_state.db").exists(),
        "nothing is begun before the doors are ours"
    );
}

#[tokio::test]
async fn a_corrupt_database_is_named_with_its_remedy() {
    let folder = used().await;
    let database = folder.path().join("data/device_state.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 4;
    bytes[100..middle].fill(0x5a);
    std::fs::write(&database, bytes).unwrap();
    let text = refused(&folder.path().join("data"), config()).await;
    assert!(
        text.contains("device_state.db: damaged") && text.contains("backup"),
        "{text}"
    );
}

#[tokio::test]
async fn keys_that_others_can_read_or_that_are_gone_are_refused() {
    let folder = used().await;
    let data = folder.path().join("data");
    for key in ["platform.key", "personal_info.key", "link.key", "ca/ca.key"] {
        let path = data.join(key);
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600,
            "{key}"
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let text = refused(&data, config()).await;
        assert!(text.contains(key) && text.contains("chmod 600"), "{text}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    std::fs::remove_file(data.join("ca/ca.key")).unwrap();
    let text = refused(&data, config()).await;
    assert!(text.contains("ca.key") && text.contains("backup"), "{text}");
}

/// T3-10 EP① データ改ざん: the audit log was changed while the platform was stopped.
#[tokio::test]
async fn tampered_audit_log() {
    let folder = used().await;
    let data = folder.path().join("data");
    let kept = audit::verify(&data).unwrap();
    assert!(kept.entries >= 3, "{kept:?}");
    let segment = std::fs::read_dir(data.join("audit"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            let bytes = std::fs::read(path).unwrap_or_default();
            bytes.windows(16).any(|window| window == b"gateway.enrolled")
        })
        .expect("the enrolment is in the log");
    let mut bytes = std::fs::read(&segment).unwrap();
    let at = bytes
        .windows(16)
        .position(|window| window == b"gateway.enrolled")
        .unwrap();
    bytes[at..at + 16].copy_from_slice(b"gateway.refused_");
    std::fs::write(&segment, bytes).unwrap();
    assert!(matches!(audit::verify(&data), Err(audit::AuditError::Tampered(_))));
    let text = refused(&data, config()).await;
    assert!(text.contains("audit log"), "{text}");
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(matches!(
        audit::verify(elsewhere.path()),
        Err(audit::AuditError::Absent(_))
    ));
    assert_eq!(
        std::fs::read_dir(elsewhere.path()).unwrap().count(),
        0,
        "a look leaves nothing behind"
    );
}

#[tokio::test]
async fn a_web_certificate_that_does_not_fit_is_refused_and_one_that_fits_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let authority = CertificateAuthority::open_or_create(
        folder.path(),
        "Somebody's authority",
        jiff::Timestamp::now(),
        &SystemEntropy,
    )
    .unwrap();
    let (key, other) = (PrivateKey::generate().unwrap(), PrivateKey::generate().unwrap());
    let life = LifeTime::from(jiff::Timestamp::now(), jiff::SignedDuration::from_hours(1));
    let names = ["web.example".to_owned()];
    let issued = authority
        .issue_server(&key.request().unwrap(), &names, life, &SystemEntropy)
        .unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("web.pem"), certificates_to_pem(&issued.chain_der)).unwrap();
    key.save(&path("web.key")).unwrap();
    other.save(&path("other.key")).unwrap();
    std::fs::write(path("nonsense.key"), "no key").unwrap();
    let with = |key: &str| {
        let mut config = config();
        config.web.tls = WebTls::Files;
        config.web.certificate = Some(path("web.pem"));
        config.web.key = Some(path(key));
        config
    };
    let text = refused(&path("data"), with("other.key")).await;
    assert!(text.contains("do not belong together"), "{text}");
    let text = refused(&path("data"), with("nonsense.key")).await;
    assert!(text.contains("nonsense.key"), "{text}");
    open(&path("data"), with("web.key")).await.unwrap();
}
