//! Services: what a frame asks, answers or announces.

/// The service of a frame (ESV), all sixteen of ECHONET Lite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Esv {
    /// 0x50: a `SetI` that could not be done.
    SetISna = 0x50,
    /// 0x51: a `SetC` that could not be done, wholly or in part.
    SetCSna = 0x51,
    /// 0x52: a `Get` that could not be done, wholly or in part.
    GetSna = 0x52,
    /// 0x53: an `InfReq` that could not be done, wholly or in part.
    InfSna = 0x53,
    /// 0x5E: a `SetGet` that could not be done, wholly or in part.
    SetGetSna = 0x5e,
    /// 0x60: set; answer only if it cannot be done.
    SetI = 0x60,
    /// 0x61: set, and answer.
    SetC = 0x61,
    /// 0x62: read.
    Get = 0x62,
    /// 0x63: announce.
    InfReq = 0x63,
    /// 0x6E: set, then read.
    SetGet = 0x6e,
    /// 0x71: a `SetC` was done.
    SetRes = 0x71,
    /// 0x72: what a `Get` read.
    GetRes = 0x72,
    /// 0x73: an announcement, by itself or because an `InfReq` asked.
    Inf = 0x73,
    /// 0x74: an announcement that wants to be confirmed.
    Infc = 0x74,
    /// 0x7A: an `Infc` was heard.
    InfcRes = 0x7a,
    /// 0x7E: a `SetGet` was done.
    SetGetRes = 0x7e,
}

impl Esv {
    /// Every service.
    pub const ALL: [Self; 16] = [
        Self::SetISna,
        Self::SetCSna,
        Self::GetSna,
        Self::InfSna,
        Self::SetGetSna,
        Self::SetI,
        Self::SetC,
        Self::Get,
        Self::InfReq,
        Self::SetGet,
        Self::SetRes,
        Self::GetRes,
        Self::Inf,
        Self::Infc,
        Self::InfcRes,
        Self::SetGetRes,
    ];

    /// The byte of the frame.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The service of a byte, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|esv| esv.code() == code)
    }

    /// Whether the frame carries two lists of properties (the set ones, then the read ones).
    #[must_use]
    pub const fn has_two_lists(self) -> bool {
        matches!(self, Self::SetGet | Self::SetGetRes | Self::SetGetSna)
    }

    /// Whether somebody must act on the frame or answer it.
    #[must_use]
    pub const fn is_request(self) -> bool {
        matches!(
            self,
            Self::SetI | Self::SetC | Self::Get | Self::InfReq | Self::SetGet | Self::Infc
        )
    }

    /// What a node answers when it could do what was asked. `None` for what is never answered then.
    #[must_use]
    pub const fn granted(self) -> Option<Self> {
        match self {
            Self::SetC => Some(Self::SetRes),
            Self::Get => Some(Self::GetRes),
            Self::InfReq => Some(Self::Inf),
            Self::SetGet => Some(Self::SetGetRes),
            Self::Infc => Some(Self::InfcRes),
            _ => None,
        }
    }

    /// What a node answers when it could not do what was asked, wholly or in part.
    #[must_use]
    pub const fn refused(self) -> Option<Self> {
        match self {
            Self::SetI => Some(Self::SetISna),
            Self::SetC => Some(Self::SetCSna),
            Self::Get => Some(Self::GetSna),
            Self::InfReq => Some(Self::InfSna),
            Self::SetGet => Some(Self::SetGetSna),
            _ => None,
        }
    }

    /// Whether `self` can be the answer to `request`. Some nodes answer every refusal with 0x50: it is taken as a
    /// refusal of whatever was asked.
    #[must_use]
    pub fn answers(self, request: Self) -> bool {
        let granted = request.granted() == Some(self);
        let refused = request.refused() == Some(self) || (self == Self::SetISna && request.refused().is_some());
        granted || refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip_and_others_are_unknown() {
        let known = (0..=u8::MAX).filter(|code| Esv::from_code(*code).is_some()).count();
        assert_eq!(known, Esv::ALL.len());
        for esv in Esv::ALL {
            assert_eq!(Esv::from_code(esv.code()), Some(esv));
        }
    }

    #[test]
    fn a_refusal_with_the_wrong_service_is_still_a_refusal() {
        assert!(Esv::SetISna.answers(Esv::Get));
        assert!(Esv::SetISna.answers(Esv::SetC));
        assert!(Esv::SetCSna.answers(Esv::SetC));
        assert!(!Esv::SetCSna.answers(Esv::Get));
        assert!(!Esv::Inf.answers(Esv::Get));
        assert!(!Esv::SetISna.answers(Esv::Infc));
    }

    #[test]
    fn only_requests_have_answers() {
        for esv in Esv::ALL {
            assert_eq!(
                esv.is_request(),
                esv.granted().is_some() || esv.refused().is_some(),
                "{esv:?}"
            );
        }
    }
}
