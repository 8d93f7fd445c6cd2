//! What the file may not say: it is refused by key, with what to write instead.

use tomori_runtime::config::{Rejection, Validate};

use super::Config;

impl Validate for Config {
    fn validate(&self) -> Result<(), Rejection> {
        let lan = &self.lan;
        for (key, given, low, high) in [
            ("lan.poll_every_ms", lan.poll_every_ms, 1_000, 600_000),
            ("lan.poll_moving_ms", lan.poll_moving_ms, 100, 10_000),
            ("lan.lost_after_ms", lan.lost_after_ms, 1_000, 300_000),
            ("lan.answer_within_ms", lan.answer_within_ms, 50, 10_000),
            ("lan.set_within_ms", lan.set_within_ms, 100, 60_000),
            ("lan.gap_ms", lan.gap_ms, 0, 5_000),
            ("lan.search_every_s", lan.search_every_s, 10, 86_400),
            ("lan.repeat_every_s", lan.repeat_every_s, 60, 86_400),
            (
                "commands.hand_hold_min",
                u64::from(self.commands.hand_hold_min),
                0,
                1_440,
            ),
            (
                "commands.confirm_within_s",
                u64::from(self.commands.confirm_within_s),
                5,
                570,
            ),
            (
                "commands.start_within_ms",
                u64::from(self.commands.start_within_ms),
                500,
                25_000,
            ),
            ("journal.most_mib", u64::from(self.journal.most_mib), 1, 1_024),
            (
                "security_company.relock_after_s",
                u64::from(self.security_company.relock_after_s),
                10,
                3_600,
            ),
            (
                "security_company.left_open_after_s",
                u64::from(self.security_company.left_open_after_s),
                10,
                3_600,
            ),
        ] {
            Rejection::unless_within(key, &given, &low, &high)?;
        }
        if lan.address.is_unspecified() || lan.address.is_multicast() || lan.address.is_broadcast() {
            return Err(Rejection::new(
                "lan.address",
                "expected the gateway's own address on the house's network, such as 192.0.2.10",
                "宅内ネットワーク上のゲートウェイ自身のアドレス（例: 192.0.2.10）にしてください",
            ));
        }
        if !lan.multicast.is_multicast() {
            return Err(Rejection::new(
                "lan.multicast",
                "expected a multicast group; ECHONET Lite uses 224.0.23.0",
                "マルチキャストアドレスにしてください。ECHONET Lite は 224.0.23.0 を使います",
            ));
        }
        if lan.port == 0 {
            return Err(Rejection::new(
                "lan.port",
                "expected 1 to 65535; ECHONET Lite uses 3610",
                "1 から 65535 の値にしてください。ECHONET Lite は 3610 を使います",
            ));
        }
        if self.devices.enrol.is_some() && self.devices.listen.is_none() {
            return Err(Rejection::new(
                "devices.enrol",
                "set devices.listen, too: a device with a certificate needs a door to connect to",
                "devices.listen も設定してください。証明書を受け取った機器がつなぐ先が必要です",
            ));
        }
        if self.security_company.root.is_some() && self.security_company.root().is_none() {
            return Err(Rejection::new(
                "security_company.root",
                "mistyped: expected eight groups of seven letters A to Z and digits 2 to 7; compare it with `tomori roster show root.pem`",
                "打ち間違いがあります。A から Z と 2 から 7 の 7 字が 8 組です。tomori roster show root.pem の表示と見比べてください",
            ));
        }
        if self
            .security_company
            .panel
            .is_some_and(|panel| !panel.ip().is_loopback())
        {
            return Err(Rejection::new(
                "security_company.panel",
                "expected an address of this machine only, such as 127.0.0.1:8447: whoever reads the number is at the door",
                "このコンピューターだけのアドレス（例: 127.0.0.1:8447）にしてください。番号を読めるのは玄関にいる人だけです",
            ));
        }
        if let Some(address) = &self.uplink.address
            && !is_host_and_port(address)
        {
            return Err(Rejection::new(
                "uplink.address",
                "expected host:port, such as platform.example:7443",
                "「ホスト:ポート」の形（例: platform.example:7443）にしてください",
            ));
        }
        if let Some(url) = &self.home.url
            && !(url.starts_with("https://") && url.len() <= 128 && url.is_ascii())
        {
            return Err(Rejection::new(
                "home.url",
                "expected an https:// address of at most 128 characters",
                "https:// で始まる 128 文字以内のアドレスにしてください",
            ));
        }
        Ok(())
    }
}

fn is_host_and_port(address: &str) -> bool {
    address.len() <= 260
        && address
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0))
}
