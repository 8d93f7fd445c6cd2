//! `/`: is my house all right?

use tomori_app::port::{Happened, HistoryEntry, Link, Reach, Vantage};
use tomori_smart_home::{PropertyValue, Reason, Stage};

use crate::client::{gateway, hanako, platform};
use crate::memory::{HANAKO, HOME, report};

#[tokio::test]
async fn a_house_where_everything_answers_is_all_right_at_one_glance() {
    let page = hanako().await.get("/").await;
    page.says("<h1>田中家は大丈夫です</h1>")
        .says("確認 7:00:21")
        .says("60%開いています")
        .is_silent_about("class=\"fact\">わかりません");
    let english = hanako().await.in_english().get("/").await;
    english
        .says("<h1>田中家 is all right</h1>")
        .says("confirmed 7:00:21")
        .says("60% open");
}

/// T2-5 step 1: every device answers, and the house is not all right.
#[tokio::test]
async fn a_house_in_alarm_is_not_called_all_right_whether_its_gateway_answers_or_not() {
    let mut client = hanako().await;
    for gateway in [
        Link::Up,
        Link::Down {
            since: client.house.clock().now(),
        },
    ] {
        client.house.change(HOME, |home| {
            home.guard.view.gateway = gateway;
            let arming = home.guard.view.arming.as_mut().unwrap();
            arming.incident = Some("inc_window".parse().unwrap());
        });
        let page = client.get("/").await;
        page.says("<h1>田中家で警報が出ています</h1>")
            .says("110番・119番")
            .says("href=\"/incidents/inc_window\"")
            .is_silent_about("大丈夫です")
            .is_silent_about("data-part=\"guard\" data-tone=\"unknown\"");
    }
}

/// A guard that was never armed has no moment since when it is not.
#[tokio::test]
async fn a_guard_that_was_never_armed_names_no_day_in_1970() {
    let mut client = hanako().await;
    client.house.change(HOME, |home| {
        home.guard.view.arming.as_mut().unwrap().since = jiff::Timestamp::UNIX_EPOCH;
    });
    client
        .get("/guard")
        .await
        .says("警戒していません")
        .is_silent_about("1970");
}

#[tokio::test]
async fn the_picture_has_a_title_a_description_and_the_list_behind_it() {
    let page = hanako().await.get("/").await;
    page.says("role=\"img\" aria-labelledby=\"house-t house-d\"")
        .says("<title id=\"house-t\">田中家の絵</title>");
    page.says("<desc id=\"house-d\">リビング 南のシャッター：開いています（確認 7:00:21）。");
    assert_eq!(page.body.matches("data-window=").count(), 4);
}

#[tokio::test]
async fn a_wish_shows_as_sent_then_moving_then_confirmed_and_never_before() {
    let mut client = hanako().await;
    let key = client.get("/").await.hidden("key");
    client
        .post(
            "/devices/dev_child/commands",
            &[("wish", "open"), ("key", &key), ("back", "/")],
        )
        .await;
    let sent = client.get("/").await;
    assert!(
        sent.part("dev_child").contains("閉まっています"),
        "still what it reported"
    );
    assert!(sent.part("dev_child").contains("送信 7:05:00・機器の返事待ち"));
    client.house.progress("dev_child", Stage::Executed);
    client
        .house
        .report("dev_child", "openCloseStatus", PropertyValue::word("opening"));
    let moving = client.get("/").await;
    assert!(moving.part("dev_child").contains("data-tone=\"moving\""));
    client
        .house
        .report("dev_child", "openCloseStatus", PropertyValue::word("fullyOpen"));
    client.house.progress("dev_child", Stage::Observed);
    let done = client.get("/").await;
    assert!(done.part("dev_child").contains("開いています") && done.part("dev_child").contains("確認 7:05:00"));
}

#[tokio::test]
async fn a_lost_gateway_makes_the_whole_house_unknown_since_then() {
    let mut client = hanako().await.in_english();
    let since = "2026-11-23T22:02:00Z".parse().unwrap();
    client.house.change(HOME, |home| {
        home.house.vantage = Vantage::Platform {
            gateway: Link::Down { since },
        }
    });
    let page = client.get("/").await;
    page.says("田中家 cannot be seen at the moment")
        .says("unknown since 7:02:00")
        .says("Last report: Open (7:00:21)");
    page.is_silent_about("confirmed 7:00:21");
    assert_eq!(
        page.body.matches("disabled>").count(),
        3 * 4 + 2 * 2,
        "no button promises what cannot be sent"
    );
}

