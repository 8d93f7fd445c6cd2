//! Measures in the house and in the hand: T6-6 (gateway), T6-7 (devices), T6-8 (app).

use tomori_guideline::EntryPoint::{Ep5, Ep6, Ep7, Ep8, Ep9, Ep10};
use tomori_guideline::Threat::{
    DenialOfService, Disclosure, Elevation, Malware, Modification, Repudiation, Spoofing, SteppingStone, Tampering,
    UnauthorisedAccess, UnknownVulnerability,
};

use super::Way::{Any, Network, Storage};
use super::limits::{
    ACCOUNT_LESS_CHANGED, ACCOUNT_LESS_KNOWN, HARDER, HARDER_AND_LESS, LESS, LESS_CHANGED, LESS_KNOWN, LESS_STOPPED,
    WITH_ACCOUNT,
};
use super::{Entry, entry, on};
use crate::metric::Metric::{
    ModifiedAttackVector as MAV, ModifiedAvailability as MA, ModifiedIntegrity as MI, ModifiedScope as MS,
};

/// The home gateway (T6-6).
#[rustfmt::skip]
pub(super) static GATEWAY: [Entry; 14] = [
    entry("gateway.baseline", ["ホームゲートウェイの共通要件（★）への対応", "Common requirements (★) at the gateway"],
        &["SR2-H-1"],
        &[on(&[Ep5], &[UnauthorisedAccess, Elevation], Network, WITH_ACCOUNT),
          on(&[Ep5], &[Tampering], Network, ACCOUNT_LESS_CHANGED)]),
    entry("gateway.mutual-authentication", ["ホームゲートウェイと接続先の相互認証（認証付き暗号）", "Mutual authentication, with encryption, at the gateway"],
        &["SR2-H-2"],
        &[on(&[Ep5], &[Spoofing], Any, &[(MAV, "A")]),
          on(&[Ep5, Ep8, Ep10], &[Spoofing], Any, LESS),
          on(&[Ep6, Ep8, Ep10], &[Disclosure], Any, LESS_KNOWN)]),
    entry("gateway.credential-protection", ["ホームゲートウェイの相互認証に必要な情報の管理", "Protection of credentials at the gateway"],
        &["SR2-H-3"],
        &[on(&[Ep5], &[Disclosure], Network, ACCOUNT_LESS_KNOWN)]),
    entry("gateway.monitoring", ["対応機器の稼働・障害・不正接続の監視", "Watching devices for life, faults and strangers"],
        &["SR2-H-4"],
        &[on(&[Ep5, Ep7], &[SteppingStone], Any, &[(MS, "U"), (MI, "L"), (MA, "L")]),
          on(&[Ep7], &[Malware], Network, LESS)]),
    entry("gateway.usb-cover", ["ホームゲートウェイのUSB端子の対策", "Covered or absent USB ports at the gateway"],
        &["SR2-H-5"],
        &[on(&[Ep5], &[], Storage, HARDER_AND_LESS)]),
    entry("gateway.updates", ["ホームゲートウェイの更新ソフトウェアの提供", "Updates for the gateway"],
        &["SR2-H-6"],
        &[on(&[Ep5], &[UnauthorisedAccess, Malware], Network, HARDER_AND_LESS),
          on(&[Ep5], &[SteppingStone], Any, HARDER)]),
    entry("gateway.firewall", ["ホームゲートウェイへの外部からの不正アクセス防止", "Firewall at the gateway"],
        &["SR3-H-2"],
        &[on(&[Ep5], &[UnauthorisedAccess, Malware], Network, &[(MAV, "A")]),
          on(&[Ep5], &[DenialOfService], Any, &[(MAV, "A"), (MA, "L")])]),
    entry("gateway.web-defence", ["ホームゲートウェイのWeb機能の攻撃対策", "Defence of web functions at the gateway"],
        &["SR3-H-3"],
        &[on(&[Ep5], &[UnauthorisedAccess, Tampering, Disclosure], Network, HARDER)]),
    entry("gateway.internet-path-encryption", ["ホームゲートウェイの外部通信の暗号化", "Encrypted lines from the gateway to the internet"],
        &["SR3-H-4"],
        &[on(&[Ep6], &[Disclosure], Any, LESS_KNOWN)]),
    entry("gateway.lan-encryption", ["ホームゲートウェイと宅内機器の通信の暗号化", "Encrypted lines from the gateway to devices"],
        &["SR3-H-5"],
        &[on(&[Ep8], &[Disclosure], Any, LESS_KNOWN), on(&[Ep8], &[Spoofing], Any, LESS)]),
    entry("gateway.data-encryption", ["ホームゲートウェイのデータの暗号化", "Encrypted data at the gateway"],
        &["SR3-H-6"],
        &[on(&[Ep5], &[Disclosure], Any, LESS_KNOWN)]),
    entry("gateway.key-management", ["ホームゲートウェイの鍵管理", "Key management at the gateway"],
        &["SR3-H-7"],
        &[on(&[Ep5], &[Disclosure, Spoofing], Any, HARDER)]),
    entry("gateway.logging", ["ホームゲートウェイのログ採取・分析", "Logs of the gateway"],
        &["SR3-H-8"],
        &[on(&[Ep5], &[Tampering], Any, LESS_CHANGED), on(&[Ep5], &[Repudiation], Any, &[(MI, "N")])]),
    entry("gateway.penetration-tests", ["ホームゲートウェイの脆弱性スキャン・ペネトレーションテスト", "Vulnerability scans and penetration tests of the gateway"],
        &["SR3-H-9"],
        &[on(&[Ep5], &[UnauthorisedAccess, UnknownVulnerability], Network, HARDER)]),
];

