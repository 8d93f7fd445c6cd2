//! Commands and what became of them, and everything else that happened, in words.

use tomori_look::{Html, Moment, Tone, When, number};
use tomori_smart_home::property::{PropertyName, PropertyValue};
use tomori_smart_home::{Reason, Stage};

use super::Say;
use crate::port::{CommandView, Happened, HistoryEntry, Who};

/// What a command wants, told apart as far as words differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Deed {
    Open,
    Close,
    Stop,
    Position(f64),
    On,
    Off,
    Other,
}

/// Where a sentence about a deed stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tense {
    Asked,
    Done,
    Failed,
}

impl Deed {
    /// The deed of setting a property.
    pub(crate) fn of(property: &PropertyName, value: &PropertyValue) -> Self {
        match (property.as_str(), value) {
            ("openCloseOperation", PropertyValue::Word(word)) => match word.as_str() {
                "open" => Self::Open,
                "close" => Self::Close,
                "stop" => Self::Stop,
                _ => Self::Other,
            },
            ("degreeOfOpening", PropertyValue::Number(degree)) => Self::Position(*degree),
            ("operationStatus", PropertyValue::Boolean(true)) => Self::On,
            ("operationStatus", PropertyValue::Boolean(false)) => Self::Off,
            _ => Self::Other,
        }
    }
}

impl Say {
    /// The deed as a wish or plan: `開ける`, `30%まで開ける`.
    pub(crate) fn deed(self, deed: Deed) -> String {
        match deed {
            Deed::Open => self.text("deed-open"),
            Deed::Close => self.text("deed-close"),
            Deed::Stop => self.text("deed-stop"),
            Deed::Position(degree) => self.with("deed-position", &[("degree", number::percent(degree).into())]),
            Deed::On => self.text("deed-on"),
            Deed::Off => self.text("deed-off"),
            Deed::Other => self.text("deed-other"),
        }
    }

    fn deed_of(self, name: String, deed: Deed, tense: Tense) -> String {
        let key = match (deed, tense) {
            (Deed::Open, Tense::Asked) => "asked-open",
            (Deed::Open, Tense::Done) => "done-open",
            (Deed::Open, Tense::Failed) => "failed-open",
            (Deed::Close, Tense::Asked) => "asked-close",
            (Deed::Close, Tense::Done) => "done-close",
            (Deed::Close, Tense::Failed) => "failed-close",
            (Deed::Stop, Tense::Asked) => "asked-stop",
            (Deed::Stop, Tense::Done) => "done-stop",
            (Deed::Stop, Tense::Failed) => "failed-stop",
            (Deed::Position(_), Tense::Asked) => "asked-position",
            (Deed::Position(_), Tense::Done) => "done-position",
            (Deed::Position(_), Tense::Failed) => "failed-position",
            (Deed::On, Tense::Asked) => "asked-on",
            (Deed::On, Tense::Done) => "done-on",
            (Deed::On, Tense::Failed) => "failed-on",
            (Deed::Off, Tense::Asked) => "asked-off",
            (Deed::Off, Tense::Done) => "done-off",
            (Deed::Off, Tense::Failed) => "failed-off",
            (Deed::Other, Tense::Asked) => "asked-other",
            (Deed::Other, Tense::Done) => "done-other",
            (Deed::Other, Tense::Failed) => "failed-other",
        };
        match deed {
            Deed::Position(degree) => self.with(
                key,
                &[("name", name.into()), ("degree", number::percent(degree).into())],
            ),
            _ => self.with(key, &[("name", name.into())]),
        }
    }

    /// On whose wish: `予定 7:00`, `花子さん`.
    pub(crate) fn who(self, who: &Who) -> String {
        match who {
            Who::Resident {
                name: Some(name),
                at_home: false,
            } => self.with("who-resident", &[("name", name.clone().into())]),
            Who::Resident {
                name: Some(name),
                at_home: true,
            } => self.with("who-resident-at-home", &[("name", name.clone().into())]),
            Who::Resident { name: None, .. } => self.text("who-resident-gone"),
            Who::Schedule { moment: Some(moment) } => {
                self.with("who-schedule", &[("moment", self.moment(*moment).into())])
            }
            Who::Schedule { moment: None } => self.text("who-schedule-gone"),
            Who::Operator => self.text("who-operator"),
        }
    }

    /// What was asked, in one line: `寝室 シャッターを開けました`.
    pub(crate) fn command(self, name: &str, command: &CommandView) -> String {
        let deed = Deed::of(&command.property, &command.value);
        let tense = match command.stage {
            Stage::Accepted | Stage::Delivered | Stage::Executed => Tense::Asked,
            Stage::Observed => Tense::Done,
            Stage::Refused { .. } | Stage::Expired | Stage::Failed { .. } => Tense::Failed,
        };
        self.deed_of(name.to_owned(), deed, tense)
    }

