//! Measures of the two platforms: T6-4 and T6-5. The third party's answer the same requirements under its own numbers.

use tomori_guideline::EntryPoint::{self, Ep1, Ep2, Ep3, Ep4};
use tomori_guideline::Threat::{
    DenialOfService, Disclosure, Elevation, Malware, Repudiation, Spoofing, Tampering, UnauthorisedAccess,
    UnknownVulnerability,
};

use super::Way::{Any, Maintenance, Network};
use super::limits::{
    ACCOUNT_LESS_CHANGED, ACCOUNT_LESS_KNOWN, HARDER, HARDER_AND_LESS, LESS, LESS_CHANGED, LESS_KNOWN, LESS_STOPPED,
    WITH_ACCOUNT, WITH_ADMINISTRATOR,
};
use super::{Entry, entry, on};
use crate::metric::Metric::{ModifiedAttackVector as MAV, ModifiedIntegrity as MI, ModifiedScope as MS};

macro_rules! platform_measures {
    ($prefix:literal, $ja:literal, $en:literal, $sr2:literal, $sr3:literal, $box:expr, $path:expr) => {
        [
            entry(
                concat!($prefix, ".baseline"),
                [
                    concat!($ja, "の共通要件（★）への対応"),
                    concat!("Common requirements (★) at ", $en),
                ],
                &[concat!($sr2, "1")],
                &[on($box, &[UnauthorisedAccess, Elevation], Network, WITH_ACCOUNT)],
            ),
            entry(
                concat!($prefix, ".api-authentication"),
                [
                    concat!($ja, "のAPIの認証"),
                    concat!("Authentication at the API of ", $en),
                ],
                &[concat!($sr2, "2")],
                &[on($box, &[Spoofing], Any, HARDER_AND_LESS)],
            ),
            entry(
                concat!($prefix, ".console-authentication"),
                [
                    concat!($ja, "の管理画面のユーザ認証"),
                    concat!("Sign-in at the console of ", $en),
                ],
                &[concat!($sr2, "3")],
                &[on($box, &[Tampering], Network, ACCOUNT_LESS_CHANGED)],
            ),
            entry(
                concat!($prefix, ".server-authentication"),
                [
                    concat!($ja, "のサーバログインの認証"),
                    concat!("Sign-in at the servers of ", $en),
                ],
                &[concat!($sr2, "4")],
                &[
                    on($box, &[Disclosure], Network, ACCOUNT_LESS_KNOWN),
                    on($box, &[Disclosure, Tampering], Maintenance, WITH_ADMINISTRATOR),
                ],
            ),
            entry(
                concat!($prefix, ".gateway-authentication"),
                [
                    concat!($ja, "と相手の相互認証（認証付き暗号）"),
                    concat!("Mutual authentication, with encryption, at ", $en),
                ],
                &[concat!($sr2, "5")],
                &[
                    on($box, &[Spoofing], Any, &[(MAV, "A")]),
                    on($path, &[Disclosure], Any, LESS_KNOWN),
                ],
            ),
            entry(
                concat!($prefix, ".credential-protection"),
                [
                    concat!($ja, "の認証に必要な情報の管理"),
                    concat!("Protection of credentials at ", $en),
                ],
                &[concat!($sr2, "6")],
                &[
                    on($box, &[Disclosure], Network, LESS_KNOWN),
                    on($box, &[Spoofing], Any, WITH_ACCOUNT),
                ],
            ),
            entry(
                concat!($prefix, ".patching"),
                [
                    concat!($ja, "のセキュリティパッチの適用"),
                    concat!("Security patches at ", $en),
                ],
                &[concat!($sr2, "7")],
                &[on($box, &[UnauthorisedAccess, Malware], Network, HARDER_AND_LESS)],
            ),
            entry(
                concat!($prefix, ".firewall"),
                [
                    concat!($ja, "への外部からの不正アクセス防止"),
                    concat!("Firewall before ", $en),
                ],
                &[concat!($sr3, "2")],
                &[on($box, &[UnauthorisedAccess, Malware], Network, HARDER)],
            ),
            entry(
                concat!($prefix, ".web-defence"),
                [
                    concat!($ja, "のWebアプリケーションの攻撃対策"),
                    concat!("Defence of web applications of ", $en),
                ],
                &[concat!($sr3, "3")],
                &[on($box, &[UnauthorisedAccess, Tampering, Disclosure], Network, HARDER)],
            ),
            entry(
                concat!($prefix, ".intrusion-detection"),
                [
                    concat!($ja, "の不正侵入の検知と遮断"),
                    concat!("Intrusion detection and blocking at ", $en),
                ],
                &[concat!($sr3, "4")],
                &[
                    on(
                        $box,
                        &[UnauthorisedAccess, Malware, UnknownVulnerability],
                        Network,
                        LESS,
                    ),
                    // What is blocked does not spread.
                    on($box, &[Malware], Network, &[(MS, "U")]),
                ],
            ),
            entry(
                concat!($prefix, ".dos-defence"),
                [
                    concat!($ja, "のDoS対策"),
                    concat!("Defence against denial of service at ", $en),
                ],
                &[concat!($sr3, "5")],
                &[on($box, &[DenialOfService], Any, LESS_STOPPED)],
            ),
            entry(
                concat!($prefix, ".logging"),
                [
                    concat!($ja, "のログ採取・分析"),
                    concat!("Logs and their analysis at ", $en),
                ],
                &[concat!($sr3, "6")],
                &[
                    on($box, &[Tampering], Any, LESS_CHANGED),
                    on($box, &[Repudiation], Any, &[(MI, "N")]),
                ],
            ),
            entry(
                concat!($prefix, ".anti-malware"),
                [concat!($ja, "のマルウェア対策"), concat!("Anti-malware at ", $en)],
                &[concat!($sr3, "7")],
                &[on($box, &[Malware], Any, LESS)],
            ),
            entry(
                concat!($prefix, ".hardening"),
                [concat!($ja, "のサーバの要塞化"), concat!("Hardened servers at ", $en)],
                &[concat!($sr3, "8")],
                &[on($box, &[UnauthorisedAccess, Malware, Elevation], Any, HARDER)],
            ),
            entry(
                concat!($prefix, ".path-encryption"),
                [concat!($ja, "の通信経路の暗号化"), concat!("Encrypted lines of ", $en)],
                &[concat!($sr3, "9")],
                &[
                    on($path, &[Disclosure], Any, LESS_KNOWN),
                    on($path, &[Spoofing, Tampering], Any, LESS),
                ],
            ),
            entry(
                concat!($prefix, ".data-encryption"),
                [concat!($ja, "のデータの暗号化"), concat!("Encrypted data at ", $en)],
                &[concat!($sr3, "10")],
                &[on($box, &[Disclosure], Any, LESS_KNOWN)],
            ),
            entry(
                concat!($prefix, ".key-management"),
                [concat!($ja, "の鍵管理"), concat!("Key management at ", $en)],
                &[concat!($sr3, "11")],
                &[on($box, &[Disclosure, Spoofing], Any, HARDER)],
            ),
            entry(
                concat!($prefix, ".data-minimisation"),
                [
                    concat!($ja, "の収集データ最小化"),
                    concat!("Collecting as little as possible at ", $en),
                ],
                &[concat!($sr3, "12")],
                &[on($box, &[Disclosure], Any, LESS_KNOWN)],
            ),
            entry(
                concat!($prefix, ".penetration-tests"),
                [
                    concat!($ja, "の脆弱性スキャン・ペネトレーションテスト"),
                    concat!("Vulnerability scans and penetration tests of ", $en),
                ],
                &[concat!($sr3, "13")],
                &[on($box, &[UnauthorisedAccess, UnknownVulnerability], Network, HARDER)],
            ),
        ]
    };
}

const BOX: &[EntryPoint] = &[Ep1];
const PATH: &[EntryPoint] = &[Ep2];
const PARTNER_BOX: &[EntryPoint] = &[Ep3];
const PARTNER_PATH: &[EntryPoint] = &[Ep4];

/// The smart-home service platform (T6-4).
#[rustfmt::skip]
pub(super) static PLATFORM: [Entry; 19] = platform_measures!(
    "platform", "情報基盤", "the platform", "SR2-SP-", "SR3-SP-", BOX, PATH
);

/// The third-party platform (T6-5), without what only it has.
#[rustfmt::skip]
pub(super) static PARTNER: [Entry; 19] = platform_measures!(
    "partner", "第三者情報基盤", "the third-party platform", "SR2-PP-", "SR3-PP-", PARTNER_BOX, PARTNER_PATH
);
