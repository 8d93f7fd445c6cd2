//! The page's parts out of how the house stands.

use askama::Template;
use tomori_look::{Html, Icon, badge, table};
use tomori_runtime::i18n::{Arg, Lang};
use tomori_smart_home::DeviceKind;

use super::drawing;
use super::say;
use super::state::{Shown, shown};
use crate::appliance::Look;
use crate::house::NodeView;

#[derive(Template)]
#[template(path = "around.html")]
struct Around<'a> {
    style: &'a str,
    title: &'a str,
    intro: String,
    followed: &'a Html,
}

#[derive(Template)]
#[template(path = "body.html")]
struct Body {
    lang: Lang,
    drawing: Html,
    cards: Vec<Card>,
    table: Html,
    devices: String,
    hand: String,
    hand_temperature: String,
    temperature_field: String,
    trouble: String,
    unsent: String,
    line: String,
    line_calm: String,
    line_what: String,
    line_direction: String,
    line_frames: String,
    disturbances: Vec<(&'static str, String)>,
    directions: Vec<(&'static str, String)>,
    facts_address: String,
    facts_id: String,
    facts_sets: String,
}

struct Card {
    id: String,
    name: String,
    room: String,
    badge: Html,
    spoken: String,
    notes: Vec<String>,
    hands: Vec<Button>,
    measures: bool,
    temperature: String,
    troubles: Vec<Button>,
    address: String,
    node_id: String,
    sets: String,
}

struct Button {
    value: &'static str,
    word: String,
    icon: Html,
}

/// The heading and what surrounds the part that follows the truth.
pub(super) fn around(title: &str, style: &str, lang: Lang, followed: &Html) -> Html {
    Html::of(&Around {
        style,
        title,
        intro: say(lang, "intro", &[]),
        followed,
    })
}

/// The part that follows the truth: picture, things, table.
pub(super) fn body(nodes: &[NodeView], name: &str, lang: Lang) -> Html {
    let word = |key| say(lang, key, &[]);
    Html::of(&Body {
        lang,
        drawing: drawing::drawing(nodes, name, lang),
        cards: nodes.iter().map(|node| card(node, lang)).collect(),
        table: behind(nodes, lang),
        devices: word("devices"),
        hand: word("hand"),
        hand_temperature: word("hand-temperature"),
        temperature_field: word("temperature-field"),
        trouble: word("trouble"),
        unsent: word("unsent"),
        line: word("line"),
        line_calm: word("line-calm"),
        line_what: word("line-what"),
        line_direction: word("line-direction"),
        line_frames: word("line-frames"),
        disturbances: ["drop", "duplicate", "delay", "reorder"]
            .into_iter()
            .zip(["line-drop", "line-duplicate", "line-delay", "line-reorder"].map(word))
            .collect(),
        directions: ["toDevice", "fromDevice"]
            .into_iter()
            .zip(["line-to-device", "line-from-device"].map(word))
            .collect(),
        facts_address: word("facts-address"),
        facts_id: word("facts-id"),
        facts_sets: word("facts-sets"),
    })
}

fn card(node: &NodeView, lang: Lang) -> Card {
    let Shown { tone, words, notes } = shown(node, lang);
    let name = node.name.get(lang);
    let measured = match node.look {
        Look::Thermometer { temperature } => Some(temperature),
        Look::AirConditioner { room, .. } => Some(room),
        _ => None,
    };
    // A screen reader is told of states, not of every percent on the way.
    let stands = if matches!(node.look, Look::Shutter { moving_to: Some(_), .. }) {
        words.split(['（', '(']).next().unwrap_or_default().trim().to_owned()
    } else {
        words.clone()
    };
    Card {
        id: node.id.clone(),
        name: name.to_owned(),
        room: node.room.get(lang).to_owned(),
        badge: badge(tone, &words),
        spoken: format!("{name}: {stands}"),
        notes,
        hands: if node.powered { hands(node, lang) } else { Vec::new() },
        measures: measured.is_some() && node.powered,
        temperature: measured.map(|degrees| format!("{degrees:.1}")).unwrap_or_default(),
        troubles: troubles(node, lang),
        address: node.address.to_string(),
        node_id: node.endpoint.node.to_string(),
        sets: say(lang, "sets-count", &[("count", Arg::from(node.received_sets))]),
    }
}

fn hands(node: &NodeView, lang: Lang) -> Vec<Button> {
    let button = |value, key, icon: Option<Icon>| Button {
        value,
        word: say(lang, key, &[]),
        icon: icon.map(Icon::svg).unwrap_or_default(),
    };
    match node.look {
        Look::Shutter { .. } => vec![
            button("open", "hand-open", Some(Icon::Open)),
            button("stop", "hand-stop", Some(Icon::Stop)),
            button("close", "hand-close", Some(Icon::Close)),
        ],
        Look::Light { .. } | Look::AirConditioner { .. } => {
            vec![button("on", "hand-on", None), button("off", "hand-off", None)]
        }
        Look::Detector { .. } => {
            let (on, off) = match node.kind {
                DeviceKind::EmergencyButton => ("hand-press", "hand-release"),
                DeviceKind::FireSensor => ("hand-burn", "hand-extinguish"),
                _ => ("hand-appear", "hand-leave"),
            };
            let person = (on == "hand-appear").then_some(Icon::Person);
            vec![button("appear", on, person), button("leave", off, None)]
        }
        Look::Contact { .. } => vec![
            button("open", "hand-open", Some(Icon::Open)),
            button("close", "hand-close", Some(Icon::Close)),
        ],
        Look::Lock { .. } => vec![
            button("lock", "hand-lock", None),
            button("unlock", "hand-unlock", None),
            button("doorOpen", "hand-door-open", None),
            button("doorClose", "hand-door-close", None),
        ],
        Look::Thermometer { .. } => Vec::new(),
    }
}

fn troubles(node: &NodeView, lang: Lang) -> Vec<Button> {
    let button = |value, key| Button {
        value,
        word: say(lang, key, &[]),
        icon: Html::empty(),
    };
    let mut all = Vec::new();
    if let Look::Shutter {
        jammed,
        remote_permitted,
        ..
    } = node.look
    {
        all.push(if jammed || node.fault.is_some() {
            button("unjam", "unjam")
        } else {
            button("jam", "jam")
        });
        all.push(if remote_permitted {
            button("prohibit", "prohibit")
        } else {
            button("permit", "permit")
        });
    }
    if let Look::Lock { jammed, .. } = node.look {
        all.push(match jammed {
            true => button("unjam", "unstick"),
            false => button("jam", "stick"),
        });
    }
    if let Some(voice) = &node.voice {
        all.push(match voice.condition.tampered {
            true => button("untamper", "untamper"),
            false => button("tamper", "tamper"),
        });
        all.push(match voice.condition.battery_low {
            true => button("batteryNew", "battery-new"),
            false => button("batteryLow", "battery-low"),
        });
    }
    all.push(if node.powered {
        button("powerOff", "power-off")
    } else {
        button("powerOn", "power-on")
    });
    if node.voice.is_none() {
        all.push(button("noise", "noise"));
    }
    all
}

/// The same as the picture, as a table.
fn behind(nodes: &[NodeView], lang: Lang) -> Html {
    let word = |key| say(lang, key, &[]);
    let head = [
        "column-name",
        "column-room",
        "column-state",
        "column-address",
        "column-class",
        "column-sets",
    ]
    .map(word);
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let rows: Vec<Vec<Html>> = nodes
        .iter()
        .map(|node| {
            [
                node.name.get(lang).to_owned(),
                node.room.get(lang).to_owned(),
                shown(node, lang).words,
                node.address.to_string(),
                class(node.kind),
                node.received_sets.to_string(),
            ]
            .iter()
            .map(|cell| Html::text(cell))
            .collect()
        })
        .collect();
    table(&word("table-caption"), &head, &rows)
}

fn class(kind: DeviceKind) -> String {
    format!("0x{:04X}", kind.class_code())
}