    /// How far it came and when: `確認 7:00:21`.
    pub(crate) fn stage(self, command: &CommandView, when: &When) -> String {
        // Next to the day of the command the time alone is enough, and exact.
        let same_day = when.civil_date(command.stage_at) == when.civil_date(command.issued_at);
        let at = if same_day {
            when.seconds(command.stage_at)
        } else {
            when.moment(command.stage_at)
        };
        match &command.stage {
            Stage::Accepted => self.with("stage-accepted", &[("at", at.into())]),
            Stage::Delivered => self.with("stage-delivered", &[("at", at.into())]),
            Stage::Executed => self.with("stage-executed", &[("at", at.into())]),
            Stage::Observed => self.with("stage-observed", &[("at", at.into())]),
            Stage::Expired => self.text("stage-expired"),
            Stage::Refused { reason } | Stage::Failed { reason } => self.reason(reason, when),
        }
    }

    /// The tone of a command.
    pub(crate) fn command_tone(self, command: &CommandView) -> Tone {
        match &command.stage {
            Stage::Accepted | Stage::Delivered | Stage::Executed => Tone::Sent,
            Stage::Observed => Tone::Confirmed,
            Stage::Refused {
                reason: Reason::ProhibitedAtDevice,
            } => Tone::Prohibited,
            Stage::Refused {
                reason: Reason::HandOperation { .. },
            } => Tone::Held,
            Stage::Failed {
                reason: Reason::Superseded,
            }
            | Stage::Refused {
                reason: Reason::Superseded,
            } => Tone::Resting,
            Stage::Refused { .. } | Stage::Expired | Stage::Failed { .. } => Tone::Attention,
        }
    }

    /// One line of history, with the time of the day only; the page puts the day above it.
    pub(crate) fn entry(self, entry: &HistoryEntry, when: &When) -> Moment {
        let (tone, what, more) = self.happened(entry, when);
        let mut markup = format!("<p>{}</p>", Html::text(&what));
        if let Some(more) = more {
            markup.push_str(&format!("<p class=\"soft small\">{}</p>", Html::text(&more)));
        }
        Moment {
            time: Html::trusted(format!(
                "<time datetime=\"{}\">{}</time>",
                entry.at,
                when.seconds(entry.at)
            )),
            tone,
            what: Html::trusted(markup),
        }
    }

    /// What happened: tone, sentence, and a second line where there is more to say.
    pub(crate) fn happened(self, entry: &HistoryEntry, when: &When) -> (Tone, String, Option<String>) {
        match &entry.what {
            Happened::Command { device, command } => {
                let name = self.room_and_name(&device.room, &device.name);
                let more = self.with(
                    "history-command-more",
                    &[
                        ("who", self.who(&command.who).into()),
                        ("stage", self.stage(command, when).into()),
                    ],
                );
                (self.command_tone(command), self.command(&name, command), Some(more))
            }
            Happened::HandOperation { device } => (
                Tone::Held,
                self.with(
                    "happened-hand",
                    &[("name", self.room_and_name(&device.room, &device.name).into())],
                ),
                None,
            ),
            Happened::DeviceLost { device } => (
                Tone::Unknown,
                self.with(
                    "happened-device-lost",
                    &[("name", self.room_and_name(&device.room, &device.name).into())],
                ),
                None,
            ),
            Happened::DeviceAppeared { device } => (
                Tone::Confirmed,
                self.with(
                    "happened-device-back",
                    &[("name", self.room_and_name(&device.room, &device.name).into())],
                ),
                None,
            ),
            Happened::GatewayLost => (
                Tone::Unknown,
                self.text("happened-gateway-lost"),
                Some(self.text("happened-gateway-lost-more")),
            ),
            Happened::GatewayBack => (Tone::Confirmed, self.text("happened-gateway-back"), None),
            Happened::UnknownNode => (
                Tone::Attention,
                self.text("happened-unknown-node"),
                Some(self.text("happened-unknown-node-more")),
            ),
            Happened::Impersonation { device } => (
                Tone::Attention,
                self.with(
                    "happened-impersonation",
                    &[("name", self.room_and_name(&device.room, &device.name).into())],
                ),
                Some(self.text("happened-impersonation-more")),
            ),
            Happened::FiringMissed { moment, device } => (
                Tone::Attention,
                match moment {
                    Some(moment) => self.with("happened-firing-missed", &[("moment", self.moment(*moment).into())]),
                    None => self.text("happened-firing-missed-gone"),
                },
                device.as_ref().map(|device| {
                    self.with(
                        "happened-firing-missed-more",
                        &[("name", self.room_and_name(&device.room, &device.name).into())],
                    )
                }),
            ),
        }
    }
}
