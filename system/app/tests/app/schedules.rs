//! `/schedules`: reading, writing, two people at once.

use axum::http::StatusCode;
use tomori_smart_home::PropertyValue;
use tomori_smart_home::schedule::{Moment, Pause, Weekdays};

use crate::client::{Client, gateway, hanako};
use crate::memory::{HANAKO, HOME, TARO};

const EVENING: &[(&str, &str)] = &[
    ("device", "dev_bed"),
    ("deed", "position"),
    ("degree", "20"),
    ("at", "sunset"),
    ("side", "before"),
    ("offset", "10"),
    ("day", "4"),
    ("day", "5"),
    ("off", "yes"),
    ("pause", "running"),
];

/// `EVENING` with some fields written otherwise.
fn evening<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = EVENING
        .iter()
        .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.copied().chain(changes.iter().copied()).collect()
}

fn stored(client: &Client, id: &str) -> tomori_smart_home::Schedule {
    let memory = client.house.lock();
    let home = &memory.homes[&HOME.parse().unwrap()];
    home.schedules
        .iter()
        .find(|view| view.schedule.id.as_str() == id)
        .unwrap()
        .schedule
        .clone()
}

#[tokio::test]
async fn the_next_to_come_stands_first_and_the_resting_last() {
    let page = hanako().await.in_english().get("/schedules").await;
    let place = |text: &str| page.body.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(
        place("15 min after sunset") < place(">7:00</span>"),
        "today's sunset comes before tomorrow's morning"
    );
    assert!(place(">7:00</span>") < place(">8:30</span>"));
    page.says("Monday to Friday")
        .says("not on national holidays")
        .says("tomorrow 7:00")
        .says("set by 田中 花子");
    page.says("paused").says("Asia/Tokyo");
}

#[tokio::test]
async fn a_schedule_is_written_as_the_form_says() {
    let mut client = hanako().await;
    let answer = client.post("/schedules", EVENING).await;
    assert_eq!(answer.to(), "/schedules?told=saved");
    let schedule = stored(&client, "sch_2");
    assert_eq!(schedule.resident.as_str(), format!("res_{HANAKO}"));
    assert_eq!(schedule.value, PropertyValue::Number(20.0));
    assert_eq!(schedule.moment, Moment::Sunset { offset_minutes: -10 });
    assert_eq!(schedule.weekdays, Weekdays(0b011_0000));
    assert!(schedule.holidays_off);
    client
        .get("/schedules?told=saved")
        .await
        .says("予定を保存しました。")
        .says("日の入りの10分前");
}

