//! Whether a frame is taken, and what its panel is told. Pure.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;
use tomori_sia_dc09::{
    Account, Cipher, Content, ContentError, Frame, FrameError, Key, Reply, Signal, SignalError, Token, read_signals,
};

use super::cipher::Aes;
use crate::panels::{Panel, Policy};

/// Why a frame is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// The bytes are no frame, or too long for one.
    Form,
    /// The check value is wrong.
    Crc,
    /// No panel with this account, or none is named.
    UnknownAccount,
    /// It is plain, and the panel has to encrypt; or encrypted, and the panel has no key.
    Policy,
    /// It cannot be decrypted with the panel's key, or was changed.
    WrongKey,
    /// Its time is too far from ours: a wrong clock, or a replay.
    OutOfWindow,
    /// It is of a kind that is not spoken here, or its events cannot be read.
    Unreadable,
    /// There are too many.
    Flood,
    /// The database or the board cannot take it now: the panel shall keep it and come again.
    Unavailable,
}

/// What is done with a frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Its events are stored, then ACK.
    Take {
        /// The events; none in a link test.
        signals: Vec<Signal>,
        /// What tells this frame from another.
        digest: [u8; 32],
        /// Whether it carries a time.
        is_stamped: bool,
    },
    /// It is refused.
    Refuse(Refusal),
}

/// A frame that was looked at.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The frame, when there is one.
    pub frame: Option<Frame>,
    /// The panel that it comes from, when that is sure: the key fits, or the panel is one that speaks plain.
    pub panel: Option<Arc<Panel>>,
    /// What is done.
    pub verdict: Verdict,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 9] = [
        Self::Form,
        Self::Crc,
        Self::UnknownAccount,
        Self::Policy,
        Self::WrongKey,
        Self::OutOfWindow,
        Self::Unreadable,
        Self::Flood,
        Self::Unavailable,
    ];

    /// The word in metrics and the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Crc => "crc",
            Self::UnknownAccount => "unknownAccount",
            Self::Policy => "policy",
            Self::WrongKey => "wrongKey",
            Self::OutOfWindow => "outOfWindow",
            Self::Unreadable => "unreadable",
            Self::Flood => "flood",
            Self::Unavailable => "unavailable",
        }
    }

    /// What the panel is told. NAK: send again, and here is my time. DUH: sending again will not help. Unknown account
    /// and wrong policy look the same, so that nobody finds out accounts by asking.
    #[must_use]
    pub fn reply(self) -> Reply {
        match self {
            Self::Form | Self::Crc | Self::WrongKey | Self::OutOfWindow | Self::Flood | Self::Unavailable => Reply::Nak,
            Self::UnknownAccount | Self::Policy | Self::Unreadable => Reply::Duh,
        }
    }
}

/// Looks at the bytes of a frame. `find` knows the panels.
#[must_use]
pub fn judge(bytes: &[u8], find: impl Fn(&Account) -> Option<Arc<Panel>>, now: Timestamp) -> Judged {
    let refuse = |frame: Option<Frame>, refusal| Judged {
        frame,
        panel: None,
        verdict: Verdict::Refuse(refusal),
    };
    let frame = match Frame::decode(bytes) {
        Ok(frame) => frame,
        Err(FrameError::Crc { .. }) => return refuse(None, Refusal::Crc),
        Err(_) => return refuse(None, Refusal::Form),
    };
    let Some(panel) = frame.account.as_ref().and_then(find) else {
        return refuse(Some(frame), Refusal::UnknownAccount);
    };
    let key = match (&panel.policy, frame.is_encrypted) {
        (Policy::Encrypted(key), true) => Some(key),
        (Policy::Plain, false) => None,
        (Policy::Encrypted(_), false) | (Policy::Plain, true) => return refuse(Some(frame), Refusal::Policy),
    };
    let cipher = key.map(Aes);
    let content = match Content::open(&frame, cipher.as_ref().map(|cipher| cipher as &dyn Cipher)) {
        Ok(content) => content,
        Err(ContentError::Form(_)) if !frame.is_encrypted => return refuse(Some(frame), Refusal::Unreadable),
        Err(_) => return refuse(Some(frame), Refusal::WrongKey),
    };
    let late = content.stamp.map(|stamp| stamp.check(now));
    // The time in a plain frame proves nothing, and a panel with a wrong clock must not lose its alarm over it.
    if frame.is_encrypted && matches!(late, Some(Err(_)) | None) {
        return refuse(Some(frame), Refusal::OutOfWindow);
    }
    let verdict = match read_signals(&frame.token, &content) {
        Ok(signals) => Verdict::Take {
            signals,
            digest: digest(&frame, &content),
            is_stamped: content.stamp.is_some(),
        },
        Err(SignalError::Format | SignalError::Empty | SignalError::Unreadable | SignalError::TooMany) => {
            Verdict::Refuse(Refusal::Unreadable)
        }
    };
    Judged {
        frame: Some(frame),
        panel: Some(panel),
        verdict,
    }
}

impl Judged {
    /// The key that the frame was opened with, for the answer.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        match self.panel.as_ref().map(|panel| &panel.policy) {
            Some(Policy::Encrypted(key)) => Some(key),
            _ => None,
        }
    }

    /// Whether it is only a sign of life.
    #[must_use]
    pub fn is_link_test(&self) -> bool {
        self.frame.as_ref().is_some_and(|frame| frame.token == Token::Null)
    }
}

