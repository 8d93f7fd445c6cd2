//! What has to be protected: the kinds of asset and where they are, T3-2.

mod rows;

use crate::entry_point::EntryPoint;
use crate::id::table;
use crate::system_box::SystemBox;
use crate::text::Text;

pub use rows::ASSETS;

table! {
    /// Whether an asset is what matters or what protects it (T3-2, notes 1 and 2).
    AssetClass is "資産種別（表3-2）", "a class of asset (T3-2)";
    1 Primary "primary": "一次資産", "Primary asset";
        "守るべき資産そのものです。",
        "What is to be protected for its own sake.";
    2 Secondary "secondary": "二次資産", "Secondary asset";
        "認証情報や暗号鍵など、一次資産を守るために必要になる資産です。",
        "What is needed to protect primary assets, such as credentials and keys.";
    3 Both "primary-and-secondary": "一次資産/二次資産", "Primary and secondary asset";
        "経路を流れるデータのように、どちらの資産も含むものです。",
        "What holds both, such as the data on a path.";
}

table! {
    /// A kind of asset, as T3-2, T3-10 and T3-11 name them. The tables number none; the order is that of first mention.
    AssetKind is "保護すべき資産（表3-2）", "a kind of asset (T3-2)";
    1 SecurityFunction "security-function": "ハードウェア、ソフトウェア（セキュリティ機能それ自体）", "Hardware and software (the security function itself)";
        "セキュリティを担う機械とプログラムが、正しく働き続けることです。",
        "The machines and programs that look after security, and that they work.";
    2 SettingsAndLogs "settings-and-logs": "設定情報、ログ情報", "Settings and logs";
        "動き方を決める値と、何が起きたかの記録です。",
        "The values that decide how something behaves, and the record of what happened.";
    3 Function "function": "ハードウェア、ソフトウェア（機能それ自体）", "Hardware and software (the function itself)";
        "機械とプログラムが、本来の役目を果たし続けることです。",
        "The machines and programs, and that they do what they are there for.";
    4 Credentials "credentials": "認証情報", "Credentials";
        "相手を確かめるための秘密や証明です。",
        "Secrets and proofs by which one side knows the other.";
    5 Keys "keys": "暗号鍵", "Cryptographic keys";
        "暗号化や署名に使う鍵です。",
        "Keys for encryption and signatures.";
    6 DeviceState "device-state": "機器の状態管理情報", "Device state";
        "どの機器がいまどうなっているかの情報です。",
        "What is known of the state of each device.";
    7 PersonalInformation "personal-information": "個人情報（利用者の氏名、住所、電話番号等）", "Personal information (names, addresses, telephone numbers …)";
        "利用者が誰であるかが分かる情報です。",
        "What tells who a resident is.";
    8 UpdateSoftware "update-software": "アップデートソフトウェア", "Update software";
        "配信する更新用のプログラムです。",
        "The programs that are delivered as updates.";
    9 DataOnPath "data-on-path": "通信経路上のデータ", "Data on a path";
        "通信路を流れている間のデータです。",
        "Data while it travels.";
    10 PersonalIfImplemented "personal-if-implemented": "個人情報（対象機器の実装機能に依存する）", "Personal information (if the device has such a function)";
        "機器の機能によっては扱うことになる個人情報です。",
        "Personal information that a device may handle, depending on what it can do.";
    11 ControlSignal "control-signal": "制御信号", "Control signals";
        "機器を動かすための指示です。",
        "What makes a device act.";
    12 SensorData "sensor-data": "センシングデータ", "Sensor data";
        "センサーが測った値です。",
        "What sensors measured.";
    13 AppFunction "app-function": "ソフトウェア（機能それ自体）", "Software (the function itself)";
        "アプリが、本来の役目を果たし続けることです。",
        "The app, and that it does what it is there for.";
    14 PhoneInformation "phone-information": "スマートフォン内の個人情報や機微情報", "Personal and sensitive information in the phone";
        "スマートフォンの中にある、利用者の個人情報や他人に知られたくない情報です。",
        "What the phone holds about its owner, and what its owner would rather keep private.";
}

