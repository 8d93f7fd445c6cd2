//! The state badge: a word and a shape, always both, so that colour never carries the meaning alone.

use crate::html::Html;
use crate::icon::Icon;

/// How much is known of a thing, and whether it needs somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// The thing itself said so, and nothing contradicts it.
    Confirmed,
    /// Asked for, not answered yet.
    Sent,
    /// On its way, as the thing itself reports.
    Moving,
    /// Not known any more, or not yet.
    Unknown,
    /// Not allowed, at the thing itself.
    Prohibited,
    /// Held by somebody's hand.
    Held,
    /// Resting, on somebody's wish.
    Resting,
    /// Came to nothing or needs a look; no danger.
    Attention,
    /// Alarm: the only tone in red.
    Alarm,
}

impl Tone {
    /// Every tone.
    pub const ALL: [Self; 9] = [
        Self::Confirmed,
        Self::Sent,
        Self::Moving,
        Self::Unknown,
        Self::Prohibited,
        Self::Held,
        Self::Resting,
        Self::Attention,
        Self::Alarm,
    ];

    /// The name the style sheet knows it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Sent => "sent",
            Self::Moving => "moving",
            Self::Unknown => "unknown",
            Self::Prohibited => "prohibited",
            Self::Held => "held",
            Self::Resting => "resting",
            Self::Attention => "attention",
            Self::Alarm => "alarm",
        }
    }

    /// Its shape; no two tones share one.
    #[must_use]
    pub fn icon(self) -> Icon {
        match self {
            Self::Confirmed => Icon::Confirmed,
            Self::Sent => Icon::Sent,
            Self::Moving => Icon::Moving,
            Self::Unknown => Icon::Unknown,
            Self::Prohibited => Icon::Prohibited,
            Self::Held => Icon::Hand,
            Self::Resting => Icon::Resting,
            Self::Attention => Icon::Attention,
            Self::Alarm => Icon::Alarm,
        }
    }
}

/// A badge that says `word` in a tone.
#[must_use]
pub fn badge(tone: Tone, word: &str) -> Html {
    badge_around(tone, &Html::text(word))
}

/// A badge around finished markup, for words with a time in them.
#[must_use]
pub fn badge_around(tone: Tone, words: &Html) -> Html {
    Html::trusted(format!(
        "<span class=\"badge\" data-tone=\"{}\">{}<span>{words}</span></span>",
        tone.name(),
        tone.icon().svg()
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_tones_share_a_shape_or_a_name() {
        let shapes: HashSet<_> = Tone::ALL.iter().map(|tone| tone.icon()).collect();
        let names: HashSet<_> = Tone::ALL.iter().map(|tone| tone.name()).collect();
        assert_eq!((shapes.len(), names.len()), (Tone::ALL.len(), Tone::ALL.len()));
    }

    #[test]
    fn a_badge_has_a_word_next_to_its_shape() {
        let badge = badge(Tone::Unknown, "<7:02から不明>");
        assert!(badge.as_str().contains("&#60;7:02から不明&#62;"));
        assert!(badge.as_str().contains("aria-hidden"));
    }
}
