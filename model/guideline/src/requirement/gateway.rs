//! T6-6: what the home gateway has to meet.

use super::rules::{BEYOND, Guide, finer, same};
use super::{Requirement, Subject, all_of_two, row};
use crate::service_level::ServiceLevel::{self, Three, Two};

const SR2: (ServiceLevel, Subject) = (Two, Subject::Gateway);
const SR3: (ServiceLevel, Subject) = (Three, Subject::Gateway);

#[rustfmt::skip]
pub(super) static ROWS: [Requirement; 15] = [
    row(SR2, "SR2-H-1",
        ["共通要件への対応", "Meet the shared requirements"],
        ["★の共通要件を満たします。",
         "The shared requirements of ★ are met."],
        [same(&["UK1", "UK6", "UK13"]), same(&["1798.91.05"]), same(&["CPS.IP-1", "CPS.IP-6", "CPS.PT-2"])])
        .guides(&[Guide::SharedRequirements]),
    row(SR2, "SR2-H-2",
        ["認証", "Authentication"],
        ["つながる機器と互いに認証し合う仕組みを持ちます。",
         "The gateway and what connects to it authenticate each other."],
        [BEYOND, BEYOND, same(&["CPS.AC-3", "CPS.AC-9"])]),
    row(SR2, "SR2-H-3",
        ["相互認証に必要な情報の管理", "Keep the information for mutual authentication"],
        ["相互認証に必要な情報が漏れない仕組みにします。",
         "What mutual authentication needs is kept so that it does not leak."],
        [BEYOND, BEYOND, finer(&["CPS.AC-3", "CPS.AC-9"])]),
    row(SR2, "SR2-H-4",
        ["機器の稼働監視、障害監視", "Watch the devices' operation and failures"],
        ["サービスに使う機器について、(1) 動いているかどうか、(2) 不正な機器がつながっていないかを監視します。",
         "Of the service's devices it is watched (1) whether they are alive and (2) whether illicit ones are connected."],
        [finer(&["UK10"]), BEYOND, same(&["CPS.DS-7", "CPS.CM-2", "CPS.CM-3"])]),
    row(SR2, "SR2-H-5",
        ["USB接続端子の対策", "Protect USB ports"],
        ["USB端子は、物理的なカバーなどで運用担当者以外が使いにくいようにします。サービスに要らないUSB端子は付けません。",
         "USB ports are hard to use for anybody but operating staff, behind a cover for instance; ports that the service does not need are not built in."],
        [BEYOND, BEYOND, finer(&["CPS.PT-2"])]),
    row(SR2, "SR2-H-6",
        ["報告された脆弱性に対する更新ソフトウェアの提供", "Updates for reported vulnerabilities"],
        ["OS、bootプログラム、アプリケーションの脆弱性について報告があったら、試験したうえで、速やかに更新を提供します。",
         "When a vulnerability of the operating system, boot program or application is reported, an update is tested and offered without delay."],
        [same(&["UK3"]), BEYOND, same(&["CPS.DS-7", "CPS.MA-1"])]),
    all_of_two(Subject::Gateway, "SR3-H-1", "★★サービス要件への対応",
        ["★★サービスのホームゲートウェイに対する要求事項をすべて満たします。",
         "Everything asked of the gateway of a ★★ service is met."]),
    row(SR3, "SR3-H-2",
        ["外部インターネットからの不正アクセス防止", "Keep unauthorised access from the internet out"],
        ["インターネットからのアクセスに対し、ファイアウォールなどで不正アクセスを防ぎます。",
         "Access from the internet meets a function that prevents what is unauthorised, such as a firewall."],
        [BEYOND, BEYOND, finer(&["CPS.PT-3"])]),
    row(SR3, "SR3-H-3",
        ["Webアプリケーションの脆弱性を悪用した攻撃対策", "Counter attacks on web applications"],
        ["設定や動作をWebアプリケーションやWeb APIで管理するとき、またはサーバの機能を持つときは、手引きに沿って弱点をなくします。",
         "Where settings and operation are managed over a web application or web API, or there is a server in it, it is made after the guide."],
        [finer(&["UK13"]), BEYOND, finer(&["CPS.CM-3"])])
        .guides(&[Guide::SafeWebsites]),
    row(SR3, "SR3-H-4",
        ["外部インターネットとの通信経路暗号化", "Encrypt the path to the internet"],
        ["インターネットとの通信を、指針に沿って暗号化します。",
         "Communication with the internet is encrypted, after published guides."],
        [finer(&["UK5"]), BEYOND, finer(&["CPS.DS-3"])])
        .unless("★★の「認証」（SR2-H-2）を認証付き暗号で実現しているときは、それで満たされます。",
                "Where the authentication of ★★ (SR2-H-2) uses authenticated encryption, that meets this too.")
        .guides(&[Guide::TlsSettings, Guide::GovernmentCiphers, Guide::LightweightCiphers]),
    row(SR3, "SR3-H-5",
        ["LAN内接続機器との通信経路暗号化", "Encrypt the paths to devices on the house's network"],
        ["宅内LANの機器との通信を、指針に沿って暗号化します。",
         "Communication with devices on the house's network is encrypted, after published guides."],
        [finer(&["UK5"]), BEYOND, finer(&["CPS.DS-3"])])
        .unless("有線でつながる機器は対象外です。★★の「認証」（SR2-H-2）を認証付き暗号で実現しているときは、それで満たされます。",
                "Not for devices connected by wire. Where the authentication of ★★ (SR2-H-2) uses authenticated encryption, that meets this too.")
        .guides(&[Guide::TlsSettings, Guide::GovernmentCiphers, Guide::LightweightCiphers]),
    row(SR3, "SR3-H-6",
        ["データの暗号化", "Encrypt data"],
        ["保存している表3-2の資産のうち、サービスとユースケースから見て重要なものを、指針に沿って暗号化します。",
         "Of the assets of T3-2 that the gateway stores, those that matter in the service and its use cases are encrypted, after published guides."],
        [finer(&["UK4", "UK8"]), BEYOND, finer(&["CPS.DS-2"])])
        .guides(&[Guide::TlsSettings, Guide::GovernmentCiphers, Guide::LightweightCiphers]),
    row(SR3, "SR3-H-7",
        ["鍵管理", "Manage keys"],
        ["通信経路とデータの暗号化に使う鍵を、指針に沿って適切に管理します。",
         "Keys for encrypting paths and data are managed properly, after published guides."],
        [finer(&["UK4"]), BEYOND, finer(&["CPS.DS-5"])])
        .guides(&[Guide::NistKeys, Guide::KeySurvey]),
    row(SR3, "SR3-H-8",
        ["ログ採取・分析", "Take and analyse logs"],
        ["アクセスログを蓄え、インシデントが起きたときに情報基盤の側で分析できるようにします。",
         "Access is logged and kept so that the platform can analyse it when there is an incident."],
        [BEYOND, BEYOND, same(&["CPS.MA-2"])]),
    row(SR3, "SR3-H-9",
        ["脆弱性スキャン・ペネトレーションテストの実施", "Scan for vulnerabilities, test by penetration"],
        ["新しい製品の開発を終えたときとソフトウェアのバージョンを上げるときに、脆弱性スキャンとペネトレーションテストを行い、脆弱性の有無を確かめます。",
         "Vulnerability scans and penetration tests are made when a new product is finished and with each new version of its software."],
        [BEYOND, BEYOND, finer(&["CPS.CM-7"])]),
];