/// The devices (T6-7).
#[rustfmt::skip]
pub(super) static DEVICES: [Entry; 9] = [
    entry("devices.baseline", ["対応機器の共通要件（★）への対応", "Common requirements (★) at the devices"],
        &["SR2-D-1"],
        &[on(&[Ep7], &[UnauthorisedAccess, Elevation], Network, WITH_ACCOUNT),
          on(&[Ep7], &[Tampering], Network, ACCOUNT_LESS_CHANGED)]),
    entry("devices.mutual-authentication", ["対応機器の接続先との相互認証（認証付き暗号）", "Mutual authentication, with encryption, at the devices"],
        &["SR2-D-2"],
        &[on(&[Ep7, Ep8], &[Spoofing], Any, LESS),
          on(&[Ep8], &[Disclosure], Any, LESS_KNOWN),
          on(&[Ep7], &[UnauthorisedAccess], Network, HARDER)]),
    entry("devices.credential-protection", ["対応機器の相互認証に必要な情報の管理", "Protection of credentials at the devices"],
        &["SR2-D-3"],
        &[on(&[Ep7], &[Disclosure], Network, ACCOUNT_LESS_KNOWN)]),
    entry("devices.usb-cover", ["対応機器のUSB端子の対策", "Covered or absent USB ports at the devices"],
        &["SR2-D-4"],
        &[on(&[Ep7], &[], Storage, HARDER_AND_LESS)]),
    entry("devices.updates", ["対応機器の更新ソフトウェアの提供", "Updates for the devices"],
        &["SR2-D-5"],
        &[on(&[Ep7], &[UnauthorisedAccess, Malware], Network, HARDER_AND_LESS),
          on(&[Ep7], &[SteppingStone], Any, HARDER)]),
    entry("devices.lan-encryption", ["対応機器の宅内通信の暗号化", "Encrypted lines at the devices"],
        &["SR3-D-2"],
        &[on(&[Ep8], &[Disclosure], Any, LESS_KNOWN), on(&[Ep8], &[Spoofing], Any, LESS)]),
    entry("devices.key-management", ["対応機器の鍵管理", "Key management at the devices"],
        &["SR3-D-3"],
        &[on(&[Ep7, Ep8], &[Spoofing], Any, HARDER)]),
    entry("devices.available-connection", ["可用性を考慮した接続方法", "Connections chosen for availability"],
        &["SR3-D-4"],
        &[on(&[Ep7, Ep8], &[DenialOfService, Spoofing, Tampering], Any, LESS_STOPPED)]),
    entry("devices.penetration-tests", ["対応機器の脆弱性スキャン・ペネトレーションテスト", "Vulnerability scans and penetration tests of the devices"],
        &["SR3-D-5"],
        &[on(&[Ep7], &[UnauthorisedAccess, UnknownVulnerability, Modification], Network, HARDER)]),
];

/// The app (T6-8).
#[rustfmt::skip]
pub(super) static APP: [Entry; 3] = [
    entry("app.multi-factor", ["アプリの多要素認証", "More than one factor to sign in at the app"],
        &["SR2-A-1"],
        &[on(&[Ep9], &[Spoofing, UnauthorisedAccess], Any, HARDER_AND_LESS),
          on(&[Ep9], &[Disclosure], Any, HARDER)]),
    entry("app.secure-coding", ["アプリのセキュア設計・コーディング", "Secure design and coding of the app"],
        &["SR2-A-2"],
        &[on(&[Ep9], &[Disclosure, Tampering], Any, LESS)]),
    entry("app.updates", ["アプリのアップデート", "Updates of the app"],
        &["SR2-A-3"],
        &[on(&[Ep9], &[Disclosure, Malware, UnknownVulnerability], Any, HARDER)]),
];
