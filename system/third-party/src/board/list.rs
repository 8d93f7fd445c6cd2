//! The board's list.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use tomori_look::{Html, Icon, Tone, When, badge, empty_state, fragment};
use tomori_smart_home::StaffId;

use super::emergency;
use crate::cases::{ArrivalState, Board, Case, Kind, Source};
use crate::desk::Desk;
use crate::desk::shell::{self, Place};
use crate::dispatch::Mission;
use crate::door::{AtBoard, Carried, Failure, Say, Seat};
use crate::unlock::pages::{passkey_news, unlock_note};

/// Lines on a page: more than anybody can work through before the next look.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage<'a> {
    say: Say,
    news: Html,
    part: Html,
    fragment: &'a str,
}

#[derive(Template)]
#[template(path = "board_part.html")]
struct Part<'a> {
    say: Say,
    csrf: &'a str,
    emergencies: Html,
    counts: Vec<Count>,
    nothing: Html,
    lines: Vec<Line>,
    /// How many cases of life or house nobody sees to: the sound goes on while there are some.
    unseen: i64,
    /// That the platform is not heard, in words; empty when it is, or when there is none.
    road: String,
    before: Option<usize>,
    after: Option<usize>,
}

struct Count {
    word: String,
    open: i64,
    free: String,
}

struct Line {
    id: String,
    priority: u8,
    priority_word: String,
    what: Html,
    whose: String,
    account: String,
    alarms: String,
    since: Html,
    owner: Html,
    clock: Html,
    notes: Vec<Html>,
    may_take: bool,
}

/// Which part of the board.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    from: usize,
}

/// `GET /board`
pub(super) async fn page(
    State(desk): State<Desk>,
    at: AtBoard,
    Carried(which): Carried<Which>,
) -> Result<Response, Failure> {
    let from = which.from();
    let say = at.seat.say;
    let body = Html::of(&BoardPage {
        say,
        news: passkey_news(&desk, &at.seat).await?,
        part: draw(&desk, &at.seat, from).await?,
        fragment: &format!("/board/part?from={from}"),
    });
    let title = say.text("place-board");
    Ok(shell::page(&at.seat, Place::Board, &title, body, StatusCode::OK))
}

/// `GET /board/part`: the list alone.
pub(super) async fn part(
    State(desk): State<Desk>,
    at: AtBoard,
    Carried(which): Carried<Which>,
) -> Result<Response, Failure> {
    Ok(fragment(draw(&desk, &at.seat, which.from()).await?))
}

impl Which {
    fn from(&self) -> usize {
        self.from.min(1_000_000)
    }
}

async fn draw(desk: &Desk, seat: &Seat, from: usize) -> Result<Html, Failure> {
    let say = seat.say;
    let Board { cases, counts } = desk.inner.cases.board(from, PAGE + 1).await?;
    let more = cases.len() > PAGE;
    let names = names(desk).await?;
    let missions = desk.inner.dispatch.open_missions().await?;
    let when = shell::when(desk, say);
    let waiting = desk.inner.unlock.waiting().await?;
    let lines: Vec<Line> = cases
        .iter()
        .take(PAGE)
        .map(|case| {
            let mut line = line(desk, seat, &when, &names, &missions, case);
            line.notes.extend(unlock_note(say, &waiting, &case.id));
            line
        })
        .collect();
    let emergencies = emergency::draw(desk, seat, &when, &names).await?;
    let nothing = if lines.is_empty() {
        empty_state(
            Icon::House,
            &say.text("board-nothing"),
            &say.text("board-nothing-text"),
            &Html::empty(),
        )
    } else {
        Html::empty()
    };
    Ok(Html::of(&Part {
        say,
        csrf: &seat.viewer.csrf,
        emergencies,
        road: road(desk, say, &when),
        unseen: counts.iter().filter(|it| it.priority <= 2).map(|it| it.free).sum(),
        counts: counts
            .iter()
            .map(|it| Count {
                word: priority_word(say, it.priority),
                open: it.open,
                free: say.with("board-free", &[("count", it.free.into())]),
            })
            .collect(),
        nothing,
        lines,
        before: (from > 0).then(|| from.saturating_sub(PAGE)),
        after: more.then_some(from + PAGE),
    }))
}

