//! By which connection a threat comes in: T3-6.

use crate::id::table;

table! {
    /// A connection (T3-6). Rows 1 to 3 are part A, wired; rows 4 to 10 part B, wireless. The guideline describes row 10
    /// as everything but rows "4 to 10", itself included; we read 4 to 9.
    Interface is "接続I/F（表3-6）", "a connection (T3-6)";
    1 Ethernet "ethernet": "Ethernet", "Ethernet";
        "ケーブルでつなぐ、IEEE 802.3の有線LANです。",
        "Wired network of IEEE 802.3.";
    2 HdPlc "hd-plc": "HD-PLC", "HD-PLC";
        "電力線を使う高速通信です（2～30 MHz）。",
        "Fast communication over power lines (2 to 30 MHz).";
    3 OtherWired "other-wired": "上記以外の有線通信", "Other wired communication";
        "1と2以外の有線接続です。USBやストレージの接続も、詳細分析ではここに入ります。",
        "Wired, but neither of the above; T3-10 and T3-11 count USB and storage here.";
    4 WiFi "wi-fi": "Wi-Fi", "Wi-Fi";
        "IEEE 802.11系列の無線LANです。",
        "Wireless network of the IEEE 802.11 family.";
    5 Bluetooth "bluetooth": "Bluetooth", "Bluetooth";
        "数メートルから数十メートルの距離で使う簡易な無線です。",
        "Simple radio over a few to some tens of metres.";
    6 ZigBee "zigbee": "ZigBee", "ZigBee";
        "センサーのネットワーク向けの近距離無線で、IEEE 802.15.4の上に作られています。",
        "Short-range radio for sensor networks, built on IEEE 802.15.4.";
    7 WiSun "wi-sun": "Wi-SUN", "Wi-SUN";
        "IEEE 802.15.4gにもとづく無線で、機器同士の相互接続が確かめられています。",
        "Radio after IEEE 802.15.4g, with interoperability that is certified.";
    8 SpecifiedLowPower "specified-low-power": "特定小電力無線", "Specified low-power radio";
        "定められた条件を満たせば、無線局の免許や資格なしに誰でも使える近距離の無線です。",
        "Short-range radio of a Japanese class that needs neither a licence nor a qualification.";
    9 Lte "lte": "LTE/LTE-Advanced", "LTE/LTE-Advanced";
        "携帯電話のデジタル通信です。",
        "Digital communication of mobile phones.";
    10 OtherWireless "other-wireless": "上記以外の無線通信", "Other wireless communication";
        "4から9までに当たらない無線接続です。",
        "Wireless, but none of the above.";
}

impl Interface {
    /// Whether the row belongs to part B of the table.
    #[must_use]
    pub const fn is_wireless(self) -> bool {
        self.number() >= 4
    }
}
