//! T6-8: what the smartphone app has to meet. There is nothing beyond ★★ (6.2.5).

use super::rules::{BEYOND, Guide, same};
use super::{Requirement, Subject, row};
use crate::service_level::ServiceLevel::{self, Two};

const SR2: (ServiceLevel, Subject) = (Two, Subject::App);

#[rustfmt::skip]
pub(super) static ROWS: [Requirement; 3] = [
    row(SR2, "SR2-A-1",
        ["利用者の認証", "Authenticate the resident"],
        ["アプリを使うときに、多要素認証で利用者を確かめます。",
         "Whoever uses the app is authenticated by several factors."],
        [BEYOND, BEYOND, same(&["CPS.AC-3", "CPS.AC-9"])]),
    row(SR2, "SR2-A-2",
        ["セキュア設計・コーディング", "Design and write securely"],
        ["手引きに沿って、セキュリティを考えた設計とコーディングを行います。",
         "The app is designed and written with security in mind, after the guide."],
        [BEYOND, BEYOND, same(&["CPS.RA-4"])])
        .guides(&[Guide::AndroidCoding]),
    row(SR2, "SR2-A-3",
        ["スマートフォンアプリのアップデート", "Update the app"],
        ["アプリに影響するセキュリティホールや不具合が見つかったら、速やかに更新を公開します。",
         "When a security hole or a fault that affects the app is found, an update is released without delay."],
        [same(&["UK3"]), BEYOND, same(&["CPS.DS-7", "CPS.MA-1"])]),
];
