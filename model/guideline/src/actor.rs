//! Who made the connection: T3-7.

use crate::id::table;

table! {
    /// Who connected (T3-7, "Who").
    Actor is "誰がつなげたか（表3-7）", "who connected (T3-7)";
    1 Manufacturer "manufacturer": "機器メーカー", "Device maker";
        "機器メーカーが設計のときに考えていた接続です。",
        "A connection that the maker of the device planned for.";
    2 ServiceOperator "service-operator": "サービス事業者", "Service operator";
        "サービスを組み立てるための接続で、機器メーカーが想定していなかったものも含みます。",
        "A connection made to build the service, also one that the device's maker did not plan for.";
    3 UserIntended "user-intended": "ユーザ（意図的）", "User, on purpose";
        "利用者が意図して行った接続です。",
        "A connection that the user meant to make.";
    4 UserMistaken "user-mistaken": "ユーザ（誤接続）", "User, by mistake";
        "利用者が誤って行った接続です。",
        "A connection that the user made wrongly.";
    5 Attacker "attacker": "攻撃者", "Attacker";
        "弱点を狙う、悪意のある接続です。",
        "A connection made in malice, aimed at a weakness.";
    6 Accidental "accidental": "偶発的", "By chance";
        "つなごうとしたときに、たまたまつながってしまった接続です。",
        "A connection that came about while something else was being connected.";
}
