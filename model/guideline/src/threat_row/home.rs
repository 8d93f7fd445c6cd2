//! T3-11: the gateway (EP⑤) and its line (EP⑥), the devices (EP⑦) and their path (EP⑧), the app (EP⑨) and its path (EP⑩).

use super::whom::{INFORMATION, IOT, OTHER, PRIMARY, PRIMARY_INFORMATION, SERVICE_LIFE};
use super::{Case, ThreatRow, case};
use crate::actor::Actor::{Attacker, UserIntended};
use crate::entry_point::EntryPoint::{Ep5, Ep6, Ep7, Ep8, Ep9, Ep10};
use crate::interface::Interface::{self, Ethernet, Lte, OtherWired, OtherWireless, WiFi};
use crate::place::Place::NormalInterface;
use crate::threat::Threat::{
    DenialOfService, Disclosure, Malware, Spoofing, SteppingStone, Tampering, UnauthorisedAccess,
};

/// The house's network, as `EP5-9` has it.
const LAN: &[Interface] = &[Ethernet, WiFi, OtherWireless];
/// Whatever a device is connected by.
const ANY: &[Interface] = &[Ethernet, WiFi, OtherWired, OtherWireless];
/// Radio between devices and gateway.
const RADIO: &[Interface] = &[WiFi, OtherWireless];
/// What a phone is connected by.
const PHONE: &[Interface] = &[WiFi, Lte];

#[rustfmt::skip]
pub(super) static ROWS: [ThreatRow; 33] = [
    GATEWAY_ACCESS     .row("EP5-1a", &[Ethernet],   Attacker,     PRIMARY,             NormalInterface),
    GATEWAY_ACCESS     .row("EP5-1b", &[Ethernet],   Attacker,     SERVICE_LIFE,        NormalInterface),
    GATEWAY_THEFT      .row("EP5-2",  &[Ethernet],   Attacker,     INFORMATION,         NormalInterface),
    GATEWAY_TAMPERING  .row("EP5-3a", &[Ethernet],   Attacker,     PRIMARY,             NormalInterface),
    GATEWAY_TAMPERING  .row("EP5-3b", &[Ethernet],   Attacker,     SERVICE_LIFE,        NormalInterface),
    GATEWAY_SPOOFING   .row("EP5-4",  &[Ethernet],   Attacker,     SERVICE_LIFE,        NormalInterface),
    GATEWAY_MALWARE    .row("EP5-5",  &[Ethernet],   Attacker,     SERVICE_LIFE,        NormalInterface),
    GATEWAY_DENIAL     .row("EP5-6",  &[Ethernet],   Attacker,     SERVICE_LIFE,        NormalInterface),
    GATEWAY_STORAGE_OUT.row("EP5-7",  &[OtherWired], UserIntended, INFORMATION,         NormalInterface),
    GATEWAY_STORAGE_IN .row("EP5-8a", &[OtherWired], UserIntended, PRIMARY,             NormalInterface),
    GATEWAY_STORAGE_IN .row("EP5-8b", &[OtherWired], UserIntended, SERVICE_LIFE,        NormalInterface),
    GATEWAY_NEIGHBOUR  .row("EP5-9a", LAN,           Attacker,     PRIMARY_INFORMATION, NormalInterface),
    GATEWAY_NEIGHBOUR  .row("EP5-9b", LAN,           Attacker,     SERVICE_LIFE,        NormalInterface),
    GATEWAY_RELAY      .row("EP5-10", &[Ethernet],   Attacker,     IOT,                 NormalInterface),
    GATEWAY_LINE       .row("EP6-1",  &[Ethernet],   Attacker,     INFORMATION,         NormalInterface),
    DEVICE_ACCESS      .row("EP7-1a", ANY,           Attacker,     IOT,                 NormalInterface),
    DEVICE_ACCESS      .row("EP7-1b", ANY,           Attacker,     SERVICE_LIFE,        NormalInterface),
    DEVICE_THEFT       .row("EP7-2",  ANY,           Attacker,     INFORMATION,         NormalInterface),
    DEVICE_TAMPERING   .row("EP7-3a", ANY,           Attacker,     PRIMARY,             NormalInterface),
    DEVICE_TAMPERING   .row("EP7-3b", ANY,           Attacker,     SERVICE_LIFE,        NormalInterface),
    DEVICE_SPOOFING    .row("EP7-4",  ANY,           Attacker,     SERVICE_LIFE,        NormalInterface),
    DEVICE_STORAGE_OUT .row("EP7-5",  &[OtherWired], UserIntended, INFORMATION,         NormalInterface),
    DEVICE_STORAGE_IN  .row("EP7-6a", &[OtherWired], UserIntended, PRIMARY_INFORMATION, NormalInterface),
    DEVICE_STORAGE_IN  .row("EP7-6b", &[OtherWired], UserIntended, SERVICE_LIFE,        NormalInterface),
    DEVICE_RELAY       .row("EP7-7",  ANY,           Attacker,     OTHER,               NormalInterface),
    PATH_SPOOFING      .row("EP8-1a", RADIO,         Attacker,     PRIMARY,             NormalInterface),
    PATH_SPOOFING      .row("EP8-1b", RADIO,         Attacker,     SERVICE_LIFE,        NormalInterface),
    PATH_THEFT         .row("EP8-2",  RADIO,         Attacker,     INFORMATION,         NormalInterface),
    APP_WEAKNESS       .row("EP9-1",  PHONE,         UserIntended, INFORMATION,         NormalInterface),
    APP_SIGN_IN_READ   .row("EP9-2",  PHONE,         Attacker,     PRIMARY,             NormalInterface),
    APP_SIGN_IN_ACT    .row("EP9-3",  PHONE,         Attacker,     PRIMARY,             NormalInterface),
    PHONE_SPOOFING     .row("EP10-1", &[WiFi],       Attacker,     PRIMARY,             NormalInterface),
    PHONE_THEFT        .row("EP10-2", &[WiFi],       Attacker,     INFORMATION,         NormalInterface),
];