/// What tells this frame from another. An encrypted one is known by what is inside, with its time: the number outside can
/// be changed by anybody. In a plain one the number counts too.
fn digest(frame: &Frame, content: &Content) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    let mut part = |bytes: &[u8]| {
        context.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(bytes);
    };
    part(frame.account.as_ref().map_or("", Account::as_str).as_bytes());
    part(&[u8::from(frame.is_encrypted), u8::from(frame.token == Token::AdmCid)]);
    if !frame.is_encrypted {
        part(&frame.sequence.to_be_bytes());
    }
    part(&content.data);
    for field in &content.extended {
        part(field);
    }
    part(
        content
            .stamp
            .map(|stamp| stamp.to_string())
            .unwrap_or_default()
            .as_bytes(),
    );
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tomori_sia_dc09::Stamp;

    use super::*;
    use crate::panels::Customer;

    fn panel(policy: Policy) -> Arc<Panel> {
        Arc::new(Panel {
            account: "1234".parse().unwrap(),
            customer: Customer::default(),
            policy,
            supervision: None,
        })
    }

    fn key() -> Key {
        Key::new(&[7; 16]).unwrap()
    }

    fn now() -> Timestamp {
        "2026-01-02T12:00:00Z".parse().unwrap()
    }

    fn frame(data: &str, stamp: Option<Timestamp>, key: Option<&Key>, sequence: u16) -> Vec<u8> {
        let mut frame = Frame {
            token: Token::SiaDcs,
            is_encrypted: false,
            sequence,
            receiver: None,
            line: Some("0".to_owned()),
            account: Some("1234".parse().unwrap()),
            rest: Vec::new(),
        };
        let content = Content {
            data: data.as_bytes().to_vec(),
            extended: Vec::new(),
            stamp: stamp.map(Stamp::of),
        };
        let cipher = key.map(Aes);
        let cipher = cipher.as_ref().map(|cipher| cipher as &dyn Cipher);
        content.seal(&mut frame, cipher, [3; 32]).unwrap();
        frame.encode().unwrap()
    }

    fn refusal(bytes: &[u8], policy: Policy) -> Option<Refusal> {
        match judge(bytes, |_| Some(panel(policy.clone())), now()).verdict {
            Verdict::Refuse(refusal) => Some(refusal),
            Verdict::Take { .. } => None,
        }
    }

    fn digest_of(bytes: &[u8], policy: Policy) -> [u8; 32] {
        match judge(bytes, |_| Some(panel(policy.clone())), now()).verdict {
            Verdict::Take { digest, .. } => digest,
            Verdict::Refuse(refusal) => panic!("{refusal:?}"),
        }
    }

    #[test]
    fn the_policy_of_the_panel_decides() {
        let (plain, sealed) = (
            frame("#1234|NBA1", None, None, 1),
            frame("#1234|NBA1", Some(now()), Some(&key()), 1),
        );
        assert_eq!(refusal(&plain, Policy::Plain), None);
        assert_eq!(refusal(&sealed, Policy::Encrypted(key())), None);
        assert_eq!(refusal(&plain, Policy::Encrypted(key())), Some(Refusal::Policy));
        assert_eq!(refusal(&sealed, Policy::Plain), Some(Refusal::Policy));
        let other = Policy::Encrypted(Key::new(&[8; 16]).unwrap());
        assert_eq!(refusal(&sealed, other), Some(Refusal::WrongKey));
        let nobody = judge(&plain, |_| None, now());
        assert_eq!(nobody.verdict, Verdict::Refuse(Refusal::UnknownAccount));
        assert_eq!(Refusal::UnknownAccount.reply(), Refusal::Policy.reply());
    }

    /// T3-10 EP③ なりすまし: yesterday's frame.
    #[test]
    fn replay_out_of_window() {
        let policy = || Policy::Encrypted(key());
        let at = |seconds| Timestamp::from_second(now().as_second() + seconds).unwrap();
        for (seconds, expected) in [
            (-41, Some(Refusal::OutOfWindow)),
            (-40, None),
            (20, None),
            (21, Some(Refusal::OutOfWindow)),
        ] {
            let bytes = frame("#1234|NBA1", Some(at(seconds)), Some(&key()), 1);
            assert_eq!(refusal(&bytes, policy()), expected, "{seconds}");
        }
        let plain_with_a_wrong_clock = frame("#1234|NBA1", Some(at(-100_000)), None, 1);
        assert_eq!(refusal(&plain_with_a_wrong_clock, Policy::Plain), None);
    }

    /// T3-10 EP③ なりすまし: the number outside an encrypted frame is not part of what is encrypted.
    #[test]
    fn replay_under_another_number() {
        let policy = || Policy::Encrypted(key());
        let bytes = |sequence| frame("#1234|NBA1", Some(now()), Some(&key()), sequence);
        assert_eq!(digest_of(&bytes(1), policy()), digest_of(&bytes(2), policy()));
        let plain = |sequence| frame("#1234|NBA1", Some(now()), None, sequence);
        assert_ne!(digest_of(&plain(1), Policy::Plain), digest_of(&plain(2), Policy::Plain));
    }

    #[test]
    fn what_cannot_be_understood_is_told_so() {
        for data in ["#1234|", "#1234|X", "#1234|NB", "", "#1234|N1"] {
            let bytes = frame(data, None, None, 1);
            assert_eq!(refusal(&bytes, Policy::Plain), Some(Refusal::Unreadable), "{data}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let judged = judge(&bytes, |_| Some(panel(Policy::Plain)), now());
            prop_assert!(matches!(judged.verdict, Verdict::Refuse(_)) || judged.frame.is_some());
        }
    }
}