#[tokio::test]
async fn what_needs_a_look_comes_first_and_leads_there() {
    let mut client = hanako().await.in_english();
    let at = client.house.clock().now();
    client
        .house
        .device("dev_west", |view| view.reach = Reach::Lost { last_heard: Some(at) });
    client.house.device("dev_south", |view| {
        report(view, "faultStatus", PropertyValue::Boolean(true), at)
    });
    client.house.change(HOME, |home| {
        home.house.notable = vec![HistoryEntry {
            at,
            what: Happened::UnknownNode,
        }]
    });
    let page = client.get("/").await;
    page.says("3 things need a look")
        .says("href=\"/devices/dev_west\"")
        .says("href=\"/devices/dev_south\"");
    page.says("A device that is not registered appeared on the house’s network");
    let one = client.house.clone();
    one.device("dev_west", |view| view.reach = Reach::Answering);
    one.device("dev_south", |view| {
        report(view, "faultStatus", PropertyValue::Boolean(false), at)
    });
    client.get("/").await.says("one thing needs a look");
}

#[tokio::test]
async fn a_failure_says_why_in_both_languages() {
    let mut client = hanako().await;
    client
        .post(
            "/devices/dev_bed/commands",
            &[("wish", "close"), ("key", "0123456789abcdef")],
        )
        .await;
    client.house.progress(
        "dev_bed",
        Stage::Failed {
            reason: Reason::NotConfirmed,
        },
    );
    client
        .get("/")
        .await
        .says("寝室 シャッターを閉められませんでした。機器は受け取りましたが");
    client
        .in_english()
        .get("/")
        .await
        .says("寝室 シャッター did not close. The device took it, but");
}

#[tokio::test]
async fn prohibition_and_hand_operation_are_told_and_respected() {
    let mut client = hanako().await.in_english();
    let at = client.house.clock().now();
    client.house.device("dev_bed", |view| {
        report(view, "remoteOperation", PropertyValue::Boolean(false), at)
    });
    client.house.device("dev_south", |view| {
        view.hold_until = Some("2026-11-23T22:15:00Z".parse().unwrap())
    });
    let page = client.get("/").await;
    assert!(page.part("dev_bed").contains("prohibited at the device") && page.part("dev_bed").contains("disabled"));
    assert!(page.part("dev_south").contains("operated by hand, until 7:15:00"));
    assert!(page.part("dev_south").contains("disabled"));
    assert!(!page.part("dev_child").contains("disabled"));
}

#[tokio::test]
async fn at_home_the_app_answers_without_the_platform() {
    let mut client = gateway().in_english();
    let since = "2026-11-23T21:00:00Z".parse().unwrap();
    client.house.change(HOME, |home| {
        home.house.vantage = Vantage::Home {
            platform: Link::Down { since },
        }
    });
    client.house.lock().links.insert(
        "the-secret-of-the-link".to_owned(),
        format!("res_{HANAKO}").parse().unwrap(),
    );
    client
        .post("/pair/redeem", &[("secret", "the-secret-of-the-link")])
        .await;
    let page = client.get("/").await;
    page.says("田中家 is all right")
        .says("The service outside has been away since 6:00:00");
    page.is_silent_about("disabled>");
}

#[tokio::test]
async fn a_lock_is_shown_and_has_no_button() {
    let page = hanako().await.get("/").await;
    assert!(page.part("dev_lock").contains("施錠されています"));
    assert!(!page.part("dev_lock").contains("<button"));
}

#[tokio::test]
async fn an_empty_house_says_what_comes_next() {
    let mut client = hanako().await.in_english();
    client.house.change(HOME, |home| home.house.devices.clear());
    client
        .get("/")
        .await
        .says("has no devices yet")
        .says("Once the operator has registered devices");
}

#[tokio::test]
async fn every_page_carries_the_headers_that_keep_foreign_code_out() {
    let mut client = hanako().await;
    for path in [
        "/",
        "/devices/dev_bed",
        "/schedules",
        "/schedules/new",
        "/history",
        "/pair",
        "/settings",
        "/offline",
    ] {
        let page = client.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        assert!(policy.contains("require-trusted-types-for 'script'"), "{path}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        page.is_silent_about(" style=")
            .is_silent_about("<style")
            .is_silent_about(" onclick");
    }
    let refused = platform().get("/nowhere").await;
    assert_eq!(refused.status, 404);
    assert!(
        refused
            .header("content-security-policy")
            .starts_with("default-src 'none'")
    );
}

/// What was signed can be saved by those who live there, and the page says how it is checked.
#[tokio::test]
async fn the_signed_record_of_an_incident_can_be_saved() {
    let mut client = hanako().await;
    client
        .get("/incidents/inc_window")
        .await
        .says("href=\"/incidents/inc_window/file\"")
        .says("署名付き記録を保存")
        .says("tomori audit verify inc_window.json --root ルート鍵 --gateway BKEY");
    client.get("/incidents/inc_window/file").await.says("tomoriIncident");
}
