//! T6-5: what a third party's platform has to meet. The first twenty are the platform's (T6-4); the table gives them as
//! two ranges and names only the first and the last of each.

use super::rules::{BEYOND, Source, same};
use super::{Requirement, Subject, row};
use crate::service_level::ServiceLevel::{self, Three, Two};
use crate::text::Text;

const SR3: (ServiceLevel, Subject) = (Three, Subject::ThirdParty);

/// A requirement that is the platform's, for the third party.
macro_rules! as_platform {
    ($level:ident $id:literal = $platform:literal: $ja:literal, $en:literal) => {
        Requirement {
            id: $id,
            level: $level,
            subject: Subject::ThirdParty,
            title: Text::new($ja, $en),
            about: Text::new(
                concat!("第三者サービスの情報基盤でも、", $platform, "と同じ対策を行います。"),
                concat!("The third party's platform takes the same measures as ", $platform, "."),
            ),
            unless: None,
            guides: &[],
            source: Source::SameAs($platform),
        }
    };
}

#[rustfmt::skip]
pub(super) static ROWS: [Requirement; 22] = [
    as_platform!(Two "SR2-PP-1" = "SR2-SP-1": "共通要件への対応", "Meet the shared requirements"),
    as_platform!(Two "SR2-PP-2" = "SR2-SP-2": "APIにおける認証", "Authentication at the API"),
    as_platform!(Two "SR2-PP-3" = "SR2-SP-3": "管理画面（提供サービスの概要表示や機能管理を行うインターフェース）ログイン時におけるユーザ認証の実施", "Authenticate users who sign in to the management screens"),
    as_platform!(Two "SR2-PP-4" = "SR2-SP-4": "サーバログイン時におけるユーザ認証の実施", "Authenticate users who log in to servers"),
    as_platform!(Two "SR2-PP-5" = "SR2-SP-5": "ホームゲートウェイの認証", "Authenticate the gateway"),
    as_platform!(Two "SR2-PP-6" = "SR2-SP-6": "認証に必要な情報の管理", "Keep authentication information"),
    as_platform!(Two "SR2-PP-7" = "SR2-SP-7": "セキュリティパッチの適用", "Apply security patches"),
    as_platform!(Three "SR3-PP-1" = "SR3-SP-1": "★★サービス要件への対応", "Meet the requirements of ★★"),
    as_platform!(Three "SR3-PP-2" = "SR3-SP-2": "外部インターネットからの不正アクセス防止", "Keep unauthorised access from the internet out"),
    as_platform!(Three "SR3-PP-3" = "SR3-SP-3": "Webアプリケーションの脆弱性を悪用した攻撃対策", "Counter attacks on web applications"),
    as_platform!(Three "SR3-PP-4" = "SR3-SP-4": "不正侵入検知と遮断", "Detect and cut off intrusion"),
    as_platform!(Three "SR3-PP-5" = "SR3-SP-5": "DoS対策", "Withstand denial of service"),
    as_platform!(Three "SR3-PP-6" = "SR3-SP-6": "ログ採取・分析", "Take and analyse logs"),
    as_platform!(Three "SR3-PP-7" = "SR3-SP-7": "マルウェア対策", "Counter malware"),
    as_platform!(Three "SR3-PP-8" = "SR3-SP-8": "サーバセキュリティ対策", "Harden servers"),
    as_platform!(Three "SR3-PP-9" = "SR3-SP-9": "通信経路暗号化", "Encrypt the paths"),
    as_platform!(Three "SR3-PP-10" = "SR3-SP-10": "データの暗号化", "Encrypt data"),
    as_platform!(Three "SR3-PP-11" = "SR3-SP-11": "鍵管理", "Manage keys"),
    as_platform!(Three "SR3-PP-12" = "SR3-SP-12": "収集データ最小化", "Collect as little as possible"),
    as_platform!(Three "SR3-PP-13" = "SR3-SP-13": "脆弱性スキャン、ペネトレーションテスト", "Scan for vulnerabilities, test by penetration"),
    row(SR3, "SR3-PP-14",
        ["個人情報の消去", "Erase personal information"],
        ["集めた個人情報を、要らなくなったときと、サービス事業者から削除を求められたときに消せるようにします。",
         "Personal information that was collected can be erased when it is no longer needed, and when the service operator asks."],
        [same(&["UK8"]), BEYOND, same(&["CPS.GV-2", "CPS.IP-6"])]),
    row(SR3, "SR3-PP-15",
        ["緊急通報時の現場担当者の認証", "Authenticate the staff sent in an emergency"],
        ["サービスのユースケースに応じて、住宅に着いた人が正しい担当者であることを認証する機能を備えます。",
         "As the use case has it, there is a function that authenticates whoever arrives at the house as the member of staff who was sent."],
        [BEYOND, BEYOND, same(&["CPS.AC-2", "CPS.AC-3", "CPS.AC-5", "CPS.AC-9"])]),
];
