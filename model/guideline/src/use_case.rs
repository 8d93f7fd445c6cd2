//! The two services that the guideline works through: 2.4, step by step in T2-4 and T2-5.

use crate::id::table;
use crate::service_level::ServiceLevel;
use crate::text::Text;

table! {
    /// A sample service (2.4).
    UseCase is "ユースケース（表2-4、表2-5）", "a use case (T2-4, T2-5)";
    1 Shutter "shutter": "シャッター自動開閉サービス", "Automatic shutter service";
        "利用者が決めた予定に従って電動シャッターを開閉します。予定は暮らしぶりや在宅の様子を語るため、個人情報と結び付きます。",
        "Opens and closes electric shutters by the resident's schedule. The schedule tells when people live and are at home, and is tied to who they are.";
    2 Dispatch "dispatch": "駆けつけ防犯サービス", "Dispatch security service";
        "異常を検知した住宅に担当者が駆けつけ、コールセンターが承認を得て玄関を遠隔で解錠し、状況を確かめます。",
        "Staff hurry to a house whose sensors raised an alarm; the call centre, with approval, unlocks the door remotely so that they can look.";
}

impl UseCase {
    /// The level of the service (2.4.1, 2.4.2).
    #[must_use]
    pub const fn level(self) -> ServiceLevel {
        match self {
            Self::Shutter => ServiceLevel::Two,
            Self::Dispatch => ServiceLevel::Three,
        }
    }

    /// The table of its steps.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Shutter => "T2-4",
            Self::Dispatch => "T2-5",
        }
    }

    /// Its steps, in order.
    pub fn steps(self) -> impl Iterator<Item = &'static Step> {
        STEPS.iter().filter(move |step| step.use_case == self)
    }
}

/// One step of a use case (T2-4, T2-5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The service.
    pub use_case: UseCase,
    /// The number in the figure (fig. 2-4, fig. 2-5), from 1.
    pub number: u8,
    /// The action.
    pub title: Text,
    /// What happens, in our own words.
    pub about: Text,
}

const fn step(use_case: UseCase, number: u8, title: [&'static str; 2], about: [&'static str; 2]) -> Step {
    let ([ja, en], [about_ja, about_en]) = (title, about);
    let (title, about) = (Text::new(ja, en), Text::new(about_ja, about_en));
    Step {
        use_case,
        number,
        title,
        about,
    }
}

/// Every step of both services: four of T2-4, eight of T2-5.
#[rustfmt::skip]
pub static STEPS: [Step; 12] = [
    step(UseCase::Shutter, 1,
        ["開閉スケジュールの設定", "Set the schedule"],
        ["利用者がアプリで予定を決めると、サービスのシステムがその利用者のものとして登録します。",
         "The resident sets a schedule in the app; the service's system stores it as that resident's."]),
    step(UseCase::Shutter, 2,
        ["電動シャッター開閉の指示", "Instruct the shutter"],
        ["時刻が来ると、サービスのシステムが情報基盤に開閉を指示します。",
         "When the time comes, the service's system instructs the platform."]),
    step(UseCase::Shutter, 3,
        ["スマートホームサービス情報基盤から電動シャッター開閉の実行", "Execute from the platform"],
        ["指示を受けた情報基盤が、その住宅のホームゲートウェイに開閉を指示します。",
         "The platform passes the instruction to the gateway of that home."]),
    step(UseCase::Shutter, 4,
        ["電動シャッターの開閉操作", "Operate the shutter"],
        ["ホームゲートウェイがシャッターを動かします。",
         "The gateway moves the shutter."]),
    step(UseCase::Dispatch, 1,
        ["防犯センサー・防犯カメラの異常検知", "Sensors or cameras notice something"],
        ["ホームゲートウェイが防犯センサーとカメラを見守り、侵入などの異常が起きるとすぐに気付きます。",
         "The gateway watches the security sensors and cameras and notices an intrusion as it happens."]),
    step(UseCase::Dispatch, 2,
        ["スマートホームサービス情報基盤への通知", "Tell the platform"],
        ["異常は、守られた経路でホームゲートウェイから情報基盤に伝わります。",
         "The gateway tells the platform over a secured path."]),
    step(UseCase::Dispatch, 3,
        ["防犯サービス事業者への通知", "Tell the security company"],
        ["情報基盤が、防犯サービス事業者のコールセンターの画面に異常を表示します。",
         "The platform shows the alarm on the screen that the security company's call centre watches."]),
    step(UseCase::Dispatch, 4,
        ["現場担当者への出動指示", "Send somebody"],
        ["防犯サービス事業者が、最も近い担当者にその住宅へ向かうよう指示します。",
         "The security company sends the nearest member of its staff to the house."]),
    step(UseCase::Dispatch, 5,
        ["現場担当者の到着確認", "Confirm the arrival"],
        ["担当者が着いたことと、着いた人が本当にその担当者であることを確かめます。",
         "It is established that somebody has arrived and that it is the person who was sent."]),
    step(UseCase::Dispatch, 6,
        ["電気錠解錠の指示", "Instruct the lock"],
        ["コールセンターの担当者が、指示系統に従って承認を得てから、玄関の電気錠を解錠する操作を行います。",
         "The call centre's operator obtains approval along the chain of command and then gives the instruction to unlock the front door."]),
    step(UseCase::Dispatch, 7,
        ["スマートホームサービス情報基盤から電気錠解錠の実行", "Execute from the platform"],
        ["指示を受けた情報基盤が、守られた経路で、その住宅のホームゲートウェイに解錠を指示します。",
         "The platform passes the instruction over a secured path to the gateway of that home."]),
    step(UseCase::Dispatch, 8,
        ["電気錠の解錠操作", "Operate the lock"],
        ["ホームゲートウェイが玄関の電気錠を解錠します。",
         "The gateway unlocks the front door."]),
];
