//! Which threats the guideline examines at which entry point, T3-4, and why not the others.
//!
//! T3-4 lists for each entry point the threats it examines: 34 of 110 pairs. It does not say why the others are missing.
//! Whoever signs an analysis has to, so every one of the 76 blanks has a [`Blank`] with our reason.

mod added;
mod stride;

use crate::entry_point::EntryPoint;
use crate::text::Text;
use crate::threat::Threat;

/// A pair of entry point and threat (T3-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// The guideline lists the pair; its cases are in T3-10 or T3-11.
    Examined,
    /// The guideline does not list the pair.
    Blank(&'static Blank),
}

/// A pair that T3-4 leaves out, with our reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blank {
    /// The row.
    pub entry_point: EntryPoint,
    /// The column.
    pub threat: Threat,
    /// The reason in a form that can be checked.
    pub because: Because,
    /// The reason in words.
    pub reason: Text,
}

/// Where the matter of a blank is dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// It cannot come about at this entry point.
    Inapplicable,
    /// It is examined at the same entry point as this other threat.
    Within(Threat),
    /// It is examined as this threat at these other entry points.
    Elsewhere(Threat, &'static [EntryPoint]),
    /// It has no case that could be scored; these requirements (T6-3 to T6-8) provide for it. Those of ★★★ bind ★★★
    /// only, and the reason then says so.
    Requirements(&'static [&'static str]),
    /// It is no attack over the net; these tasks of the lifecycle (chapter 5) provide for it.
    Tasks(&'static [&'static str]),
}

const fn blank(entry_point: EntryPoint, threat: Threat, because: Because, ja: &'static str, en: &'static str) -> Blank {
    Blank {
        entry_point,
        threat,
        because,
        reason: Text::new(ja, en),
    }
}

/// The threats that T3-4 lists for an entry point, in its order.
#[must_use]
pub const fn examined(entry_point: EntryPoint) -> &'static [Threat] {
    use Threat::{DenialOfService, Disclosure, Malware, Spoofing, SteppingStone, Tampering, UnauthorisedAccess};
    match entry_point {
        EntryPoint::Ep1 | EntryPoint::Ep3 => &[
            UnauthorisedAccess,
            Disclosure,
            Tampering,
            Spoofing,
            Malware,
            DenialOfService,
        ],
        EntryPoint::Ep2 | EntryPoint::Ep4 | EntryPoint::Ep6 => &[Disclosure],
        EntryPoint::Ep5 => &[
            UnauthorisedAccess,
            Disclosure,
            Tampering,
            Spoofing,
            Malware,
            DenialOfService,
            SteppingStone,
        ],
        EntryPoint::Ep7 => &[
            UnauthorisedAccess,
            Disclosure,
            Tampering,
            Spoofing,
            Malware,
            SteppingStone,
        ],
        EntryPoint::Ep8 | EntryPoint::Ep10 => &[Spoofing, Disclosure],
        EntryPoint::Ep9 => &[Disclosure, Spoofing],
    }
}

/// Every blank, by threat in the order of T3-3 and then by entry point.
pub fn blanks() -> impl Iterator<Item = &'static Blank> {
    stride::BLANKS.iter().chain(&added::BLANKS)
}

/// What T3-4 has for a pair. `None` would be a pair that is neither examined nor explained; a test shows that there is
/// none.
#[must_use]
pub fn cell(entry_point: EntryPoint, threat: Threat) -> Option<Cell> {
    if examined(entry_point).contains(&threat) {
        return Some(Cell::Examined);
    }
    blanks()
        .find(|blank| blank.entry_point == entry_point && blank.threat == threat)
        .map(Cell::Blank)
}
