//! The description of the API: a golden file, complete, and true for every answer.

use std::path::Path;

use http::Method;
use serde_json::{Value, json};
use tomori_smart_home::arming::{Arming, Fault, Mode, Obstacle, Phase};
use tomori_smart_home::event::What;
use tomori_smart_home::{Event, GatewayId, Hazard};

use super::{Api, As};

fn document() -> Value {
    serde_json::to_value(tomori_platform::api::openapi()).unwrap()
}

/// The file is the published contract: a change of it is a change for every program that calls.
/// `UPDATE_GOLDEN=1 cargo test` writes it anew.
#[test]
fn the_description_is_the_published_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/openapi.json");
    let now = format!("{}\n", serde_json::to_string_pretty(&document()).unwrap());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap();
    assert!(
        published == now,
        "the API's description changed; look at it and run with UPDATE_GOLDEN=1"
    );
    assert_eq!(document()["openapi"], "3.1.0");
}

/// Routes are mounted by `routes!`, which describes them, and by nothing else; the description itself and the answers
/// for addresses that are nobody's are the exceptions.
#[test]
fn every_mounted_route_is_described() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
    let mut mounted = 0;
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let source = std::fs::read_to_string(&path).unwrap();
                for other in [".route(", ".nest", ".merge(", ".fallback"] {
                    mounted += source.matches(other).count();
                }
            }
        }
    }
    assert_eq!(
        mounted, 3,
        "only /openapi.json and the two not-found are mounted without a description"
    );
}

#[tokio::test]
async fn the_description_is_served_to_everybody() {
    let api = Api::new().await;
    let served = api.get(&As::Nobody, "/openapi.json").await;
    assert_eq!(served.json, document());
}

/// Every answer has the members that its shape names and no others, down to the last level.
#[tokio::test]
async fn answers_have_the_shapes_that_are_described() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let session = As::Session(api.hanako.session.clone());
    let home = format!("/api/v1/homes/{}", api.home);
    let schedule = json!({
        "device": api.shutter, "property": "openCloseOperation", "value": "open", "weekdays": 127,
        "moment": { "at": "clock", "time": "07:00" },
    });
    let command = json!({ "device": api.shutter, "property": "openCloseOperation", "value": "open" });
    let made = check(
        &api,
        &who,
        Method::POST,
        "/api/v1/homes/{home}/schedules",
        &format!("{home}/schedules"),
        Some(schedule),
    )
    .await;
    let schedule = format!("{home}/schedules/{}", made["id"].as_str().unwrap());
    let given = check(
        &api,
        &who,
        Method::POST,
        "/api/v1/homes/{home}/commands",
        &format!("{home}/commands"),
        Some(command),
    )
    .await;
    let given = format!("{home}/commands/{}", given["id"].as_str().unwrap());
    let phone = json!({ "label": "電話" });
    check(
        &api,
        &who,
        Method::POST,
        "/api/v1/homes/{home}/phones",
        &format!("{home}/phones"),
        Some(phone),
    )
    .await;
    let token = json!({ "label": "script", "scope": "read" });
    check(
        &api,
        &session,
        Method::POST,
        "/api/v1/tokens",
        "/api/v1/tokens",
        Some(token),
    )
    .await;
    let incident = format!("{home}/incidents/{}", an_incident(&api).await);
    let device = format!("/elapi/v1/devices/{}", api.shutter);
    let of_home = format!("{home}/devices/{}", api.shutter);
    for (who, path, real) in [
        (&who, "/elapi", "/elapi"),
        (&who, "/elapi/v1", "/elapi/v1"),
        (&who, "/elapi/v1/devices", "/elapi/v1/devices"),
        (&who, "/elapi/v1/devices/{device}", &device),
        (&who, "/api/v1/homes", "/api/v1/homes"),
        (&who, "/api/v1/homes/{home}", &home),
        (&who, "/api/v1/homes/{home}/devices/{device}", &of_home),
        (&who, "/api/v1/homes/{home}/commands/{command}", &given),
        (&who, "/api/v1/homes/{home}/schedules", &format!("{home}/schedules")),
        (&who, "/api/v1/homes/{home}/schedules/{schedule}", &schedule),
        (
            &who,
            "/api/v1/homes/{home}/firings/next",
            &format!("{home}/firings/next"),
        ),
        (&who, "/api/v1/homes/{home}/firings", &format!("{home}/firings")),
        (&who, "/api/v1/homes/{home}/history", &format!("{home}/history")),
        (&who, "/api/v1/homes/{home}/phones", &format!("{home}/phones")),
        (&who, "/api/v1/homes/{home}/guard", &format!("{home}/guard")),
        (&who, "/api/v1/homes/{home}/incidents", &format!("{home}/incidents")),
        (&who, "/api/v1/homes/{home}/incidents/{incident}", &incident),
        (&who, "/api/v1/me", "/api/v1/me"),
        (&session, "/api/v1/tokens", "/api/v1/tokens"),
        (&session, "/api/v1/sessions", "/api/v1/sessions"),
    ] {
        check(&api, who, Method::GET, path, real, None).await;
    }
    let absent = api.get(&who, "/api/v1/homes/home_absent").await;
    conforms(
        &absent.json,
        &json!({ "$ref": "#/components/schemas/Problem" }),
        &document(),
        "problem",
    );
}

