//! How a threat of the model becomes a base vector: one rule for each metric, in the order of this table, the first
//! that fits. The rules are ours; each says after which table of the guideline it reads.

use tomori_guideline::Threat::{
    DenialOfService, Disclosure, Elevation, Malware, Modification, Repudiation, Spoofing, SteppingStone, Tampering,
    UnauthorisedAccess, UnknownVulnerability,
};
use tomori_guideline::{Actor, EntryPoint, Place, Target};

use super::catalogue::Way;
use super::situation::Situation;
use crate::Text;
use crate::description::Exposure;
use crate::metric::Metric;

/// One rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Stable id: the metric and what is decisive.
    pub id: &'static str,
    /// What it decides.
    pub metric: Metric,
    /// The letter that it gives.
    pub code: &'static str,
    /// Why, in words.
    pub because: Text,
    when: fn(&Situation) -> bool,
}

impl Rule {
    pub(super) fn fits(&self, situation: &Situation) -> bool {
        (self.when)(situation)
    }
}

/// The first rule for `metric` that fits. Each metric's last rule fits always.
pub(super) fn decisive(metric: Metric, situation: &Situation) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.metric == metric && rule.fits(situation))
}

const fn rule(
    id: &'static str,
    metric: Metric,
    code: &'static str,
    when: fn(&Situation) -> bool,
    because: [&'static str; 2],
) -> Rule {
    let [ja, en] = because;
    Rule {
        id,
        metric,
        code,
        because: Text::new(ja, en),
        when,
    }
}

fn always(_: &Situation) -> bool {
    true
}

/// The service or life and property is what is harmed, not one device's function.
fn service_is_hit(situation: &Situation) -> bool {
    situation.harms(Target::Service) || situation.harms(Target::LifeAndProperty)
}

/// Every rule. `C` and `I` come before `II`, which asks whether information is touched at all.
#[rustfmt::skip]
pub static RULES: [Rule; 44] = [
    rule("AV.storage", Metric::AttackVector, "P", |s| s.way == Way::Storage,
        ["記憶装置を端子に差し込む必要がある", "a storage device has to be plugged in"]),
    rule("AV.contact", Metric::AttackVector, "P", |s| s.place == Place::PhysicalContact,
        ["本体に触れる必要がある", "the thing itself has to be touched"]),
    rule("AV.inside", Metric::AttackVector, "L", |s| s.place == Place::InherentRisk && !s.path,
        ["内側にある欠陥から起こる", "it comes from a defect inside"]),
    rule("AV.internet-path", Metric::AttackVector, "N", |s| s.path && s.over_internet,
        ["インターネット上の経路で割り込める", "the line runs over the internet"]),
    rule("AV.house-path", Metric::AttackVector, "A", |s| s.path,
        ["経路のある網に入る必要がある", "the attacker has to be on the network of the line"]),
    rule("AV.mobile", Metric::AttackVector, "N", |s| s.by_mobile(),
        ["携帯電話回線から届く", "it can be reached over the mobile network"]),
    rule("AV.house-radio", Metric::AttackVector, "A", |s| s.by_radio() && (s.point == EntryPoint::Ep5 || !s.reachable(Exposure::Internet)),
        ["住宅の網につながる必要がある", "the attacker has to be on the house's network"]),
    rule("AV.internet", Metric::AttackVector, "N", |s| s.reachable(Exposure::Internet),
        ["インターネットから届く", "it can be reached from the internet"]),
    rule("AV.adjacent", Metric::AttackVector, "A", |s| s.reachable(Exposure::AdjacentNetwork),
        ["隣接する網に入る必要がある", "the attacker has to be on the network it stands in"]),
    rule("AV.local", Metric::AttackVector, "L", |s| s.reachable(Exposure::Local),
        ["ログインするか、本体の前にいる必要がある", "the attacker has to be logged in or at its console"]),
    rule("AV.physical", Metric::AttackVector, "P", |s| s.reachable(Exposure::Physical),
        ["触れないと届かない", "it can only be reached by touching it"]),
    rule("AV.unsaid", Metric::AttackVector, "N", always,
        ["届く範囲が書かれていないので、最も広いとみなす", "nothing says from where it can be reached: the worst is assumed"]),

    rule("AC.man-in-the-middle", Metric::AttackComplexity, "H", |s| s.path,
        ["中間者となる環境が必要", "the attacker needs to stand in the middle"]),
    rule("AC.secrets-first", Metric::AttackComplexity, "H", |s| s.kind == Spoofing && s.point != EntryPoint::Ep9,
        ["相手になりすますための情報を先に集める必要がある", "what it takes to pose as a peer has to be gathered first"]),
    rule("AC.unknown", Metric::AttackComplexity, "H", |s| s.kind == UnknownVulnerability,
        ["攻撃が成り立つ条件を自ら見つける必要がある", "the attacker has to find out what makes it work"]),
    rule("AC.plain", Metric::AttackComplexity, "L", always,
        ["特別な条件がいらない", "no special condition is needed"]),

    rule("PR.maintenance", Metric::PrivilegesRequired, "L", |s| s.place == Place::MaintenanceInterface,
        ["保守用の口に入る基本的な権限が必要", "the door for maintenance asks for basic rights"]),
    rule("PR.staff", Metric::PrivilegesRequired, "L", |s| s.who == Actor::ServiceOperator,
        ["運用する側の人の権限が必要", "it takes the rights of somebody who works there"]),
    rule("PR.account", Metric::PrivilegesRequired, "L", |s| matches!(s.kind, Elevation | Repudiation),
        ["一般の権限を持つ者が行う", "somebody with ordinary rights does it"]),
    rule("PR.none", Metric::PrivilegesRequired, "N", always,
        ["権限がいらない", "no rights are needed"]),

    rule("UI.somebody-connects", Metric::UserInteraction, "R", |s| s.who != Actor::Attacker,
        ["攻撃者以外の人の操作が必要", "somebody other than the attacker has to do something"]),
    rule("UI.none", Metric::UserInteraction, "N", always,
        ["だれの操作もいらない", "nobody has to do anything"]),

    rule("S.relay", Metric::Scope, "C", |s| s.kind == SteppingStone,
        ["認証の異なる他の機器への攻撃に使われる", "it is used against others that authenticate differently"]),
    rule("S.spreads", Metric::Scope, "C", |s| s.kind == Malware && s.crosses,
        ["つながる先に認証の異なるものがあり、感染が広がる", "what it is connected with authenticates differently, and infection spreads"]),
    rule("S.same", Metric::Scope, "U", always,
        ["影響は同じ認証の範囲にとどまる", "the effect stays where one authentication holds"]),

    rule("C.nothing-known", Metric::Confidentiality, "N", |s| !s.informed,
        ["ここには情報が置かれず、流れない", "no information is held or carried here"]),
    rule("C.update-software", Metric::Confidentiality, "L", |s| s.kind == Disclosure && s.way == Way::Maintenance,
        ["知られるのは更新用ソフトウェアに限られる", "what gets out is the update software alone"]),
    rule("C.all", Metric::Confidentiality, "H", |s| matches!(s.kind, Disclosure | UnauthorisedAccess | Malware | Elevation | Modification | UnknownVulnerability),
        ["ここにある情報がすべて見られる", "all information here can be seen"]),
    rule("C.part", Metric::Confidentiality, "L", |s| s.kind == Spoofing,
        ["なりすました相手に渡る情報が見られる", "what is told to the pretended peer can be seen"]),
    rule("C.none", Metric::Confidentiality, "N", always,
        ["情報は見られない", "no information is seen"]),

    rule("I.all", Metric::Integrity, "H", |s| matches!(s.kind, Tampering | Spoofing | UnauthorisedAccess | Malware | Elevation | Modification | UnknownVulnerability),
        ["重要な情報や指示を書き換えられる", "important information and commands can be changed"]),
    rule("I.part", Metric::Integrity, "L", |s| matches!(s.kind, SteppingStone | Repudiation),
        ["書き換えられるのは一部に限られる", "only a part can be changed"]),
    rule("I.none", Metric::Integrity, "N", always,
        ["書き換えられない", "nothing is changed"]),

    rule("A.all", Metric::Availability, "H", |s| matches!(s.kind, DenialOfService | UnauthorisedAccess | Malware | Elevation | Modification | UnknownVulnerability),
        ["提供を完全に止められる", "the service can be stopped altogether"]),
    rule("A.service", Metric::Availability, "H", |s| matches!(s.kind, Tampering | Spoofing) && service_is_hit(s),
        ["偽の値や指示でサービスを止められる", "false values or commands can stop the service"]),
    rule("A.device", Metric::Availability, "L", |s| matches!(s.kind, Tampering | Spoofing | SteppingStone),
        ["止まるのは一部で、一時的", "a part stops, for a while"]),
    rule("A.none", Metric::Availability, "N", always,
        ["提供は続く", "the service goes on"]),

    rule("LP.reached", Metric::LifeProperty, "Y", |s| s.life && s.harms(Target::LifeAndProperty),
        ["ここから生命・財産への影響に至る指示や検知の経路がある", "commands or readings lead from here to life or property"]),
    rule("LP.elsewhere", Metric::LifeProperty, "N", |s| s.life,
        ["この脅威が害するのは生命・財産ではない", "what this threat harms is not life or property"]),
    rule("LP.none", Metric::LifeProperty, "N", always,
        ["ここから生命・財産に影響が及ぶ経路がない", "nothing leads from here to life or property"]),

    rule("II.untouched", Metric::InformationImportance, "N", |s| !s.touches_information,
        ["情報に影響しない", "information is not affected"]),
    rule("II.update-software", Metric::InformationImportance, "N", |s| s.way == Way::Maintenance,
        ["更新用ソフトウェアに個人情報は含まれない", "there is nothing personal in update software"]),
    rule("II.personal", Metric::InformationImportance, "H", |s| s.personal,
        ["個人情報がここにある", "personal information is here"]),
    rule("II.none", Metric::InformationImportance, "N", always,
        ["個人情報はここにない", "there is no personal information here"]),
];
