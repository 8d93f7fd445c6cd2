//! What is analysed, and what came out at a glance.

use tomori_risk::Severity;
use tomori_risk::analysis::Analysis;
use tomori_risk::analysis::result::{Distribution, FindingKind};
use tomori_risk::description::{Harm, PersonalItem};
use tomori_runtime::i18n::Lang;

use super::{Cell, Column, Table, status};
use crate::say::{Phrase, Say as _, listed};

pub(super) fn summary(analysis: &Analysis, lang: Lang) -> Table {
    let service = &analysis.service;
    let mut rows = Vec::new();
    let mut row = |item: Phrase, cell: Cell| rows.push(vec![Cell::text(item.of(lang)), cell]);
    row(Phrase("サービス", "Service"), Cell::text(service.name.say(lang)));
    row(Phrase("サービスの id", "Id of the service"), Cell::text(&service.id));
    if let Some(purpose) = &service.purpose {
        row(Phrase("目的", "Purpose"), Cell::text(purpose.say(lang)));
    }
    row(
        Phrase("モデルの版", "Version of the model"),
        Cell::text(&service.version),
    );
    row(Phrase("モデルの日付", "Date of the model"), Cell::Date(service.date.0));
    row(Phrase("判断した日", "Judged as of"), Cell::Date(analysis.as_of.0));
    row(
        Phrase("サービスレベル", "Service level"),
        Cell::text(analysis.level.level.id()),
    );
    row(
        Phrase("レベルの導出", "Derivation of the level"),
        Cell::lines(analysis.level.because.iter().map(|words| words.say(lang))),
    );
    row(Phrase("脅威の数", "Threats"), Cell::Count(analysis.threats.len()));
    for severity in Severity::ALL.iter().rev() {
        let (before, after) = (
            of(&analysis.summary.before, *severity),
            of(&analysis.summary.after, *severity),
        );
        let title = severity.title().say(lang);
        let item = match lang {
            Lang::Ja => format!("{title}（対策前 → 対策後）"),
            Lang::En => format!("{title} (before → after measures)"),
        };
        rows.push(vec![Cell::text(item), Cell::text(format!("{before} → {after}"))]);
    }
    let mut row = |item: Phrase, cell: Cell| rows.push(vec![Cell::text(item.of(lang)), cell]);
    row(
        Phrase("残留リスクとみなす深刻度", "Residual from"),
        Cell::Severity(service.residual_from),
    );
    row(
        Phrase("残留リスクの数", "Residual risks"),
        Cell::Count(analysis.residual.len()),
    );
    for count in &analysis.summary.tracking {
        let word = status(count.status).of(lang);
        let item = match lang {
            Lang::Ja => format!("追跡：{word}"),
            Lang::En => format!("Tracking: {word}"),
        };
        rows.push(vec![Cell::text(item), Cell::Count(count.threats)]);
    }
    let mut row = |item: Phrase, cell: Cell| rows.push(vec![Cell::text(item.of(lang)), cell]);
    row(Phrase("所見の数", "Findings"), Cell::Count(analysis.findings.len()));
    row(
        Phrase("前提", "Premises"),
        Cell::lines(service.premises.iter().map(|words| words.say(lang))),
    );
    Table {
        key: "summary",
        title: Phrase("概要", "Summary"),
        columns: vec![Column::new("項目", "Item", 36), Column::new("内容", "Value", 90)],
        rows,
    }
}

/// How many threats of a severity.
pub(crate) fn of(distribution: &Distribution, severity: Severity) -> usize {
    match severity {
        Severity::None => distribution.none,
        Severity::Notice => distribution.notice,
        Severity::Warning => distribution.warning,
        Severity::Important => distribution.important,
        Severity::Critical => distribution.critical,
    }
}

pub(super) fn entry_points(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.entry_points.iter().map(|point| {
        vec![
            Cell::text(point.entry_point.mark()),
            Cell::text(point.title.say(lang)),
            Cell::yes(lang, point.present),
            Cell::lines(&point.components),
            Cell::lines(&point.links),
            Cell::yes(lang, point.personal),
            Cell::yes(lang, point.reaches_life_or_property),
            Cell::Count(point.threats),
            Cell::Severity(point.worst_before),
            Cell::Severity(point.worst_after),
        ]
    });
    Table {
        key: "entry-points",
        title: Phrase("エントリーポイント", "Entry points"),
        columns: vec![
            Column::new("EP", "EP", 7),
            Column::new("名称", "Name", 50),
            Column::new("該当", "Present", 9),
            Column::new("構成要素", "Components", 28),
            Column::new("接続", "Links", 28),
            Column::new("個人情報", "Personal information", 10),
            Column::new("生命・財産", "Life, property", 12),
            Column::new("脅威", "Threats", 9),
            Column::new("対策前の最悪", "Worst before", 13),
            Column::new("対策後の最悪", "Worst after", 13),
        ],
        rows: rows.collect(),
    }
}