table! {
    /// A machine that T3-2 names in its second column. Paths and the app are named by their entry point alone.
    Holder is "機器名（表3-2）", "a machine (T3-2)";
    1 SecurityServer "security-server": "セキュリティサーバ", "Security server";
        "情報基盤のセキュリティを管理するサーバです。",
        "The server that looks after the platform's security.";
    2 AuthServer "auth-server": "認証サーバ", "Authentication server";
        "利用者や機器を認証するサーバです。",
        "The server that authenticates people and machines.";
    3 DeviceStateServer "device-state-server": "サービス機器状態管理サーバ", "Device-state server";
        "機器の状態を管理するサーバです。",
        "The server that keeps the state of devices.";
    4 PersonalInfoServer "personal-info-server": "個人情報管理サーバ", "Personal-information server";
        "利用者の情報を管理するサーバです。",
        "The server that keeps information about residents.";
    5 RemoteMaintenanceServer "remote-maintenance-server": "リモートメンテナンスサーバ", "Remote-maintenance server";
        "更新用ソフトウェアを配信するサーバです。",
        "The server that delivers updates.";
    6 ThirdPartyServer "third-party-server": "第三者サービス提供サービス用サーバ", "Third party's service server";
        "第三者がサービスを提供するためのサーバです。",
        "The server by which a third party provides its service.";
    7 HomeGateway "home-gateway": "ホームゲートウェイ", "Home gateway";
        "住宅とインターネットの境目の装置です。",
        "The machine at the border of house and internet.";
    8 Equipment "equipment": "空調・照明機器等", "Air conditioning, lighting and the like";
        "住宅に据え付けられた設備です。",
        "Equipment of the building.";
    9 Sensor "sensor": "センサー機器", "Sensors";
        "住宅の様子を測る機器です。",
        "Devices that measure.";
    10 OtherLevelTwo "other-level-2-device": "その他★★サービス対応機器", "Other devices for ★★ services";
        "上記以外で★★サービスに使う機器です。",
        "Whatever else a ★★ service uses.";
    11 SecurityDevice "security-device": "防犯サービス対応機器", "Devices for security services";
        "電気錠や防犯カメラなど、防犯サービスに使う機器です。",
        "What a security service uses, such as electric locks and cameras.";
    12 EmergencyDevice "emergency-device": "救命サービス対応機器", "Devices for emergency services";
        "救命サービスに使う機器です。",
        "What an emergency medical service uses.";
}

impl Holder {
    /// The entry point that the machine belongs to.
    #[must_use]
    pub const fn entry_point(self) -> EntryPoint {
        match self {
            Self::SecurityServer
            | Self::AuthServer
            | Self::DeviceStateServer
            | Self::PersonalInfoServer
            | Self::RemoteMaintenanceServer => EntryPoint::Ep1,
            Self::ThirdPartyServer => EntryPoint::Ep3,
            Self::HomeGateway => EntryPoint::Ep5,
            Self::Equipment | Self::Sensor | Self::OtherLevelTwo | Self::SecurityDevice | Self::EmergencyDevice => {
                EntryPoint::Ep7
            }
        }
    }

    /// The box of T2-3 that it is. Devices for security and emergency services are in T3-2 but not in T2-3, whose
    /// home appliances in turn are not in T3-2.
    #[must_use]
    pub const fn system_box(self) -> Option<SystemBox> {
        match self {
            Self::SecurityServer => Some(SystemBox::SecurityServer),
            Self::AuthServer => Some(SystemBox::AuthServer),
            Self::DeviceStateServer => Some(SystemBox::DeviceStateServer),
            Self::PersonalInfoServer => Some(SystemBox::PersonalInfoServer),
            Self::RemoteMaintenanceServer => Some(SystemBox::RemoteMaintenanceServer),
            Self::ThirdPartyServer => Some(SystemBox::ThirdPartyServers),
            Self::HomeGateway => Some(SystemBox::HomeGateway),
            Self::Equipment => Some(SystemBox::Equipment),
            Self::Sensor => Some(SystemBox::Sensor),
            Self::OtherLevelTwo => Some(SystemBox::OtherLevelTwo),
            Self::SecurityDevice | Self::EmergencyDevice => None,
        }
    }
}

impl AssetKind {
    /// Whether the asset tells, or may tell, who somebody is.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::PersonalInformation | Self::PersonalIfImplemented | Self::PhoneInformation
        )
    }
}

/// One row of T3-2: the assets of one class at one machine, path or program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssetRow {
    /// The stable id: entry point, machine where there is one, class; `EP1/auth-server/secondary`.
    pub id: &'static str,
    /// First column.
    pub entry_point: EntryPoint,
    /// Second column; none for paths and the app.
    pub holder: Option<Holder>,
    /// Third column.
    pub class: AssetClass,
    /// Fourth column. At EP⑧ `DataOnPath` stands first and what it consists of after it.
    pub assets: &'static [AssetKind],
    /// What the row says beyond the kinds.
    pub note: Option<Text>,
}

/// The rows of one entry point, in the order of T3-2.
pub fn assets_at(entry_point: EntryPoint) -> impl Iterator<Item = &'static AssetRow> {
    ASSETS.iter().filter(move |row| row.entry_point == entry_point)
}
