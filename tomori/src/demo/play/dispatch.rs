//! Use case 2 (T2-5): somebody comes in while nobody is at home, a guard is sent, and the door is opened from afar. The
//! demo takes the part of everybody who acts: of whoever opens the window, of the resident who arms the house, and of
//! three people of the security company. What it tells is what the servers show to each of them.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::client::Api;
use super::super::seat::Seat;
use super::super::step::{Teller, UseCase};
use super::super::town::Town;
use super::people::Colleague;
use super::{LOOK_EVERY, PATIENCE, time, wait};
use crate::words::say;

const WINDOW: &str = "living-window";
const LOCK: &str = "hall-lock";
/// Where the guard is when the alarm comes, in degrees.
const ON_PATROL: (&str, &str) = ("35.6900", "139.7600");

/// Plays it.
///
/// # Errors
/// The step that failed, and why.
pub(super) async fn play(town: &Town, teller: Teller) -> Result<()> {
    let failed = |step: u8| move || teller.failed(UseCase::Dispatch, step);
    let tell = |step: u8, at: Timestamp, key: &str, what: &str| {
        let detail = say(teller.lang, key, &[("what", what.into())]);
        teller.tell(UseCase::Dispatch, step, at, detail);
    };
    let api = Api::new(town.world.web, town.paper.token.clone());
    let house = Api::new(town.world.house_page, String::new());
    let (_, lock) = town
        .paper
        .proving
        .iter()
        .find(|(thing, _)| thing == LOCK)
        .context("the house has no lock")?;

    let mut guard = Colleague::comes(town, "guard").await.with_context(failed(4))?;
    let mut operator = Colleague::comes(town, "operator").await.with_context(failed(4))?;
    let mut supervisor = Colleague::comes(town, "supervisor").await.with_context(failed(6))?;
    for signer in [&mut guard, &mut operator, &mut supervisor] {
        signer.counts().await.with_context(failed(6))?;
    }
    guard.seat.get("/duty").await?;
    guard
        .seat
        .post("/duty", &[("duty", "on")])
        .await
        .with_context(failed(4))?;
    let (north, east) = ON_PATROL;
    let place = [("north", north), ("east", east)];
    guard.seat.post("/duty/place", &place).await.with_context(failed(4))?;
    arm(&api, town).await.with_context(failed(1))?;

    let open = json!({ "operation": "open" });
    let by_hand = format!("/api/nodes/{WINDOW}/hand");
    house
        .send(Method::POST, &by_hand, &open)
        .await
        .with_context(failed(1))?;
    let incidents = format!("/api/v1/homes/{}/incidents", town.paper.home);
    let opened = wait(&api, &incidents, |found| found.get(0).is_some()).await;
    let incident = opened.with_context(failed(1))?.get(0).cloned().unwrap_or_default();
    let id = incident
        .get("id")
        .and_then(Value::as_str)
        .context("an incident without an id")?;
    let story = format!("{incidents}/{id}");
    let found = wait(&api, &story, |story| entry(story, "alarm").is_some())
        .await
        .with_context(failed(1))?;
    let alarm = entry(&found, "alarm").context("no alarm")?;
    let name = alarm.get("name").and_then(Value::as_str).unwrap_or_default();
    tell(1, time(alarm, "at").with_context(failed(1))?, "demo-dispatched-1", name);
    tell(
        2,
        time(&incident, "storedAt").with_context(failed(2))?,
        "demo-dispatched-2",
        id,
    );

    let case = on_the_board(&mut operator.seat).await.with_context(failed(3))?;
    tell(
        3,
        town.world.wall_clock.now(),
        "demo-dispatched-3",
        &operator.staff.account.name,
    );

    let at = format!("/cases/{case}");
    operator
        .seat
        .post(&format!("{at}/take"), &[])
        .await
        .with_context(failed(4))?;
    let sent = [("guard", guard.staff.id.as_str())];
    operator
        .seat
        .post(&format!("{at}/send"), &sent)
        .await
        .with_context(failed(4))?;
    for answer in ["accept", "arrive"] {
        let sent = guard.seat.post("/duty/mission", &[("answer", answer)]).await;
        sent.with_context(failed(4))?;
        if answer == "accept" {
            tell(
                4,
                town.world.wall_clock.now(),
                "demo-dispatched-4",
                &guard.staff.account.name,
            );
        }
    }

    let code = at_the_door(town).await.with_context(failed(5))?;
    guard
        .sign("/duty/arrival", &[("code", &code)])
        .await
        .with_context(failed(5))?;
    tell(
        5,
        town.world.wall_clock.now(),
        "demo-dispatched-5",
        &guard.staff.account.name,
    );

    let asked = [("lock", lock.as_str()), ("minutes", "5")];
    let path = format!("{at}/unlock/request");
    operator.sign(&path, &asked).await.with_context(failed(6))?;
    let path = format!("{at}/unlock/approval");
    supervisor.sign(&path, &[]).await.with_context(failed(6))?;
    tell(
        6,
        town.world.wall_clock.now(),
        "demo-dispatched-6",
        &supervisor.staff.account.name,
    );

    let found = wait(&api, &story, |story| answered(story).is_some())
        .await
        .with_context(failed(7))?;
    let answer = answered(&found).context("no answer")?;
    let outcome = answer.get("answer").and_then(Value::as_str).unwrap_or_default();
    if outcome != "opened" {
        bail!("{}: {outcome}", failed(7)());
    }
    let carried = entry(&found, "unlockAsked").context("the platform does not tell that it carried anything");
    let carried = time(carried.with_context(failed(7))?, "at").with_context(failed(7))?;
    tell(7, carried, "demo-dispatched-7", outcome);
    let lock = house.get(&format!("/api/nodes/{LOCK}")).await.with_context(failed(8))?;
    let words = house
        .get(&format!("/api/nodes/{LOCK}/words"))
        .await
        .with_context(failed(8))?;
    let unlocks = words.as_array().into_iter().flatten();
    let unlocks = unlocks.filter(|heard| heard.get("word").and_then(Value::as_str) == Some("UNLOCK"));
    if lock.pointer("/look/locked").and_then(Value::as_bool) != Some(false) || unlocks.count() != 1 {
        bail!("{}: {lock}, {words}", failed(8)());
    }
    let name = lock
        .pointer(&format!("/name/{}", teller.lang.tag()))
        .and_then(Value::as_str);
    tell(
        8,
        time(answer, "at").with_context(failed(8))?,
        "demo-dispatched-8",
        name.unwrap_or(LOCK),
    );
    Ok(())
}

