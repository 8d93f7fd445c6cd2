//! T5-8 to T5-13: the tasks of a house's life.

use super::Phase::{After, Construction, Demolition, Design, Renovation, Resale};
use super::Role::Builder;
use super::{See, Task, task};

/// What T5-11, T5-12 and T5-13 ask for in the same words, after the case it is for.
macro_rules! disposal {
    ($ja:literal, $en:literal) => {
        [
            concat!($ja, "機器にデータが残ったまま廃棄する危険を取扱説明書などで示し、注意を促します。廃棄のときは設定とメモリの初期化（工場出荷状態）を勧め、壊して捨てることを勧めるなら自治体の規則に従うよう示します。電子錠など防犯の機器については、廃棄する事業者にデータの初期化を求めます。"),
            concat!($en, "Manuals or the like warn of the danger of data left in a device that is thrown away. They advise to reset settings and memory to factory state and, where destroying is advised, to follow the municipality's rules. For security devices such as electronic locks, the service operator asks whoever disposes of them to erase the data."),
        ]
    };
}

#[rustfmt::skip]
pub(super) static TASKS: [Task; 22] = [
    task(Design, 1, "T5-8/1",
        ["サービス選定", "Choose the service"],
        ["利用者にサービスの内容を説明し、利用するサービスについて同意を得ます。",
         "The service is explained to the residents, and they agree to what they will use."])
        .by(Builder),
    task(Design, 2, "T5-8/2",
        ["設置機器の選定", "Choose the devices to install"],
        ["サービスのレベルに応じた対策基準を満たす機器を選びます。",
         "Devices are chosen that meet what is asked for at the level of the service."])
        .by(Builder).see(&[See::SecondaryRequirements]).requirements(&["R2-2", "R3-3"]),
    task(Design, 3, "T5-8/3",
        ["設計図書への表記・指示", "Put them in the design documents"],
        ["使う機器を、システム系統図などの設計図書にもれなく書き込みます。",
         "Every device used is written into the design documents, such as the diagram of the system."])
        .by(Builder),

    task(Construction, 1, "T5-9/1",
        ["利用者同意取得", "Obtain the residents' consent"],
        ["個人情報などの扱いを説明して同意を得ます。責任の分かれ目を示して説明します。免責事項を説明して同意を得ます。",
         "The handling of personal information is explained and agreed to; where whose responsibility ends is shown and explained; what the service is not liable for is explained and agreed to."]),
    task(Construction, 2, "T5-9/2",
        ["使用機器等の発注", "Order the devices"],
        ["ホームゲートウェイ、センサー、配線などが設計図書に合っていることを確かめます。",
         "Gateway, sensors, wiring and the rest are checked against the design documents."])
        .by(Builder),
    task(Construction, 3, "T5-9/3",
        ["使用機器等の管理・監督", "Supervise the devices"],
        ["不正な機器が持ち込まれていないか、使う機器に不具合がないかを確かめます。設置する機器が、要件を満たした品名・型番であることを確かめます。",
         "It is checked that no illicit device comes in and that none is faulty, and that what is installed is of the makes and models that meet the requirements."])
        .by(Builder).requirements(&["R2-2", "R3-3"]),
    task(Construction, 4, "T5-9/4",
        ["施工確認", "Check the construction"],
        ["契約者、使用機器、オプションを確かめます。施工中と施工後に設計図書・発注明細と照らし合わせて監理し（写真などの記録でもかまいません）、機器の動作とシステム全体の正常性を確かめます。",
         "Contract holder, devices and options are checked. During and after construction it is compared with design documents and orders, which photographs may record; then that devices work and the whole system is in order."])
        .by(Builder),
    task(Construction, 5, "T5-9/5",
        ["提供物確認", "Check what is handed over"],
        ["払い出したキーやカードの数と、引き渡した数を突き合わせます。",
         "The number of keys, cards and the like that were issued is compared with the number handed over."])
        .by(Builder),
    task(Construction, 6, "T5-9/6",
        ["使用機器およびサービス利用方法の説明", "Explain devices and service"],
        ["使用機器とサービスの使い方を、利用者に説明します。",
         "Residents are shown how to use the devices and the service."]),
    task(Construction, 7, "T5-9/7",
        ["利用規約", "Terms of use"],
        ["免責事項、不具合のときの対応、サービス事業者の連絡先などを記します。",
         "They say what the service is not liable for, what to do when something fails, and how to reach the operator."]),

    task(After, 1, "T5-10/1",
        ["利用規約または取扱説明書の提供", "Provide terms of use or manual"],
        ["免責事項を利用規約か取扱説明書に明記して、利用者に示します。サービスのセキュリティ対策の方針も示します。",
         "Terms or manual say what the service is not liable for and are given to residents, as is the service's policy on security."]),
    task(After, 2, "T5-10/2",
        ["運用時の使われ方の定義", "Define how it is to be used"],
        ["利用者が変えてはならない機器構成と設定の範囲を示し、無断で変えないよう注意を促します。想定外の用途に使われないよう、サービスの目的と機能を知らせます。",
         "Residents are told which parts of equipment and settings they may not change, and warned not to; and what the service is for, so that nothing is used for other ends."])
        .requirements(&["R2-6"]),
    task(After, 3, "T5-10/3",
        ["ユーザへの注意喚起", "Warn the users"],
        ["不審な機器や異常な動作を見つけたらすぐ連絡するよう、取扱説明書に記します。初期値のままの利用や設定の誤りで弱くなる場合についても、注意を促します。",
         "The manual asks to tell the operator at once of suspicious devices or odd behaviour, and warns of the weakness that comes of initial values and wrong settings."]),
    task(After, 4, "T5-10/4",
        ["最新の脆弱性への対応", "Deal with new vulnerabilities"],
        ["OS、bootプログラム、アプリケーションの脆弱性情報を常に追い、関わるものが報告されたら更新を提供します。新しいプログラムがあること、脆弱性の影響、更新の手順を利用者に知らせます。",
         "Reports of vulnerabilities of operating system, boot program and applications are followed at all times, and an update is offered when one matters. Residents are told that it is there, what the vulnerability does, and how to update."])
        .requirements(&["R2-7"]),
    task(After, 5, "T5-10/5",
        ["提供物管理", "Keep track of what was handed over"],
        ["払い出したキーやカードの数と、引き渡した数を突き合わせます。なくなったときは、その情報を更新します。",
         "The number of keys, cards and the like that were issued is compared with the number handed over; when one is lost, its information is renewed."]),
    task(After, 6, "T5-10/6",
        ["機器利用制限", "Limit how long devices are used"],
        ["今は十分なアルゴリズムや鍵長もいずれ不十分になりうるため、ある時点で使用をやめるよう勧めることを検討します。長く使われるホームゲートウェイについては保守期間を定め、マニュアルやホームページで知らせます。",
         "Algorithms and key lengths that suffice today may not later, so advising to stop using a device at some time is considered. For gateways, which are used long, the period of maintenance is fixed and told in manual or website."]),

    task(Renovation, 1, "T5-11/1",
        ["既導入機器との互換性確認", "Check that it goes with what is there"],
        ["機器や情報を追加・入れ替え・更新するときに、すでにある機器に影響しないかを確かめます。",
         "When devices or information are added, replaced or renewed, it is checked that what is there already is not affected."])
        .by(Builder),
    task(Renovation, 2, "T5-11/2",
        ["機器廃棄方法の周知", "Tell how to dispose of devices"],
        disposal!("リフォームで利用者が替わり、機器を廃棄するときの対策です。", "For devices that go because a renovation changes who lives in the house. ")),

    task(Resale, 1, "T5-12/1",
        ["提供物管理", "Keep track of what was handed over"],
        ["払い出したキーやカードの数と、引き渡した数を突き合わせます。",
         "The number of keys, cards and the like that were issued is compared with the number handed over."]),
    task(Resale, 2, "T5-12/2",
        ["機器廃棄方法の周知", "Tell how to dispose of devices"],
        disposal!("転売で利用者が替わり、機器を廃棄するときの対策です。", "For devices that go because a sale changes who lives in the house. ")),
    // The guideline refers to 表4-4 of the phase after handover; there is no such table, T5-10 has the items named.
    task(Resale, 3, "T5-12/3",
        ["転売後の管理", "After the sale"],
        ["次の利用者に、免責事項とセキュリティ上の注意事項を知らせます。注意事項は、アフターフェーズの取扱説明書、注意喚起、脆弱性への対応、利用制限の項目です。",
         "The next residents are told what the service is not liable for and what to mind for security: manual, warnings, vulnerabilities and limits of use of the phase after handover."])
        .see(&[See::Task("T5-10/1"), See::Task("T5-10/3"), See::Task("T5-10/4"), See::Task("T5-10/6")]),

    task(Demolition, 1, "T5-13/1",
        ["機器廃棄方法の周知", "Tell how to dispose of devices"],
        disposal!("", "")),
];
