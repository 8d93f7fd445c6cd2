//! T3-10: the platform (EP①), its line (EP②), the third party's platform (EP③) and its line (EP④).

use super::whom::{INFORMATION, SERVICE_LIFE};
use super::{Case, ThreatRow, case};
use crate::actor::Actor::{Attacker, ServiceOperator, UserIntended};
use crate::entry_point::EntryPoint::{Ep1, Ep2, Ep3, Ep4};
use crate::interface::Interface::{Ethernet, OtherWired};
use crate::place::Place::{IrregularInterface, MaintenanceInterface, NormalInterface};
use crate::threat::Threat::{DenialOfService, Disclosure, Malware, Spoofing, Tampering, UnauthorisedAccess};

#[rustfmt::skip]
pub(super) static ROWS: [ThreatRow; 22] = [
    PLATFORM_ACCESS     .row("EP1-1",  &[Ethernet],   Attacker,        SERVICE_LIFE, NormalInterface),
    PLATFORM_THEFT      .row("EP1-2",  &[Ethernet],   Attacker,        INFORMATION,  NormalInterface),
    PLATFORM_TAMPERING  .row("EP1-3",  &[Ethernet],   Attacker,        SERVICE_LIFE, NormalInterface),
    PLATFORM_SPOOFING   .row("EP1-4",  &[Ethernet],   Attacker,        SERVICE_LIFE, NormalInterface),
    PLATFORM_MALWARE    .row("EP1-5",  &[Ethernet],   Attacker,        SERVICE_LIFE, NormalInterface),
    PLATFORM_DENIAL     .row("EP1-6",  &[Ethernet],   Attacker,        SERVICE_LIFE, NormalInterface),
    PLATFORM_CARRIED_OUT.row("EP1-7",  &[OtherWired], ServiceOperator, INFORMATION,  IrregularInterface),
    PLATFORM_CARRIED_IN .row("EP1-8",  &[OtherWired], ServiceOperator, SERVICE_LIFE, IrregularInterface),
    PLATFORM_UPDATE_READ.row("EP1-9",  &[Ethernet],   Attacker,        INFORMATION,  MaintenanceInterface),
    PLATFORM_UPDATE_MADE.row("EP1-10", &[Ethernet],   Attacker,        SERVICE_LIFE, MaintenanceInterface),
    PLATFORM_LINE       .row("EP2-1",  &[Ethernet],   Attacker,        INFORMATION,  NormalInterface),
    PARTNER_ACCESS      .row("EP3-1",  &[Ethernet],   Attacker,        SERVICE_LIFE, NormalInterface),
    PARTNER_THEFT       .row("EP3-2",  &[Ethernet],   Attacker,        INFORMATION,  NormalInterface),
    PARTNER_TAMPERING   .row("EP3-3",  &[Ethernet],   Attacker,        SERVICE_LIFE, NormalInterface),
    PARTNER_SPOOFING    .row("EP3-4",  &[Ethernet],   Attacker,        SERVICE_LIFE, NormalInterface),
    PARTNER_MALWARE     .row("EP3-5",  &[Ethernet],   Attacker,        SERVICE_LIFE, NormalInterface),
    PARTNER_DENIAL      .row("EP3-6",  &[Ethernet],   Attacker,        SERVICE_LIFE, NormalInterface),
    PARTNER_CARRIED_OUT .row("EP3-7",  &[OtherWired], UserIntended,    INFORMATION,  IrregularInterface),
    PARTNER_CARRIED_IN  .row("EP3-8",  &[OtherWired], UserIntended,    SERVICE_LIFE, IrregularInterface),
    PARTNER_UPDATE_READ .row("EP3-9",  &[Ethernet],   Attacker,        INFORMATION,  MaintenanceInterface),
    PARTNER_UPDATE_MADE .row("EP3-10", &[Ethernet],   Attacker,        SERVICE_LIFE, MaintenanceInterface),
    PARTNER_LINE        .row("EP4-1",  &[Ethernet],   Attacker,        INFORMATION,  NormalInterface),
];

