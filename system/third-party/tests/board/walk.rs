//! The board, as operators and supervisors use it.

use std::time::Duration;

use tomori_runtime::clock::Clock as _;
use tomori_sia_dc09::{Code, Signal, Token};
use tomori_third_party::cases::{Taken, Told};
use tomori_third_party::panels::Policy;
use tomori_third_party::people::Role;

use crate::receiver::{frame, over_udp};
use crate::world::World;

pub async fn alarm(world: &World, account: &str, sequence: u16, event: &str) -> String {
    let data = format!("#{account}|{event}");
    let answer = over_udp(world.addresses.udp, &frame(account, sequence, &data, None, None)).await;
    assert_eq!(answer.token, Token::Ack);
    let board = world.services.cases.board(0, 100).await.unwrap();
    let of_account = |case: &&tomori_third_party::cases::Case| format!("{:?}", case.source).contains(account);
    board.cases.iter().find(of_account).unwrap().id.to_string()
}

#[tokio::test]
async fn one_case_from_alarm_to_report() {
    let world = World::new().await;
    world.panel("1234", Policy::Plain, None).await;
    let (_, mut operator) = world.somebody(Role::Operator, "管制 一郎").await;
    let (_, mut other) = world.somebody(Role::Operator, "管制 二郎").await;
    let id = alarm(&world, "1234", 1, "NHA1").await;
    let board = operator.get("/board").await;
    assert_eq!(board.status, 200);
    for told in [
        "Hold-up",
        "Life",
        "山田 1234",
        "nobody sees to it",
        "25 min left",
        "not authenticated",
    ] {
        assert!(board.text.contains(told), "{told}");
    }
    let path = format!("/cases/{id}");
    assert_eq!(operator.post(&format!("{path}/take"), &[]).await.location, path);
    assert_eq!(other.post(&format!("{path}/take"), &[]).await.status, 409);
    assert_eq!(
        other
            .post(&format!("{path}/steps"), &[("step", "callPolice")])
            .await
            .status,
        409
    );
    let page = operator.get(&path).await;
    assert!(page.text.contains("no remote unlock") && page.text.contains("Tell the police"));
    let early = [("outcome", "real"), ("report", "early")];
    let refused = operator.post(&format!("{path}/close"), &early).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("Steps are open") && refused.text.contains("early"));
    for step in ["callPolice", "sendGuard"] {
        assert_eq!(
            operator.post(&format!("{path}/steps"), &[("step", step)]).await.status,
            303
        );
    }
    assert_eq!(
        operator
            .post(&format!("{path}/steps"), &[("step", "callHouse")])
            .await
            .status,
        409
    );
    assert_eq!(operator.post(&format!("{path}/arrived"), &[]).await.status, 303);
    assert!(operator.get(&path).await.text.contains("there in time"));
    let report = [("outcome", "real"), ("report", "Police took over. <b>bold</b>")];
    assert_eq!(
        operator.post(&format!("{path}/close"), &report).await.location,
        "/board"
    );
    assert!(operator.get("/board").await.text.contains("Nothing has to be seen to"));
    let closed = operator.get(&path).await;
    assert!(closed.text.contains("This case is closed") && !closed.text.contains("<b>bold"));
    assert_eq!(
        operator
            .post(&format!("{path}/notes"), &[("note", "late")])
            .await
            .status,
        409
    );
}

#[tokio::test]
async fn a_case_changes_hands_when_it_is_offered_or_its_owner_leaves() {
    let world = World::new().await;
    world.panel("1234", Policy::Plain, None).await;
    let (_, mut one) = world.somebody(Role::Operator, "一郎").await;
    let (_, mut other) = world.somebody(Role::Operator, "二郎").await;
    let (_, mut supervisor) = world.somebody(Role::Supervisor, "三郎").await;
    let path = format!("/cases/{}", alarm(&world, "1234", 1, "NBA1").await);
    let take = format!("{path}/take");
    assert_eq!(one.post(&take, &[]).await.status, 303);
    assert_eq!(other.post(&take, &[]).await.status, 409);
    assert_eq!(one.post(&format!("{path}/offer"), &[]).await.status, 303);
    assert!(other.get("/board").await.text.contains("hands it over"));
    assert_eq!(other.post(&take, &[]).await.status, 303);
    assert_eq!(other.post("/sign-out", &[]).await.status, 303);
    assert!(
        one.get("/board").await.text.contains("hands it over"),
        "whoever signs out offers"
    );
    assert_eq!(one.post(&take, &[]).await.status, 303);
    assert_eq!(supervisor.post(&take, &[]).await.status, 303, "a supervisor takes over");
    assert_eq!(one.post(&take, &[]).await.status, 409);
}

