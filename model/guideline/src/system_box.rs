//! What a smart home is built of: the boxes of fig. 2-3, described in T2-3.

use crate::entry_point::EntryPoint;
use crate::id::table;

table! {
    /// A box of the system model (T2-3). The table numbers no rows; the number is the place in it.
    SystemBox is "システムモデルの構成機器（表2-3）", "a box of the system model (T2-3)";
    1 SecurityServer "security-server": "セキュリティサーバ", "Security server";
        "情報基盤全体のセキュリティを管理します。",
        "Looks after the security of the platform.";
    2 AuthServer "auth-server": "認証サーバ", "Authentication server";
        "利用者、運用者、ホームゲートウェイが名乗るとおりの相手かを確かめます。",
        "Makes sure that residents, operators and gateways are who they say they are.";
    3 DeviceStateServer "device-state-server": "サービス機器状態管理サーバ", "Device-state server";
        "宅内の機器から届く情報をもとに、各機器の状態を管理します。",
        "Keeps the state of every device from what the devices send.";
    4 PersonalInfoServer "personal-info-server": "個人情報管理サーバ", "Personal-information server";
        "利用者に関する情報を管理します。",
        "Keeps the information about residents.";
    5 RemoteMaintenanceServer "remote-maintenance-server": "リモートメンテナンスサーバ", "Remote-maintenance server";
        "ホームゲートウェイと機器の更新用ソフトウェアを管理し、配信します。",
        "Keeps and delivers updates for gateways and devices.";
    6 HomeGateway "home-gateway": "ホームゲートウェイ", "Home gateway";
        "インターネットと住宅の間に立ち、情報基盤と機器を安全に結びます。",
        "Stands between internet and house and joins platform and devices safely.";
    7 Equipment "equipment": "空調・照明機器等 住宅設備機器（住設機器）", "Air conditioning, lighting and other equipment of the building";
        "住宅に据え付けられる空調や照明などの設備です。",
        "What is installed in the building, such as air conditioning and lighting.";
    8 Appliance "appliance": "家電機器", "Home appliances";
        "テレビ、パソコン、冷蔵庫、洗濯機など、家庭で使う電気機器です。",
        "Television, computer, refrigerator, washing machine and the like.";
    9 Sensor "sensor": "センサー機器", "Sensors";
        "住宅の温度、湿度、人の気配などを測ります。",
        "Measure temperature, humidity, presence and the like.";
    10 OtherLevelTwo "other-level-2-device": "その他★★サービス対応機器", "Other devices for ★★ services";
        "HEMSのコントローラや情報家電など、上記以外で★★サービスに使う機器です。",
        "Whatever else a ★★ service uses, such as HEMS controllers and networked appliances.";
    11 ThirdPartyServers "third-party-servers": "各種サーバ（クラウド他）", "Servers of a third party (cloud and others)";
        "第三者サービスの提供に必要な、クラウドなどに置かれるサーバです。",
        "The servers, in a cloud or elsewhere, that a third party's service needs.";
}

table! {
    /// The three parts into which T2-3 groups its boxes.
    Part is "システムモデルの区分（表2-3）", "a part of the system model (T2-3)";
    1 Platform "platform": "スマートホームサービス情報基盤", "Smart-home service platform";
        "機器を管理し、サービスの土台となる情報システムです。",
        "The information system that manages the devices and carries the services.";
    2 Home "home": "スマートホーム", "Smart home";
        "住宅の中に置かれるゲートウェイと機器です。",
        "The gateway and the devices inside the dwelling.";
    3 ThirdParty "third-party": "第三者サービス情報基盤", "Third-party service platform";
        "防犯や救命などのサービスで連携する、コールセンターなどの情報システムです。",
        "Systems such as a call centre's, joined for services like security and emergency help.";
}

impl SystemBox {
    /// The part of the system model under whose heading the box stands.
    #[must_use]
    pub const fn part(self) -> Part {
        match self {
            Self::SecurityServer
            | Self::AuthServer
            | Self::DeviceStateServer
            | Self::PersonalInfoServer
            | Self::RemoteMaintenanceServer => Part::Platform,
            Self::HomeGateway | Self::Equipment | Self::Appliance | Self::Sensor | Self::OtherLevelTwo => Part::Home,
            Self::ThirdPartyServers => Part::ThirdParty,
        }
    }

    /// The entry point that the box is examined at (T3-2, T3-4).
    #[must_use]
    pub const fn entry_point(self) -> EntryPoint {
        match self.part() {
            Part::Platform => EntryPoint::Ep1,
            Part::ThirdParty => EntryPoint::Ep3,
            Part::Home if matches!(self, Self::HomeGateway) => EntryPoint::Ep5,
            Part::Home => EntryPoint::Ep7,
        }
    }
}
