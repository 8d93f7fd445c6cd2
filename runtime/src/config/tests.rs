use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::Deserialize;

use super::*;
use crate::i18n::Lang;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    name: String,
    #[serde(default)]
    lan: Lan,
    #[serde(default)]
    houses: Vec<House>,
    #[serde(default)]
    labels: BTreeMap<String, u8>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lan {
    port: Option<u16>,
    address: Option<Ipv4Addr>,
    mode: Option<Mode>,
    poll_every_s: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct House {
    id: String,
    floors: u8,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Active,
    Passive,
}

impl Validate for Config {
    fn validate(&self) -> Result<(), Rejection> {
        if let Some(port) = self.lan.port {
            Rejection::unless_within("lan.port", &port, &1024, &65535)?;
        }
        for (index, house) in self.houses.iter().enumerate() {
            Rejection::unless_within(&format!("houses[{index}].floors"), &house.floors, &1, &60)?;
        }
        let Some(_) = self.lan.address else {
            return Err(Rejection::new("lan.address", "needed; add it", "必要です"));
        };
        Ok(())
    }
}

fn refused(text: &str) -> String {
    parse_valid::<Config>("t.toml", text).unwrap_err().to_string()
}

#[test]
fn a_good_file_is_read() {
    let config: Config = parse_valid(
        "t.toml",
        "name = 'x'\nlabels.a = 1\n[lan]\nport = 3610\naddress = '127.0.0.1'\nmode = 'passive'\n[[houses]]\nid = 'h'\nfloors = 2\n",
    )
    .unwrap();
    assert_eq!(config.lan.port, Some(3610));
    assert_eq!(config.houses[0].id, "h");
    assert_eq!(config.labels["a"], 1);
    assert!(matches!(config.lan.mode, Some(Mode::Passive)));
    assert_eq!(config.name, "x");
    assert_eq!(config.lan.poll_every_s, None);
}

#[test]
fn each_fault_is_told_with_its_place_and_remedy() {
    let cases = [
        (
            "name = 'x'\n[lan]\n  prot = 1\n",
            "t.toml:3:3: lan.prot: unknown key; known here: port, address, mode, poll_every_s; did you mean `port`?",
        ),
        (
            "name = 'x'\nlan = { colour = 1 }\n",
            "t.toml:2:9: lan.colour: unknown key; known here: port, address, mode, poll_every_s",
        ),
        (
            "name = 'x'\nlan.port = 'p'\n",
            "t.toml:2:12: lan.port: found string \"p\"; write a whole number from 0 to 65535",
        ),
        (
            "name = 'x'\nlan.port = 70000\n",
            "t.toml:2:12: lan.port: found integer 70000; write a whole number from 0 to 65535",
        ),
        ("[lan]\nport = 1\n", "t.toml:1:1: name: missing; add this key"),
        (
            "name = 'x'\n[[houses]]\nid = 'a'\nfloors = 1\n\n[[houses]]\nid = 'b'\n",
            "t.toml:6:1: houses[1].floors: missing; add this key",
        ),
        (
            "name = 'x'\n[[houses]]\nid = 7\nfloors = 1\n",
            "t.toml:3:6: houses[0].id: found integer 7; write a text in quotes",
        ),
        (
            "name = 'x'\n[lan]\nmode = 'pasive'\n",
            "t.toml:3:8: lan.mode: unknown word; choose one of: active, passive; did you mean `passive`?",
        ),
        (
            "name = 'x'\n[lan]\nport = 1\nport = 2\n",
            "t.toml:4:1: lan.port: set twice; keep one of them",
        ),
        (
            "name = 'x'\nname = 'y'\n",
            "t.toml:2:1: name: set twice; keep one of them",
        ),
        (
            "name = 'x'\n[lan]\n[labels]\n[lan]\n",
            "t.toml:4:2: lan: set twice; keep one of them",
        ),
        (
            "name = 'x'\n[lan]\nport = 80\n",
            "t.toml:3:8: lan.port: 80 is out of range; choose 1024 to 65535",
        ),
        (
            "name = 'x'\n[[houses]]\nid = 'b'\nfloors = 61\n",
            "t.toml:4:10: houses[0].floors: 61 is out of range; choose 1 to 60",
        ),
        (
            "name = 'x'\n\n[lan]\nport = 3610\n",
            "t.toml:3:2: lan.address: needed; add it",
        ),
        ("name = '名前'; x\n", "t.toml:1:12: not valid TOML: "),
        (
            "name = 'x'\nlan = 3\n",
            "t.toml:2:7: lan: found integer 3; write a table",
        ),
        (
            "name = 'x'\nlan.address = '127.0.0.300'\n",
            "t.toml:2:15: lan.address: ",
        ),
    ];
    for (text, wanted) in cases {
        let told = refused(text);
        if wanted.ends_with(": ") {
            assert!(
                told.starts_with(wanted) && told.len() > wanted.len() + 5,
                "{text:?}\n{told}"
            );
        } else {
            assert_eq!(told, wanted, "{text:?}");
        }
    }
}

#[test]
fn long_foreign_and_absent_files_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c.toml");
    let told = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        load::<Config>(&path).unwrap_err().to_string()
    };
    let shown = path.display();
    assert_eq!(
        told(b"name = 'x'\nlabels = '\xe9'\n"),
        format!("{shown}:2:11: not UTF-8; save the file as UTF-8")
    );
    assert_eq!(
        told(&vec![b'#'; LONGEST + 1]),
        format!("{shown}: longer than 256 KiB; shorten it")
    );
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        load_valid::<Config>(&path).unwrap_err().to_string(),
        format!("{shown}: no such file; check the path")
    );
    assert!(matches!(
        load::<Config>(dir.path()).unwrap_err(),
        ConfigError::Unreadable { .. }
    ));
}