const GATEWAY_ACCESS: Case = case(
    Ep5,
    UnauthorisedAccess,
    "既知の脆弱性を突いて、ホームゲートウェイに入り込まれます。",
    "Somebody gets into the gateway through a known vulnerability.",
);
const GATEWAY_THEFT: Case = case(
    Ep5,
    Disclosure,
    "アクセス制御や認証の不備から、ホームゲートウェイのデータや設定値を盗まれます。",
    "Data or settings of the gateway are stolen because access control or authentication has a gap.",
);
const GATEWAY_TAMPERING: Case = case(
    Ep5,
    Tampering,
    "ホームゲートウェイのデータや設定値を書き換えられます。",
    "Data or settings of the gateway are changed.",
);
const GATEWAY_SPOOFING: Case = case(
    Ep5,
    Spoofing,
    "APIの相手である情報基盤になりすまされ、改ざんされたメッセージで攻撃されます。",
    "Over the API, somebody poses as the platform and attacks with altered messages.",
);
const GATEWAY_MALWARE: Case = case(
    Ep5,
    Malware,
    "インターネットからの攻撃で、ホームゲートウェイがマルウェアに感染します。",
    "An attack from the internet infects the gateway with malware.",
);
const GATEWAY_DENIAL: Case = case(
    Ep5,
    DenialOfService,
    "DoS攻撃や多数の送信元からのDDoS攻撃で、ホームゲートウェイが応答できなくなります。",
    "Denial of service, from one source or from many, keeps the gateway from answering.",
);
const GATEWAY_STORAGE_OUT: Case = case(
    Ep5,
    Disclosure,
    "接続されたストレージデバイスに、ホームゲートウェイの情報が持ち出されます。",
    "Information leaves the gateway on a storage device that was connected to it.",
);
const GATEWAY_STORAGE_IN: Case = case(
    Ep5,
    Malware,
    "接続されたストレージデバイスから、ホームゲートウェイがマルウェアに感染します。",
    "A storage device that was connected to the gateway infects it.",
);
const GATEWAY_NEIGHBOUR: Case = case(
    Ep5,
    Malware,
    "宅内LANにつながる他の機器から、ホームゲートウェイがマルウェアに感染します。",
    "Another machine on the house's network infects the gateway.",
);
const GATEWAY_RELAY: Case = case(
    Ep5,
    SteppingStone,
    "ホームゲートウェイがボットにされるなどして、他への攻撃に使われます。",
    "The gateway is made a bot or otherwise used for attacks on others.",
);
const GATEWAY_LINE: Case = case(
    Ep6,
    Disclosure,
    "ホームゲートウェイとインターネットの間に割り込んだ者に、通信を盗み見られます。",
    "A man in the middle reads what passes between the gateway and the internet.",
);
const DEVICE_ACCESS: Case = case(
    Ep7,
    UnauthorisedAccess,
    "既知の脆弱性を突いて、機器に入り込まれます。",
    "Somebody gets into a device through a known vulnerability.",
);
const DEVICE_THEFT: Case = case(
    Ep7,
    Disclosure,
    "アクセス制御や認証の不備から、機器のデータや設定値を盗まれます。",
    "Data or settings of a device are stolen because access control or authentication has a gap.",
);
const DEVICE_TAMPERING: Case = case(
    Ep7,
    Tampering,
    "機器のデータや設定値を書き換えられます。",
    "Data or settings of a device are changed.",
);
const DEVICE_SPOOFING: Case = case(
    Ep7,
    Spoofing,
    "ホームゲートウェイになりすまされ、改ざんされたメッセージで機器が攻撃されます。",
    "Somebody poses as the gateway and attacks devices with altered messages.",
);
const DEVICE_STORAGE_OUT: Case = case(
    Ep7,
    Disclosure,
    "USB端子などに接続されたストレージデバイスに、機器の情報が持ち出されます。",
    "Information leaves a device on storage connected to its USB port or the like.",
);
const DEVICE_STORAGE_IN: Case = case(
    Ep7,
    Malware,
    "USB端子などに接続されたストレージデバイスから、機器がマルウェアに感染します。",
    "Storage connected to a device's USB port or the like infects it.",
);
const DEVICE_RELAY: Case = case(
    Ep7,
    SteppingStone,
    "機器がボットにされるなどして、他への攻撃に使われます。",
    "A device is made a bot or otherwise used for attacks on others.",
);
const PATH_SPOOFING: Case = case(
    Ep8,
    Spoofing,
    "機器とホームゲートウェイの間に割り込んだ者が、機器の制御信号を偽ります。",
    "A man in the middle between device and gateway forges the signals that control the device.",
);
const PATH_THEFT: Case = case(
    Ep8,
    Disclosure,
    "機器とホームゲートウェイの間に割り込んだ者に、通信を盗み見られます。",
    "A man in the middle reads what passes between device and gateway.",
);
const APP_WEAKNESS: Case = case(
    Ep9,
    Disclosure,
    "アプリの脆弱性から、スマートフォンの中のデータが漏れます。",
    "A weakness of the app lets data inside the phone out.",
);
const APP_SIGN_IN_READ: Case = case(
    Ep9,
    Disclosure,
    "アプリに不正にログインされ、情報を見られます。",
    "Somebody signs in to the app without being entitled and sees what it shows.",
);
const APP_SIGN_IN_ACT: Case = case(
    Ep9,
    Spoofing,
    "アプリに不正にログインした者が、利用者になりすまして機器を操作します。",
    "Somebody signs in to the app without being entitled and operates devices as the resident.",
);
const PHONE_SPOOFING: Case = case(
    Ep10,
    Spoofing,
    "スマートフォンとホームゲートウェイの間に割り込んだ者が、機器の制御信号を偽ります。",
    "A man in the middle between phone and gateway forges the signals that control devices.",
);
const PHONE_THEFT: Case = case(
    Ep10,
    Disclosure,
    "スマートフォンとホームゲートウェイの間に割り込んだ者に、通信を盗み見られます。",
    "A man in the middle reads what passes between phone and gateway.",
);