/// The gateway tells how the guard stands, and an alarm.
async fn an_incident(api: &Api) -> String {
    let alarm = crate::dispatch::alarm(1, 1, Hazard::Fire, None);
    let incident = alarm.incident.to_string();
    let arming = Arming {
        mode: Mode::Away,
        phase: Phase::Leaving { until: api.town.now() },
        since: api.town.now(),
        bypassed: [api.shutter.clone()].into(),
        obstacles: [Obstacle {
            device: api.shutter.clone(),
            fault: Fault::Open,
        }]
        .into(),
        low_battery: [].into(),
        incident: None,
        has_code: true,
        answer: None,
    };
    let at = api.town.now();
    let events = [What::ArmingChanged { arming }, What::AlarmRaised { alarm }]
        .into_iter()
        .map(|what| Some(Event { at, what }))
        .collect();
    let gateway = GatewayId::from_random([7; 10]);
    let stored = api.town.state.store_batch(&api.home, &gateway, 1, events, false);
    stored.await.unwrap();
    while !api.town.dispatch.take_in().await.unwrap() {}
    incident
}

async fn check(api: &Api, who: &As, method: Method, path: &str, real: &str, body: Option<Value>) -> Value {
    let answer = api.call(who, method.clone(), real, body).await;
    let document = document();
    let operation = &document["paths"][path][method.as_str().to_lowercase()];
    let status = answer.status.as_str();
    let schema = &operation["responses"][status]["content"]["application/json"]["schema"];
    assert!(
        schema.is_object(),
        "{method} {path}: {status} is not described; {}",
        answer.json
    );
    conforms(&answer.json, schema, &document, &format!("{method} {path}"));
    answer.json
}

/// Holds a value against a schema of the subset that the description uses.
fn conforms(value: &Value, schema: &Value, document: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        let target = document
            .pointer(pointer)
            .unwrap_or_else(|| panic!("{place}: {reference}"));
        return conforms(value, target, document, place);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().any(|choice| could_be(value, choice, document));
        assert!(fits, "{place}: {value} is none of {choices:?}");
        if let Some(choice) = choices.iter().find(|choice| could_be(value, choice, document)) {
            conforms(value, choice, document, place);
        }
        return;
    }
    assert!(could_be(value, schema, document), "{place}: {value} is not {schema}");
    match value {
        Value::Object(members) => {
            let known = schema["properties"].as_object();
            let free = schema.get("additionalProperties");
            for required in schema["required"].as_array().into_iter().flatten() {
                let name = required.as_str().unwrap();
                assert!(members.contains_key(name), "{place}: {name} is described and absent");
            }
            for (name, member) in members {
                let place = format!("{place}.{name}");
                match (known.and_then(|known| known.get(name)), free) {
                    (Some(schema), _) => conforms(member, schema, document, &place),
                    (None, Some(Value::Bool(true))) => {}
                    (None, Some(schema)) => conforms(member, schema, document, &place),
                    // `{}` takes anything.
                    (None, None) if known.is_none() => {}
                    (None, None) => panic!("{place} is not described"),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                conforms(item, &schema["items"], document, &format!("{place}[]"));
            }
        }
        _ => {}
    }
}

fn could_be(value: &Value, schema: &Value, document: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return could_be(value, target, document);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return choices.iter().any(|choice| could_be(value, choice, document));
    }
    let is = |kind: &str| match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other}"),
    };
    match &schema["type"] {
        Value::String(kind) => is(kind),
        Value::Array(kinds) => kinds.iter().any(|kind| is(kind.as_str().unwrap())),
        _ => true,
    }
}
