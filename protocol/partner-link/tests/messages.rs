//! Each message as it stands in its golden file, and what is read strictly or leniently.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tomori_partner_link::*;

fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Read and written again, a message is the same.
fn holds<T: DeserializeOwned + Serialize>(name: &str) {
    let stands = golden(name);
    let read: T = serde_json::from_value(stands.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(serde_json::to_value(read).unwrap(), stands, "{name}");
}

/// A field that nobody knows is an error.
fn is_strict<T: DeserializeOwned>(name: &str) {
    let mut more = golden(name);
    more["more"] = json!(1);
    assert!(serde_json::from_value::<T>(more).is_err(), "{name}");
}

/// A field that nobody knows is passed over.
fn is_lenient<T: DeserializeOwned>(name: &str) {
    let mut more = golden(name);
    more["more"] = json!(1);
    assert!(serde_json::from_value::<T>(more).is_ok(), "{name}");
}

#[test]
fn messages_are_what_their_golden_files_say() {
    holds::<Enrolment>("enrolment");
    holds::<Enrolled>("enrolled");
    holds::<Renewal>("renewal");
    holds::<Renewed>("renewed");
    holds::<Page>("page");
    holds::<Acknowledgement>("acknowledgement");
    holds::<Heartbeat>("heartbeat");
    holds::<Beat>("beat");
    holds::<DisclosureRequest>("disclosure_request");
    holds::<Disclosed>("disclosed");
    holds::<StepRequest>("step_did");
    holds::<StepRequest>("step_note");
    holds::<Closing>("closing");
    holds::<UnlockTaken>("unlock_taken");
}

#[test]
fn requests_are_read_strictly_and_answers_leniently() {
    is_strict::<Enrolment>("enrolment");
    is_strict::<Renewal>("renewal");
    is_strict::<Acknowledgement>("acknowledgement");
    is_strict::<Heartbeat>("heartbeat");
    is_strict::<DisclosureRequest>("disclosure_request");
    is_strict::<StepRequest>("step_did");
    is_strict::<Closing>("closing");
    is_lenient::<Enrolled>("enrolled");
    is_lenient::<Renewed>("renewed");
    is_lenient::<Page>("page");
    is_lenient::<Beat>("beat");
    is_lenient::<Disclosed>("disclosed");
    is_lenient::<UnlockTaken>("unlock_taken");
}

/// A newer platform must not stop an older company's feed: the alarm is told all the same.
#[test]
fn words_of_a_newer_platform_do_not_stop_the_feed() {
    let mut page = golden("page");
    let alarm = &mut page["changes"][0];
    alarm["incident"]["hazard"] = json!("flood");
    alarm["entry"]["hazard"] = json!("flood");
    alarm["entry"]["height"] = json!(3);
    page["changes"][1]["entry"] = json!({ "number": 2, "at": "2026-11-23T06:00:00Z", "step": "sang", "song": "la" });
    page["changes"][2]["entry"]["word"] = json!({ "door": "painted", "colour": "red" });
    let page: Page = serde_json::from_value(page).unwrap();
    let alarm = &page.changes[0];
    assert_eq!(alarm.incident.hazard, None);
    assert!(matches!(&alarm.entry.step, Step::Alarm { hazard: None, name, .. } if name == "窓"));
    assert_eq!(page.changes[1].entry.step, Step::Other);
    let door = Step::Door {
        word: Door::Other,
        answer: None,
    };
    assert_eq!(page.changes[2].entry.step, door);
}

#[test]
fn secrets_and_addresses_reach_no_log() {
    let enrolment: Enrolment = serde_json::from_value(golden("enrolment")).unwrap();
    let disclosed: Disclosed = serde_json::from_value(golden("disclosed")).unwrap();
    let text = format!("{enrolment:?} {disclosed:?}");
    assert!(!text.contains("ABCDEFGH") && !text.contains("千代田"), "{text}");
}

#[test]
fn the_description_names_every_route_and_no_other() {
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut described: Vec<(String, String)> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.push((method.to_uppercase(), path.clone()));
        }
    }
    let mut mounted: Vec<_> = route::ALL
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .into();
    described.sort();
    mounted.sort();
    assert_eq!(described, mounted);
}
