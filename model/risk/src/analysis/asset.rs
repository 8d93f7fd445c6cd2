//! What is to be protected (3.2, T3-2), by entry point.

use std::collections::{BTreeMap, BTreeSet};

use tomori_guideline::asset::ASSETS;
use tomori_guideline::{AssetClass, AssetKind, EntryPoint, SystemBox};

use super::ground::Ground;
use super::result::{AssetView, Finding, FindingKind};
use crate::description::{Component, Data, Link, ServiceModel, Words};

/// The assets, by entry point, then as the file lists what holds or carries them.
pub(super) fn list(model: &ServiceModel, ground: &Ground<'_>) -> Vec<AssetView> {
    let data: BTreeMap<&str, &Data> = model.data.iter().map(|data| (data.id.as_str(), data)).collect();
    let mut assets = Vec::new();
    for (at, point) in &ground.points {
        for component in &point.components {
            assets.push(function(*at, component));
            assets.extend(information(*at, &component.id, &component.holds, &data));
        }
        for link in &point.links {
            assets.push(path(*at, link));
            assets.extend(information(*at, &link.id, &link.carries, &data));
        }
    }
    assets
}

/// What T3-2 names at a box and the model does not have there.
pub(super) fn unnamed(model: &ServiceModel) -> Vec<Finding> {
    let kinds: BTreeMap<&str, AssetKind> = model.data.iter().map(|data| (data.id.as_str(), data.kind.0)).collect();
    let mut held: BTreeMap<SystemBox, BTreeSet<AssetKind>> = BTreeMap::new();
    let mut first: BTreeMap<SystemBox, &Component> = BTreeMap::new();
    for component in &model.components {
        let Some(system_box) = component.system_box.map(|system_box| system_box.0) else {
            continue;
        };
        first.entry(system_box).or_insert(component);
        let of = component.holds.iter().filter_map(|id| kinds.get(id.as_str()).copied());
        held.entry(system_box).or_default().extend(of);
    }
    let mut findings = Vec::new();
    for row in &ASSETS {
        let Some(system_box) = row.holder.and_then(|holder| holder.system_box()) else {
            continue;
        };
        let Some(component) = first.get(&system_box) else {
            continue;
        };
        let named = held.get(&system_box);
        for kind in row.assets {
            let implied = matches!(
                kind,
                AssetKind::Function
                    | AssetKind::SecurityFunction
                    | AssetKind::AppFunction
                    | AssetKind::PersonalIfImplemented
            );
            if implied || named.is_some_and(|named| named.contains(kind)) {
                continue;
            }
            let (title, asset) = (system_box.title(), kind.title());
            findings.push(Finding {
                kind: FindingKind::AssetNotNamed,
                about: component.id.clone(),
                words: Words::new(
                    format!(
                        "表3-2が{}に挙げる「{}」がありません。あれば data に書き、holds に加えてください",
                        title.ja, asset.ja
                    ),
                    format!(
                        "T3-2 names `{}` at the {}; if it is there, add it to `data` and `holds`",
                        asset.en, title.en
                    ),
                ),
            });
        }
    }
    findings
}

fn function(at: EntryPoint, component: &Component) -> AssetView {
    let kind = match component.system_box.map(|system_box| system_box.0) {
        Some(SystemBox::SecurityServer) => AssetKind::SecurityFunction,
        _ if at == EntryPoint::Ep9 => AssetKind::AppFunction,
        _ => AssetKind::Function,
    };
    AssetView {
        id: format!("{}/{}/function", at.id(), component.id),
        entry_point: at,
        holder: component.id.clone(),
        name: kind.title().into(),
        kind,
        class: AssetClass::Primary,
        personal: false,
    }
}

fn path(at: EntryPoint, link: &Link) -> AssetView {
    AssetView {
        id: format!("{}/{}/data-on-path", at.id(), link.id),
        entry_point: at,
        holder: link.id.clone(),
        name: AssetKind::DataOnPath.title().into(),
        kind: AssetKind::DataOnPath,
        class: AssetClass::Both,
        personal: false,
    }
}

fn information<'m>(
    at: EntryPoint,
    holder: &'m str,
    held: &'m [String],
    data: &'m BTreeMap<&str, &Data>,
) -> impl Iterator<Item = AssetView> + 'm {
    held.iter().filter_map(move |id| {
        let data = data.get(id.as_str())?;
        Some(AssetView {
            id: format!("{}/{holder}/{id}", at.id()),
            entry_point: at,
            holder: holder.to_owned(),
            name: data.name.clone(),
            kind: data.kind.0,
            class: class(data.kind.0),
            personal: !data.personal.is_empty(),
        })
    })
}

/// Secondary assets protect primary ones (T3-2, note 2).
fn class(kind: AssetKind) -> AssetClass {
    match kind {
        AssetKind::Credentials | AssetKind::Keys => AssetClass::Secondary,
        AssetKind::DataOnPath => AssetClass::Both,
        _ => AssetClass::Primary,
    }
}
