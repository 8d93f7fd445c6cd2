//! What a code means to people who have to act on it.

use crate::signal::{Code, Qualifier};

/// The kind of danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hazard {
    /// Fire, smoke, heat.
    Fire,
    /// Combustible gas, carbon monoxide.
    Gas,
    /// Somebody is threatened and had to open.
    Duress,
    /// Robbery.
    HoldUp,
    /// Somebody pressed an emergency button.
    Panic,
    /// Somebody needs a doctor.
    Medical,
    /// Somebody came in.
    Intrusion,
    /// Somebody touches the equipment.
    Tamper,
    /// Water where none belongs.
    Water,
    /// Too cold or too hot for the building.
    Temperature,
    /// A panel that says only "alarm".
    General,
    /// Mains, battery, line, fault.
    Trouble,
    /// Armed and disarmed.
    Arming,
    /// Zones left out.
    Bypass,
    /// A test.
    Test,
    /// Nothing that is known here.
    Unknown,
}

/// Where in its course the event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It is happening: somebody has to act.
    Alarm,
    /// It is over, says the panel. People decide whether it is.
    Restored,
    /// Equipment does not work as it should.
    Fault,
    /// To be known, not acted on.
    Notice,
}

/// A word in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Japanese.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The danger.
    pub hazard: Hazard,
    /// Its course.
    pub phase: Phase,
}

impl Hazard {
    /// The danger in words.
    #[must_use]
    pub fn words(self) -> Words {
        let (ja, en) = match self {
            Self::Fire => ("火災", "fire"),
            Self::Gas => ("ガス漏れ", "gas"),
            Self::Duress => ("脅迫", "duress"),
            Self::HoldUp => ("強盗", "hold-up"),
            Self::Panic => ("非常ボタン", "panic button"),
            Self::Medical => ("救急", "medical emergency"),
            Self::Intrusion => ("侵入", "intrusion"),
            Self::Tamper => ("いたずら・取り外し", "tampering"),
            Self::Water => ("漏水", "water leak"),
            Self::Temperature => ("温度異常", "temperature"),
            Self::General => ("異常", "alarm"),
            Self::Trouble => ("機器の不具合", "equipment trouble"),
            Self::Arming => ("警備の開始・解除", "arming"),
            Self::Bypass => ("警備から除外", "bypass"),
            Self::Test => ("試験", "test"),
            Self::Unknown => ("不明な信号", "unknown signal"),
        };
        Words { ja, en }
    }

    /// 1 is life, 2 the house, 3 the building, 4 equipment, 5 to be known.
    #[must_use]
    pub fn priority(self) -> u8 {
        match self {
            Self::Fire | Self::Gas | Self::Duress | Self::HoldUp | Self::Panic | Self::Medical => 1,
            Self::Intrusion | Self::Tamper | Self::General | Self::Unknown => 2,
            Self::Water | Self::Temperature => 3,
            Self::Trouble => 4,
            Self::Arming | Self::Bypass | Self::Test => 5,
        }
    }
}

impl Meaning {
    /// The meaning of a code. What is not known is an alarm of unknown kind: nothing is dropped because it is not in a
    /// table.
    #[must_use]
    pub fn of(code: &Code) -> Self {
        match code {
            Code::Sia([first, second]) => sia(*first, *second),
            Code::ContactId(qualifier, event) => contact_id(*qualifier, *event),
        }
    }

    /// Whether somebody has to act.
    #[must_use]
    pub fn is_alarm(self) -> bool {
        self.phase == Phase::Alarm
    }
}

/// DC-03: the first letter names the kind for most codes, the second its course.
fn sia(first: char, second: char) -> Meaning {
    let meaning = |hazard, phase| Meaning { hazard, phase };
    match (first, second) {
        ('R', 'P' | 'X' | 'Y') | ('T', 'S' | 'E' | 'X' | 'C') => return meaning(Hazard::Test, Phase::Notice),
        ('R', 'R') | ('R', _) => return meaning(Hazard::Trouble, Phase::Notice),
        ('O' | 'C' | 'N', _) => return meaning(Hazard::Arming, Phase::Notice),
        ('J' | 'D' | 'L' | 'V', _) => return meaning(Hazard::Arming, Phase::Notice),
        ('A' | 'Y' | 'X' | 'E' | 'I', _) => {
            let phase = match (first, second) {
                ('A', 'R') | ('Y', 'K' | 'R') | ('X', 'R' | 'H') | ('E', 'R' | 'J') | ('I', 'R') => Phase::Restored,
                _ => Phase::Fault,
            };
            return meaning(Hazard::Trouble, phase);
        }
        ('H', 'D') => return meaning(Hazard::Duress, Phase::Alarm),
        _ => {}
    }
    let hazard = match first {
        'B' => Hazard::Intrusion,
        'F' | 'S' => Hazard::Fire,
        'P' => Hazard::Panic,
        'H' => Hazard::HoldUp,
        'T' => Hazard::Tamper,
        'M' | 'Q' => Hazard::Medical,
        'G' => Hazard::Gas,
        'W' => Hazard::Water,
        'K' | 'Z' => Hazard::Temperature,
        'U' => Hazard::General,
        _ => return meaning(Hazard::Unknown, Phase::Alarm),
    };
    match second {
        'R' | 'H' | 'C' => meaning(hazard, Phase::Restored),
        'T' | 'S' | 'Z' => meaning(Hazard::Trouble, Phase::Fault),
        'J' => meaning(Hazard::Trouble, Phase::Restored),
        'B' => meaning(Hazard::Bypass, Phase::Notice),
        'U' => meaning(Hazard::Bypass, Phase::Notice),
        'X' => meaning(Hazard::Test, Phase::Notice),
        _ => meaning(hazard, Phase::Alarm),
    }
}