#[test]
fn a_guess_is_offered_only_when_it_is_near() {
    let known = ["port", "address", "poll_every_s"].map(str::to_owned);
    assert_eq!(place::nearest("prot", &known), Some("port"));
    assert_eq!(place::nearest("adress", &known), Some("address"));
    assert_eq!(place::nearest("poll-every-s", &known), Some("poll_every_s"));
    assert_eq!(place::nearest("mode", &known), None);
    assert_eq!(place::nearest("", &known), None);
}

proptest::proptest! {
    /// Whatever somebody types, the answer is a value or a message with the file's name in front; never a crash.
    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}|[a-z\\[\\]=.\"'{}, \n0-9]{0,200}") {
        if let Err(error) = parse_valid::<Config>("t.toml", &text) {
            proptest::prop_assert!(error.to_string().starts_with("t.toml:"));
        }
    }
}

#[test]
fn every_fault_is_told_in_japanese_too() {
    let texts = [
        "name = 'x'\n[lan]\nprot = 1\n",
        "name = 'x'\nlan.port = 'p'\n",
        "[lan]\n",
        "name = 'x'\n[lan]\nmode = 'pasive'\n",
        "name = 'x'\nname = 'y'\n",
        "name = 'x'\nlan.port = 80\n",
        "name = 'x'\nlan.address = 'there'\n",
        "name =\n",
    ];
    for text in texts {
        let error = parse_valid::<Config>("t.toml", text).unwrap_err();
        assert_eq!(error.message(Lang::En), error.to_string());
        let told = error.message(Lang::Ja);
        assert!(told.starts_with("t.toml:") && !told.is_ascii(), "{told}");
    }
    let told = parse_valid::<Config>("t.toml", texts[0]).unwrap_err().message(Lang::Ja);
    assert!(told.starts_with("t.toml:3:1: lan.prot: 知らないキーです。"), "{told}");
}

#[test]
fn addresses_and_origins_are_what_others_can_use() {
    for good in ["platform.example.jp:7443", "192.0.2.1:1", "[2001:db8::1]:7443"] {
        Rejection::unless_host_port("link", good, "e:1").unwrap();
    }
    for bad in [
        "",
        "host",
        ":7443",
        "host:0",
        "host:70000",
        "host:x",
        &format!("{}:1", "h".repeat(127)),
    ] {
        let refused = Rejection::unless_host_port("link", bad, "e:1").unwrap_err();
        assert!(
            refused.en.contains("\"e:1\"") && refused.ja.contains("\"e:1\""),
            "{bad}"
        );
    }
    for good in [
        "https://home.example.jp",
        "https://home.example.jp:8443",
        "http://localhost",
        "http://localhost:7080",
    ] {
        Rejection::unless_origin("web", good, "https://e").unwrap();
    }
    for bad in [
        "",
        "https://",
        "http://home.example.jp",
        "https://home.example.jp/",
        "https://a@b",
        "ftp://localhost",
    ] {
        assert!(Rejection::unless_origin("web", bad, "https://e").is_err(), "{bad}");
    }
}
