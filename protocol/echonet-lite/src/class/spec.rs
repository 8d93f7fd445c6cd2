//! The form of a class table.

use tomori_smart_home::PropertyName;

/// Whether a service of a property exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Every object of the class must have it.
    Required,
    /// An object may have it; its property maps tell.
    Optional,
    /// There is no such service.
    No,
}

/// Whether a change must be announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Announce {
    /// A change is announced wherever the property exists.
    Required,
    /// A change may be announced.
    Optional,
    /// There is no announcement.
    No,
}

/// One property of a class.
#[derive(Debug, Clone, Copy)]
pub struct PropertySpec {
    /// Its code.
    pub epc: u8,
    /// Its short name.
    pub name: &'static str,
    /// Whether it can be read.
    pub get: Access,
    /// Whether it can be set.
    pub set: Access,
    /// Whether its changes are announced.
    pub announce: Announce,
    /// What its bytes mean.
    pub data: Data,
}

impl PropertySpec {
    /// A property that can be read, set and announced wherever an object has it.
    #[must_use]
    pub const fn new(epc: u8, name: &'static str, data: Data) -> Self {
        Self {
            epc,
            name,
            get: Access::Optional,
            set: Access::Optional,
            announce: Announce::Optional,
            data,
        }
    }

    /// Every object must let it be read.
    #[must_use]
    pub const fn get_required(mut self) -> Self {
        self.get = Access::Required;
        self
    }

    /// Every object must let it be set.
    #[must_use]
    pub const fn set_required(mut self) -> Self {
        self.set = Access::Required;
        self
    }

    /// Nobody sets it.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.set = Access::No;
        self
    }

    /// Nobody reads it.
    #[must_use]
    pub const fn write_only(mut self) -> Self {
        self.get = Access::No;
        self.announce = Announce::No;
        self
    }

    /// A change must be announced.
    #[must_use]
    pub const fn announced(mut self) -> Self {
        self.announce = Announce::Required;
        self
    }

    /// The short name as a property name.
    #[must_use]
    pub fn property_name(&self) -> PropertyName {
        PropertyName::known(self.name)
    }
}

/// What a property's bytes mean.
#[derive(Debug, Clone, Copy)]
pub enum Data {
    /// One of several states.
    States(&'static [State]),
    /// A number.
    Number(Number),
    /// Steps 1 to `most`: the first byte value is `first`. Some properties have states beside the steps.
    Level {
        /// The byte of step 1.
        first: u8,
        /// The last step.
        most: u8,
        /// States beside the steps.
        states: &'static [State],
    },
    /// Bytes, at least `least` and at most `most`; the value is a word of hexadecimal digits, two a byte.
    Bytes {
        /// The fewest.
        least: u8,
        /// The most, up to 128.
        most: u8,
    },
    /// Text in ASCII, padded with zero bytes to this length.
    Ascii(u8),
    /// Hours and minutes, a word `HH:MM`; the hour is at most the given one.
    Time {
        /// The last hour: 23 for a time of the day, 255 for a span.
        last_hour: u8,
    },
    /// Year, month and day, a word `YYYY-MM-DD`.
    Date,
}

/// How many bytes a number has, and whether it has a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// One byte.
    U8,
    /// Two bytes.
    U16,
    /// Four bytes.
    U32,
    /// One byte with a sign.
    I8,
    /// Two bytes with a sign.
    I16,
    /// Four bytes with a sign.
    I32,
}

impl Width {
    /// How many bytes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 => 4,
        }
    }

    /// The byte pattern that says "above what can be told".
    #[must_use]
    pub const fn overflow(self) -> u32 {
        match self {
            Self::U8 => 0xff,
            Self::U16 => 0xffff,
            Self::U32 => 0xffff_ffff,
            Self::I8 => 0x7f,
            Self::I16 => 0x7fff,
            Self::I32 => 0x7fff_ffff,
        }
    }

    /// The byte pattern that says "below what can be told".
    #[must_use]
    pub const fn underflow(self) -> u32 {
        match self {
            Self::U8 => 0xfe,
            Self::U16 => 0xfffe,
            Self::U32 => 0xffff_fffe,
            Self::I8 => 0x80,
            Self::I16 => 0x8000,
            Self::I32 => 0x8000_0000,
        }
    }
}