const PLATFORM_ACCESS: Case = case(
    Ep1,
    UnauthorisedAccess,
    "既知の脆弱性を突いて、情報基盤に入り込まれます。",
    "Somebody gets into the platform through a known vulnerability.",
);
const PLATFORM_THEFT: Case = case(
    Ep1,
    Disclosure,
    "アクセス制御や認証の不備から、情報基盤のデータを盗まれます。",
    "Data of the platform is stolen because access control or authentication has a gap.",
);
const PLATFORM_TAMPERING: Case = case(
    Ep1,
    Tampering,
    "情報基盤のデータや設定値を書き換えられます。",
    "Data or settings of the platform are changed.",
);
const PLATFORM_SPOOFING: Case = case(
    Ep1,
    Spoofing,
    "APIの相手である第三者サービスやホームゲートウェイになりすまされ、改ざんされたメッセージで攻撃されます。",
    "Over the API, somebody poses as the third party's platform or as a gateway and attacks with altered messages.",
);
const PLATFORM_MALWARE: Case = case(
    Ep1,
    Malware,
    "インターネットからの攻撃で、情報基盤がマルウェアに感染します。",
    "An attack from the internet infects the platform with malware.",
);
const PLATFORM_DENIAL: Case = case(
    Ep1,
    DenialOfService,
    "DoS攻撃や多数の送信元からのDDoS攻撃で、情報基盤が応答できなくなります。",
    "Denial of service, from one source or from many, keeps the platform from answering.",
);
const PLATFORM_CARRIED_OUT: Case = case(
    Ep1,
    Disclosure,
    "持ち込まれたストレージデバイスで、情報基盤の情報が持ち出されます。",
    "Information leaves the platform on a storage device that somebody brought in.",
);
const PLATFORM_CARRIED_IN: Case = case(
    Ep1,
    Malware,
    "持ち込まれたストレージデバイスから、情報基盤がマルウェアに感染します。",
    "A storage device that somebody brought in infects the platform.",
);
const PLATFORM_UPDATE_READ: Case = case(
    Ep1,
    Disclosure,
    "更新用のソフトウェアを盗み出されます。",
    "Software meant for updates is stolen.",
);
const PLATFORM_UPDATE_MADE: Case = case(
    Ep1,
    Tampering,
    "更新用のソフトウェアを書き換えられます。",
    "Software meant for updates is altered.",
);
const PLATFORM_LINE: Case = case(
    Ep2,
    Disclosure,
    "情報基盤とインターネットの間に割り込んだ者に、通信を盗み見られます。",
    "A man in the middle reads what passes between the platform and the internet.",
);
const PARTNER_ACCESS: Case = case(
    Ep3,
    UnauthorisedAccess,
    "既知の脆弱性を突いて、第三者サービスの情報基盤に入り込まれます。",
    "Somebody gets into the third party's platform through a known vulnerability.",
);
const PARTNER_THEFT: Case = case(
    Ep3,
    Disclosure,
    "アクセス制御や認証の不備から、第三者サービスの情報基盤のデータを盗まれます。",
    "Data of the third party's platform is stolen because access control or authentication has a gap.",
);
const PARTNER_TAMPERING: Case = case(
    Ep3,
    Tampering,
    "第三者サービスの情報基盤のデータや設定値を書き換えられます。",
    "Data or settings of the third party's platform are changed.",
);
const PARTNER_SPOOFING: Case = case(
    Ep3,
    Spoofing,
    "APIの相手であるスマートホームサービス情報基盤になりすまされ、改ざんされたメッセージで攻撃されます。",
    "Over the API, somebody poses as the smart-home platform and attacks with altered messages.",
);
const PARTNER_MALWARE: Case = case(
    Ep3,
    Malware,
    "インターネットからの攻撃で、第三者サービスの情報基盤がマルウェアに感染します。",
    "An attack from the internet infects the third party's platform with malware.",
);
const PARTNER_DENIAL: Case = case(
    Ep3,
    DenialOfService,
    "DoS攻撃や多数の送信元からのDDoS攻撃で、第三者サービスの情報基盤が応答できなくなります。",
    "Denial of service, from one source or from many, keeps the third party's platform from answering.",
);
const PARTNER_CARRIED_OUT: Case = case(
    Ep3,
    Disclosure,
    "持ち込まれたストレージデバイスで、第三者サービスの情報基盤の情報が持ち出されます。",
    "Information leaves the third party's platform on a storage device that somebody brought in.",
);
const PARTNER_CARRIED_IN: Case = case(
    Ep3,
    Malware,
    "持ち込まれたストレージデバイスから、第三者サービスの情報基盤がマルウェアに感染します。",
    "A storage device that somebody brought in infects the third party's platform.",
);
const PARTNER_UPDATE_READ: Case = case(
    Ep3,
    Disclosure,
    "第三者サービスの側で、更新用のソフトウェアを盗み出されます。",
    "Software meant for updates is stolen at the third party.",
);
const PARTNER_UPDATE_MADE: Case = case(
    Ep3,
    Tampering,
    "第三者サービスの側で、更新用のソフトウェアを書き換えられます。",
    "Software meant for updates is altered at the third party.",
);
const PARTNER_LINE: Case = case(
    Ep4,
    Disclosure,
    "第三者サービスの情報基盤とインターネットの間に割り込んだ者に、通信を盗み見られます。",
    "A man in the middle reads what passes between the third party's platform and the internet.",
);
