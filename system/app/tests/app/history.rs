//! `/history`: what happened.

use jiff::SignedDuration;
use tomori_app::port::{Happened, HistoryEntry};

use crate::client::hanako;
use crate::memory::HOME;

#[tokio::test]
async fn who_opened_it_and_when_it_was_confirmed() {
    hanako()
        .await
        .get("/history")
        .await
        .says("寝室 シャッターが開きました")
        .says("予定 7:00・確認 7:00:21")
        .says("今日 11月24日(火)");
    let english = hanako().await.in_english().get("/history").await;
    english
        .says("寝室 シャッター opened")
        .says("by schedule 7:00 · confirmed 7:00:21")
        .says("today, Tue 24 Nov");
}

#[tokio::test]
async fn a_long_history_has_pages_and_days() {
    let mut client = hanako().await.in_english();
    let now = client.house.clock().now();
    client.house.change(HOME, |home| {
        home.history = (0..120)
            .map(|hours| HistoryEntry {
                at: now - SignedDuration::from_hours(hours),
                what: Happened::GatewayBack,
            })
            .collect();
    });
    let first = client.get("/history").await;
    first
        .says("today, Tue 24 Nov")
        .says("yesterday, Mon 23 Nov")
        .says("Sun 22 Nov")
        .says("/history?before=50");
    first.is_silent_about("Back to the newest");
    let last = client.get("/history?before=100").await;
    last.says("Thu 19 Nov")
        .says("Back to the newest")
        .is_silent_about("before=");
}

#[tokio::test]
async fn one_device_has_its_own_history() {
    let mut client = hanako().await.in_english();
    client
        .get("/history?device=dev_bed")
        .await
        .says("寝室 シャッター opened");
    client
        .get("/history?device=dev_west")
        .await
        .says("Nothing has happened yet")
        .says("the whole house");
}

#[tokio::test]
async fn nonsense_in_the_address_is_refused_and_not_obeyed() {
    let mut client = hanako().await;
    for (path, status) in [
        ("/history?before=zzz", 404),
        ("/history?device=zzz", 404),
        (&*format!("/history?before={}", "1".repeat(200)), 400),
    ] {
        assert_eq!(client.get(path).await.status.as_u16(), status, "{path}");
    }
}