/// What is wrong with the line to the platform.
fn road(desk: &Desk, say: Say, when: &When) -> String {
    let standing = *desk.inner.partner.standing().borrow();
    match standing.lost_since {
        None => String::new(),
        Some(since) => {
            let key = if standing.is_refused {
                "road-refused"
            } else {
                "road-lost"
            };
            say.with(key, &[("since", when.minutes(since).into())])
        }
    }
}

fn line(
    desk: &Desk,
    seat: &Seat,
    when: &When,
    names: &HashMap<StaffId, String>,
    missions: &[Mission],
    case: &Case,
) -> Line {
    let say = seat.say;
    let panel = case.source.panel().map(|account| desk.inner.panels.find(account));
    let mine = case.owner.as_ref() == Some(&seat.viewer.staff);
    let mut notes = Vec::new();
    if case.is_plain {
        notes.push(badge(Tone::Attention, &say.text("case-plain")));
    }
    if case.restored_at.is_some() {
        let key = match case.source {
            Source::Panel(_) => "case-restored",
            Source::House { .. } => "case-closed-there",
        };
        notes.push(badge(Tone::Resting, &say.text(key)));
    }
    Line {
        id: case.id.to_string(),
        priority: case.danger.priority(),
        priority_word: priority_word(say, case.danger.priority()),
        what: what(say, case),
        whose: match panel {
            None => say.text("case-house"),
            Some(None) => say.text("case-no-panel"),
            Some(Some(panel)) => panel.customer.name.clone(),
        },
        account: case.source.name(),
        alarms: if case.alarms > 1 {
            say.with("board-alarms", &[("count", case.alarms.into())])
        } else {
            String::new()
        },
        since: when.moment_html(case.opened_at),
        owner: owner(say, names, case, mine),
        clock: clock(say, when, case, missions),
        notes,
        may_take: !mine && case.may_take(&seat.viewer.staff, seat.viewer.role).is_ok(),
    }
}

/// The danger as a word and a shape.
pub(super) fn what(say: Say, case: &Case) -> Html {
    let word = say.text(case.danger.key());
    match (case.kind, case.danger.priority()) {
        (Kind::Alarm, 1 | 2) => badge(Tone::Alarm, &word),
        (Kind::Alarm, _) | (Kind::Fault, _) => badge(Tone::Attention, &word),
        (Kind::Silence, _) => badge(Tone::Unknown, &word),
    }
}

pub(super) fn priority_word(say: Say, priority: u8) -> String {
    say.text(match priority {
        1 => "priority-life",
        2 => "priority-house",
        3 => "priority-building",
        _ => "priority-equipment",
    })
}

/// Who sees to it.
pub(super) fn owner(say: Say, names: &HashMap<StaffId, String>, case: &Case, mine: bool) -> Html {
    let Some(owner) = &case.owner else {
        return badge(Tone::Attention, &say.text("owner-nobody"));
    };
    let name = names.get(owner).map_or_else(|| say.text("owner-gone"), Clone::clone);
    let key = match (mine, case.is_offered) {
        (_, true) => "owner-offers",
        (true, false) => "owner-you",
        (false, false) => "owner-other",
    };
    let tone = if case.is_offered { Tone::Attention } else { Tone::Held };
    badge(tone, &say.with(key, &[("name", name.as_str().into())]))
}

/// The arrival clock in words: until when, and how it stands.
pub(super) fn clock(say: Say, when: &When, case: &Case, missions: &[Mission]) -> Html {
    let of_case = missions.iter().filter(|mission| mission.case == case.id);
    let forecast = of_case.filter_map(Mission::forecast).min();
    let Some(clock) = case.clock(forecast, when.now()) else {
        return Html::empty();
    };
    let tone = match clock.state {
        ArrivalState::InTime | ArrivalState::UnderWay => Tone::Confirmed,
        ArrivalState::Running => Tone::Sent,
        ArrivalState::SendNow | ArrivalState::WasLate => Tone::Attention,
        ArrivalState::WillBeLate | ArrivalState::Late => Tone::Alarm,
    };
    let left = clock
        .due_at
        .duration_since(when.now())
        .as_secs()
        .unsigned_abs()
        .div_ceil(60);
    let due = when.minutes(clock.due_at);
    let words = [("minutes", left.into()), ("due", due.as_str().into())];
    badge(tone, &say.with(clock.state.key(), &words))
}

/// What people are called.
pub(crate) async fn names(desk: &Desk) -> Result<HashMap<StaffId, String>, Failure> {
    let staff = desk.door.people.all().await?;
    Ok(staff.into_iter().map(|staff| (staff.id, staff.name)).collect())
}
