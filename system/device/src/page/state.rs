//! How a thing stands, in a sentence and a tone.

use tomori_look::{Tone, number};
use tomori_runtime::i18n::{Arg, Lang};
use tomori_smart_home::DeviceKind;

use super::say;
use crate::appliance::Look;
use crate::appliance::air_conditioner::Mode;
use crate::house::NodeView;

/// A thing's state for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) tone: Tone,
    pub(super) words: String,
    /// What else there is to know: an obstacle, a prohibition, a disturbed line.
    pub(super) notes: Vec<String>,
}

pub(super) fn shown(node: &NodeView, lang: Lang) -> Shown {
    let (tone, words) = if node.powered {
        state(node, lang)
    } else {
        (Tone::Unknown, say(lang, "no-power", &[]))
    };
    let mut notes = Vec::new();
    if let Look::Shutter {
        jammed,
        remote_permitted,
        ..
    } = node.look
    {
        if jammed {
            notes.push(say(lang, "note-jammed", &[]));
        }
        if !remote_permitted {
            notes.push(say(lang, "note-prohibited", &[]));
        }
    }
    if let Some(voice) = &node.voice {
        let key = match (&voice.device, voice.heard) {
            (None, _) => "note-no-papers",
            (Some(_), true) => "note-proves",
            (Some(_), false) => "note-unheard",
        };
        notes.push(say(lang, key, &[]));
        if voice.condition.tampered {
            notes.push(say(lang, "note-tampered", &[]));
        }
        if voice.condition.battery_low {
            notes.push(say(lang, "note-battery", &[]));
        }
    }
    let disturbed: usize = node.disturbed_frames.iter().sum();
    if disturbed > 0 {
        notes.push(say(lang, "note-line", &[("frames", Arg::from(disturbed))]));
    }
    Shown { tone, words, notes }
}

fn state(node: &NodeView, lang: Lang) -> (Tone, String) {
    let plain = |tone, key| (tone, say(lang, key, &[]));
    match &node.look {
        Look::Shutter { open, moving_to, .. } => {
            let percent = [("percent", Arg::from(number::decimal(*open, 0)))];
            let (tone, key) = match moving_to {
                _ if node.fault.is_some() => (Tone::Attention, "caught"),
                Some(to) if to > open => (Tone::Moving, "opening"),
                Some(_) => (Tone::Moving, "closing"),
                None if *open >= 100.0 => (Tone::Confirmed, "fully-open"),
                None if *open <= 0.0 => (Tone::Confirmed, "fully-closed"),
                None => (Tone::Confirmed, "halfway"),
            };
            (tone, say(lang, key, &percent))
        }
        Look::Light { on: true, level } => {
            let level = [("percent", Arg::from(level.to_string()))];
            (Tone::Confirmed, say(lang, "light-on", &level))
        }
        Look::Light { on: false, .. } => plain(Tone::Resting, "light-off"),
        Look::AirConditioner { on, mode, target, room } => {
            let (tone, key) = match (on, mode) {
                (false, _) => (Tone::Resting, "aircon-off"),
                (true, Mode::Auto) => (Tone::Confirmed, "aircon-auto"),
                (true, Mode::Cooling) => (Tone::Confirmed, "aircon-cooling"),
                (true, Mode::Heating) => (Tone::Confirmed, "aircon-heating"),
                (true, Mode::Dehumidification) => (Tone::Confirmed, "aircon-dehumidification"),
                (true, Mode::Circulation) => (Tone::Confirmed, "aircon-circulation"),
            };
            let args = [
                ("target", Arg::from(target.to_string())),
                ("room", Arg::from(number::decimal(*room, 1))),
            ];
            (tone, say(lang, key, &args))
        }
        Look::Thermometer { temperature } => {
            let args = [("temperature", Arg::from(number::decimal(*temperature, 1)))];
            (Tone::Confirmed, say(lang, "temperature", &args))
        }
        Look::Detector { detected } => match (node.kind, detected) {
            (DeviceKind::CrimePreventionSensor, true) => plain(Tone::Alarm, "intruder"),
            (DeviceKind::CrimePreventionSensor, false) => plain(Tone::Confirmed, "no-intruder"),
            (DeviceKind::EmergencyButton, true) => plain(Tone::Alarm, "pressed"),
            (DeviceKind::EmergencyButton, false) => plain(Tone::Resting, "not-pressed"),
            (DeviceKind::FireSensor, true) => plain(Tone::Alarm, "burning"),
            (DeviceKind::FireSensor, false) => plain(Tone::Confirmed, "not-burning"),
            (_, true) => plain(Tone::Confirmed, "somebody"),
            (_, false) => plain(Tone::Resting, "nobody"),
        },
        Look::Contact { open: true } => plain(Tone::Attention, "window-open"),
        Look::Contact { open: false } => plain(Tone::Confirmed, "window-closed"),
        Look::Lock { jammed: true, .. } => plain(Tone::Attention, "bolt-stuck"),
        Look::Lock { door_open: true, .. } => plain(Tone::Attention, "door-open"),
        Look::Lock { locked: true, .. } => plain(Tone::Confirmed, "locked"),
        Look::Lock { .. } => plain(Tone::Attention, "unlocked"),
    }
}

/// Whether what it detects is a danger: a burglar, a call for help, fire.
pub(super) fn is_guard(node: &NodeView) -> bool {
    matches!(
        node.kind,
        DeviceKind::CrimePreventionSensor | DeviceKind::EmergencyButton | DeviceKind::FireSensor
    )
}
