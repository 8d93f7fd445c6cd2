//! What the analysis found: assets, threats, values.

use std::collections::BTreeMap;

use tomori_guideline::Interface;
use tomori_risk::analysis::Analysis;
use tomori_risk::analysis::result::ThreatView;
use tomori_runtime::i18n::Lang;

use super::{Cell, Column, Table};
use crate::say::{Phrase, Say as _, listed};

pub(super) fn assets(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.assets.iter().map(|asset| {
        vec![
            Cell::text(&asset.id),
            Cell::text(asset.entry_point.mark()),
            Cell::text(&asset.holder),
            Cell::text(asset.name.say(lang)),
            Cell::text(asset.kind.title().say(lang)),
            Cell::text(asset.class.title().say(lang)),
            Cell::yes(lang, asset.personal),
        ]
    });
    Table {
        key: "assets",
        title: Phrase("資産", "Assets"),
        columns: vec![
            Column::new("id", "Id", 44),
            Column::new("EP", "EP", 7),
            Column::new("所在", "Held by", 26),
            Column::new("名称", "Name", 40),
            Column::new("種類（表3-2）", "Kind (T3-2)", 44),
            Column::new("一次・二次", "Class", 16),
            Column::new("個人情報", "Personal", 10),
        ],
        rows: rows.collect(),
    }
}

pub(super) fn threats(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.threats.iter().map(|threat| {
        vec![
            Cell::text(&threat.id),
            Cell::text(threat.entry_point.mark()),
            Cell::text(threat.kind.title().say(lang)),
            Cell::text(threat.example.say(lang)),
            Cell::lines(
                threat
                    .interfaces
                    .iter()
                    .map(|interface| interface.title().say(lang).to_owned()),
            ),
            Cell::text(threat.who.title().say(lang)),
            Cell::lines(threat.whom.iter().map(|whom| whom.title().say(lang).to_owned())),
            Cell::text(threat.place.title().say(lang)),
            Cell::text(&threat.source),
            Cell::text(&threat.before.vector),
        ]
    });
    Table {
        key: "threats",
        title: Phrase("脅威", "Threats"),
        columns: vec![
            Column::new("id", "Id", 26),
            Column::new("EP", "EP", 7),
            Column::new("分類（表3-3）", "Kind (T3-3)", 20),
            Column::new("脅威の例", "Example", 60),
            Column::new("接続I/F（表3-6）", "Interface (T3-6)", 22),
            Column::new("誰が（表3-7）", "Who (T3-7)", 18),
            Column::new("何を（表3-8）", "Whom (T3-8)", 26),
            Column::new("どこで（表3-9）", "Where (T3-9)", 20),
            Column::new("出典", "Source", 9),
            Column::new("基本評価のベクトル", "Base vector", 54),
        ],
        rows: rows.collect(),
    }
}

pub(super) fn before_and_after(analysis: &Analysis, lang: Lang) -> Table {
    let measures: BTreeMap<&str, &str> = analysis
        .measures
        .iter()
        .map(|measure| (measure.id.as_str(), measure.name.say(lang)))
        .collect();
    let rows = analysis.threats.iter().map(|threat| {
        let mut by: Vec<&str> = threat
            .edits
            .iter()
            .flat_map(|edit| &edit.measures)
            .map(String::as_str)
            .collect();
        by.sort_unstable();
        by.dedup();
        vec![
            Cell::text(&threat.id),
            Cell::text(threat.entry_point.mark()),
            Cell::text(threat.kind.title().say(lang)),
            Cell::Score(threat.before.tenths),
            Cell::Severity(threat.before.severity),
            Cell::text(&threat.before.uncapped),
            Cell::lines(
                threat
                    .edits
                    .iter()
                    .map(|edit| format!("{} {}→{}", edit.metric, edit.from, edit.to)),
            ),
            Cell::lines(by.iter().map(|id| measures.get(id).copied().unwrap_or(id))),
            Cell::Score(threat.after.tenths),
            Cell::Severity(threat.after.severity),
            Cell::text(&threat.after.uncapped),
            Cell::yes(lang, threat.residual),
            Cell::text(&threat.after.vector),
        ]
    });
    Table {
        key: "before-after",
        title: Phrase("対策前後", "Before and after"),
        columns: vec![
            Column::new("id", "Id", 26),
            Column::new("EP", "EP", 7),
            Column::new("分類", "Kind", 20),
            Column::new("対策前", "Before", 9),
            Column::new("深刻度", "Severity", 10),
            Column::new("上限なし", "Uncapped", 11),
            Column::new("変わる指標", "Changed metrics", 16),
            Column::new("対策", "Measures", 44),
            Column::new("対策後", "After", 9),
            Column::new("深刻度", "Severity", 10),
            Column::new("上限なし", "Uncapped", 11),
            Column::new("残留", "Residual", 9),
            Column::new("環境評価のベクトル", "Environmental vector", 80),
        ],
        rows: rows.collect(),
    }
}

