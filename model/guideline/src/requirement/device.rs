//! T6-7: what devices have to meet.

use super::rules::{BEYOND, Guide, finer, same};
use super::{Requirement, Subject, all_of_two, row};
use crate::service_level::ServiceLevel::{self, Three, Two};

const SR2: (ServiceLevel, Subject) = (Two, Subject::Device);
const SR3: (ServiceLevel, Subject) = (Three, Subject::Device);

#[rustfmt::skip]
pub(super) static ROWS: [Requirement; 10] = [
    row(SR2, "SR2-D-1",
        ["共通要件への対応", "Meet the shared requirements"],
        ["★の共通要件を満たします。",
         "The shared requirements of ★ are met."],
        [same(&["UK1", "UK6", "UK13"]), same(&["1798.91.05"]), same(&["CPS.IP-1", "CPS.IP-6", "CPS.PT-2"])])
        .guides(&[Guide::SharedRequirements]),
    row(SR2, "SR2-D-2",
        ["認証", "Authentication"],
        ["つながる機器と互いに認証し合う仕組みを持ちます。",
         "The device and what it connects to authenticate each other."],
        [BEYOND, BEYOND, same(&["CPS.AC-3", "CPS.AC-9"])]),
    row(SR2, "SR2-D-3",
        ["相互認証に必要な情報の管理", "Keep the information for mutual authentication"],
        ["相互認証に必要な情報が漏れない仕組みにします。",
         "What mutual authentication needs is kept so that it does not leak."],
        [BEYOND, BEYOND, same(&["CPS.AC-3", "CPS.AC-9"])]),
    row(SR2, "SR2-D-4",
        ["USB接続端子の対策", "Protect USB ports"],
        ["USB端子は、物理的なカバーなどで運用担当者以外が使いにくいようにします。サービスに要らないUSB端子は付けません。",
         "USB ports are hard to use for anybody but operating staff, behind a cover for instance; ports that the service does not need are not built in."],
        [BEYOND, BEYOND, finer(&["CPS.PT-2"])]),
    row(SR2, "SR2-D-5",
        ["報告された脆弱性に対する更新ソフトウェアの提供", "Updates for reported vulnerabilities"],
        ["機器のソフトウェアまたはファームウェアの脆弱性について報告があったら、試験したうえで、速やかに更新を提供します。",
         "When a vulnerability of the device's software or firmware is reported, an update is tested and offered without delay."],
        [same(&["UK3"]), BEYOND, same(&["CPS.DS-7", "CPS.MA-1"])]),
    all_of_two(Subject::Device, "SR3-D-1", "★★サービス要件への対応",
        ["★★サービスの機器に対する要求事項をすべて満たします。",
         "Everything asked of the devices of a ★★ service is met."]),
    row(SR3, "SR3-D-2",
        ["LAN内接続機器との通信経路暗号化", "Encrypt the paths to others on the house's network"],
        ["宅内LANでつながる機器との通信を、指針に沿って暗号化します。",
         "Communication with others on the house's network is encrypted, after published guides."],
        [finer(&["UK5"]), BEYOND, finer(&["CPS.DS-3"])])
        .unless("有線でつながるときは不要です。★★の「認証」（SR2-D-2）を認証付き暗号で実現しているときは、それで満たされます。",
                "Not for connections by wire. Where the authentication of ★★ (SR2-D-2) uses authenticated encryption, that meets this too.")
        .guides(&[Guide::TlsSettings, Guide::GovernmentCiphers, Guide::LightweightCiphers]),
    row(SR3, "SR3-D-3",
        ["鍵管理", "Manage keys"],
        ["通信経路の暗号化に使う鍵を、適切に管理します。",
         "Keys for encrypting paths are managed properly."],
        [same(&["UK4"]), BEYOND, same(&["CPS.DS-5"])]),
    row(SR3, "SR3-D-4",
        ["可用性に考慮した通信I/F", "Connections chosen for availability"],
        ["ホームゲートウェイとの接続方法は、サービスに応じて、可用性を考えたものを選びます。",
         "How the device is connected to the gateway is chosen with availability in mind, as the service needs it."],
        [BEYOND, BEYOND, same(&["CPS.DS-7"])]),
    row(SR3, "SR3-D-5",
        ["脆弱性スキャン・ペネトレーションテストの実施", "Scan for vulnerabilities, test by penetration"],
        ["新しい製品の開発を終えたときとソフトウェアのバージョンを上げるときに、脆弱性スキャンとペネトレーションテストを行い、脆弱性の有無を確かめます。",
         "Vulnerability scans and penetration tests are made when a new product is finished and with each new version of its software."],
        [BEYOND, BEYOND, finer(&["CPS.CM-7"])]),
];
