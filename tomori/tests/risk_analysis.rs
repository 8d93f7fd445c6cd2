//! `tomori risk analyze`, `diff`, `check` and `init`, from outside.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;

struct Answer {
    status: i32,
    out: String,
    err: String,
}

fn risk(arguments: &[&str]) -> Answer {
    risk_in("en", arguments)
}

fn risk_in(lang: &str, arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_tomori"))
        .args(["--lang", lang, "risk"])
        .args(arguments)
        .output()
        .unwrap();
    Answer {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn sample(name: &str) -> String {
    examples().join(name).display().to_string()
}

const SHUTTER: &str = "shutter-service.toml";
const DISPATCH: &str = "dispatch-security-service.toml";
const DAY: [&str; 2] = ["--as-of", "2026-11-25"];

#[test]
fn the_json_is_the_golden_file() {
    for name in ["shutter-service", "dispatch-security-service"] {
        let answer = risk(&["analyze", &sample(&format!("{name}.toml")), "--json", DAY[0], DAY[1]]);
        let golden = std::fs::read_to_string(examples().join(format!("results/{name}.json"))).unwrap();
        assert_eq!(answer.status, 0, "{}", answer.err);
        assert!(answer.out == golden, "{name}");
    }
}

#[test]
fn the_summary_says_level_threats_and_plan_in_both_languages() {
    let answer = risk(&["analyze", &sample(DISPATCH), "--target", "critical", DAY[0], DAY[1]]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    for wanted in [
        "Hence ★★★",
        "Threats: 55",
        "below “critical”",
        "EP10-2",
        "service.two-person-approval",
    ] {
        assert!(answer.out.contains(wanted), "{wanted}\n{}", answer.out);
    }
    let answer = risk_in("ja", &["analyze", &sample(SHUTTER)]);
    assert!(
        answer.out.contains("したがって★★") && answer.out.contains("脅威 41 件"),
        "{}",
        answer.out
    );
}

#[test]
fn the_gate_ends_with_a_status() {
    let check = |more: &[&str]| risk(&[&["check", &sample(DISPATCH), DAY[0], DAY[1]], more].concat());
    assert_eq!(check(&["--max-severity", "warning", "--require-tracking"]).status, 0);
    let answer = check(&["--max-severity", "notice"]);
    assert!(
        answer.status == 1 && answer.out.contains("EP5-5: after measures"),
        "{}",
        answer.out
    );
    assert!(!answer.out.contains("EP5-9b"), "accepted until March: {}", answer.out);
    let later = risk(&["check", &sample(DISPATCH), "--as-of", "2027-04-01"]);
    assert!(later.status == 1 && later.out.contains("EP5-9b"), "{}", later.out);
    assert_eq!(check(&["--max-severity", "dreadful"]).status, 2);
    assert_eq!(risk(&["check", &sample("nothing-here.toml")]).status, 2);
}

#[test]
fn a_difference_names_what_got_worse() {
    let dir = tempfile::tempdir().unwrap();
    let weaker = dir.path().join("weaker.toml");
    let text = std::fs::read_to_string(examples().join(SHUTTER)).unwrap();
    let adopted = "id = \"devices.updates\"\nstatus = \"adopted\"";
    assert!(text.contains(adopted));
    std::fs::write(
        &weaker,
        text.replace(adopted, "id = \"devices.updates\"\nstatus = \"planned\""),
    )
    .unwrap();
    let answer = risk(&["diff", &sample(SHUTTER), &weaker.display().to_string()]);
    assert!(
        answer.status == 0 && answer.out.contains("Threats that got worse"),
        "{}{}",
        answer.out,
        answer.err
    );
    assert!(
        answer.out.contains("EP7-1a") && answer.out.contains("Measures dropped: devices.updates"),
        "{}",
        answer.out
    );
    let same = risk(&["diff", &sample(SHUTTER), &sample(SHUTTER)]);
    assert_eq!(same.out.trim(), "No difference");
}

#[test]
fn a_beginning_can_be_analysed_and_is_never_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mine.toml").display().to_string();
    assert_eq!(risk(&["init", &file]).status, 0);
    let answer = risk(&["analyze", &file]);
    assert!(
        answer.status == 0 && answer.out.contains("Hence ★★"),
        "{}{}",
        answer.out,
        answer.err
    );
    std::fs::write(&file, "mine").unwrap();
    let answer = risk(&["init", &file]);
    assert!(
        answer.status == 2 && answer.err.contains("left as it is"),
        "{}",
        answer.err
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn bad_input_is_told_with_its_place_and_ends_with_two() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("m.toml");
    let text = std::fs::read_to_string(examples().join(SHUTTER)).unwrap();
    let told = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let answer = risk(&["analyze", &path.display().to_string(), "--json"]);
        assert_eq!((answer.status, answer.out.as_str()), (2, ""), "{}", answer.err);
        answer.err
    };
    let line_of = |text: &str, key: &str| text.lines().position(|line| line.contains(key)).unwrap() + 1;
    for (from, to, at, wanted) in [
        ("id = \"app\"", "id = ?", "id = ?", "not valid TOML"),
        (
            "holds = [\"updates\"]",
            "holds = [\"update\"]",
            "[\"update\"]",
            "holds[0]: `update` is not data of this file",
        ),
        (
            "part_of = \"platform\"",
            "part-of = \"platform\"",
            "part-of",
            "part-of: unknown key",
        ),
        (
            "box = \"auth-server\"",
            "box = \"auth\"",
            "box = \"auth\"",
            "choose one of: security-server, auth-server",
        ),
        (
            "id = \"shutter-scheduler\"",
            "id = \"auth-server\"",
            "",
            "is there twice",
        ),
        ("date = 2026-11-25", "date = 2026-13-25", "2026-13-25", ""),
    ] {
        let spoilt = text.replacen(from, to, 1);
        let err = told(spoilt.as_bytes());
        assert!(err.contains(wanted), "{from}: {err}");
        if !at.is_empty() {
            assert!(
                err.contains(&format!("m.toml:{}:", line_of(&spoilt, at))),
                "{from}: {err}"
            );
        }
    }
    let circle = format!(
        "{text}\n[[component]]\nid = \"a\"\nname = \"A\"\npart_of = \"b\"\n[[component]]\nid = \"b\"\nname = \"B\"\npart_of = \"a\"\n"
    );
    assert!(told(circle.as_bytes()).contains("a → b → a"));
    assert!(told(b"name = '\xff'").contains("UTF-8"));
    let long = std::fs::File::create(&path).unwrap();
    long.set_len(100 * 1024 * 1024).unwrap();
    let answer = risk(&["analyze", &path.display().to_string()]);
    assert!(answer.status == 2 && answer.err.contains("16384 KiB"), "{}", answer.err);
}
