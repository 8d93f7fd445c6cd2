//! Where an attack can come in: EP① to EP⑩ of fig. 3-1 and T3-4.

use crate::id::table;

table! {
    /// An entry point (fig. 3-1, T3-4). Odd numbers up to EP⑨ are machines and programs, even ones the paths between them.
    EntryPoint is "エントリーポイント（表3-4）", "an entry point (T3-4)";
    1 Ep1 "EP1" | "EP①": "スマートホームサービス情報基盤", "Smart-home service platform";
        "サービス事業者が運用し、住宅の機器と利用者を管理するサーバ群です。",
        "The service operator's servers, which manage homes, their devices and the residents.";
    2 Ep2 "EP2" | "EP②": "スマートホームサービス情報基盤とインターネット間の通信経路", "Path between the platform and the internet";
        "情報基盤がホームゲートウェイ、アプリ、第三者サービスと話すときに通る外部回線です。",
        "The line over which the platform speaks with gateways, apps and third parties.";
    3 Ep3 "EP3" | "EP③": "第三者サービス情報基盤", "Third-party service platform";
        "防犯や救命などを担う別の事業者のサーバ群で、コールセンターのシステムを含みます。",
        "Another company's servers, for security or emergency services, with its call centre.";
    4 Ep4 "EP4" | "EP④": "第三者サービス情報基盤とインターネット間の通信経路", "Path between the third-party platform and the internet";
        "第三者サービスの情報基盤がスマートホーム側の情報基盤と話すときに通る外部回線です。",
        "The line over which the third-party platform speaks with the smart-home platform.";
    5 Ep5 "EP5" | "EP⑤": "ホームゲートウェイ", "Home gateway";
        "住宅とインターネットの境目にあり、機器と情報基盤を安全につなぐ装置です。",
        "The machine at the border of house and internet that joins devices and platform safely.";
    6 Ep6 "EP6" | "EP⑥": "ホームゲートウェイとインターネット間の通信経路", "Path between the home gateway and the internet";
        "ホームゲートウェイから情報基盤へ向かう、住宅側の外部回線です。",
        "The house's line outwards, from the gateway towards the platform.";
    7 Ep7 "EP7" | "EP⑦": "スマートホームサービス対応機器群", "Smart-home devices";
        "住設機器、センサー、防犯・救命用の機器など、サービスに使われる宅内の機器です。",
        "The devices in the house that the service uses: equipment, sensors, security and emergency devices.";
    8 Ep8 "EP8" | "EP⑧": "スマートホームサービス対応機器群とホームゲートウェイ間の通信経路", "Path between the devices and the home gateway";
        "住宅の中で、機器とホームゲートウェイを結ぶ有線・無線の経路です。",
        "The wired and wireless ways inside the house between devices and gateway.";
    9 Ep9 "EP9" | "EP⑨": "スマートフォンアプリ", "Smartphone app";
        "利用者が機器の操作や予定の設定に使うアプリです。",
        "The program with which residents operate devices and set schedules.";
    10 Ep10 "EP10" | "EP⑩": "スマートフォンとホームゲートウェイ間の通信経路", "Path between the phone and the home gateway";
        "宅内で、スマートフォンがホームゲートウェイと直接話すときの無線経路です。",
        "The wireless way on which a phone inside the house speaks with the gateway directly.";
}

impl EntryPoint {
    /// The mark as the guideline prints it: `EP①`.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Ep1 => "EP①",
            Self::Ep2 => "EP②",
            Self::Ep3 => "EP③",
            Self::Ep4 => "EP④",
            Self::Ep5 => "EP⑤",
            Self::Ep6 => "EP⑥",
            Self::Ep7 => "EP⑦",
            Self::Ep8 => "EP⑧",
            Self::Ep9 => "EP⑨",
            Self::Ep10 => "EP⑩",
        }
    }

    /// Whether it is a communication path (EP②, ④, ⑥, ⑧, ⑩) and not a machine or a program.
    #[must_use]
    pub const fn is_path(self) -> bool {
        matches!(self, Self::Ep2 | Self::Ep4 | Self::Ep6 | Self::Ep8 | Self::Ep10)
    }
}
