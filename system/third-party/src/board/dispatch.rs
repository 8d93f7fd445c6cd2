//! Who can be sent to a case, who was, and where they are.

use std::collections::HashMap;
use std::fmt::Write as _;

use askama::Template;
use tomori_look::{Html, Tone, When, badge};
use tomori_smart_home::StaffId;

use crate::cases::Case;
use crate::dispatch::{Around, Estimate, MissionState, Place, Ranked, Skill, skill};
use crate::door::{Say, Seat};
use crate::street::mission_key;

/// Guards shown: further ones are too far to matter.
const SHOWN: usize = 12;

#[derive(Template)]
#[template(path = "dispatch.html")]
struct Part<'a> {
    say: Say,
    id: &'a str,
    csrf: &'a str,
    is_mine: bool,
    missions: Vec<MissionRow>,
    map: Html,
    free: Vec<FreeRow>,
    needed: String,
}

struct MissionRow {
    name: String,
    state: Html,
    at: Html,
    forecast: String,
}

struct FreeRow {
    id: StaffId,
    name: String,
    far: String,
    skills: Html,
    is_first: bool,
}

/// The part of a case's page about guards.
pub(super) fn draw(
    seat: &Seat,
    when: &When,
    names: &HashMap<StaffId, String>,
    case: &Case,
    around: &Around,
    is_mine: bool,
) -> Html {
    let say = seat.say;
    let name = |staff: &StaffId| names.get(staff).map_or_else(|| say.text("owner-gone"), Clone::clone);
    let rows = around.missions.iter().map(|mission| MissionRow {
        name: name(&mission.guard),
        state: badge(tone(mission.state), &say.text(mission_key(mission.state))),
        at: when.moment_html(mission.accepted_at.unwrap_or(mission.offered_at)),
        forecast: mission.forecast().map_or_else(String::new, |at| {
            say.with("mission-forecast", &[("at", when.minutes(at).into())])
        }),
    });
    let needed = skill::needed(case.danger);
    Html::of(&Part {
        say,
        id: case.id.as_str(),
        csrf: &seat.viewer.csrf,
        is_mine,
        missions: rows.collect(),
        map: around
            .house
            .map_or_else(Html::empty, |house| map(say, house, &around.free, &name)),
        free: around
            .free
            .iter()
            .take(SHOWN)
            .enumerate()
            .map(|(at, ranked)| FreeRow {
                id: ranked.guard.staff.clone(),
                name: name(&ranked.guard.staff),
                far: far(say, ranked.estimate),
                skills: skills(say, ranked),
                is_first: at == 0,
            })
            .collect(),
        needed: if needed.is_empty() {
            String::new()
        } else {
            let listed = listed(say, needed.iter().copied());
            say.with("dispatch-needed", &[("skills", listed.as_str().into())])
        },
    })
}

/// What a guard can do, and what of it is missing here.
fn skills(say: Say, ranked: &Ranked) -> Html {
    let has = listed(say, ranked.guard.skills.iter().copied());
    let mut out = format!("<span class=\"soft small\">{}</span>", Html::text(&has));
    if !ranked.lacks.is_empty() {
        let lacks = listed(say, ranked.lacks.iter().copied());
        let word = say.with("guard-lacks", &[("skills", lacks.as_str().into())]);
        let _ = write!(out, " {}", badge(Tone::Attention, &word));
    }
    Html::trusted(out)
}

/// Skills in words.
pub(crate) fn listed(say: Say, skills: impl Iterator<Item = Skill>) -> String {
    let words: Vec<String> = skills.map(|skill| say.text(skill.key())).collect();
    words.join(&say.text("list-comma"))
}

fn tone(state: MissionState) -> Tone {
    match state {
        MissionState::Offered => Tone::Sent,
        MissionState::Accepted => Tone::Moving,
        MissionState::Arrived | MissionState::Done => Tone::Confirmed,
        MissionState::Declined | MissionState::TimedOut | MissionState::CalledOff => Tone::Resting,
    }
}

fn far(say: Say, estimate: Option<Estimate>) -> String {
    let Some(estimate) = estimate else {
        return say.text("guard-place-unknown");
    };
    let minutes = estimate.time.as_secs().div_ceil(60);
    let kilometres = format!("{:.1}", estimate.metres / 1_000.0);
    let words = [("km", kilometres.into()), ("minutes", minutes.into())];
    say.with("guard-far", &words)
}

/// A map drawn by ourselves: the house in the middle, a ring at two kilometres and at five, the guards where they said they
/// are. The list beside it says the same in words.
fn map(say: Say, house: Place, free: &[Ranked], name: &impl Fn(&StaffId) -> String) -> Html {
    // Metres of a pixel; the picture is 320 wide.
    const SCALE: f64 = 40.0;
    const MIDDLE: f64 = 160.0;
    let title = Html::text(&say.text("map-title"));
    let mut out = format!(
        "<svg class=\"town\" viewBox=\"0 0 320 320\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>"
    );
    for kilometres in [2.0_f64, 5.0] {
        let radius = kilometres * 1_000.0 / SCALE;
        let _ = write!(
            out,
            "<circle class=\"ring\" cx=\"{MIDDLE}\" cy=\"{MIDDLE}\" r=\"{radius:.0}\"/>\
             <text x=\"{MIDDLE}\" y=\"{:.0}\" text-anchor=\"middle\">{kilometres:.0} km</text>",
            MIDDLE - radius + 14.0
        );
    }
    let _ = write!(
        out,
        "<path class=\"house\" d=\"M150 164 L160 150 L170 164 V172 H150 Z\"/>"
    );
    for ranked in free.iter().take(SHOWN) {
        let Some(place) = ranked.guard.place else { continue };
        let (north, east) = place.from(house);
        let (x, y) = (MIDDLE + east / SCALE, MIDDLE - north / SCALE);
        // Beyond the edge only the list tells.
        if !(4.0..=316.0).contains(&x) || !(4.0..=316.0).contains(&y) {
            continue;
        }
        let _ = write!(
            out,
            "<circle class=\"guard\" cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"6\"/><text x=\"{:.0}\" y=\"{:.0}\">{}</text>",
            x + 9.0,
            y + 4.0,
            Html::text(&name(&ranked.guard.staff))
        );
    }
    out.push_str("</svg>");
    Html::trusted(out)
}
