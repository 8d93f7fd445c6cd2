//! What people read when a gateway does not start or is not enrolled, in both languages. Logs are English.

use tomori_gateway_link::EnrolmentCodeError;
use tomori_runtime::i18n::Lang;
use tomori_runtime::remedy::chain;

use crate::desk::DeskError;
use crate::gateway::GatewayError;
use crate::lan::LanError;
use crate::mqtt::{AuthorityError, MqttError};
use crate::store::StoreError;
use crate::uplink::{ConnectError, EnrolError};
use crate::vault::VaultError;

const RESTORE: &str = "データディレクトリ全体を同じバックアップから戻すか、別の場所へ移してから登録し直してください";

impl GatewayError {
    /// What is wrong and the remedy, for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, error) => chain(error),
            (Lang::Ja, Self::Vault(error)) => vault(error),
            (Lang::Ja, Self::Store(error)) => store(error),
            (Lang::Ja, Self::Plan(error)) => {
                format!("保存されている住宅の計画を使えません（{}）。{RESTORE}", chain(error))
            }
            (Lang::Ja, Self::Lan(error)) => lan(error),
            (Lang::Ja, Self::Mqtt(error)) => mqtt(error),
        }
    }
}

impl DeskError {
    /// What is wrong and the remedy, for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, error) => chain(error),
            (Lang::Ja, Self::Closed { path, .. }) => format!(
                "{}: 応答するゲートウェイがありません。先にゲートウェイを起動してください",
                path.display()
            ),
            (Lang::Ja, Self::Refused(why)) => format!("ゲートウェイが断りました（{why}）"),
            (Lang::Ja, Self::Foreign) => {
                "ゲートウェイの返事が読めません。コマンドとゲートウェイを同じ版にしてください".to_owned()
            }
        }
    }
}

impl EnrolError {
    /// What is wrong and the remedy, for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return chain(self);
        }
        match self {
            Self::Code(EnrolmentCodeError::Form) => {
                "登録コードは英数字 5 文字が 9 組です。運用者の画面からもう一度写してください".to_owned()
            }
            Self::Code(EnrolmentCodeError::Mistyped) => {
                "登録コードに打ち間違いがあります。運用者の画面と見比べてください".to_owned()
            }
            Self::AlreadyEnrolled { gateway, home } => format!(
                "このゲートウェイは {home} の {gateway} として登録済みです。登録し直すには、運用者の画面で失効させるか、データディレクトリを別の場所へ移してください"
            ),
            Self::Vault(error) => vault(error),
            Self::Leftovers(error) => format!("以前の登録の記録を消せません（{error}）"),
            Self::Key(error) => format!("鍵を作れません（{}）", chain(error)),
            Self::Tls(error) => format!("TLS を準備できません（{}）", chain(error)),
            Self::Connect(error) => connect(error),
            Self::Refused { message } => {
                format!("基盤が登録を断りました（{message}）。運用者に新しい登録コードを頼んでください")
            }
            Self::Contract(error) => format!("基盤の返事を使えません（{}）", chain(error)),
            Self::Identity(error) => format!("基盤の証明書を使えません（{}）", chain(error)),
        }
    }
}

fn vault(error: &VaultError) -> String {
    match error {
        VaultError::KeyMissing { key, sealed } => format!(
            "{}: 鍵のファイルがありません。{} はこの鍵で封じられています。鍵のファイルを戻すか、データディレクトリを別の場所へ移してから登録し直してください",
            key.display(),
            sealed.display()
        ),
        VaultError::Key(error) => error.message(Lang::Ja),
        VaultError::Tampered { path } => format!(
            "{}: このゲートウェイ以外の誰かが書き換えたか、別の鍵で封じられています。{RESTORE}",
            path.display()
        ),
        VaultError::Malformed { path, source } => format!(
            "{}: このソフトウェアでは読めない形です（{source}）。書いた版のソフトウェアを入れてください",
            path.display()
        ),
        VaultError::File { path, source } => format!("{}: 読み書きできません（{source}）", path.display()),
    }
}