/// The residents have left: the house is armed as soon as every sensor was read.
async fn arm(api: &Api, town: &Town) -> Result<()> {
    let path = format!("/api/v1/homes/{}/guard", town.paper.home);
    let (orders, end) = (format!("{path}/orders"), Instant::now() + PATIENCE);
    loop {
        let order = api.send(Method::POST, &orders, &json!({ "mode": "away" })).await;
        let is_given = order.is_ok();
        if let Ok(order) = order {
            let id = order.get("id").cloned().unwrap_or_default();
            let guard = wait(api, &path, |guard| guard.pointer("/answer/order") == Some(&id)).await?;
            if guard.pointer("/answer/outcome").and_then(Value::as_str) == Some("done") {
                break;
            }
        }
        if Instant::now() >= end {
            bail!("the house does not arm (an order was given: {is_given})");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let is_armed = |guard: &Value| guard.get("phase").and_then(Value::as_str) == Some("armed");
    wait(api, &path, is_armed).await?;
    Ok(())
}

/// The case of the house, as soon as it is on the board.
async fn on_the_board(seat: &mut Seat) -> Result<String> {
    let end = Instant::now() + PATIENCE;
    loop {
        let board = seat.get("/board").await?;
        if let Some((_, rest)) = board.text.split_once("href=\"/cases/") {
            return Ok(rest.split('"').next().unwrap_or_default().to_owned());
        }
        if Instant::now() >= end {
            bail!("there is no case on the board");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The number that the display at the door shows.
async fn at_the_door(town: &Town) -> Result<String> {
    let (mut door, end) = (Seat::nobody(town.world.panel), Instant::now() + PATIENCE);
    loop {
        let page = door.get("/parts").await?;
        if let Some((_, rest)) = page.text.split_once("data-code=\"") {
            return Ok(rest.split('"').next().unwrap_or_default().to_owned());
        }
        if Instant::now() >= end {
            bail!("the display at the door shows no number");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn entry<'a>(story: &'a Value, step: &str) -> Option<&'a Value> {
    let entries = story.get("entries")?.as_array()?;
    entries
        .iter()
        .find(|entry| entry.get("step").and_then(Value::as_str) == Some(step))
}

/// The gateway's answer to the bundle.
fn answered(story: &Value) -> Option<&Value> {
    let entries = story.get("entries")?.as_array()?;
    entries
        .iter()
        .find(|entry| entry.get("answer").is_some_and(Value::is_string))
}
