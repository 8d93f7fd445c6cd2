//! Attacks on the gateway and on its way to the platform, by their rows in table 3-11 of the guideline.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tomori_gateway::{Away, UplinkState, VaultError};
use tomori_smart_home::{HomeId, Stage};

use crate::fixture::{Scene, until};
use crate::platform::{Platform, listen};

/// T3-11 EP⑤, impersonation of the service platform: an impostor with an authority of its own answers at the
/// platform's address. It learns nothing, and the house goes on.
#[test]
fn an_impostor_platform_is_refused() {
    let mut scene = Scene::ready();
    scene.platform.cut();
    let address = scene.platform.link_address();
    let impostor = Platform::start(&scene.home, scene.clock.clone(), scene.wall.clone());
    scene.stop();
    scene.config.uplink.address = Some(impostor.link_address().to_string());
    scene.start();
    until("the impostor was recognised", || {
        matches!(
            scene.house().view().uplink,
            UplinkState::Away {
                why: Away::Impostor,
                ..
            }
        )
    });
    assert!(impostor.board().hellos.is_empty());
    scene.press("open").unwrap();
    until("the house goes on", || scene.shutter.is(0x41));
    assert_ne!(impostor.link_address(), address);
}

/// T3-11 EP⑤, impersonation at enrolment: the code's fingerprint gives the impostor away before the secret is sent.
#[test]
fn an_impostor_at_enrolment_learns_no_secret() {
    let mut scene = Scene::enrolled("2026-11-23T21:00:00Z", Vec::new());
    std::fs::remove_file(scene.data().join("identity.sealed")).unwrap();
    let code = scene.platform.code();
    let impostor = Platform::start(&scene.home, scene.clock.clone(), scene.wall.clone());
    scene.platform = impostor;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let data = crate::fixture::open(scene.data());
    let entropy = Arc::new(tomori_runtime::entropy::SystemEntropy);
    let refused = runtime
        .block_on(tomori_gateway::enrol(
            &data,
            &code,
            &scene.platform.enrolment_address(),
            "test",
            Vec::new(),
            scene.wall.clone(),
            entropy,
        ))
        .unwrap_err();
    assert!(refused.to_string().contains("not our platform"), "{refused}");
    assert_eq!(scene.platform.board().enrolments, 0);
}

/// T3-11 EP⑤ なりすまし (EP5-4), man in the middle: a server that answers with TLS 1.2 gets an alert and nothing else.
#[test]
fn a_downgrade_to_tls_1_2_is_refused() {
    let mut scene = Scene::ready();
    scene.platform.cut();
    let address = scene.platform.link_address();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let heard = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listen(address)).unwrap();
        let accepted = tokio::time::timeout(Duration::from_secs(20), listener.accept());
        let (mut tcp, _) = accepted.await.unwrap().unwrap();
        let mut hello = [0; 4096];
        let length = tcp.read(&mut hello).await.unwrap();
        assert!(length > 5 && hello[0] == 22, "a ClientHello");
        // ServerHello: TLS 1.2, a random of zeros, no session, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, no compression.
        let mut body = vec![3, 3];
        body.extend([0; 32]);
        body.extend([0, 0xc0, 0x2b, 0]);
        let mut handshake = vec![2, 0, 0, u8::try_from(body.len()).unwrap()];
        handshake.extend(body);
        let mut record = vec![22, 3, 3, 0, u8::try_from(handshake.len()).unwrap()];
        record.extend(handshake);
        tcp.write_all(&record).await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), tcp.read_to_end(&mut answer)).await;
        answer
    });
    assert_eq!(heard.first(), Some(&21), "an alert and no more: {heard:?}");
    assert_eq!(heard.len(), 7);
    drop(runtime);
    scene.platform.restore();
    until("the true platform is found again", || {
        matches!(scene.house().view().uplink, UplinkState::Connected { .. })
    });
}

/// T3-11 EP⑤ なりすまし (EP5-4), altered on the way (replay): the same command again and again, over a restart too, acts once.
#[test]
fn a_replayed_command_acts_once() {
    let mut scene = Scene::ready();
    let command = scene.command("open");
    for _ in 0..5 {
        scene.platform.command(&command);
    }
    until("it has ended", || {
        scene.platform.end(&command.id) == Some(Stage::Observed)
    });
    scene.kill();
    scene.start();
    scene.settle();
    until("it is delivered again", || scene.platform.command(&command));
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(scene.shutter.drives(), 1);
    scene.reconciled();
}

