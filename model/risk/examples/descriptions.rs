//! Descriptions, good ones and each of their keys spoilt, with the reader's verdict: one JSON line each. A validator that
//! is not ours reads them beside the published schema (`tests/schema/compare.py`).

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "it feeds a test")]

use serde_json::{Map, Value, json};
use tomori_risk::description::{START, ServiceModel};

/// One of everything that the grammar has.
const WHOLE: &str = r#"
format = 1
[service]
id = "whole"
name = { ja = "全部", en = "Whole" }
purpose = "p"
version = "1"
date = 2026-11-25
assumed_level = "★★★"
premises = ["p"]
[policy]
residual_from = "warning"
[[revision]]
version = "1"
date = "2026-11-25"
author = "a"
change = "c"
[[actor]]
id = "a"
name = "A"
who = "attacker"
uses = ["c"]
[[data]]
id = "d"
name = "D"
kind = "personal-information"
personal = ["name"]
[[effect]]
id = "e"
name = "E"
harms = ["life"]
through = ["c"]
[[component]]
id = "c"
name = "C"
entry_point = "EP7"
box = "sensor"
part_of = "c"
holds = ["d"]
interfaces = ["wi-fi"]
exposure = "local"
storage_port = true
authentication = "x"
[[link]]
id = "l"
name = "L"
from = "c"
to = "c"
entry_points = ["EP8"]
network = "house"
interfaces = ["wi-fi"]
carries = ["d"]
commands = true
[[use_case]]
id = "u"
name = "U"
[[use_case.step]]
action = "s"
actor = "a"
components = ["c"]
links = ["l"]
[[measure]]
id = "m"
status = "planned"
note = "n"
needs = ["m"]
name = "M"
requirements = ["4.2"]
entry_points = ["EP7"]
against = ["malware"]
lowers = { MAV = "A" }
[[threat]]
id = "t"
entry_point = "EP7"
kind = "malware"
example = "x"
interfaces = ["wi-fi"]
who = "attacker"
whom = ["service"]
where = "normal-interface"
[[exclude]]
threat = "EP1-1"
because = "b"
[[override]]
threat = "EP1-1"
set = { AC = "H" }
because = "b"
[[tracking]]
threat = "EP1-1"
status = "accepted"
who = "w"
why = { ja = "y", en = "y" }
until = 2026-12-31
[[non_cyber]]
threat = "disaster"
handled_by = "h"
"#;

fn main() {
    let shutter = include_str!("../../../examples/shutter-service.toml");
    let dispatch = include_str!("../../../examples/dispatch-security-service.toml");
    for text in [WHOLE, START, shutter, dispatch] {
        tell(&document(text));
    }
    let whole = document(WHOLE);
    let mut paths = Vec::new();
    walk(&whole, &mut Vec::new(), &mut paths);
    for path in &paths {
        for spoilt in spoilt(&whole, path) {
            tell(&spoilt);
        }
    }
}

fn tell(document: &Value) {
    let read = serde_json::from_value::<ServiceModel>(document.clone()).is_ok();
    println!("{}", json!({ "read": read, "document": document }));
}

fn document(text: &str) -> Value {
    plain(toml::from_str(text).unwrap())
}

/// TOML as JSON; a date is its text.
fn plain(value: toml::Value) -> Value {
    match value {
        toml::Value::Table(table) => Value::Object(table.into_iter().map(|(key, value)| (key, plain(value))).collect()),
        toml::Value::Array(array) => array.into_iter().map(plain).collect(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
    }
}

/// Every path to a key or an entry of a list.
fn walk(value: &Value, way: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    let mut step = |name: String, inner: &Value, paths: &mut Vec<Vec<String>>| {
        way.push(name);
        paths.push(way.clone());
        walk(inner, way, paths);
        way.pop();
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| step(key.clone(), inner, paths)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(index, inner)| step(index.to_string(), inner, paths)),
        _ => {}
    }
}

/// The document without what stands at the path, with it under another name, and with other things in its place.
fn spoilt(whole: &Value, path: &[String]) -> Vec<Value> {
    let others = [
        json!(7),
        json!(-1),
        json!(1.5),
        json!(true),
        json!("nonsense"),
        json!([]),
        json!({}),
        json!([7]),
    ];
    let mut all: Vec<Value> = others
        .into_iter()
        .filter_map(|other| {
            let mut document = whole.clone();
            *document.pointer_mut(&pointer(path))? = other;
            Some(document)
        })
        .collect();
    let (last, parents) = path.split_last().unwrap();
    let parent = pointer(parents);
    let map = |document: &mut Value, change: &dyn Fn(&mut Map<String, Value>)| {
        document
            .pointer_mut(&parent)
            .and_then(Value::as_object_mut)
            .map(change)
            .is_some()
    };
    let mut without = whole.clone();
    if map(&mut without, &|map| drop(map.remove(last))) {
        all.push(without);
    }
    let mut renamed = whole.clone();
    if map(&mut renamed, &|map| {
        if let Some(value) = map.remove(last) {
            map.insert(format!("{last}x"), value);
        }
    }) {
        all.push(renamed);
    }
    all
}

fn pointer(path: &[String]) -> String {
    path.iter().map(|step| format!("/{step}")).collect()
}