fn store(error: &StoreError) -> String {
    match error {
        StoreError::Vault(error) => vault(error),
        StoreError::Damaged(tampered) => format!("{}。{RESTORE}", tampered.finding(Lang::Ja)),
        StoreError::Journal(error) => error.message(Lang::Ja),
        StoreError::Record { line, source } => {
            format!("ゲートウェイの記録の {line} 行目を読めません（{}）", chain(source))
        }
        StoreError::Torn { first, last, through } => format!(
            "ゲートウェイの記録（{first} 行目から {last} 行目）と封じた記憶（{through} 行目まで）が合いません。どちらかが消されたか、古い写しに置き換えられています。{RESTORE}"
        ),
        StoreError::MemoryMissing { path } => {
            format!("{}: ありません。対になる記録は残っています。{RESTORE}", path.display())
        }
        StoreError::Folder { path, source } => {
            format!("{}: 読むことも消すこともできません（{source}）", path.display())
        }
        StoreError::Unavailable => "データディレクトリに書き込めません。空き容量と権限を確かめてください".to_owned(),
        StoreError::Closed => "ゲートウェイの記録は閉じられています".to_owned(),
    }
}

fn mqtt(error: &MqttError) -> String {
    match error {
        MqttError::Vault(error) | MqttError::Authority(AuthorityError::Vault(error)) => vault(error),
        MqttError::Authority(error) => format!("宅内機器の認証局を使えません（{}）。{RESTORE}", chain(error)),
        MqttError::Listen { address, key, .. } => format!(
            "宅内機器のための {address} で待ち受けられません。ほかのプログラムを止めるか、devices.{key} を変えてください"
        ),
    }
}

fn lan(error: &LanError) -> String {
    match error {
        LanError::Config(error) => format!("設定 {error}"),
        LanError::AddressNotOurs { address } => format!(
            "{address} はこのコンピューターのアドレスではありません。lan.address を宅内ネットワーク上のアドレスにしてください"
        ),
        LanError::PortInUse { address, port } => format!(
            "{address} の UDP ポート {port} は別のプログラムが使用中です。それを止めるか、lan.port を変えてください"
        ),
        LanError::PortForbidden { port } => format!(
            "このユーザーは UDP ポート {port} を使えません。1024 以上のポートを選ぶか、必要な権限で動かしてください"
        ),
        LanError::Group { group, address, source } => format!(
            "{address} でマルチキャストグループ {group} に参加できません（{source}）。ネットワークは動いていますか"
        ),
        LanError::Socket { address, port, source } => {
            format!("{address}:{port} の UDP ソケットを開けません（{source}）")
        }
    }
}

fn connect(error: &ConnectError) -> String {
    match error {
        ConnectError::Address { given } => format!("「{given}」は「ホスト:ポート」の形ではありません"),
        ConnectError::Unreachable { address, source } => format!(
            "{address} の基盤に接続できません（{}）。アドレスとネットワークを確かめてください",
            chain(source)
        ),
        ConnectError::Impostor { address } => format!(
            "{address} で答えているのは私たちの基盤ではありません。証明書が登録コードの認証局のものではありません。運用者に知らせてください"
        ),
        ConnectError::Clock { address } => format!(
            "{address} で答えている証明書は、この機械の時計の時刻では有効ではありません。時計を合わせてください。時計が正しければ、運用者に知らせてください"
        ),
        ConnectError::NotAccepted { address } => {
            format!("{address} の基盤がこのゲートウェイの証明書を受け付けません。登録し直してください")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn both_languages_name_the_file_and_the_remedy() {
        let error = GatewayError::Vault(VaultError::Tampered {
            path: PathBuf::from("/data/plan.sealed"),
        });
        for (lang, remedy) in [(Lang::En, "restore it"), (Lang::Ja, "戻すか")] {
            let text = error.message(lang);
            assert!(text.contains("/data/plan.sealed") && text.contains(remedy), "{text}");
        }
    }

    #[test]
    fn a_mistyped_code_is_told_from_a_misshapen_one() {
        let told = |error, lang| EnrolError::Code(error).message(lang);
        for lang in [Lang::En, Lang::Ja] {
            let form = told(EnrolmentCodeError::Form, lang);
            assert_ne!(form, told(EnrolmentCodeError::Mistyped, lang));
        }
    }

    #[test]
    fn sources_are_told_once() {
        let source = std::io::Error::other("the cable is out");
        let error = GatewayError::Lan(LanError::Socket {
            address: std::net::Ipv4Addr::LOCALHOST,
            port: 3610,
            source,
        });
        assert_eq!(error.message(Lang::En).matches("the cable is out").count(), 1);
        assert_eq!(error.message(Lang::Ja).matches("the cable is out").count(), 1);
    }
}
