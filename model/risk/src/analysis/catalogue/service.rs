//! Measures of the service as a whole: T6-3, what only the third party has (T6-5), and clauses of chapters 4 and 5.

use tomori_guideline::EntryPoint::{Ep1, Ep3, Ep5, Ep7, Ep8};
use tomori_guideline::Threat::{
    DenialOfService, Disclosure, Malware, Spoofing, SteppingStone, Tampering, UnauthorisedAccess, UnknownVulnerability,
};

use super::Way::{Any, Maintenance, Network, Storage};
use super::limits::{HARDER, LESS, LESS_CHANGED, LESS_KNOWN};
use super::{Entry, entry, on};
use crate::metric::Metric::{
    ModifiedAvailability as MA, ModifiedConfidentiality as MC, ModifiedIntegrity as MI, ModifiedLifeProperty as MLP,
    ModifiedPrivilegesRequired as MPR,
};

/// The service.
#[rustfmt::skip]
pub(super) static SERVICE: [Entry; 20] = [
    entry("service.risk-analysis", ["リスク分析・評価と対策方針", "Risk analysis and policy"],
        &["R2-1", "R3-2"], &[]),
    entry("service.conforming-parts", ["要求事項を満たした機器・システムの使用", "Parts that meet the requirements of the level"],
        &["R2-2", "R3-3"],
        &[on(&[Ep7], &[UnauthorisedAccess, SteppingStone], Any, HARDER)]),
    entry("service.initial-settings", ["認証情報とアクセス制御の初期設定の確認", "Checked initial credentials and access control"],
        &["R2-3"],
        &[on(&[Ep5, Ep7], &[UnauthorisedAccess, Spoofing], Network, HARDER)]),
    entry("service.contract-authentication", ["サービス契約者の本人認証", "Authentication of the subscriber"],
        &["R2-4"], &[]),
    entry("service.erasure-by-user", ["利用者による個人情報・蓄積情報の削除", "Erasure by the resident"],
        &["R2-5"],
        &[on(&[Ep5, Ep7], &[Disclosure], Storage, LESS_KNOWN)]),
    entry("service.guidance", ["安全な利用方法のガイダンス", "Guidance for safe use"],
        &["R2-6"],
        &[on(&[Ep5, Ep7], &[], Storage, HARDER)]),
    entry("service.regular-updates", ["最新ソフトウェアへの定期的な更新", "Regular updates of everything"],
        &["R2-7"],
        &[on(&[Ep1, Ep3, Ep5, Ep7], &[UnauthorisedAccess, Malware], Network, HARDER)]),
    entry("service.update-control", ["更新ソフトウェアの運用手順と版管理", "Controlled releases of updates"],
        &["R2-8"],
        &[on(&[Ep1, Ep3], &[Disclosure, Tampering], Maintenance,
            &[(MPR, "H"), (MC, "L"), (MI, "L"), (MA, "L")])]),
    entry("service.reset-at-resale", ["転売時の初期化とアップデート", "Reset and update at resale"],
        &["R2-9"], &[]),
    entry("service.information-security-management", ["クラウド運用の情報セキュリティ管理", "Information security management of operations"],
        &["R3-4"],
        &[on(&[Ep1, Ep3], &[], Storage, &[(MPR, "H")])]),
    entry("service.log-analysis", ["ログ収集・データ分析", "Collection and analysis of logs"],
        &["R3-5"],
        &[on(&[Ep1, Ep3, Ep5], &[Tampering], Any, LESS_CHANGED)]),
    entry("service.known-vulnerability-checks", ["脆弱性の有無のチェック", "Checks for known vulnerabilities"],
        &["R3-6"],
        &[on(&[Ep1, Ep3, Ep5, Ep7], &[UnauthorisedAccess], Any, HARDER)]),
    entry("service.incident-response", ["インシデント対応（CSIRT）", "Incident response (CSIRT)"],
        &["R3-8"],
        &[on(&[Ep1, Ep3, Ep5], &[Malware, UnknownVulnerability], Any, LESS)]),
    entry("service.guard-authentication", ["緊急通報時の現場担当者の認証", "Authentication of the guard on site"],
        &["R3-7", "SR3-PP-15"],
        &[on(&[Ep3], &[Spoofing], Any, HARDER)]),
    entry("service.two-person-approval", ["二人の承認と署名による解錠（末端での検証）", "Unlocking by two people's signatures, verified at the last box"],
        &["R3-7"],
        &[on(&[Ep1, Ep3], &[UnauthorisedAccess, Tampering, Spoofing, Malware], Any, &[(MLP, "N")]),
          on(&[Ep5], &[Spoofing], Any, &[(MLP, "N")])]),
    entry("service.bounded-authority", ["ゲートウェイの権限の限定（事案中のみ、再施錠、記録）", "Bounded authority of the gateway: while an incident is open, relocking, recorded"],
        &["R3-3", "4.2"],
        &[on(&[Ep5], &[], Any, &[(MLP, "N")])]),
    entry("service.local-safety", ["機器側の安全（手元優先、フェイルセーフ、現地警報）", "Safety at the device: the hand first, fail-safe, a siren of its own"],
        &["4.2", "SR3-D-4"],
        &[on(&[Ep7, Ep8], &[], Any, &[(MLP, "N")])]),
    entry("service.fail-soft", ["情報基盤が止まっても続くサービス", "A service that goes on when servers stop"],
        &["4.2"],
        &[on(&[Ep1, Ep3, Ep5], &[DenialOfService], Any, &[(MA, "L"), (MLP, "N")])]),
    entry("operations.storage-rules", ["運用施設へのデバイス持ち込み制限", "No foreign storage in operations rooms"],
        &["4.5", "5.2.4"],
        &[on(&[Ep1, Ep3], &[], Storage, &[(MPR, "H"), (MC, "L"), (MI, "L"), (MA, "L")])]),
    entry("partner.erasure", ["第三者情報基盤の個人情報の消去", "Erasure at the third-party platform"],
        &["SR3-PP-14"],
        &[on(&[Ep3], &[Disclosure], Any, LESS_KNOWN)]),
];