pub(super) fn components(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.components.iter().map(|component| {
        vec![
            Cell::text(&component.id),
            Cell::text(component.name.say(lang)),
            Cell::text(component.entry_point.mark()),
            component
                .system_box
                .map_or(Cell::Empty, |system_box| Cell::text(system_box.title().say(lang))),
            component.part_of.as_ref().map_or(Cell::Empty, Cell::text),
            Cell::yes(lang, component.reaches_life_or_property),
        ]
    });
    Table {
        key: "components",
        title: Phrase("構成要素", "Components"),
        columns: vec![
            Column::new("id", "Id", 26),
            Column::new("名称", "Name", 40),
            Column::new("EP", "EP", 7),
            Column::new("構成機器（表2-3）", "Box (T2-3)", 40),
            Column::new("含まれる先", "Part of", 24),
            Column::new("生命・財産", "Life, property", 12),
        ],
        rows: rows.collect(),
    }
}

pub(super) fn links(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.links.iter().map(|link| {
        vec![
            Cell::text(&link.id),
            Cell::text(link.name.say(lang)),
            Cell::text(&link.from),
            Cell::text(&link.to),
            Cell::text(listed(link.entry_points.iter().map(|point| point.mark()), lang)),
            Cell::yes(lang, link.commands),
        ]
    });
    Table {
        key: "links",
        title: Phrase("接続", "Links"),
        columns: vec![
            Column::new("id", "Id", 26),
            Column::new("名称", "Name", 44),
            Column::new("から", "From", 24),
            Column::new("へ", "To", 24),
            Column::new("EP", "EP", 16),
            Column::new("相手を動かす", "Commands", 13),
        ],
        rows: rows.collect(),
    }
}

pub(super) fn findings(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.findings.iter().map(|finding| {
        vec![
            Cell::text(finding_kind(finding.kind).of(lang)),
            Cell::text(&finding.about),
            Cell::text(finding.words.say(lang)),
        ]
    });
    Table {
        key: "findings",
        title: Phrase("所見", "Findings"),
        columns: vec![
            Column::new("種類", "Kind", 28),
            Column::new("対象", "About", 28),
            Column::new("内容", "What is the matter", 90),
        ],
        rows: rows.collect(),
    }
}

pub(super) fn revisions(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.revisions.iter().map(|revision| {
        vec![
            Cell::text(&revision.version),
            Cell::Date(revision.date.0),
            Cell::text(&revision.author),
            Cell::text(revision.change.say(lang)),
        ]
    });
    Table {
        key: "revisions",
        title: Phrase("改訂履歴", "Revisions"),
        columns: vec![
            Column::new("版", "Version", 12),
            Column::new("日付", "Date", 13),
            Column::new("作成者", "Author", 24),
            Column::new("変更内容", "Change", 90),
        ],
        rows: rows.collect(),
    }
}

/// What a finding is.
pub(crate) const fn finding_kind(kind: FindingKind) -> Phrase {
    match kind {
        FindingKind::LevelDiffers => Phrase("レベルが仮定と異なる", "Level differs"),
        FindingKind::AcceptanceExpired => Phrase("受容の期限切れ", "Acceptance expired"),
        FindingKind::ResidualUntracked => Phrase("未確認の残留リスク", "Residual risk, untracked"),
        FindingKind::ThreatNotThere => Phrase("該当する脅威がない", "Threat not there"),
        FindingKind::MeasureLacks => Phrase("前提となる対策の不足", "Measure lacks another"),
        FindingKind::RequirementOpen => Phrase("未対応の要件", "Requirement open"),
        FindingKind::NonCyberOpen => Phrase("サイバー以外の脅威が未対応", "Non-cyber threat open"),
        FindingKind::TooSevere => Phrase("深刻度が許容を超える", "Too severe"),
        FindingKind::AssetNotNamed => Phrase("資産の記載漏れ", "Asset not named"),
    }
}

/// What is harmed.
pub(crate) const fn harm(harm: Harm) -> Phrase {
    match harm {
        Harm::Life => Phrase("生命", "life"),
        Harm::Property => Phrase("財産", "property"),
    }
}

/// What is personal.
pub(crate) const fn personal_item(item: PersonalItem) -> Phrase {
    match item {
        PersonalItem::Name => Phrase("氏名", "names"),
        PersonalItem::Address => Phrase("住所", "addresses"),
        PersonalItem::Contact => Phrase("連絡先", "contacts"),
        PersonalItem::BirthDate => Phrase("生年月日", "dates of birth"),
        PersonalItem::AssignedCode => Phrase("個人に割り当てられた符号", "assigned codes"),
        PersonalItem::BodilyMark => Phrase("身体的特徴の符号", "bodily marks"),
        PersonalItem::Picture => Phrase("映像・音声", "pictures and sound"),
        PersonalItem::DailyLife => Phrase("生活の様子", "daily life"),
        PersonalItem::Health => Phrase("健康", "health"),
    }
}
