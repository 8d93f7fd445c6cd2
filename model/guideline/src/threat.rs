//! The eleven kinds of threat of T3-3: Microsoft's STRIDE and five that CCDS added.

use crate::id::table;

table! {
    /// A kind of threat (T3-3).
    Threat is "脅威の分類（表3-3）", "a kind of threat (T3-3)";
    1 Spoofing "spoofing": "なりすまし", "Spoofing";
        "別の人や機器であると偽って振る舞うことです。",
        "Acting as another person or machine.";
    2 Tampering "tampering": "データ改ざん", "Tampering with data";
        "許されていない者がデータを書き換え、正しくない状態にすることです。",
        "Changing data without being allowed to, so that it is no longer right.";
    3 Repudiation "repudiation": "否認", "Repudiation";
        "行った操作を後から否定され、行われたことを証明できない状態です。",
        "Denying an action afterwards while nobody can prove that it was done.";
    4 Disclosure "disclosure": "情報の暴露", "Information disclosure";
        "見る権限のない者に情報が渡ることです。",
        "Information reaching people who may not see it.";
    5 DenialOfService "denial-of-service": "サービス不能（DoS）", "Denial of service";
        "正当な利用者がサーバやサービスを使えないように妨げることです。",
        "Keeping rightful users from a server or a service.";
    6 Elevation "elevation": "権限昇格", "Elevation of privilege";
        "持っていないはずの権限を手に入れることです。",
        "Gaining rights that one was not given.";
    7 UnauthorisedAccess "unauthorised-access": "不正アクセス", "Unauthorised access";
        "アクセスを許されていない者が、機器やシステムに入り込むことです。",
        "Getting into a machine or a system without being entitled to access.";
    8 Malware "malware": "マルウェア感染", "Malware infection";
        "悪意のあるプログラムに感染し、業務を妨げられたり他の機器への感染源になったりすることです。",
        "Malicious software that hinders the work of the machine it infected and spreads to others.";
    9 SteppingStone "stepping-stone": "踏み台", "Stepping stone";
        "他の機器を攻撃するための中継点として使われることです。",
        "Being used as a relay for attacks on other machines.";
    10 Modification "modification": "不正改造", "Illicit modification";
        "ハードウェアやソフトウェアに手を加えられ、データを抜かれたり弱点を仕込まれたりすることです。",
        "Hardware or software that was altered to draw data out or to plant a weakness.";
    11 UnknownVulnerability "unknown-vulnerability": "未知の脆弱性", "Unknown vulnerability";
        "まだ知られていない弱点や、新しい攻撃の手口によるものです。",
        "A weakness that nobody has published yet, or a new way of attacking.";
}

impl Threat {
    /// Whether the kind belongs to STRIDE (the first six) and not to those that CCDS added.
    #[must_use]
    pub const fn is_stride(self) -> bool {
        self.number() <= 6
    }
}