/// T3-11 EP⑤ なりすまし (EP5-4), altered on the way (delay): a command that was held back beyond its end never acts.
#[test]
fn an_expired_command_never_fires() {
    let scene = Scene::ready();
    let mut command = scene.command("open");
    command.issued_at = scene.later(-60);
    command.expires_at = scene.later(-30);
    scene.platform.command(&command);
    until("it has ended", || {
        scene.platform.end(&command.id) == Some(Stage::Expired)
    });
    // An end far in the future does not make an old command young.
    let mut old = scene.command("open");
    old.issued_at = scene.later(-7_200);
    old.expires_at = scene.later(7_200);
    scene.platform.command(&old);
    until("it has ended", || scene.platform.end(&old.id) == Some(Stage::Expired));
    assert_eq!(scene.shutter.drives(), 0);
}

/// T3-11 EP⑤, tampering with settings: another house's plan is refused, and the one in force stays.
#[test]
fn a_plan_for_another_house_is_refused() {
    let scene = Scene::ready();
    let mut plan = scene.plan(9, Vec::new());
    plan.home = HomeId::from_random([66; 10]);
    plan.equipment.clear();
    scene.platform.set_plan(plan);
    let command = scene.command("open");
    scene.platform.command(&command);
    until("it has ended", || {
        scene.platform.end(&command.id) == Some(Stage::Observed)
    });
    assert_eq!(scene.house().view().plan_version, 1);
    assert_eq!(scene.platform.board().plan_acks, [1]);
}

/// T3-11 EP⑤, tampering with data in the gateway: a changed memory, journal or plan is found at the next start and
/// named, and so is one that was taken away.
#[test]
fn a_tampered_data_directory_is_found() {
    let mut scene = Scene::ready();
    scene.press("open").unwrap();
    until("it is open", || scene.shutter.is(0x41));
    scene.stop();
    for name in ["memory.sealed", "plan.sealed", "identity.sealed"] {
        let path = scene.data().join(name);
        let whole = std::fs::read(&path).unwrap();
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 0x40;
        std::fs::write(&path, changed).unwrap();
        let error = scene.try_start().unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        std::fs::write(&path, whole).unwrap();
    }
    let journal = std::fs::read_dir(scene.data())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_dir())
        .unwrap();
    let segment = std::fs::read_dir(&journal)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .max_by_key(|path| std::fs::metadata(path).unwrap().len())
        .unwrap();
    let whole = std::fs::read(&segment).unwrap();
    let mut changed = whole.clone();
    let place = changed.len() / 3;
    changed[place] ^= 0x40;
    std::fs::write(&segment, changed).unwrap();
    assert!(scene.try_start().is_err());
    std::fs::write(&segment, whole).unwrap();
    let memory = scene.data().join("memory.sealed");
    let kept = std::fs::read(&memory).unwrap();
    let key = scene.data().join("gateway.key");
    let kept_key = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let error = scene.try_start().unwrap_err();
    assert!(
        matches!(
            error,
            tomori_gateway::GatewayError::Vault(VaultError::KeyMissing { .. })
        ),
        "{error}"
    );
    std::fs::write(&key, kept_key).unwrap();
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(&memory, kept).unwrap();
    scene.start();
    scene.settle();
}

/// T3-11 EP⑤, disclosure of data in the gateway: names of people and rooms are nowhere in clear.
#[test]
fn nothing_on_the_disk_is_in_clear() {
    let mut scene = Scene::ready();
    scene.press("open").unwrap();
    until("it is open", || scene.shutter.is(0x41));
    scene.stop();
    let mut folders = vec![scene.data().to_owned()];
    let secrets = [
        "試験の家",
        "居間",
        scene.device.as_str(),
        "openClose",
        "PRIVATE KEY",
        "platform",
    ];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            for secret in secrets {
                let secret = secret.as_bytes();
                assert!(
                    !bytes.windows(secret.len()).any(|window| window == secret),
                    "{}",
                    path.display()
                );
            }
        }
    }
    assert!(files >= 5);
}