#[tokio::test]
async fn wrong_fields_are_named_in_both_languages_and_what_was_written_stays() {
    let wrong = evening(&[("degree", "101"), ("offset", "999"), ("day", "9"), ("pause", "until")]);
    let mut client = hanako().await;
    let page = client.post("/schedules", &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("保存していません。")
        .says("0から100までの数で書いてください。")
        .says("0から180までの分で書いてください。");
    page.says("曜日を一つ以上選んでください。")
        .says("再開する日を選んでください。")
        .says("value=\"101\"")
        .says("value=\"999\"");
    let page = client.clone().in_english().post("/schedules", &wrong).await;
    page.says("Not saved.")
        .says("Write a whole number from 0 to 100.")
        .says("Choose at least one day.");
    page.says("aria-invalid=\"true\"").says("aria-describedby=\"e-degree\"");
    assert_eq!(client.house.lock().homes[&HOME.parse().unwrap()].schedules.len(), 3);
}

#[tokio::test]
async fn the_next_times_can_be_seen_before_saving() {
    let mut client = hanako().await.in_english();
    let morning = evening(&[("deed", "open"), ("at", "clock"), ("time", "07:00"), ("day", "0")]);
    let form = client
        .post("/schedules", &[morning.as_slice(), &[("action", "preview")]].concat())
        .await;
    assert_eq!(form.status, StatusCode::OK);
    form.says("It will run").says("Mon 30 Nov 7:00").says("Mon 7 Dec 7:00");
    let part = client.post("/schedules/preview", &morning).await;
    part.says("Mon 30 Nov 7:00").is_silent_about("<html");
    let unreadable = client.post("/schedules/preview", &evening(&[("at", "never")])).await;
    unreadable.says("Once the fields fit");
    assert_eq!(
        client.house.lock().homes[&HOME.parse().unwrap()].schedules.len(),
        3,
        "nothing was saved"
    );
}

#[tokio::test]
async fn an_edit_names_the_version_it_saw() {
    let mut client = hanako().await;
    let version = client.get("/schedules/sch_morning").await.hidden("version");
    assert_eq!(version, "3");
    let answer = client
        .post("/schedules/sch_morning", &[EVENING, &[("version", "3")]].concat())
        .await;
    assert_eq!(answer.to(), "/schedules?told=saved");
    assert_eq!(stored(&client, "sch_morning").version, 4);
}

#[tokio::test]
async fn two_residents_editing_one_schedule_see_both_and_decide() {
    let mut hanako = hanako().await.in_english();
    let mut taro = hanako.other();
    taro.sign_in(TARO).await;
    let seen = hanako.get("/schedules/sch_morning").await.hidden("version");
    // Taro is faster.
    let taros = evening(&[("deed", "open"), ("at", "clock"), ("time", "06:30"), ("version", "3")]);
    assert_eq!(
        taro.post("/schedules/sch_morning", &taros).await.to(),
        "/schedules?told=saved"
    );
    let hers = [("version", seen.as_str())];
    let mine = evening(&[("deed", "open"), ("at", "clock"), ("time", "07:30")]);
    let page = hanako
        .post("/schedules/sch_morning", &[mine.as_slice(), &hers].concat())
        .await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.says("田中 太郎 changed this schedule first. Yours is not saved yet.");
    page.says("<td>6:30</td><td>7:30</td>")
        .is_silent_about("<th scope=\"row\">Shutter</th>");
    page.says("value=\"07:30\"");
    assert_eq!(stored(&hanako, "sch_morning").version, 4, "nothing was overwritten");
    // She decides for hers: the form stands on Taro's version now.
    let decided = [("version", page.hidden("version"))];
    assert_eq!(decided[0].1, "4");
    let again = [mine.as_slice(), &[("version", decided[0].1.as_str())]].concat();
    assert_eq!(
        hanako.post("/schedules/sch_morning", &again).await.to(),
        "/schedules?told=saved"
    );
    assert_eq!(stored(&hanako, "sch_morning").version, 5);
}

#[tokio::test]
async fn resting_and_waking_is_one_press() {
    let mut client = hanako().await;
    let answer = client
        .post("/schedules/sch_morning/pause", &[("pause", "paused"), ("version", "3")])
        .await;
    assert_eq!(answer.to(), "/schedules?told=saved");
    assert_eq!(stored(&client, "sch_morning").pause, Pause::Paused);
    let late = client
        .post(
            "/schedules/sch_morning/pause",
            &[("pause", "running"), ("version", "3")],
        )
        .await;
    assert_eq!(late.to(), "/schedules?told=gone");
    assert_eq!(stored(&client, "sch_morning").pause, Pause::Paused);
    client
        .post(
            "/schedules/sch_morning/pause",
            &[("pause", "running"), ("version", "4")],
        )
        .await;
    assert_eq!(stored(&client, "sch_morning").pause, Pause::Running);
}

#[tokio::test]
async fn deleting_asks_first_and_never_deletes_what_was_not_seen() {
    let mut client = hanako().await.in_english();
    client
        .get("/schedules/sch_morning/delete")
        .await
        .says("Delete this schedule?")
        .says("7:00 寝室 シャッター: open");
    let late = client.post("/schedules/sch_morning/delete", &[("version", "2")]).await;
    assert_eq!(late.to(), "/schedules?told=gone");
    let done = client.post("/schedules/sch_morning/delete", &[("version", "3")]).await;
    assert_eq!(done.to(), "/schedules?told=deleted");
    assert_eq!(client.get("/schedules/sch_morning").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_full_house_keeps_what_was_written() {
    let mut client = hanako().await.in_english();
    for _ in 0..9 {
        client.post("/schedules", EVENING).await;
    }
    let page = client.post("/schedules", EVENING).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.says("A house holds 12 schedules at most.").says("value=\"20\"");
}

#[tokio::test]
async fn a_schedule_for_what_is_no_shutter_is_refused_at_its_field() {
    let page = hanako()
        .await
        .in_english()
        .post("/schedules", &evening(&[("device", "dev_lock")]))
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("Choose a shutter.");
}

#[tokio::test]
async fn at_the_gateway_schedules_are_read_only() {
    let mut client = gateway().in_english();
    client.house.lock().links.insert(
        "the-secret-of-the-link".to_owned(),
        format!("res_{HANAKO}").parse().unwrap(),
    );
    client
        .post("/pair/redeem", &[("secret", "the-secret-of-the-link")])
        .await;
    let page = client.get("/schedules").await;
    page.says("Inside the house schedules can be seen only.")
        .is_silent_about("/schedules/new")
        .is_silent_about("Edit");
    assert_eq!(client.get("/schedules/new").await.status, StatusCode::NOT_FOUND);
    client
        .get("/schedules/new")
        .await
        .says("This is done on the other side");
}
