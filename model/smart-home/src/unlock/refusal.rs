//! Why the door stays shut: one reason for each check.
//!
//! A reason is told to the people who wait, written into three audit chains, and compared by tests. So each check has
//! its own; none stands for "something was wrong".

use super::people::Role;

/// A table of reasons: variant, name, Japanese, English. The English text is the variant's documentation too.
macro_rules! reasons {
    (
        $(#[$doc:meta])*
        pub enum $enum:ident { $($variant:ident, $name:literal, $ja:literal, $en:literal;)+ }
        $(and $(#[$more_doc:meta])* $more:ident { $($field:ident: $type:ty),+ })?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $enum {
            $(#[doc = $en] $variant,)+
            $($(#[$more_doc])* $more { $(#[doc = stringify!($field)] $field: $type),+ },)?
        }

        impl $enum {
            const TABLE: &'static [(Self, &'static str, &'static str, &'static str)] =
                &[$((Self::$variant, $name, $ja, $en)),+];
        }
    };
}

reasons! {
    /// What is wrong with one person's signature, in the order of the checks.
    pub enum Doubt {
        Malformed, "malformed", "署名の形が正しくありません", "the assertion is malformed";
        UnknownPasskey, "unknown-passkey", "名簿にないパスキーです", "the passkey is not on the roster";
        RevokedPasskey, "revoked-passkey", "失効したパスキーです", "the passkey is revoked";
        SomebodyElse, "somebody-else", "文面に書かれた人のパスキーではありません", "the passkey belongs to somebody else than the statement names";
        WrongRole, "wrong-role", "この役割を持つ人ではありません", "the person does not have this role";
        WrongCeremony, "wrong-ceremony", "パスキーを使った認証ではありません", "the signature does not come from using a passkey on a page of its own";
        WrongChallenge, "wrong-challenge", "別の文面への署名です", "the signature is for another statement";
        WrongOrigin, "wrong-origin", "警備会社の画面ではないところで署名されています", "signed on a page that is not the company's";
        WrongRelyingParty, "wrong-relying-party", "別のサービスのためのパスキー認証です", "signed for another relying party";
        NobodyPresent, "nobody-present", "認証器に人が触れていません", "nobody was present at the authenticator";
        NotVerified, "not-verified", "認証器での本人確認（PIN や生体認証）がありません", "the authenticator did not verify the person";
        BadSignature, "bad-signature", "署名が一致しません", "the signature does not hold";
    }
}

reasons! {
    /// Why a bundle opens no door.
    pub enum Refusal {
        Unreadable, "unreadable", "決められた形の文書ではありません", "the bundle is not in the one form that is read";
        NoCompany, "no-company", "この住宅には警備会社が登録されていません", "no security company is pinned at this gateway";
        NoRoster, "no-roster", "警備会社の名簿がまだありません", "there is no roster of the security company yet";
        RosterForged, "roster-forged", "名簿の署名が登録された警備会社のものではありません", "the roster is not signed by the pinned root";
        RosterOtherCompany, "roster-other-company", "別の警備会社の名簿です", "the roster is another company's";
        RosterRolledBack, "roster-rolled-back", "これより新しい名簿をすでに受け取っています", "a newer roster was seen before";
        RosterExpired, "roster-expired", "名簿の期限が切れています", "the roster has expired";
        ClockUncertain, "clock-uncertain", "ゲートウェイの時計を信用できません", "the gateway's clock cannot be believed";
        SamePerson, "same-person", "対処員・管制員・管制責任者は別々の三人でなければなりません", "guard, operator and supervisor must be three people";
        OtherRequest, "other-request", "承認が別の要求に対するものです", "the approval is of another request";
        OtherArrival, "other-arrival", "要求が別の到着に基づいています", "the request is for another arrival";
        OtherGuard, "other-guard", "到着した人と解錠の対象者が違います", "the request is for another guard than the one who arrived";
        OtherHome, "other-home", "別の住宅のための文書です", "the bundle is for another house";
        OtherIncident, "other-incident", "到着と要求が同じ事案のものではありません", "arrival and request are not of one incident";
        IncidentUnknown, "incident-unknown", "この住宅にそのような事案はありません", "this house has no such incident";
        IncidentClosed, "incident-closed", "事案は終了しています", "the incident is closed";
        NonceWrong, "nonce-wrong", "この事案に結び付いた到着ではありません", "the arrival is not bound to this incident";
        NonceUsed, "nonce-used", "この到着での解錠は済んでいます", "the door was driven for this incident's nonce before";
        Expired, "expired", "要求の期限が過ぎています", "the request has expired";
        LivesTooLong, "lives-too-long", "要求の期限が先すぎます", "the request would live too long";
        ArrivalStale, "arrival-stale", "到着の確認から時間が経ちすぎています", "the arrival is too long ago";
        ArrivalAhead, "arrival-ahead", "到着の時刻がゲートウェイの時計より先です", "the arrival is ahead of the gateway's clock";
        CodeExhausted, "code-exhausted", "番号の誤りが多すぎました", "there were too many wrong codes for this incident";
        CodeWrong, "code-wrong", "その時刻にゲートウェイが示した番号ではありません", "the gateway did not show this code then";
        LockUnknown, "lock-unknown", "この住宅の機器ではありません", "the device is not in this house";
        NotALock, "not-a-lock", "錠ではない機器です", "the device is not a lock";
        LockUnauthenticated, "lock-unauthenticated", "認証されていない錠は遠隔で開けません", "the lock is not an authenticated device";
        LockUnreachable, "lock-unreachable", "錠が応答しません", "the lock does not answer";
        Busy, "busy", "この住宅で別の解錠が進んでいます", "another unlock is under way in this house";
        NotRemembered, "not-remembered", "記録できないため動作しません", "it cannot be made durable, so nobody acts on it";
    }
    and
    /// One person's signature does not count.
    Signature { by: Role, doubt: Doubt }
}

impl Doubt {
    /// Each of them, in the order of the checks.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::TABLE.iter().map(|row| row.0)
    }

    /// The name that statements, files and the API use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// For people, in Japanese.
    #[must_use]
    pub fn ja(self) -> &'static str {
        self.row().2
    }

    /// For people, in English.
    #[must_use]
    pub fn en(self) -> &'static str {
        self.row().3
    }

    fn row(self) -> (Self, &'static str, &'static str, &'static str) {
        let found = Self::TABLE.iter().find(|row| row.0 == self);
        // Every variant stands in the table that made it.
        found.copied().unwrap_or((self, "", "", ""))
    }
}

