//! Small pictures drawn by us, on a grid of 24. They stand next to a word and never instead of one, so screen
//! readers skip them.

use crate::html::Html;

/// A small picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Icon {
    /// A filled disc with a tick: read back, confirmed.
    Confirmed,
    /// An open ring with an arrow leaving it: sent, not yet answered.
    Sent,
    /// Two chevrons over each other: on its way.
    Moving,
    /// A dashed ring with a question mark: not known.
    Unknown,
    /// A ring with a bar: not allowed.
    Prohibited,
    /// A hand: somebody acts by hand.
    Hand,
    /// Two bars: resting.
    Resting,
    /// A triangle with an exclamation mark: look here.
    Attention,
    /// An octagon with an exclamation mark: alarm.
    Alarm,
    /// A house.
    House,
    /// A clock.
    Clock,
    /// Lines of a list.
    History,
    /// Sliders.
    Settings,
    /// A phone.
    Phone,
    /// An arrow up, a bar above it.
    Open,
    /// A square.
    Stop,
    /// An arrow down, a bar below it.
    Close,
    /// A plus sign.
    Add,
    /// A chevron to the left.
    Back,
    /// A chevron to the right.
    Forward,
    /// The sun on the horizon.
    Sun,
    /// A person.
    Person,
    /// Two speech marks of two languages.
    Language,
    /// A broken link.
    LinkLost,
    /// A key.
    Key,
}

impl Icon {
    /// Every picture.
    pub const ALL: [Self; 25] = [
        Self::Confirmed,
        Self::Sent,
        Self::Moving,
        Self::Unknown,
        Self::Prohibited,
        Self::Hand,
        Self::Resting,
        Self::Attention,
        Self::Alarm,
        Self::House,
        Self::Clock,
        Self::History,
        Self::Settings,
        Self::Phone,
        Self::Open,
        Self::Stop,
        Self::Close,
        Self::Add,
        Self::Back,
        Self::Forward,
        Self::Sun,
        Self::Person,
        Self::Language,
        Self::LinkLost,
        Self::Key,
    ];

    /// The picture as SVG in the colour of the text around it.
    #[must_use]
    pub fn svg(self) -> Html {
        Html::trusted(format!(
            "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\">{}</svg>",
            self.shapes()
        ))
    }

    fn shapes(self) -> &'static str {
        match self {
            Self::Confirmed => {
                r#"<circle class="fill" cx="12" cy="12" r="10"/><path class="cut" d="M7.2 12.4l3.3 3.3 6.3-7"/>"#
            }
            Self::Sent => r#"<path d="M20.5 12a8.5 8.5 0 1 1-8.5-8.5"/><path d="M12 12l9-9M15.5 3H21v5.5"/>"#,
            Self::Moving => r#"<path d="M5 11.5l7-6.5 7 6.5M5 19l7-6.5 7 6.5"/>"#,
            Self::Unknown => {
                r#"<circle cx="12" cy="12" r="9.5" stroke-dasharray="3.6 2.37"/><path d="M9.3 9.6a2.8 2.8 0 1 1 4.2 2.4c-.9.5-1.5 1.1-1.5 2.2"/><circle class="fill" cx="12" cy="17" r="1.1"/>"#
            }
            Self::Prohibited => r#"<circle cx="12" cy="12" r="9"/><path d="M6 12h12"/>"#,
            Self::Hand => {
                r#"<path d="M8 12.5V5.7a1.6 1.6 0 0 1 3.2 0V11m0-.5V4.2a1.6 1.6 0 0 1 3.2 0V11m0-.5V5.7a1.6 1.6 0 0 1 3.2 0v8.8a6.5 6.5 0 0 1-6.5 6.5c-2.6 0-4-1.2-5.2-3.2L3.6 14a1.6 1.6 0 0 1 2.6-1.8L8 14.5"/>"#
            }
            Self::Resting => r#"<path d="M8.5 5v14M15.5 5v14"/>"#,
            Self::Attention => {
                r#"<path d="M12 3.5l9.3 16.5H2.7z"/><path d="M12 10v4.5"/><circle class="fill" cx="12" cy="17.2" r="1.1"/>"#
            }
            Self::Alarm => {
                r#"<path class="fill" d="M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z"/><path class="cut" d="M12 7v6.5"/><circle class="dot" cx="12" cy="17" r="1.3"/>"#
            }
            Self::House => {
                r#"<path d="M3.5 11.5L12 4l8.5 7.5"/><path d="M6 9.8V20h12V9.8"/><path d="M10 20v-5.5h4V20"/>"#
            }
            Self::Clock => r#"<circle cx="12" cy="12" r="9"/><path d="M12 6.8V12l3.6 2.4"/>"#,
            Self::History => {
                r#"<path d="M9.5 6H20M9.5 12H20M9.5 18H20"/><circle class="fill" cx="5" cy="6" r="1.4"/><circle class="fill" cx="5" cy="12" r="1.4"/><circle class="fill" cx="5" cy="18" r="1.4"/>"#
            }
            Self::Settings => {
                r#"<path d="M4 7h7M17 7h3M4 17h3M13 17h7"/><circle cx="14" cy="7" r="2.6"/><circle cx="10" cy="17" r="2.6"/>"#
            }
            Self::Phone => r#"<rect x="6.5" y="2.5" width="11" height="19" rx="2.5"/><path d="M10.8 18.3h2.4"/>"#,
            Self::Open => r#"<path d="M5 4h14M12 20V8.5M6.5 13.5l5.5-5.5 5.5 5.5"/>"#,
            Self::Stop => r#"<rect class="fill" x="6" y="6" width="12" height="12" rx="1.5"/>"#,
            Self::Close => r#"<path d="M5 20h14M12 4v11.5M6.5 10.5l5.5 5.5 5.5-5.5"/>"#,
            Self::Add => r#"<path d="M12 5v14M5 12h14"/>"#,
            Self::Back => r#"<path d="M14.5 5l-7 7 7 7"/>"#,
            Self::Forward => r#"<path d="M9.5 5l7 7-7 7"/>"#,
            Self::Sun => {
                r#"<path d="M2.5 18.5h19M6.5 18.5a5.5 5.5 0 0 1 11 0M12 9V5.5M5 11.5L3.2 9.7M19 11.5l1.8-1.8"/>"#
            }
            Self::Person => r#"<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4 3.6-6 7.5-6s6.7 2 7.5 6"/>"#,
            Self::Language => {
                r#"<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c5.3 5.8 5.3 12.2 0 18M12 3c-5.3 5.8-5.3 12.2 0 18"/>"#
            }
            Self::Key => {
                r#"<circle cx="8" cy="8" r="4.8"/><path d="M11.5 11.5L20.5 20.5M16.5 16.5l-2.6 2.6M19.4 19.4l-1.8 1.8"/><circle class="fill" cx="7" cy="7" r="1.2"/>"#
            }
            Self::LinkLost => {
                r#"<path d="M9.5 14.5l-2 2a3.5 3.5 0 0 1-5-5l3-3M14.5 9.5l2-2a3.5 3.5 0 0 1 5 5l-3 3M4 4l16 16"/>"#
            }
        }
    }
}
