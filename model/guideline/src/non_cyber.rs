//! Threats that are not attacks on the net, for services that have to stay available: 3.3.2.

use crate::id::table;

table! {
    /// A threat outside cybersecurity (3.3.2). The guideline lists them without numbers; ours are their order. What to do
    /// about them is part of the lifecycle (chapter 5).
    NonCyberThreat is "サイバーセキュリティ以外の想定脅威（3.3.2）", "a threat outside cybersecurity (3.3.2)";
    1 Disaster "disaster": "災害、火災等の事故", "Disasters, fire and other accidents";
        "地震や水害、火災、それに伴う停電や通信の途絶です。",
        "Earthquake, flood, fire, and the power cuts and lost lines that come with them.";
    2 HardwareFailure "hardware-failure": "ハードウェアの故障", "Hardware failure";
        "サーバ、ゲートウェイ、機器の部品が壊れ、動かなくなることです。",
        "Parts of servers, gateways or devices that break.";
    3 SoftwareFault "software-fault": "ソフトウェアの不具合", "Software faults";
        "誰の攻撃もないまま、プログラムの誤りでサービスが止まったり誤って動いたりすることです。",
        "Errors in programs that stop the service or make it act wrongly, with nobody attacking.";
    4 OperatorMisconduct "operator-misconduct": "運用担当者によるオペレーションミスや過失、内部不正", "Mistakes, negligence and misconduct of operating staff";
        "運用に携わる人の誤操作、不注意、故意の不正です。",
        "What people inside operations do wrongly, carelessly or on purpose.";
    5 Maintenance "maintenance": "メンテナンス作業（ソフトウェア、ハードウェアのアップデート）", "Maintenance work (software and hardware updates)";
        "更新や部品の入れ替えのために、サービスを止めたり不安定にしたりすることです。",
        "Stopping or unsettling the service in order to update or replace something.";
    6 ProviderExit "provider-exit": "サービスに関連する事業者のサービス停止や事業撤退", "Providers that stop a service or leave the business";
        "頼りにしている事業者がサービスをやめ、続けられなくなることです。",
        "A company the service relies on ends what it offers.";
    7 PhysicalDestruction "physical-destruction": "物理的な侵入によるハードウェア、ソフトウェアへの破壊行為", "Break-in and destruction of hardware or software";
        "施設や住宅に入り込んだ者が、機器やソフトウェアを壊すことです。",
        "Somebody enters premises or a house and destroys machines or software.";
}
