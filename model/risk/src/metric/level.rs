//! What a metric can be: levels, worst first.

use crate::Text;

/// A level of a metric. `Ord` is by severity: the worse level is the greater one.
pub trait Level: Copy + Eq + Ord + Sized + 'static {
    /// Every level, the worst first.
    const ALL: &'static [Self];

    /// The letter of the notation.
    fn letter(self) -> u8;

    /// The letter of the notation, as text.
    fn code(self) -> &'static str;

    /// What the level is called.
    fn title(self) -> Text;

    /// The level with that letter.
    fn from_letter(letter: u8) -> Option<Self>;
}

/// Levels of one metric, the worst first: `Variant = "letter", "ja", "en"`.
macro_rules! levels {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $letter:literal, $code:literal, $ja:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $(#[doc = concat!($ja, ": ", $en)] $variant,)+ }

        impl $crate::metric::Level for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            #[inline]
            fn letter(self) -> u8 {
                match self { $(Self::$variant => $letter,)+ }
            }

            #[inline]
            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            fn title(self) -> $crate::Text {
                match self { $(Self::$variant => $crate::Text::new($ja, $en),)+ }
            }

            #[inline]
            fn from_letter(letter: u8) -> Option<Self> {
                // Not a `match`: the letters of a vector follow no pattern, and this becomes a choice without a branch.
                let mut level = None;
                $(if letter == $letter { level = Some(Self::$variant); })+
                level
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                (*other as u8).cmp(&(*self as u8))
            }
        }
    };
}

pub(super) use levels;
