//! T5-2 to T5-6: the tasks of a service's life.

use super::Phase::{After, Building, Ending, Evaluation, Operation, Planning, Renovation};
use super::Role::{Builder, ThirdParty};
use super::{See, Task, task};
use crate::requirement::Guide;
use crate::service_level::ServiceLevel::Three;

/// Tasks 5 to 15 of T5-5 are done under ISO/IEC 27017, certified or after its rules.
const CLOUD: &[Guide] = &[Guide::CloudSecurity];

#[rustfmt::skip]
pub(super) static TASKS: [Task; 32] = [
    task(Planning, 1, "T5-2/1",
        ["企業組織としての対応方針の策定", "Decide how the company deals with risk"],
        ["サイバーセキュリティのリスクを管理する社内の体制とルールを定めます。",
         "The company sets up who manages cybersecurity risks, and by which rules."]),
    task(Planning, 2, "T5-2/2",
        ["企業組織としての個人情報管理ポリシーの策定", "Decide the company's policy on personal information"],
        ["集める個人情報を定義し、その管理のポリシーを定めます。",
         "Which personal information is collected is defined, and how it is handled."]),
    task(Planning, 3, "T5-2/3",
        ["サービス要件やシステムモデル、ユースケースの定義", "Define requirements, system model and use cases"],
        ["サービスの要件にもとづいてシステムモデルとユースケースを定めます。サービス事業者と委託先・提携先のどこまでが誰の責任かも、システムモデルで明らかにします。",
         "System model and use cases follow from the service's requirements. The model shows where the operator's responsibility ends and that of contractors and partners begins."]),
    task(Planning, 4, "T5-2/4",
        ["リスク分析・評価とサービスレベルの定義", "Analyse risks and set the level of the service"],
        ["保護すべき資産、想定される脅威、リスク値を評価します。重要なデータを扱うか、生命・財産に影響するかを検討し、レベル（★★、★★★）を定めます。",
         "Assets, threats and risk values are assessed. Whether important data are handled, and whether life or property is affected, sets the level (★★, ★★★)."])
        .requirements(&["R2-1", "R3-2"]),
    task(Planning, 5, "T5-2/5",
        ["関連法令への対応検討", "Consider the laws that apply"],
        ["対応が要る法令の項目を洗い出し、機器とシステムでどう対応するかを検討します。",
         "Points of law that apply are listed, and how devices and systems meet them is considered."]),
    task(Planning, 6, "T5-2/6",
        ["セキュリティ対策方針の策定", "Decide the policy of measures"],
        ["リスク分析の結果から対策の方針を定めます。セーフティの観点から、可用性なども考えに入れます。",
         "The policy of measures follows from the analysis; hazards to safety, and so availability, are taken into account."])
        .requirements(&["R2-1", "R3-2"]),
    task(Planning, 7, "T5-2/7",
        ["サービスとしての免責事項の定義", "Define what the service is not liable for"],
        ["災害や火災に伴う停電など、想定される障害についての免責事項を定めます。",
         "For failures that can be foreseen, such as power cuts in disaster or fire, it is defined what the service does not answer for."]),

    task(Building, 1, "T5-3/1",
        ["開発委託先の体制の確認", "Check how contractors develop"],
        ["開発を委託するときは、委託先がセキュリティ・バイ・デザインにもとづく品質管理を行っていることを確かめます。設計とコードのレビューのような静的な評価や、セキュリティテストのような動的な評価がその例です。",
         "Where development is commissioned, the contractor's quality management is checked to be secure by design: static evaluation such as reviews of design and code, dynamic evaluation such as security tests."]),
    task(Building, 2, "T5-3/2",
        ["開発及びソリューションの外部委託", "Commission development and solutions"],
        ["新しい機器の開発やソリューションを委託するときは、サービスのレベルに応じた要求事項を示し、満たすことを必須とします。",
         "Whoever is commissioned with new devices or solutions is given the secondary requirements of the service's level and has to meet them."])
        .see(&[See::SecondaryRequirements]).requirements(&["R2-2", "R3-3"]),

    task(Evaluation, 1, "T5-4/1",
        ["施工時の認証情報、セキュリティ設定の確認", "Check credentials and security settings at construction"],
        ["施工のときに、認証情報とセキュリティの設定が正しく組み込まれていることを確かめます。",
         "At construction it is checked that credentials and security settings have been put in properly."])
        .by(Builder).requirements(&["R2-3"]),
    task(Evaluation, 2, "T5-4/2",
        ["脆弱性の有無のチェック", "Check for vulnerabilities"],
        ["情報基盤、ホームゲートウェイ、機器に既知の脆弱性がないかを調べます。",
         "Platforms, gateway and devices are checked for known vulnerabilities."])
        .requirements(&["R3-6"]),
    task(Evaluation, 3, "T5-4/3",
        ["スマートホームの生産・施工時の対応", "What is done when the house is built"],
        ["その他の対策は、住宅の生産・施工フェーズの発注、管理・監督、施工確認に従います。",
         "The rest is ordering, supervision and check of construction in the phase of building the house."])
        .by(Builder).see(&[See::Task("T5-9/2"), See::Task("T5-9/3"), See::Task("T5-9/4")]),

    task(Operation, 1, "T5-5/1",
        ["サービス契約者の本人認証", "Authenticate the contract holder"],
        ["情報基盤や住宅のシステムは、契約した本人か、本人が許した人だけが使えるように認証します。",
         "Platforms and the house's systems authenticate, so that only the contract holder and whom the holder allows can use them."])
        .requirements(&["R2-4"]),
    task(Operation, 2, "T5-5/2",
        ["ログ収集・データ分析", "Collect and analyse logs"],
        ["不正アクセスなどのインシデントに備えてシステムがログを集め、それを分析できる運用体制を持ちます。",
         "Systems collect logs against incidents such as unauthorised access, and operations are able to analyse them."])
        .requirements(&["R3-5"]),
    task(Operation, 3, "T5-5/3",
        ["データ削除機能の実装", "Be able to delete data"],
        ["個人情報を守るため、サービスのシステムにあるデータを消せるようにします。",
         "For the protection of personal information, data in the service's systems can be deleted."])
        .requirements(&["SR3-PP-14"]),
    task(Operation, 4, "T5-5/4",
        ["現場担当者の認証", "Authenticate the staff on site"],
        ["異常の通報を受けて住宅に着いた人が正しい担当者であることを認証する、仕組みまたは機能を備えます。",
         "There is an arrangement or a function that authenticates whoever arrives at a house after an alarm."])
        .level(Three).requirements(&["R3-7", "SR3-PP-15"]),
    task(Operation, 5, "T5-5/5",
        ["スマートホームサービス情報基盤の運用堅牢化①（データアクセス）", "Harden operation of the platform (1): access to data"],
        ["データに触れる手順とルールを定め、触れられる範囲を最小にし、アクセスの記録を監査し、運用担当者を教育します。",
         "How data are accessed is laid down, how far is kept small, records of access are audited, and staff are trained."])
        .guides(CLOUD).requirements(&["R3-4"]),
    task(Operation, 6, "T5-5/6",
        ["スマートホームサービス情報基盤の運用堅牢化②（サーバログイン）", "Harden operation of the platform (2): log-in to servers"],
        ["ログイン情報を管理する手順とルールを定め、発行する相手を最小にし、運用担当者を教育します。",
         "How log-in information is managed is laid down, as few as possible are given it, and staff are trained."])
        .guides(CLOUD).requirements(&["R3-4"]),
    task(Operation, 7, "T5-5/7",
        ["スマートホームサービス情報基盤の運用ルーム堅牢化①（入室制限）", "Harden the platform's rooms (1): entry"],
        ["許可のない人がサーバルームやオペレーションルームに入れないよう、IDカードなどで管理します。",
         "ID cards or the like keep people without permission out of server and operation rooms."])
        .guides(CLOUD).requirements(&["R3-4"]),
    task(Operation, 8, "T5-5/8",
        ["スマートホームサービス情報基盤の運用ルーム堅牢化②（デバイスの持ち込み制限）", "Harden the platform's rooms (2): devices brought in"],
        ["サーバルームやオペレーションルームへのストレージデバイス、スマートフォン、PCなどの持ち込みを制限し、厳格に管理します。",
         "Bringing storage devices, phones, computers and the like into server and operation rooms is restricted and strictly managed."])
        .guides(CLOUD).requirements(&["R3-4"]),
    task(Operation, 9, "T5-5/9",
        ["スマートホームサービス情報基盤の運用ルーム堅牢化③（入退室履歴管理）", "Harden the platform's rooms (3): record of entry"],
        ["サーバルームやオペレーションルームへの入退室を、監視カメラやIDカードの履歴で記録します。",
         "Cameras or the history of ID cards record who enters and leaves server and operation rooms."])
        .guides(CLOUD).requirements(&["R3-4"]),
    task(Operation, 10, "T5-5/10",
        ["第三者サービス情報基盤の運用堅牢化①（データアクセス）", "Harden operation of the third party's platform (1): access to data"],
        ["コールセンターなどのシステムでも、データに触れる手順とルールを定め、触れられる範囲を最小にし、アクセスの記録を監査し、運用担当者を教育します。",
         "In systems such as a call centre's too, how data are accessed is laid down, how far is kept small, records of access are audited, and staff are trained."])
        .by(ThirdParty).guides(CLOUD).requirements(&["R3-4"]),
    task(Operation, 11, "T5-5/11",
        ["第三者サービス情報基盤の運用堅牢化②（サーバログイン）", "Harden operation of the third party's platform (2): log-in to servers"],
        ["コールセンターなどのシステムでも、ログイン情報を管理する手順とルールを定め、発行する相手を最小にし、運用担当者を教育します。",
         "In systems such as a call centre's too, how log-in information is managed is laid down, as few as possible are given it, and staff are trained."])
        .by(ThirdParty).guides(CLOUD).requirements(&["R3-4"]),
    // The guideline writes 遠隔開錠 here and 遠隔解錠 elsewhere.
    task(Operation, 12, "T5-5/12",
        ["第三者サービス情報基盤の運用堅牢化③（遠隔開錠操作）", "Harden operation of the third party's platform (3): remote unlocking"],
        ["防犯や救命に関わる機器を操作する第三者は、操作の手順を定め、操作の記録を監査し、オペレータを教育します。",
         "A third party that operates devices for security or emergencies lays down how, audits the records of it, and trains its operators."])
        .by(ThirdParty).guides(CLOUD).requirements(&["R3-4"]),
    task(Operation, 13, "T5-5/13",
        ["第三者サービス情報基盤の運用ルーム堅牢化①（入室制限）", "Harden the third party's rooms (1): entry"],
        ["コールセンターなどでも、許可のない人がサーバルームやオペレーションルームに入れないよう、IDカードなどで管理します。",
         "At a call centre and the like too, ID cards or similar keep people without permission out of server and operation rooms."])
        .by(ThirdParty).guides(CLOUD).requirements(&["R3-4"]),
    task(Operation, 14, "T5-5/14",
        ["第三者サービス情報基盤の運用ルーム堅牢化②（デバイスの持ち込み制限）", "Harden the third party's rooms (2): devices brought in"],
        ["コールセンターなどでも、ストレージデバイス、スマートフォン、PCなどの持ち込みを制限し、厳格に管理します。",
         "At a call centre and the like too, bringing in storage devices, phones, computers and the like is restricted and strictly managed."])
        .by(ThirdParty).guides(CLOUD).requirements(&["R3-4"]),
    task(Operation, 15, "T5-5/15",
        ["第三者サービス情報基盤の運用ルーム堅牢化③（入退室履歴管理）", "Harden the third party's rooms (3): record of entry"],
        ["コールセンターなどでも、入退室を監視カメラやIDカードの履歴で記録します。",
         "At a call centre and the like too, cameras or the history of ID cards record who enters and leaves."])
        .by(ThirdParty).guides(CLOUD).requirements(&["R3-4"]),
    task(Operation, 16, "T5-5/16",
        ["サービス提供上のインシデント対応", "Respond to incidents of the service"],
        ["想定外のリスクに対応するCSIRTを組織し、インシデントへの対応と再発防止を行います。脆弱性の報告は、JPCERT/CCなどの組織と連携して扱います。",
         "A CSIRT deals with risks that nobody expected, responds to incidents and prevents their return. Reports of vulnerabilities are handled together with bodies such as JPCERT/CC."])
        .requirements(&["R3-8"]),
    task(Operation, 17, "T5-5/17",
        ["スマートホームサービスの運用保守対応", "Operate and maintain the service"],
        ["その他の対策は、住宅のアフターフェーズとリフォームフェーズに従います。",
         "The rest is what the phases after handover and of renovation ask for."])
        .see(&[See::Phase(After), See::Phase(Renovation)]),

    task(Ending, 1, "T5-6/1",
        ["サービス終了の通知", "Give notice of the end"],
        ["使えなくなるまで一年程度の期間をとって利用者に前もって知らせ、代わりのサービスも含めて適切に説明します。",
         "Residents are told about a year before the service stops, with a proper explanation that includes what may replace it."]),
    task(Ending, 2, "T5-6/2",
        ["収集した個人情報の破棄", "Destroy the personal information collected"],
        ["管理のポリシーに沿って、集めた個人情報を破棄します。代わりのサービスに移るときは、利用者の同意があれば引き続き使えます。",
         "Personal information is destroyed after the policy; where a replacing service takes over, it may be used on with the resident's consent."]),
    task(Ending, 3, "T5-6/3",
        ["機器廃棄方法の周知", "Tell how to dispose of devices"],
        ["住宅の解体フェーズと同じ方法で、機器の廃棄のしかたを知らせます。",
         "How to dispose of devices is told as in the phase of demolition."])
        .see(&[See::Task("T5-13/1")]),
];
