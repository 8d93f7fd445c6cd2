//! Events inside the data: SIA (DC-03) and Contact ID (DC-05).

use thiserror::Error;

use crate::content::Content;
use crate::frame::Token;

/// Events that one frame may carry.
pub const MOST_SIGNALS: usize = 16;
const LONGEST_FIELD: usize = 16;
const LONGEST_TEXT: usize = 100;

/// An event's code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Code {
    /// Two capital letters of DC-03, `BA`.
    Sia([char; 2]),
    /// Qualifier and three digits of DC-05, `1130`.
    ContactId(Qualifier, u16),
}

/// What Contact ID says of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Qualifier {
    /// 1: it is new, or a system was opened.
    New,
    /// 3: it is over, or a system was closed.
    Restored,
    /// 6: it was told before and still is.
    Still,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// What happened.
    pub code: Code,
    /// The area or group, as the panel numbers it.
    pub area: Option<String>,
    /// The zone, user or door, as the panel numbers it.
    pub zone: Option<String>,
    /// What the panel calls it, without control characters.
    pub text: Option<String>,
    /// Whether the panel had kept it from before (DC-03 block `O`).
    pub is_old: bool,
}

/// Why the events of a frame cannot be read: the panel is told DUH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignalError {
    /// A format that is not spoken here.
    #[error("frames of this kind carry no events that are understood here")]
    Format,
    /// There is none in it.
    #[error("there is no event in the data")]
    Empty,
    /// One cannot be read.
    #[error("an event in the data cannot be read")]
    Unreadable,
    /// There are too many.
    #[error("there are more than {MOST_SIGNALS} events in the data")]
    TooMany,
}

impl Code {
    /// The code as people who know panels write it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Sia(letters) => letters.iter().collect(),
            Self::ContactId(qualifier, event) => format!("{}{event:03}", qualifier.digit()),
        }
    }
}

impl Qualifier {
    /// The digit.
    #[must_use]
    pub fn digit(self) -> u8 {
        match self {
            Self::New => 1,
            Self::Restored => 3,
            Self::Still => 6,
        }
    }
}

/// The events of a frame's content.
///
/// # Errors
/// [`SignalError`].
pub fn read_signals(token: &Token, content: &Content) -> Result<Vec<Signal>, SignalError> {
    match token {
        Token::SiaDcs => sia(content.events()),
        Token::AdmCid => contact_id(content.events()).map(|signal| vec![signal]),
        Token::Null => Ok(Vec::new()),
        Token::Ack | Token::Nak | Token::Duh | Token::Other(_) => Err(SignalError::Format),
    }
}

/// `1130 01 015`
fn contact_id(data: &[u8]) -> Result<Signal, SignalError> {
    let text = std::str::from_utf8(data).map_err(|_| SignalError::Unreadable)?;
    let mut parts = text.split(' ');
    let (Some(event), Some(area), Some(zone), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(SignalError::Unreadable);
    };
    let hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !(hex(area, 2) && hex(zone, 3) && event.len() == 4 && event.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(SignalError::Unreadable);
    }
    let (qualifier, number) = event.split_at_checked(1).ok_or(SignalError::Unreadable)?;
    let qualifier = match qualifier {
        "1" => Qualifier::New,
        "3" => Qualifier::Restored,
        "6" => Qualifier::Still,
        _ => return Err(SignalError::Unreadable),
    };
    Ok(Signal {
        code: Code::ContactId(qualifier, number.parse().map_err(|_| SignalError::Unreadable)?),
        area: Some(area.to_owned()),
        zone: Some(zone.to_owned()),
        text: None,
        is_old: false,
    })
}

/// Blocks between bars: `Nri01/BA015^HALL^`, `Oti12:30/FA003`, `AFront door`.
fn sia(data: &[u8]) -> Result<Vec<Signal>, SignalError> {
    let mut signals = Vec::new();
    for block in data.split(|byte| *byte == b'|') {
        match block.split_first() {
            Some((b'N', events)) => sia_block(events, false, &mut signals)?,
            Some((b'O', events)) => sia_block(events, true, &mut signals)?,
            Some((b'A', text)) => {
                if let Some(last) = signals.last_mut() {
                    last.text = Some(readable(text));
                }
            }
            _ => {}
        }
    }
    if signals.is_empty() {
        return Err(SignalError::Empty);
    }
    Ok(signals)
}

fn sia_block(block: &[u8], is_old: bool, signals: &mut Vec<Signal>) -> Result<(), SignalError> {
    let mut area = None;
    let mut rest = block;
    while !rest.is_empty() {
        let (name, after) = rest.split_at_checked(2).ok_or(SignalError::Unreadable)?;
        if name.iter().all(u8::is_ascii_lowercase) {
            let is_value = |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b':');
            let count = after.iter().take_while(is_value).count();
            let (value, after) = after.split_at_checked(count).ok_or(SignalError::Unreadable)?;
            if name == b"ri" && !value.is_empty() {
                area = Some(number(value)?);
            }
            // Some panels name what they number, and some leave the stroke after it out.
            let after = named(after).map_or(after, |(_, after)| after);
            rest = after.strip_prefix(b"/").unwrap_or(after);
            continue;
        }
        if !name.iter().all(u8::is_ascii_uppercase) {
            return Err(SignalError::Unreadable);
        }
        let (event, after) = sia_event(after)?;
        if signals.len() == MOST_SIGNALS {
            return Err(SignalError::TooMany);
        }
        let letter = |at: usize| name.get(at).map_or(' ', |byte| char::from(*byte));
        signals.push(Signal {
            code: Code::Sia([letter(0), letter(1)]),
            area: area.clone(),
            zone: event.0,
            text: event.1,
            is_old,
        });
        rest = after;
    }
    Ok(())
}

type Rest<'a> = ((Option<String>, Option<String>), &'a [u8]);

/// What follows an event's code: its number, units that are passed over, and a text between carets.
fn sia_event(rest: &[u8]) -> Result<Rest<'_>, SignalError> {
    let count = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (zone, mut rest) = rest.split_at_checked(count).ok_or(SignalError::Unreadable)?;
    let zone = if zone.is_empty() { None } else { Some(number(zone)?) };
    if rest.starts_with(b"*") {
        let end = rest.iter().position(|byte| matches!(byte, b'^' | b'/'));
        rest = rest.get(end.unwrap_or(rest.len())..).unwrap_or_default();
    }
    let mut text = None;
    if let Some((inside, after)) = named(rest) {
        text = Some(readable(inside));
        rest = after;
    }
    if let Some(after) = rest.strip_prefix(b"/") {
        rest = after;
    } else if !rest.is_empty() && text.is_none() {
        return Err(SignalError::Unreadable);
    }
    Ok(((zone, text), rest))
}

/// A text between carets, and what follows it. The last caret may be missing.
fn named(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = rest.strip_prefix(b"^")?;
    let end = inside.iter().position(|byte| *byte == b'^').unwrap_or(inside.len());
    Some((inside.get(..end)?, inside.get(end + 1..).unwrap_or_default()))
}

fn number(digits: &[u8]) -> Result<String, SignalError> {
    let fits = (1..=LONGEST_FIELD).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits).map_err(|_| SignalError::Unreadable)?;
    fits.then(|| text.to_owned()).ok_or(SignalError::Unreadable)
}

/// The text of a panel for people: no control characters, no more than fits a line.
fn readable(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_TEXT)
        .collect::<String>()
        .trim()
        .to_owned()
}
