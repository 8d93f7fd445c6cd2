//! `tomori risk score`, as a process.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Output, Stdio};

const PERSONAL: &str = "SH:1.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H/LP:N/II:H";
const PERSONAL_LINE: &str =
    "SH:1.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H/LP:N/II:H\t9.3\tcritical\t9.3\tcritical\t9.2689\t9.2689";

fn tomori(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tomori"));
    command.args(["--lang", "en", "risk", "score"]).args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn answer(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = tomori(arguments).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // The program may refuse its arguments and be gone.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn vectors_are_answered_in_columns() {
    let output = answer(&["CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", PERSONAL], b"");
    assert!(output.status.success());
    let lines: Vec<_> = text(&output.stdout).lines().collect();
    assert_eq!(
        lines,
        [
            "SH:1.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H/LP:N/II:N\t8.1\timportant\t8.1\timportant\t8.0943\t8.0943",
            PERSONAL_LINE
        ]
    );
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn an_erroneous_vector_is_told_and_the_rest_still_scored() {
    let output = answer(&["SH:1.0/AV:Q", PERSONAL], b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout).trim_end(), PERSONAL_LINE);
    let told = text(&output.stderr);
    assert!(
        told.starts_with("Vector 1: AV (attack vector) at character 8"),
        "{told}"
    );
    assert!(told.contains("N, A, L, P"), "{told}");
}

#[test]
fn nothing_to_score_is_a_wrong_command_line() {
    let output = answer(&[], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("VECTOR"));
}

#[test]
fn each_line_has_its_answer_in_its_place() {
    let mut input = Vec::new();
    input.extend_from_slice(b"\xef\xbb\xbf");
    input.extend_from_slice(PERSONAL.as_bytes());
    input.extend_from_slice(b"\r\n\nSH:1.0/AV:N\xff\n");
    input.extend_from_slice(&b"x".repeat(3_000_000));
    input.extend_from_slice(b"\nSH:1.0/tab\there/\n");
    input.extend_from_slice(PERSONAL.as_bytes());
    let output = answer(&["--stdin"], &input);
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<_> = text(&output.stdout).lines().collect();
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert_eq!(
        (lines.first(), lines.last()),
        (Some(&PERSONAL_LINE), Some(&PERSONAL_LINE))
    );
    for (line, said) in lines
        .iter()
        .skip(1)
        .zip(["SH:1.0/", "UTF-8 text (byte 12)", "too long", "`tab\\u{9}here`"])
    {
        assert!(line.starts_with("error\t") && line.matches('\t').count() == 1, "{line}");
        assert!(line.contains(said), "{line}");
    }
    assert!(answer(&["--stdin"], b"").status.success());
}

#[test]
fn the_note_on_cvss_3_1_stands_beside_the_columns_and_in_the_other_forms() {
    let vector = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let output = answer(&["--stdin"], format!("{vector}\n{vector}\n").as_bytes());
    assert_eq!(text(&output.stdout).lines().count(), 2);
    assert_eq!(text(&output.stderr).lines().count(), 1);
    for arguments in [["--json", vector], ["--explain", vector]] {
        let output = answer(&arguments, b"");
        assert!(
            text(&output.stdout).contains("those of v3.0"),
            "{}",
            text(&output.stdout)
        );
        assert_eq!(text(&output.stderr), "");
    }
}

#[test]
fn json_is_an_object_a_line() {
    let output = answer(&["--json", "--explain", PERSONAL, "SH:1.0/AV:N/AV:N"], b"");
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<serde_json::Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [scored, wrong] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert!(text(&output.stdout).starts_with(&format!(
        r#"{{"vector":"{PERSONAL}","base":9.3,"base_severity":"critical","environmental":9.3,"environmental_severity":"critical","uncapped_base":9.2689,"#
    )));
    let steps = scored.pointer("/explanation/base/steps").unwrap().as_array().unwrap();
    assert_eq!(steps.len(), 5);
    assert!(wrong.pointer("/error").unwrap().as_str().unwrap().contains("twice"));
}

#[test]
fn both_languages_are_spoken() {
    for (lang, said, told) in [
        ("ja", "基本値 9.3（緊急", "使える値"),
        ("en", "Base value 9.3 (critical", "allowed"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tomori"));
        let output = command
            .args(["risk", "score", "--lang", lang, "--explain", PERSONAL, "SH:1.0/AV:1"])
            .output()
            .unwrap();
        assert!(text(&output.stdout).contains(said), "{}", text(&output.stdout));
        assert!(text(&output.stderr).contains(told), "{}", text(&output.stderr));
    }
}

#[test]
fn who_waits_for_an_answer_gets_it() {
    let mut child = tomori(&["--stdin"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..3 {
        writeln!(stdin, "{PERSONAL}").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line.trim_end(), PERSONAL_LINE);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn who_goes_away_is_not_complained_to() {
    let mut child: Child = tomori(&["--stdin"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let line = format!("{PERSONAL}\n");
    // Until the program has noticed and gone away itself.
    while stdin.write_all(line.as_bytes()).is_ok() {}
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(told, "");
    assert!(child.wait().unwrap().success());
}
