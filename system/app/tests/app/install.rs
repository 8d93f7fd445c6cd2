//! The manifest, the service worker, the page for the time without a line, the files.

use serde_json::Value;

use crate::client::{gateway, platform};

#[tokio::test]
async fn the_manifest_names_the_app_in_both_languages_and_its_icons_exist() {
    let mut client = platform();
    for (lang, name) in [("ja", "灯守（ともり）"), ("en", "Tomori 灯守")] {
        let answer = client.get(&format!("/manifest.webmanifest?lang={lang}")).await;
        assert_eq!(answer.header("content-type"), "application/manifest+json");
        let manifest: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(manifest["name"], name);
        assert_eq!(
            (&manifest["lang"], &manifest["display"]),
            (&Value::from(lang), &Value::from("standalone"))
        );
        let sizes: Vec<_> = manifest["icons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|icon| icon["sizes"].clone())
            .collect();
        assert!(sizes.contains(&Value::from("192x192")) && sizes.contains(&Value::from("512x512")));
        for icon in manifest["icons"].as_array().unwrap() {
            let file = client.get(icon["src"].as_str().unwrap()).await;
            assert_eq!(
                (file.status.as_u16(), file.header("content-type")),
                (200, icon["type"].as_str().unwrap())
            );
        }
        for shortcut in manifest["shortcuts"].as_array().unwrap() {
            assert!(
                client
                    .get(shortcut["url"].as_str().unwrap())
                    .await
                    .status
                    .is_redirection()
            );
        }
    }
}

#[tokio::test]
async fn the_worker_keeps_files_that_exist_and_no_page_of_anybody() {
    let mut client = platform();
    let worker = client.get("/sw.js").await;
    assert_eq!(worker.header("cache-control"), "no-cache");
    let list = worker
        .body
        .lines()
        .next()
        .unwrap()
        .trim_start_matches("const FILES = ")
        .trim_end_matches(';');
    let files: Vec<String> = serde_json::from_str(list).unwrap();
    assert!(files.len() >= 10);
    for file in files {
        let answer = client.get(&file).await;
        assert_eq!(answer.status, 200, "{file}");
        assert!(answer.header("cache-control").contains("immutable"), "{file}");
    }
    worker.says("const OFFLINE = '/offline'").is_silent_about("cache.put");
}

#[tokio::test]
async fn the_page_without_a_line_knows_nobody_and_speaks_the_readers_language() {
    platform()
        .get("/offline")
        .await
        .says("つながっていません")
        .says("お家の中の予定は");
    let english = platform().in_english().get("/offline").await;
    english
        .says("No connection")
        .says("Schedules in the house go on")
        .is_silent_about("田中");
}

#[tokio::test]
async fn every_file_a_page_asks_for_is_there() {
    for (mut client, path) in [(platform(), "/sign-in"), (platform(), "/offline"), (gateway(), "/pair")] {
        let page = client.get(path).await;
        let scripts = page.body.split("<script type=\"module\" src=\"").skip(1);
        let links = page
            .body
            .split("<link ")
            .skip(1)
            .filter_map(|rest| rest.split_once("href=\""))
            .map(|(_, rest)| rest);
        let files: Vec<_> = scripts
            .chain(links)
            .map(|rest| rest.split_once('"').unwrap().0)
            .collect();
        assert!(files.len() >= 4, "{files:?}");
        for file in files {
            assert_eq!(client.get(file).await.status, 200, "{file} of {path}");
        }
    }
}
