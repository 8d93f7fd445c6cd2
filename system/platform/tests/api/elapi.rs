//! The ECHONET Lite Web API, as a client of it sees it.

use http::Method;
use serde_json::json;
use tomori_smart_home::event::What;
use tomori_smart_home::property::{Source, name};
use tomori_smart_home::{Event, PropertyName, PropertyValue, Report};

use super::Api;

async fn report(api: &Api, property: PropertyName, value: PropertyValue) {
    let gateway = tomori_smart_home::GatewayId::from_random([7; 10]);
    let connected = tomori_platform::device_state::Connected {
        connection: 1,
        gateway: gateway.clone(),
        software: "test 1".to_owned(),
        local_url: String::new(),
        plan_version: 1,
    };
    let stored = api.town.state.gateway_connected(&api.home, connected).await.unwrap();
    let at = api.town.now();
    let source = Source::Announced;
    let events = [
        What::DeviceAppeared {
            device: api.shutter.clone(),
        },
        What::PropertyReported {
            device: api.shutter.clone(),
            property,
            report: Report { value, at, source },
        },
    ];
    let events = events.into_iter().map(|what| Some(Event { at, what })).collect();
    api.town
        .state
        .store_batch(&api.home, &gateway, stored + 1, events, true)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_client_finds_a_shutter_reads_it_and_moves_it() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let versions = api.get(&who, "/elapi").await.json;
    assert_eq!(versions["versions"][0]["id"], "v1");
    let services = api.get(&who, "/elapi/v1").await.json;
    assert_eq!(services["v1"][0]["name"], "devices");
    assert_eq!(services["v1"][0]["total"], 1);
    let devices = api.get(&who, "/elapi/v1/devices").await.json;
    assert_eq!(devices["devices"][0]["deviceType"], "electricRainDoor");
    assert_eq!(devices["hasMore"], false);
    let id = devices["devices"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/elapi/v1/devices/{id}");
    let description = api.get(&who, &path).await.json;
    assert_eq!(
        description["properties"]["openCloseOperation"]["descriptions"]["ja"],
        "開閉の操作"
    );

    let status = format!("{path}/properties/openCloseStatus");
    let unknown = api.get(&who, &status).await;
    assert_eq!(unknown.status, 503, "nothing was reported yet, and nothing is made up");
    assert_eq!(unknown.json["type"], "urn:problem:value-unknown");
    report(&api, name::open_close_status(), PropertyValue::word("fullyClosed")).await;
    let known = api.get(&who, &status).await;
    assert_eq!(known.json, json!({ "openCloseStatus": "fullyClosed" }));
    assert_eq!(known.headers["tomori-quality"], "confirmed");
    let all = api.get(&who, &format!("{path}/properties")).await;
    assert_eq!(all.json, json!({ "openCloseStatus": "fullyClosed" }));

    let operation = format!("{path}/properties/openCloseOperation");
    let wish = Some(json!({ "openCloseOperation": "open" }));
    let taken = api.call(&who, Method::PUT, &operation, wish).await;
    assert_eq!(taken.status, 202);
    assert_eq!(taken.json["stage"], "accepted");
    assert_eq!(taken.json["origin"]["by"], "resident");
    let location = taken.headers["location"].to_str().unwrap();
    let followed = api.get(&who, location).await;
    assert_eq!(followed.json["id"], taken.json["id"]);
}

#[tokio::test]
async fn wishes_that_do_not_fit_are_refused_by_field() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let path = format!("/elapi/v1/devices/{}/properties", api.shutter);
    for (property, body, status, field) in [
        (
            "openCloseOperation",
            json!({ "openCloseOperation": "ajar" }),
            422,
            "openCloseOperation",
        ),
        (
            "openCloseOperation",
            json!({ "openCloseOperation": ["open"] }),
            422,
            "openCloseOperation",
        ),
        ("openCloseOperation", json!({ "another": "open" }), 422, ""),
        ("openCloseOperation", json!({}), 422, ""),
        ("openCloseOperation", json!(["open"]), 422, ""),
        (
            "openCloseStatus",
            json!({ "openCloseStatus": "fullyOpen" }),
            422,
            "openCloseStatus",
        ),
        ("electricLock", json!({ "electricLock": false }), 422, "electricLock"),
        ("noSuchThing", json!({ "noSuchThing": 1 }), 404, ""),
        ("no-name", json!({ "no-name": 1 }), 404, ""),
    ] {
        let answer = api
            .call(&who, Method::PUT, &format!("{path}/{property}"), Some(body))
            .await;
        assert_eq!(answer.status, status, "{property}");
        if status == 422 {
            assert_eq!(answer.json["errors"][0]["field"], field, "{property}: {}", answer.json);
        }
    }
}

#[tokio::test]
async fn devices_come_in_pages_and_by_home() {
    let api = Api::new().await;
    let who = api.hanako().await;
    for node in 3..6 {
        let shutter = crate::device_state::shutter(node);
        api.town
            .state
            .add_equipment(&api.home, shutter, "op_test")
            .await
            .unwrap();
    }
    let first = api.get(&who, "/elapi/v1/devices?limit=3").await.json;
    assert_eq!(
        (first["devices"].as_array().unwrap().len(), &first["hasMore"]),
        (3, &json!(true))
    );
    let rest = api.get(&who, "/elapi/v1/devices?limit=3&offset=3").await.json;
    assert_eq!(
        (rest["devices"].as_array().unwrap().len(), &rest["hasMore"]),
        (1, &json!(false))
    );
    let here = api.get(&who, &format!("/elapi/v1/devices?home={}", api.home)).await;
    assert_eq!(here.json["devices"].as_array().unwrap().len(), 4);
    let elsewhere = api
        .get(&who, &format!("/elapi/v1/devices?home={}", api.other_home))
        .await;
    assert_eq!(elsewhere.status, 404);
    for bad in ["limit=0", "limit=201", "limit=many", "page=2"] {
        let answer = api.get(&who, &format!("/elapi/v1/devices?{bad}")).await;
        assert_eq!(answer.status, 422, "{bad}");
        let field = bad.split('=').next().unwrap();
        assert_eq!(answer.json["errors"][0]["field"], field, "{}", answer.json);
    }
}
