//! How a device stands, in words.

use tomori_look::{Html, Tone, When, badge, badge_around, number};
use tomori_smart_home::{Device, DeviceKind, Trust};

use super::Say;
use crate::port::DeviceView;
use crate::state::{Blocked, DeviceState, Fact, Position, Standing};

impl Say {
    /// What kind of thing it is.
    pub(crate) fn kind(self, kind: DeviceKind) -> String {
        match kind {
            DeviceKind::ElectricRainDoor => self.text("kind-electric-rain-door"),
            DeviceKind::ElectricLock => self.text("kind-electric-lock"),
            DeviceKind::GeneralLighting => self.text("kind-general-lighting"),
            DeviceKind::HomeAirConditioner => self.text("kind-home-air-conditioner"),
            DeviceKind::TemperatureSensor => self.text("kind-temperature-sensor"),
            DeviceKind::HumanDetectionSensor => self.text("kind-human-detection-sensor"),
            DeviceKind::CrimePreventionSensor => self.text("kind-crime-prevention-sensor"),
            DeviceKind::EmergencyButton => self.text("kind-emergency-button"),
            DeviceKind::FireSensor => self.text("kind-fire-sensor"),
            DeviceKind::OpenCloseSensor => self.text("kind-open-close-sensor"),
            _ => self.text("kind-other"),
        }
    }

    /// Room and name: `寝室 シャッター`; the name alone when it says the room already.
    pub(crate) fn device_name(self, device: &Device) -> String {
        self.room_and_name(&device.room, &device.name)
    }

    /// Room and name of a device.
    pub(crate) fn room_and_name(self, room: &str, name: &str) -> String {
        if room.is_empty() || name.contains(room) {
            name.to_owned()
        } else {
            format!("{room} {name}")
        }
    }

    /// The main fact: `開いています`.
    pub(crate) fn fact(self, fact: Fact) -> String {
        match fact {
            Fact::Shutter(Position::Open, _) => self.text("fact-open"),
            Fact::Shutter(Position::Closed, _) => self.text("fact-closed"),
            Fact::Shutter(Position::Halfway, Some(degree)) => self.with(
                "fact-halfway-degree",
                &[("degree", number::percent(f64::from(degree)).into())],
            ),
            Fact::Shutter(Position::Halfway, None) => self.text("fact-halfway"),
            Fact::Shutter(Position::Opening, _) => self.text("fact-opening"),
            Fact::Shutter(Position::Closing, _) => self.text("fact-closing"),
            Fact::Power(true) => self.text("fact-on"),
            Fact::Power(false) => self.text("fact-off"),
            Fact::Running(true) => self.text("fact-running"),
            Fact::Running(false) => self.text("fact-resting"),
            Fact::Locked(true) => self.text("fact-locked"),
            Fact::Locked(false) => self.text("fact-unlocked"),
            Fact::Detection(true) => self.text("fact-detected"),
            Fact::Detection(false) => self.text("fact-not-detected"),
            Fact::Contact(true) => self.text("fact-contact-open"),
            Fact::Contact(false) => self.text("fact-contact-closed"),
            Fact::Temperature(degrees) => number::celsius(degrees),
        }
    }

    /// The headline of a device: the fact, or that there is none.
    pub(crate) fn headline(self, state: &DeviceState<'_>) -> String {
        match (state.standing, state.fact) {
            (Standing::NotAdopted, _) => self.text("headline-not-adopted"),
            (Standing::NeverHeard, _) => self.text("headline-never-heard"),
            (Standing::Unknown { .. }, _) => self.text("headline-unknown"),
            (Standing::Fault { .. }, _) => self.text("headline-fault"),
            (_, Some((fact, _))) => self.fact(fact),
            (_, None) => self.text("headline-never-heard"),
        }
    }

    /// How it is known, and since when: `確認 7:00:21`.
    pub(crate) fn standing(self, state: &DeviceState<'_>, when: &When) -> String {
        match state.standing {
            Standing::NotAdopted => self.text("standing-not-adopted"),
            Standing::NeverHeard => self.text("standing-never-heard"),
            Standing::Unknown { since } => self.with("standing-unknown", &[("since", when.moment(since).into())]),
            Standing::Fault { since } => self.with("standing-fault", &[("since", when.moment(since).into())]),
            Standing::Moving { since, .. } => self.with("standing-moving", &[("since", when.moment(since).into())]),
            Standing::Sent { since } => self.with("standing-sent", &[("since", when.moment(since).into())]),
            Standing::Confirmed { at } => self.with("standing-confirmed", &[("at", when.moment(at).into())]),
        }
    }

    /// What was last known, for a thing that is unknown now.
    pub(crate) fn last_known(self, state: &DeviceState<'_>, when: &When) -> Option<String> {
        let (fact, at) = state.fact?;
        matches!(state.standing, Standing::Unknown { .. } | Standing::Fault { .. }).then(|| {
            self.with(
                "last-known",
                &[("fact", self.fact(fact).into()), ("at", when.moment(at).into())],
            )
        })
    }

    /// All badges of a device: how it is known, and what else holds.
    pub(crate) fn badges(self, view: &DeviceView, state: &DeviceState<'_>, when: &When) -> Html {
        let mut all = badge_around(state.standing.tone(), &Html::text(&self.standing(state, when)));
        // Where a lie would cost most, a person sees at a glance whether there can be one.
        if view.device.kind.can_prove_itself()
            && let Some(trust) = view.trust
        {
            let (tone, key) = match trust {
                Trust::Authenticated => (Tone::Confirmed, "trust-authenticated"),
                Trust::Unauthenticated => (Tone::Resting, "trust-unauthenticated"),
            };
            all.push(&badge(tone, &self.text(key)));
        }
        if state.prohibited {
            all.push(&badge(Tone::Prohibited, &self.text("condition-prohibited")));
        }
        if let Some(until) = state.hold_until {
            all.push(&badge(
                Tone::Held,
                &self.with("condition-held", &[("until", when.moment(until).into())]),
            ));
        }
        all
    }

    /// Why nothing can be sent now, as a sentence.
    pub(crate) fn blocked(self, blocked: Blocked, when: &When) -> String {
        match blocked {
            Blocked::NotAdopted => self.text("blocked-not-adopted"),
            Blocked::HouseUnreachable => self.text("blocked-house-unreachable"),
            Blocked::DeviceUnreachable => self.text("blocked-device-unreachable"),
            Blocked::Prohibited => self.text("blocked-prohibited"),
            Blocked::Held { until } => self.with("blocked-held", &[("until", when.moment(until).into())]),
        }
    }

    /// The whole state in one breath, for a screen reader and for what the phone remembers.
    pub(crate) fn spoken(self, device: &Device, state: &DeviceState<'_>, when: &When) -> String {
        let mut extra = String::new();
        if state.prohibited {
            extra.push_str(&self.text("spoken-stop"));
            extra.push_str(&self.text("condition-prohibited"));
        }
        if let Some(until) = state.hold_until {
            extra.push_str(&self.text("spoken-stop"));
            extra.push_str(&self.with("condition-held", &[("until", when.moment(until).into())]));
        }
        self.with(
            "spoken-device",
            &[
                ("name", self.device_name(device).into()),
                ("headline", self.headline(state).into()),
                ("standing", self.standing(state, when).into()),
                ("extra", extra.into()),
            ],
        )
    }
}
