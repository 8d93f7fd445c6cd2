//! ★★ or ★★★: the two steps of 2.2.

use std::collections::BTreeMap;

use tomori_guideline::{EntryPoint, ServiceLevel};

use super::ground::Ground;
use super::result::{EffectView, Finding, FindingKind, LevelFound, PersonalView};
use crate::description::{ServiceModel, Words};

/// The level of a service, as 2.2 has it decided.
pub(super) fn find(model: &ServiceModel, ground: &Ground<'_>) -> LevelFound {
    let effects: Vec<EffectView> = model
        .effects
        .iter()
        .map(|effect| EffectView {
            id: effect.id.clone(),
            name: effect.name.clone(),
            harms: effect.harms.clone(),
            through: effect.through.clone(),
        })
        .collect();
    let mut at: BTreeMap<&str, Vec<EntryPoint>> = BTreeMap::new();
    for (point, here) in &ground.points {
        for id in &here.data {
            at.entry(id).or_default().push(*point);
        }
    }
    let personal: Vec<PersonalView> = model
        .data
        .iter()
        .filter(|data| !data.personal.is_empty())
        .map(|data| PersonalView {
            data: data.id.clone(),
            name: data.name.clone(),
            items: data.personal.clone(),
            at: at.get(data.id.as_str()).cloned().unwrap_or_default(),
        })
        .collect();
    let level = ServiceLevel::of_service(!effects.is_empty());
    let assumed = model.service.assumed_level.map(|level| level.0);
    LevelFound {
        level,
        assumed,
        holds: assumed.is_none_or(|assumed| assumed == level),
        because: because(model, &personal, &effects, assumed, level),
        personal,
        effects,
    }
}

fn because(
    model: &ServiceModel,
    personal: &[PersonalView],
    effects: &[EffectView],
    assumed: Option<ServiceLevel>,
    level: ServiceLevel,
) -> Vec<Words> {
    let mut steps = Vec::new();
    let (cases, parts) = (model.use_cases.len(), model.components.len());
    steps.push(match assumed {
        Some(assumed) => Words::new(
            format!("手順1: ユースケース{cases}件と構成要素{parts}件から、暫定的に{assumed}と仮定しました。"),
            format!("Step 1: {assumed} was assumed at first, from the use cases ({cases}) and components ({parts})."),
        ),
        None => Words::new(
            format!(
                "手順1: ユースケース{cases}件と構成要素{parts}件を分析しました（暫定のレベルは書かれていません）。"
            ),
            format!("Step 1: use cases ({cases}) and components ({parts}) were analysed; no level was assumed."),
        ),
    });
    let list = |names: Vec<&Words>| {
        let ja: Vec<&str> = names.iter().map(|name| name.ja.as_str()).collect();
        let en: Vec<&str> = names.iter().map(|name| name.en.as_str()).collect();
        (ja.join("、"), en.join(", "))
    };
    let (ja, en) = list(personal.iter().map(|data| &data.name).collect());
    steps.push(if personal.is_empty() {
        Words::new(
            "手順2: 個人情報は扱いません。",
            "Step 2: no personal information is handled.",
        )
    } else {
        Words::new(
            format!("手順2: 個人情報を扱います（{ja}）。"),
            format!("Step 2: personal information is handled ({en})."),
        )
    });
    let (ja, en) = list(effects.iter().map(|effect| &effect.name).collect());
    steps.push(if effects.is_empty() {
        Words::new(
            "手順2: 生命・財産への影響はありません。",
            "Step 2: life and property are not affected.",
        )
    } else {
        Words::new(
            format!("手順2: 生命・財産への影響があります（{ja}）。"),
            format!("Step 2: life or property is affected ({en})."),
        )
    });
    let title = level.title();
    steps.push(Words::new(
        format!("したがって{level}（{}、表2-2）です。", title.ja),
        format!("Hence {level} ({}, T2-2).", title.en),
    ));
    steps
}

/// Whether the assumption failed.
pub(super) fn differs(level: &LevelFound) -> Option<Finding> {
    let assumed = level.assumed.filter(|_| !level.holds)?;
    let found = level.level;
    Some(Finding {
        kind: FindingKind::LevelDiffers,
        about: "service".to_owned(),
        words: Words::new(
            format!(
                "{assumed}と仮定されていますが、分析の結果は{found}です。assumed_level か effect を見直してください"
            ),
            format!("{assumed} was assumed, but {found} follows; review `assumed_level` or `effect`"),
        ),
    })
}
