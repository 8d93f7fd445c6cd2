//! Where it happens: T3-9.

use crate::id::table;

table! {
    /// Where it happens (T3-9, "Where"). T3-10 writes row 2 as 保守用/IF four times; we read 保守用 I/F.
    Place is "どこで発生したか（表3-9）", "where it happens (T3-9)";
    1 NormalInterface "normal-interface": "通常使用I/F", "Interface for normal use";
        "利用者の操作パネル、サービスが使う有線・無線の接続、USB端子などです。",
        "The user's panel, the service's wired and wireless connections, USB ports and the like.";
    2 MaintenanceInterface "maintenance-interface": "保守用I/F", "Interface for maintenance";
        "管理者の操作パネル、遠隔管理の接続、ソフトウェア更新用のUSB端子などです。",
        "The administrator's panel, remote management, USB ports for updates and the like.";
    3 IrregularInterface "irregular-interface": "非正規I/F", "Irregular interface";
        "閉じ忘れた不要なポートや、製造のときだけ使う端子などです。",
        "Ports that nobody closed, connectors meant for the factory only and the like.";
    4 InherentRisk "inherent-risk": "内包リスク", "Inherent risk";
        "不具合、攻撃される弱点、悪用されると危険な機能など、内側に抱えた原因です。",
        "What lies inside: defects, weaknesses, functions that do harm when misused.";
    5 PhysicalContact "physical-contact": "物理的接触", "Physical contact";
        "部品のすり替えや改造など、本体に直接触れることです。",
        "Touching the thing itself, to swap or alter its parts.";
}
