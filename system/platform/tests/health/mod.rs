//! Alive, ready, and in numbers; over real sockets.

use serde_json::Value;

use crate::operator::{Browser, Desk};

#[tokio::test]
async fn a_platform_is_alive_and_ready_until_a_room_fails() {
    let desk = Desk::new().await;
    let mut probe = Browser::new(&desk.world);
    assert_eq!(probe.get("/healthz").await.text, "ok\n");
    let ready = probe.get("/readyz").await;
    let rooms: Value = serde_json::from_str(&ready.text).unwrap();
    assert_eq!((ready.status, &rooms["ready"]), (200, &Value::Bool(true)));
    desk.world.services.people.close().await;
    let failing = probe.get("/readyz").await;
    let rooms: Value = serde_json::from_str(&failing.text).unwrap();
    assert_eq!(failing.status, 503);
    assert_eq!(rooms["rooms"]["people"], "failing");
    assert_eq!(rooms["rooms"]["deviceState"], "ok");
    assert_eq!(probe.get("/healthz").await.status, 200, "alive is not ready");
}

#[tokio::test]
async fn numbers_name_routes_and_nobody() {
    let mut desk = Desk::new().await;
    let home = desk.world.home().await;
    desk.browser.get(&format!("/operator/homes/{home}")).await;
    let wrong = [
        ("login", "somebody@example.com"),
        ("password", "wrong password"),
        ("code", "000000"),
    ];
    desk.browser.post("/operator/sign-in", &wrong).await;
    let metrics = Browser::new(&desk.world).get("/metrics").await.text;
    for line in [
        "tomori_platform_http_requests_total{route=\"/operator/homes/{home}\",method=\"GET\",status=\"200\"} 1",
        "tomori_platform_now{what=\"sign_ins_refused\"} 1",
        "tomori_platform_now{what=\"gateways_connected\"} 0",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    assert!(
        !metrics.contains(home.as_str()) && !metrics.contains("example.com"),
        "no id and no address"
    );
    assert!(metrics.ends_with("# EOF\n"));
}

/// T3-10 EP① 情報の暴露: numbers tell when people are awake; whoever comes through a proxy does not get them.
#[tokio::test]
async fn metrics_through_a_proxy() {
    let desk = Desk::new().await;
    for header in ["x-forwarded-for", "forwarded", "via"] {
        let probe = Browser::new(&desk.world)
            .get_with("/metrics", header, "203.0.113.7")
            .await;
        assert_eq!(probe.status, 404, "{header}");
    }
}
