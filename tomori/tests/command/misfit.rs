//! What does not fit around a box: its configuration, its addresses, its disk, its clock, its certificate.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::pki::{CertificateAuthority, LifeTime, PrivateKey, certificates_to_pem};

use crate::binary::{Case, Disk, KINDS, LANGUAGES, fitting, of, says};

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_one_that_was_meant() {
    for (kind, text, key, meant) in [
        ("platform", "[link]\ngatways = 5\n", "gatways", "gateways"),
        ("gateway", "[lan]\nadress = \"192.0.2.1\"\n", "adress", "address"),
        ("device", "lisen = \"127.0.0.1:1\"\n", "lisen", "listen"),
    ] {
        let case = Case::with(kind, text);
        for lang in LANGUAGES {
            let line = if kind == "device" { ":1" } else { ":2" };
            says(
                &case.complaint(lang),
                lang,
                &[&format!("{kind}.toml{line}"), key, meant],
            );
        }
    }
}

#[test]
fn a_missing_configuration_is_named() {
    for kind in KINDS {
        let case = Case::new(kind);
        std::fs::remove_file(case.folder.path().join(format!("{kind}.toml"))).unwrap();
        for lang in LANGUAGES {
            let remedy = of(lang, "パスを確かめてください", "check the path");
            says(&case.complaint(lang), lang, &[&format!("{kind}.toml"), remedy]);
        }
    }
}

#[test]
fn an_address_in_use_is_named_with_its_key_and_the_remedy() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for door in ["link", "enrolment", "partner", "web"] {
        let config = fitting("platform").replace(
            &format!("[{door}]\nlisten = \"127.0.0.1:0\""),
            &format!("[{door}]\nlisten = \"{address}\""),
        );
        let case = Case::with("platform", &config);
        for lang in LANGUAGES {
            let remedy = of(
                lang,
                "それを止めるか、設定で別のアドレスを選んでください",
                "stop that one, or choose another address",
            );
            says(
                &case.complaint(lang),
                lang,
                &[&format!("{door}.listen"), &address, remedy],
            );
        }
    }
    let house = fitting("device").replace("127.0.0.1:0", &address);
    let case = Case::with("device", &house);
    for lang in LANGUAGES {
        let remedy = of(lang, "listen を変えてください", "change listen");
        says(&case.complaint(lang), lang, &[&address, remedy]);
    }
    let socket = UdpSocket::bind((Ipv4Addr::new(127, 0, 77, 1), 0)).unwrap();
    let port = socket.local_addr().unwrap().port();
    let case = Case::with("gateway", &format!("[lan]\naddress = \"127.0.77.1\"\nport = {port}\n"));
    for lang in LANGUAGES {
        let remedy = of(
            lang,
            "それを止めるか、lan.port を変えてください",
            "stop it, or set lan.port",
        );
        says(&case.complaint(lang), lang, &["127.0.77.1", &port.to_string(), remedy]);
    }
}

#[test]
fn an_address_of_another_computer_is_named() {
    let case = Case::with("platform", "[link]\nlisten = \"192.0.2.7:7443\"\n");
    for lang in LANGUAGES {
        let remedy = of(
            lang,
            "このコンピューターのアドレスを選んでください",
            "choose one that is",
        );
        says(&case.complaint(lang), lang, &["link.listen", "192.0.2.7:7443", remedy]);
    }
    let case = Case::with("gateway", "[lan]\naddress = \"192.0.2.7\"\n");
    for lang in LANGUAGES {
        says(&case.complaint(lang), lang, &["192.0.2.7", "lan.address"]);
    }
}

#[test]
fn a_read_only_data_folder_is_named_with_the_remedy() {
    for kind in KINDS {
        let case = Case::new(kind);
        for lang in LANGUAGES {
            let remedy = of(lang, "書き込めるようにマウントし直す", "mount it writable");
            let data = case.data().display().to_string();
            says(&case.complaint_on(Disk::ReadOnly, lang), lang, &[&data, remedy]);
        }
    }
}

#[test]
fn a_full_disk_is_named_with_the_remedy() {
    for kind in KINDS {
        let case = Case::new(kind);
        for lang in LANGUAGES {
            let remedy = of(lang, "空きを作るか", "free some space");
            let data = case.data().display().to_string();
            says(&case.complaint_on(Disk::Full, lang), lang, &[&data, remedy]);
        }
    }
}

#[test]
fn a_second_process_on_the_same_data_is_told_which_one_holds_it() {
    for kind in KINDS {
        let case = Case::new(kind);
        let _held = DataDir::open(&case.data()).unwrap();
        let pid = std::process::id().to_string();
        for lang in LANGUAGES {
            let remedy = of(
                lang,
                "それを止めるか、別のデータディレクトリを選んでください",
                "stop it, or choose another data directory",
            );
            let data = case.data().display().to_string();
            says(&case.complaint(lang), lang, &[&data, &pid, remedy]);
        }
    }
}

fn authority(folder: &Path, now: Timestamp) -> CertificateAuthority {
    std::fs::create_dir_all(folder).unwrap();
    CertificateAuthority::open_or_create(folder, "Test", now, &SystemEntropy).unwrap()
}

#[test]
fn a_clock_outside_the_authority_s_time_is_told() {
    // A clock that was set back to before the platform was set up.
    let case = Case::new("platform");
    let data = DataDir::open(&case.data()).unwrap();
    authority(
        &data.path("ca"),
        Timestamp::now() + SignedDuration::from_hours(24 * 400),
    );
    drop(data);
    for lang in LANGUAGES {
        let remedy = of(lang, "時計を合わせてください", "set the clock");
        says(&case.complaint(lang), lang, &["ca.pem", remedy]);
    }
}

#[test]
fn a_certificate_that_does_not_fit_is_named_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(folder.path(), Timestamp::now());
    let path = |name: &str| folder.path().join(name);
    let (key, other) = (PrivateKey::generate().unwrap(), PrivateKey::generate().unwrap());
    let life = LifeTime::from(Timestamp::now(), SignedDuration::from_hours(24));
    let request = key.request().unwrap();
    let issued = authority
        .issue_server(&request, &["localhost".to_owned()], life, &SystemEntropy)
        .unwrap();
    std::fs::write(path("web.pem"), certificates_to_pem(&issued.chain_der)).unwrap();
    other.save(&path("other.key")).unwrap();
    std::fs::write(path("nothing.pem"), "nothing\n").unwrap();
    for (certificate, key, wanted, ja, en) in [
        (
            "web.pem",
            "other.key",
            "web.certificate",
            "対になる二つを指定してください",
            "name the two that belong together",
        ),
        (
            "nothing.pem",
            "other.key",
            "web.certificate",
            "PEM 形式の証明書ではありません",
            "not a certificate in PEM",
        ),
        (
            "web.pem",
            "nothing.pem",
            "web.key",
            "PEM 形式の秘密鍵ではありません",
            "not a private key in PEM",
        ),
        (
            "absent.pem",
            "other.key",
            "web.certificate",
            "ファイルがあること",
            "check that it exists",
        ),
    ] {
        let files = format!(
            "tls = \"files\"\ncertificate = \"{}\"\nkey = \"{}\"\n",
            path(certificate).display(),
            path(key).display()
        );
        let case = Case::with("platform", &format!("{}{files}", fitting("platform")));
        for lang in LANGUAGES {
            says(&case.complaint(lang), lang, &[wanted, of(lang, ja, en)]);
        }
    }
}
