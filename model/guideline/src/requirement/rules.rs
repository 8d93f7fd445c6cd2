//! The other rules that T6-3 to T6-8 relate to, and the documents they say to follow.

use crate::id::table;

table! {
    /// How a requirement stands to another rule (T6-1).
    Relation is "対応表記（表6-1）", "a relation to another rule (T6-1)";
    1 Beyond "◎": "関連ガイドラインにない要件", "Not in the other rule";
        "関連ガイドラインでは扱われておらず、本ガイドラインが独自に定めています。",
        "The other rule does not treat it; this guideline does.";
    2 Finer "○": "関連ガイドラインより詳細な要件", "Finer than the other rule";
        "関連ガイドラインにもありますが、本ガイドラインがさらに細かく定めています。",
        "The other rule treats it; this guideline says more.";
    3 Same "＝": "関連ガイドラインとほぼ同じ要件", "About the same as the other rule";
        "関連ガイドラインの内容に、おおむね対応しています。",
        "It corresponds to what the other rule says.";
}

table! {
    /// A document that a requirement says to follow. The number is our order; the guideline's own is [`Guide::reference`].
    Guide is "参照文書（6章）", "a document of chapter 6";
    1 SharedRequirements "ccds-shared-requirements": "IoT分野共通セキュリティ要件ガイドライン 2018年度版（案）", "CCDS security requirements shared by all of IoT, 2018 (draft)";
        "★レベルの共通要件を定めた文書です。",
        "The requirements of ★.";
    2 CloudSecurity "iso-iec-27017": "ISO/IEC 27017（ISMSクラウドセキュリティ認証）", "ISO/IEC 27017 (ISMS for cloud services)";
        "クラウドサービスの情報セキュリティ管理の規格です。認証を取るか、それに準じた体制を保ちます。",
        "The standard for information security in cloud services; either certified or followed.";
    3 TlsSettings "tls-settings": "SSL-TLS暗号設定ガイドライン_V2.0", "SSL/TLS encryption settings guideline, 2.0 (Japanese)";
        "通信の暗号化の設定を選ぶための文書です。",
        "How to choose settings for encrypted communication.";
    4 GovernmentCiphers "government-ciphers": "電子政府における調達のために参照すべき暗号のリスト", "List of ciphers for Japanese e-government procurement";
        "使ってよい暗号を選ぶための一覧です。",
        "Which ciphers to choose from.";
    5 LightweightCiphers "lightweight-ciphers": "CRYPTREC暗号技術ガイドライン(軽量暗号)", "CRYPTREC guideline on lightweight cryptography";
        "力の限られた機器に向く暗号の文書です。",
        "Cryptography for machines of little power.";
    6 NistKeys "nist-sp-800-57": "NIST SP（Special Publications） 800-57", "NIST SP 800-57, on key management";
        "鍵の管理のしかたを定めた文書です。",
        "How to manage keys.";
    7 KeySurvey "key-management-survey": "SSL/TLS暗号設定ガイドライン改定及び鍵管理ガイドライン作成のための調査・検討－調査報告書－", "Survey for guidelines on TLS settings and key management (Japanese report)";
        "鍵管理の指針を作るために調べた結果をまとめた報告書です。",
        "The report of a survey made in order to write a guideline on managing keys.";
    8 AndroidCoding "android-secure-coding": "Androidアプリのセキュア設計・セキュアコーディングガイド", "Guide to secure design and coding of Android apps (Japanese)";
        "安全なアプリの設計と書き方の手引きです。",
        "How to design and write apps safely.";
    9 SafeWebsites "safe-websites": "安全なウェブサイトの作り方", "How to make websites secure (Japanese)";
        "ウェブサイトとウェブアプリケーションの弱点を避けるための手引きです。",
        "How to avoid the weaknesses of websites and web applications.";
}

impl Guide {
    /// The number in the guideline's list of references; none for the certification of R3-4, which is not in it.
    #[must_use]
    pub const fn reference(self) -> Option<u8> {
        match self {
            Self::SharedRequirements => Some(5),
            Self::CloudSecurity => None,
            Self::TlsSettings => Some(22),
            Self::GovernmentCiphers => Some(23),
            Self::LightweightCiphers => Some(24),
            Self::NistKeys => Some(25),
            Self::KeySurvey => Some(26),
            Self::AndroidCoding => Some(27),
            Self::SafeWebsites => Some(28),
        }
    }
}

/// One cell of the columns UK, SB327 and CPSF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The sign of the cell.
    pub relation: Relation,
    /// The clauses it names: `UK6`, `1798.91.05`, `CPS.IP-1`. None where the relation is [`Relation::Beyond`].
    pub clauses: &'static [&'static str],
}

/// The three cells of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct References {
    /// Code of Practice for Consumer IoT Security of the United Kingdom, which ETSI EN 303 645 grew from; `UK1` to `UK13`.
    pub uk: Reference,
    /// Senate Bill 327 of California, section 1798.91.05 of its Civil Code.
    pub sb327: Reference,
    /// サイバー・フィジカル・セキュリティ対策フレームワーク of Japan's ministry METI.
    pub cpsf: Reference,
}

/// What stands in the columns of other rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Relations of its own.
    Own(References),
    /// ※★★参照: it asks for everything of ★★, and so has the relations of all of that.
    LevelTwo,
    /// It is the same as this requirement of another subject (T6-5: the third party's as the platform's).
    SameAs(&'static str),
}

/// ◎
pub(super) const BEYOND: Reference = Reference {
    relation: Relation::Beyond,
    clauses: &[],
};

/// ○
pub(super) const fn finer(clauses: &'static [&'static str]) -> Reference {
    Reference {
        relation: Relation::Finer,
        clauses,
    }
}

/// ＝
pub(super) const fn same(clauses: &'static [&'static str]) -> Reference {
    Reference {
        relation: Relation::Same,
        clauses,
    }
}
