//! What is harmed: T3-8.

use crate::id::table;

table! {
    /// What is harmed (T3-8, "Whom").
    Target is "何が危害を受けたか（表3-8）", "what is harmed (T3-8)";
    1 IotFunction "iot-function": "IoT機能", "IoT function";
        "通信やセキュリティ対策など、機器がシステムにつながるための機能です。",
        "What a device needs to be part of the system, such as communication and security.";
    2 PrimaryFunction "primary-function": "本来機能", "Primary function";
        "機器やシステムが、もともと果たすための機能です。",
        "What a device or system is there for.";
    3 Service "service": "サービス", "Service";
        "機器とシステムが連携して提供するサービスです。",
        "What devices and systems provide together.";
    4 Information "information": "情報", "Information";
        "利用者の個人情報、機器から集めた情報、機器やシステムの設定情報です。",
        "Personal information, what was collected from devices, and settings.";
    5 LifeAndProperty "life-and-property": "生命・財産", "Life and property";
        "利用者自身の生命と、利用者の財産です。",
        "The life of the user and what the user owns.";
    6 Other "other": "その他", "Other";
        "1から5までに当たらない対象です。",
        "Anything that is none of the above.";
}