/// Whoever closes the window has left, a minute later.
#[tokio::test]
async fn an_owner_who_looks_no_more_offers() {
    let world = World::new().await;
    world.panel("1234", Policy::Plain, None).await;
    let (_, mut one) = world.somebody(Role::Operator, "一郎").await;
    let path = format!("/cases/{}", alarm(&world, "1234", 1, "NBA1").await);
    let window = one.stream("/board/events").await;
    assert_eq!(one.post(&format!("{path}/take"), &[]).await.status, 303);
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let is_offered = || async { world.services.cases.case(&id).await.unwrap().case.is_offered };
    for _ in 0..20 {
        world.clock.advance(Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!is_offered().await, "as long as the window is open, it is theirs");
    drop(window);
    let mut changes = world.services.cases.changes();
    // The server notices that the window is gone when the socket closes; time passes meanwhile.
    let passing = async {
        loop {
            world.clock.advance(Duration::from_secs(5));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        changed = changes.changed() => changed.unwrap(),
        () = passing => {}
    }
    assert!(is_offered().await);
}

#[tokio::test]
async fn the_arrival_clock_warns_before_it_is_too_late() {
    let world = World::new().await;
    world.panel("1234", Policy::Plain, None).await;
    let (_, mut operator) = world.somebody(Role::Operator, "一郎").await;
    alarm(&world, "1234", 1, "NBA1").await;
    for (minutes, told) in [(0, "25 min left"), (11, "send now: 14 min left"), (15, "late by 1 min")] {
        world.clock.advance(Duration::from_secs(minutes * 60));
        let board = operator.get("/board").await.text;
        assert!(board.contains(told), "{told}: {board}");
    }
}

#[tokio::test]
async fn the_stream_tells_a_change() {
    let world = World::new().await;
    world.panel("1234", Policy::Plain, None).await;
    let (_, operator) = world.somebody(Role::Operator, "一郎").await;
    let mut window = operator.stream("/board/events").await;
    assert_eq!(window.headers()["content-type"], "text/event-stream");
    alarm(&world, "1234", 1, "NBA1").await;
    let told = tokio::time::timeout(Duration::from_secs(30), window.chunk())
        .await
        .unwrap();
    assert!(String::from_utf8_lossy(&told.unwrap().unwrap()).contains("event: change"));
}

/// A thousand alarms are open: the board shows the most urgent, oldest first, tells how many there are, and leads on.
#[tokio::test]
async fn a_thousand_open_alarms() {
    let world = World::new().await;
    let (_, mut operator) = world.somebody(Role::Operator, "一郎").await;
    for number in 0..1_000_u32 {
        let code = if number == 999 { ['F', 'A'] } else { ['B', 'A'] };
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&number.to_be_bytes());
        let told = Told {
            account: format!("{number:04X}").parse().unwrap(),
            digest,
            is_stamped: false,
            is_plain: false,
            signals: vec![Signal {
                code: Code::Sia(code),
                area: None,
                zone: None,
                text: None,
                is_old: false,
            }],
        };
        let taken = world.services.cases.take_frame(told).await.unwrap();
        assert!(matches!(taken, Taken::Stored(cases) if cases.len() == 1));
        world.clock.advance(Duration::from_millis(1));
    }
    let board = operator.get("/board").await.text;
    assert_eq!(board.matches("data-line=").count(), 100);
    assert!(board.contains("999") && board.contains("/board?from=100"));
    let first = board.split("data-priority=\"").nth(1).unwrap();
    assert!(
        first.starts_with('1') && first.contains("03E7"),
        "fire first, though it came last"
    );
    let second = board.split("data-priority=\"").nth(2).unwrap();
    assert!(second.contains("0000"), "then the oldest");
    let last = operator.get("/board?from=900").await.text;
    assert_eq!(last.matches("data-line=").count(), 100);
    assert!(!last.contains("/board?from=1000"));
}

/// T3-10 EP③ 改ざん: what a panel or a customer's name holds is text, never markup.
#[tokio::test]
async fn html_in_names() {
    let world = World::new().await;
    let (_, mut operator) = world.somebody(Role::Operator, "<img src=x onerror=alert(1)>").await;
    let fields = [
        ("account", "1234"),
        ("name", "<script>alert(1)</script>"),
        ("address", "\"><script>alert(2)</script>"),
        ("notes", "<b>note</b>"),
        ("plain", "yes"),
    ];
    let mut office = world.office.clone();
    assert_eq!(office.post("/panels", &fields).await.status, 303);
    let id = alarm(&world, "1234", 1, "NBA1^<script>alert(3)</script>^").await;
    let path = format!("/cases/{id}");
    assert_eq!(operator.post(&format!("{path}/take"), &[]).await.status, 303);
    operator
        .post(
            &format!("{path}/notes"),
            &[("note", "</textarea><script>alert(4)</script>")],
        )
        .await;
    for (browser, page) in [
        (&mut operator, "/board"),
        (&mut office, "/panels"),
        (&mut world.office.clone(), "/people"),
    ] {
        let text = browser.get(page).await.text;
        assert!(
            !text.contains("<script>alert") && !text.contains("<img src=x"),
            "{page}"
        );
    }
    let text = operator.get(&path).await.text;
    assert!(!text.contains("<script>alert") && !text.contains("<b>note"));
    assert!(text.contains("alert(3)") && text.contains("alert(4)"), "told as text");
}

#[tokio::test]
async fn every_page_in_both_languages() {
    let world = World::new().await;
    world.panel("1234", Policy::Plain, Some(60)).await;
    let (_, mut operator) = world.somebody(Role::Operator, "一郎").await;
    let (_, mut supervisor) = world.somebody(Role::Supervisor, "二郎").await;
    let case = format!("/cases/{}", alarm(&world, "1234", 1, "NBA1").await);
    let mut office = world.office.clone();
    for (lang, board, people) in [("ja", "案件一覧", "社員"), ("en", "Board", "People")] {
        operator.lang = lang;
        supervisor.lang = lang;
        office.lang = lang;
        let page = operator.get("/board").await.text;
        assert!(page.contains(board) && page.contains(&format!("lang=\"{lang}\"")));
        assert_eq!(operator.get(&case).await.status, 200);
        assert_eq!(supervisor.get("/log").await.status, 200);
        assert_eq!(supervisor.get("/panels").await.status, 200);
        assert!(office.get("/people").await.text.contains(people));
    }
    let now = world.clock.now();
    assert!(now > jiff::Timestamp::UNIX_EPOCH);
}