impl Refusal {
    /// The three roles that sign.
    const SIGNERS: [Role; 3] = [Role::Guard, Role::Operator, Role::Supervisor];

    /// Each of them, in the order of the checks; those of the three signatures last.
    pub fn all() -> impl Iterator<Item = Self> {
        let signatures = Self::SIGNERS
            .into_iter()
            .flat_map(|by| Doubt::all().map(move |doubt| Self::Signature { by, doubt }));
        Self::TABLE.iter().map(|row| row.0).chain(signatures)
    }

    /// Whether the same bundle would be refused for the same reason later. The others may be otherwise in a moment.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(
            self,
            Self::NoRoster
                | Self::ClockUncertain
                | Self::ArrivalAhead
                | Self::LivesTooLong
                | Self::LockUnreachable
                | Self::Busy
                | Self::NotRemembered
        )
    }

    /// The name that statements, files and the API use: `expired`, `guard/not-verified`.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Signature { by, doubt } => format!("{}/{}", by.name(), doubt.name()),
            plain => plain.row().1.to_owned(),
        }
    }

    /// The reason of a name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|refusal| refusal.code() == code)
    }

    /// For people, in Japanese.
    #[must_use]
    pub fn ja(self) -> String {
        match self {
            Self::Signature { by, doubt } => format!("{}の署名: {}", by.ja(), doubt.ja()),
            plain => plain.row().2.to_owned(),
        }
    }

    /// For people, in English.
    #[must_use]
    pub fn en(self) -> String {
        match self {
            Self::Signature { by, doubt } => format!("the {}'s signature: {}", by.name(), doubt.en()),
            plain => plain.row().3.to_owned(),
        }
    }

    fn row(self) -> (Self, &'static str, &'static str, &'static str) {
        let found = Self::TABLE.iter().find(|row| row.0 == self);
        found.copied().unwrap_or((self, "", "", ""))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reason_has_a_name_and_words_of_its_own() {
        let all: Vec<_> = Refusal::all().collect();
        assert_eq!(all.len(), 30 + 3 * 12);
        for words in [Refusal::code, Refusal::ja, Refusal::en] {
            let different: BTreeSet<_> = all.iter().map(|refusal| words(*refusal)).collect();
            assert_eq!(different.len(), all.len());
            assert!(!different.contains(""));
        }
        for refusal in all {
            assert_eq!(Refusal::from_code(&refusal.code()), Some(refusal));
        }
        assert_eq!(Refusal::from_code("administrator/expired"), None);
    }
}
