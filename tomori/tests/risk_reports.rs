//! `tomori risk analyze --html …`, `export` and `import`, from outside.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

struct Answer {
    status: i32,
    out: String,
    err: String,
}

fn risk(arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_tomori"))
        .args(["--lang", "ja", "risk"])
        .args(arguments)
        .output()
        .unwrap();
    Answer {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder with the ★★ sample in it.
fn desk() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.toml");
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shutter-service.toml"),
        &model,
    )
    .unwrap();
    (folder, model)
}

fn at(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

#[test]
fn every_report_is_written_whole_and_the_same_twice() {
    let (folder, model) = desk();
    let model = model.display().to_string();
    let (html, xlsx, csv, md) = (
        at(&folder, "r.html"),
        at(&folder, "r.xlsx"),
        at(&folder, "tables"),
        at(&folder, "r.md"),
    );
    let arguments = [
        "analyze",
        &model,
        "--as-of",
        "2026-11-25",
        "--json",
        "--html",
        &html,
        "--xlsx",
        &xlsx,
        "--csv",
        &csv,
        "--markdown",
        &md,
    ];
    let answer = risk(&arguments);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(
        serde_json::from_str::<serde_json::Value>(&answer.out).is_ok(),
        "JSON alone on standard output"
    );
    let all = || {
        let mut files: Vec<PathBuf> = fs::read_dir(&csv).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.extend([&html, &xlsx, &md].map(PathBuf::from));
        files.sort();
        files
            .into_iter()
            .map(|path| fs::read(path).unwrap())
            .collect::<Vec<_>>()
    };
    let first = all();
    assert!(first.len() > 15 && first.iter().all(|bytes| !bytes.is_empty()));
    let answer = risk(&arguments.map(|argument| {
        if argument == "--json" {
            "--target=important"
        } else {
            argument
        }
    }));
    assert_eq!(answer.status, 0, "its own reports may be replaced: {}", answer.err);
    assert!(
        answer.out.contains("r.html") && answer.out.contains("r.xlsx"),
        "{}",
        answer.out
    );
    assert_eq!(first, all());
}

#[test]
fn somebody_elses_file_is_left_alone_and_nothing_is_half_written() {
    let (folder, model) = desk();
    let model = model.display().to_string();
    let (html, notes) = (at(&folder, "r.html"), at(&folder, "notes.xlsx"));
    fs::write(&notes, "my notes").unwrap();
    let answer = risk(&["analyze", &model, "--html", &html, "--xlsx", &notes]);
    assert_eq!(answer.status, 2, "{}", answer.out);
    assert!(
        answer.err.contains("notes.xlsx") && answer.err.contains("--xlsx"),
        "{}",
        answer.err
    );
    assert_eq!(fs::read_to_string(&notes).unwrap(), "my notes");
    assert!(!Path::new(&html).exists(), "nothing was written at all");
    let before = fs::read_to_string(&model).unwrap();
    assert_eq!(risk(&["export", &model, "--xlsx", &model]).status, 2);
    assert_eq!(fs::read_to_string(&model).unwrap(), before);
    let answer = risk(&["analyze", &model, "--html", "/nowhere/at/all.html"]);
    assert_eq!(answer.status, 2, "{}", answer.err);
}

#[test]
fn a_workbook_that_nobody_touched_leaves_the_model_as_it_is() {
    let (folder, model) = desk();
    fs::set_permissions(&model, fs::Permissions::from_mode(0o664)).unwrap();
    let before = fs::read_to_string(&model).unwrap();
    let (model, xlsx) = (model.display().to_string(), at(&folder, "risks.xlsx"));
    assert_eq!(
        risk(&["export", &model, "--xlsx", &xlsx, "--as-of", "2026-11-25"]).status,
        0
    );
    let answer = risk(&["import", &model, &xlsx]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert_eq!(fs::read_to_string(&model).unwrap(), before);

    // What changed in the model since then stays, and is no conflict.
    let added = format!("{before}\n# by hand\n[[tracking]]\nthreat = \"EP1-1\"\nstatus = \"in-progress\"\n");
    if !before.contains("threat = \"EP1-1\"\nstatus") {
        fs::write(&model, &added).unwrap();
        assert_eq!(risk(&["import", &model, &xlsx]).status, 0);
        assert_eq!(fs::read_to_string(&model).unwrap(), added);
    }
}

#[test]
fn what_is_no_workbook_is_told_with_its_name() {
    let (folder, model) = desk();
    let model = model.display().to_string();
    let wrong = at(&folder, "wrong.xlsx");
    fs::write(&wrong, "id,threat\n").unwrap();
    for (arguments, wanted) in [
        (vec!["import", &model, &wrong], "XLSX"),
        (vec!["import", &model, "/nowhere.xlsx"], "/nowhere.xlsx"),
        (vec!["import", &wrong, &wrong], "wrong.xlsx"),
    ] {
        let answer = risk(&arguments);
        assert_eq!(answer.status, 2, "{arguments:?}");
        assert!(answer.err.contains(wanted), "{}", answer.err);
    }
}