pub(super) fn residual(analysis: &Analysis, lang: Lang) -> Table {
    let threats: BTreeMap<&str, &ThreatView> = analysis
        .threats
        .iter()
        .map(|threat| (threat.id.as_str(), threat))
        .collect();
    let rows = analysis
        .residual
        .iter()
        .filter_map(|id| threats.get(id.as_str()))
        .map(|threat| {
            vec![
                Cell::text(&threat.id),
                Cell::text(threat.entry_point.mark()),
                Cell::text(threat.kind.title().say(lang)),
                Cell::text(threat.example.say(lang)),
                Cell::Score(threat.after.tenths),
                Cell::Severity(threat.after.severity),
                Cell::text(super::status(threat.tracking.status).of(lang)),
            ]
        });
    Table {
        key: "residual",
        title: Phrase("残留リスク", "Residual risks"),
        columns: vec![
            Column::new("id", "Id", 26),
            Column::new("EP", "EP", 7),
            Column::new("分類", "Kind", 20),
            Column::new("脅威の例", "Example", 60),
            Column::new("対策後", "After", 9),
            Column::new("深刻度", "Severity", 10),
            Column::new("追跡", "Tracking", 14),
        ],
        rows: rows.collect(),
    }
}

pub(super) fn metrics(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.threats.iter().flat_map(|threat| {
        threat.metrics.iter().map(|metric| {
            vec![
                Cell::text(&threat.id),
                Cell::text(&metric.metric),
                Cell::text(&metric.code),
                metric.derived.as_ref().map_or(Cell::Empty, Cell::text),
                Cell::text(&metric.rule),
                Cell::text(&metric.table),
                Cell::text(metric.because.say(lang)),
            ]
        })
    });
    Table {
        key: "metrics",
        title: Phrase("指標の根拠", "Rules of the metrics"),
        columns: vec![
            Column::new("脅威", "Threat", 26),
            Column::new("指標", "Metric", 8),
            Column::new("値", "Value", 7),
            Column::new("規則による値", "By rule", 13),
            Column::new("規則", "Rule", 26),
            Column::new("表", "Table", 9),
            Column::new("理由", "Because", 90),
        ],
        rows: rows.collect(),
    }
}

pub(super) fn coverage(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.coverage.iter().flat_map(|row| {
        row.cells.iter().map(|cell| {
            vec![
                Cell::text(row.entry_point.mark()),
                Cell::text(cell.kind.title().say(lang)),
                Cell::lines(&cell.threats),
                cell.worst_before.map_or(Cell::Empty, Cell::Severity),
                cell.worst_after.map_or(Cell::Empty, Cell::Severity),
                Cell::lines(cell.blanks.iter().map(|blank| match &blank.row {
                    Some(row) => format!("{row}: {}", blank.words.say(lang)),
                    None => blank.words.say(lang).to_owned(),
                })),
            ]
        })
    });
    Table {
        key: "coverage",
        title: Phrase("網羅表", "Coverage"),
        columns: vec![
            Column::new("EP", "EP", 7),
            Column::new("分類（表3-3）", "Kind (T3-3)", 24),
            Column::new("検討した脅威", "Threats examined", 30),
            Column::new("対策前の最悪", "Worst before", 13),
            Column::new("対策後の最悪", "Worst after", 13),
            Column::new("検討しない理由", "Why nothing more", 90),
        ],
        rows: rows.collect(),
    }
}

/// The interfaces, in words.
pub(crate) fn interface(interfaces: &[Interface], lang: Lang) -> String {
    let titles: Vec<_> = interfaces.iter().map(|interface| interface.title()).collect();
    listed(titles.iter().map(|title| title.say(lang)), lang)
}

/// What people call a threat: its entry point and kind.
pub(crate) fn threat_names(threat: &ThreatView, lang: Lang) -> String {
    format!("{} {}", threat.entry_point.mark(), threat.kind.title().say(lang))
}