/// A number on the wire and in its unit.
#[derive(Debug, Clone, Copy)]
pub struct Number {
    /// Size and sign on the wire.
    pub width: Width,
    /// The smallest number on the wire.
    pub least: i64,
    /// The greatest number on the wire.
    pub most: i64,
    /// How many steps on the wire make one of the unit: 10 where the wire counts tenths.
    pub steps_per_unit: u16,
    /// The unit (`%`, `°C`, `W`), empty where there is none.
    pub unit: &'static str,
    /// States beside the numbers (`undefined`).
    pub states: &'static [State],
}

impl Number {
    /// Whole numbers of the unit.
    #[must_use]
    pub const fn new(width: Width, least: i64, most: i64, unit: &'static str) -> Self {
        Self {
            width,
            least,
            most,
            steps_per_unit: 1,
            unit,
            states: &[],
        }
    }

    /// The wire counts this many steps to one of the unit.
    #[must_use]
    pub const fn steps_per_unit(mut self, steps: u16) -> Self {
        self.steps_per_unit = steps;
        self
    }

    /// States beside the numbers.
    #[must_use]
    pub const fn or(mut self, states: &'static [State]) -> Self {
        self.states = states;
        self
    }
}

/// What a state is as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// `true` or `false`.
    Is(bool),
    /// A word.
    Word(&'static str),
}

/// One state: a byte pattern, or a range of them, and what it means.
#[derive(Debug, Clone, Copy)]
pub struct State {
    /// The pattern, or the first of the range; this one is written.
    pub first: u32,
    /// The last pattern of the range.
    pub last: u32,
    /// How many bytes it has: 1, 2 or 4.
    pub bytes: u8,
    /// What it means.
    pub meaning: Meaning,
    /// Whether it may be written.
    pub settable: bool,
}

impl State {
    /// A state of one byte.
    #[must_use]
    pub const fn word(byte: u8, word: &'static str) -> Self {
        Self {
            first: byte as u32,
            last: byte as u32,
            bytes: 1,
            meaning: Meaning::Word(word),
            settable: true,
        }
    }

    /// On or off, in one byte.
    #[must_use]
    pub const fn is(byte: u8, on: bool) -> Self {
        let mut state = Self::word(byte, "");
        state.meaning = Meaning::Is(on);
        state
    }

    /// A range of two-byte patterns that mean the same.
    #[must_use]
    pub const fn range(first: u16, last: u16, word: &'static str) -> Self {
        Self {
            first: first as u32,
            last: last as u32,
            bytes: 2,
            meaning: Meaning::Word(word),
            settable: true,
        }
    }

    /// It is told and never set.
    #[must_use]
    pub const fn told_only(mut self) -> Self {
        self.settable = false;
        self
    }
}

/// 0x30 on, 0x31 off.
pub(super) const ON_OFF_30: Data = Data::States(&[State::is(0x30, true), State::is(0x31, false)]);
/// 0x41 true, 0x42 false.
pub(super) const YES_NO_41: Data = Data::States(&[State::is(0x41, true), State::is(0x42, false)]);
/// 0x41 true, 0x40 false.
pub(super) const YES_NO_41_40: Data = Data::States(&[State::is(0x41, true), State::is(0x40, false)]);
/// 0 to 100 %.
pub(super) const PERCENT: Data = Data::Number(Number::new(Width::U8, 0, 100, "%"));
/// Eight steps from 0x31 on.
pub(super) const EIGHT_LEVELS: Data = Data::Level {
    first: 0x31,
    most: 8,
    states: &[],
};

/// Exactly so many bytes.
pub(super) const fn bytes(count: u8) -> Data {
    Data::Bytes {
        least: count,
        most: count,
    }
}