/// DC-05, by its ranges.
fn contact_id(qualifier: Qualifier, event: u16) -> Meaning {
    let hazard = match event {
        100..=102 => Hazard::Medical,
        110..=118 | 200..=209 => Hazard::Fire,
        121 | 124 | 125 => Hazard::Duress,
        122 => Hazard::HoldUp,
        120 | 123 | 126..=129 => Hazard::Panic,
        137 | 144 | 145 | 341 | 383 => Hazard::Tamper,
        130..=136 | 138 | 139 => Hazard::Intrusion,
        151 | 162 => Hazard::Gas,
        154 => Hazard::Water,
        152 | 153 | 158 | 159 => Hazard::Temperature,
        140..=143 | 146..=150 | 155..=157 | 160 | 161 | 163..=199 => Hazard::General,
        210..=399 => Hazard::Trouble,
        400..=499 => Hazard::Arming,
        570..=579 => Hazard::Bypass,
        600..=609 => Hazard::Test,
        500..=569 | 580..=599 | 610..=699 => Hazard::Trouble,
        _ => Hazard::Unknown,
    };
    let phase = match (hazard, qualifier) {
        (Hazard::Arming | Hazard::Bypass | Hazard::Test, _) => Phase::Notice,
        (_, Qualifier::Restored) => Phase::Restored,
        (Hazard::Trouble, _) => Phase::Fault,
        (_, Qualifier::New | Qualifier::Still) => Phase::Alarm,
    };
    Meaning { hazard, phase }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_trade() {
        let sia = |text: &str| {
            let mut letters = text.chars();
            Meaning::of(&Code::Sia([letters.next().unwrap(), letters.next().unwrap()]))
        };
        for (code, hazard, phase) in [
            ("BA", Hazard::Intrusion, Phase::Alarm),
            ("BR", Hazard::Intrusion, Phase::Restored),
            ("BV", Hazard::Intrusion, Phase::Alarm),
            ("BB", Hazard::Bypass, Phase::Notice),
            ("BT", Hazard::Trouble, Phase::Fault),
            ("FA", Hazard::Fire, Phase::Alarm),
            ("PA", Hazard::Panic, Phase::Alarm),
            ("HA", Hazard::HoldUp, Phase::Alarm),
            ("TA", Hazard::Tamper, Phase::Alarm),
            ("TR", Hazard::Tamper, Phase::Restored),
            ("MA", Hazard::Medical, Phase::Alarm),
            ("GA", Hazard::Gas, Phase::Alarm),
            ("WA", Hazard::Water, Phase::Alarm),
            ("AT", Hazard::Trouble, Phase::Fault),
            ("AR", Hazard::Trouble, Phase::Restored),
            ("YT", Hazard::Trouble, Phase::Fault),
            ("RP", Hazard::Test, Phase::Notice),
            ("CL", Hazard::Arming, Phase::Notice),
            ("??", Hazard::Unknown, Phase::Alarm),
        ] {
            assert_eq!(sia(code), Meaning { hazard, phase }, "{code}");
        }
        let cid = |qualifier, event| Meaning::of(&Code::ContactId(qualifier, event));
        for (qualifier, event, hazard, phase) in [
            (Qualifier::New, 130, Hazard::Intrusion, Phase::Alarm),
            (Qualifier::Restored, 130, Hazard::Intrusion, Phase::Restored),
            (Qualifier::New, 110, Hazard::Fire, Phase::Alarm),
            (Qualifier::New, 121, Hazard::Duress, Phase::Alarm),
            (Qualifier::New, 137, Hazard::Tamper, Phase::Alarm),
            (Qualifier::New, 301, Hazard::Trouble, Phase::Fault),
            (Qualifier::Restored, 401, Hazard::Arming, Phase::Notice),
            (Qualifier::New, 602, Hazard::Test, Phase::Notice),
            (Qualifier::New, 999, Hazard::Unknown, Phase::Alarm),
        ] {
            assert_eq!(cid(qualifier, event), Meaning { hazard, phase }, "{event}");
        }
    }

    #[test]
    fn life_comes_first() {
        assert!(Hazard::Fire.priority() < Hazard::Intrusion.priority());
        assert!(Hazard::Intrusion.priority() < Hazard::Trouble.priority());
    }
}
