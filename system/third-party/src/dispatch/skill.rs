//! What a guard can do besides driving there, and which of it an alarm asks for. Pure.

use crate::cases::Danger;

/// A skill. A small fixed list: what is not on it is a note about the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Skill {
    /// Has the customers' keys and knows locks.
    Keys,
    /// First aid, with a defibrillator.
    FirstAid,
    /// Fire and gas: extinguisher, gas detector.
    Fire,
    /// Two people in one car.
    TwoPeople,
    /// Handles dogs.
    Dogs,
}

impl Skill {
    /// Every skill.
    pub const ALL: [Self; 5] = [Self::Keys, Self::FirstAid, Self::Fire, Self::TwoPeople, Self::Dogs];

    /// The word in the table and the form.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::FirstAid => "firstAid",
            Self::Fire => "fire",
            Self::TwoPeople => "twoPeople",
            Self::Dogs => "dogs",
        }
    }

    /// The skill of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|skill| skill.word() == word)
    }

    /// Key of its text.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Keys => "skill-keys",
            Self::FirstAid => "skill-first-aid",
            Self::Fire => "skill-fire",
            Self::TwoPeople => "skill-two-people",
            Self::Dogs => "skill-dogs",
        }
    }
}

/// The skills that a danger asks for. A proposal: whoever sends somebody decides.
#[must_use]
pub fn needed(danger: Danger) -> &'static [Skill] {
    match danger {
        Danger::Fire | Danger::Gas => &[Skill::Fire],
        Danger::Medical => &[Skill::Keys, Skill::FirstAid],
        // Nobody meets somebody who threatens alone.
        Danger::Duress | Danger::HoldUp | Danger::Panic => &[Skill::TwoPeople],
        Danger::Intrusion | Danger::Tamper | Danger::General | Danger::Water | Danger::Temperature => &[Skill::Keys],
        Danger::Silence | Danger::Trouble => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_nothing_is_asked_for_twice() {
        for skill in Skill::ALL {
            assert_eq!(Skill::from_word(skill.word()), Some(skill));
        }
        for danger in Danger::ALL {
            let mut asked = needed(danger).to_vec();
            asked.sort_unstable();
            asked.dedup();
            assert_eq!(asked, needed(danger), "{danger:?}");
        }
    }
}
