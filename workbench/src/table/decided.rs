//! What is decided: measures, requirements, where each risk stands.

use tomori_risk::analysis::Analysis;
use tomori_risk::description::{Adoption, Status};
use tomori_runtime::i18n::Lang;

use super::{Cell, Column, Edit, Table};
use crate::say::{Phrase, Say as _};

/// The columns of the sheet of measures; some may be edited.
pub(crate) fn measures_columns() -> Vec<Column> {
    vec![
        Column::new("id", "Id", 28),
        Column::new("名称", "Name", 50),
        Column::new("状態", "Status", 12),
        Column::new("算入", "Counts", 9),
        Column::new("メモ", "Note", 60).editable(Edit::Note),
        Column::new("足りない対策", "Lacks", 24),
        Column::new("要件", "Requirements", 16),
        Column::new("効く脅威", "Threats lowered", 11),
    ]
}

pub(super) fn measures(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.measures.iter().map(|measure| {
        vec![
            Cell::text(&measure.id),
            Cell::text(measure.name.say(lang)),
            measure
                .status
                .map_or(Cell::Empty, |status| Cell::text(adoption(status).of(lang))),
            Cell::yes(lang, measure.counts),
            measure
                .note
                .as_ref()
                .map_or(Cell::Empty, |note| Cell::text(note.say(lang))),
            Cell::lines(&measure.lacks),
            Cell::lines(&measure.requirements),
            Cell::Count(measure.threats.len()),
        ]
    });
    Table {
        key: "measures",
        title: Phrase("対策", "Measures"),
        columns: measures_columns(),
        rows: rows.collect(),
    }
}

pub(super) fn requirements(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.requirements.iter().map(|requirement| {
        let answered = !requirement.answered_by.is_empty();
        let state = match (requirement.applies, answered) {
            (false, _) => Phrase("対象外", "not asked"),
            (true, true) => Phrase("対応あり", "answered"),
            (true, false) => Phrase("未対応", "open"),
        };
        vec![
            Cell::text(&requirement.id),
            Cell::text(requirement.title.say(lang)),
            Cell::text(requirement.level.id()),
            Cell::text(state.of(lang)),
            Cell::lines(&requirement.answered_by),
        ]
    });
    Table {
        key: "requirements",
        title: Phrase("要件", "Requirements"),
        columns: vec![
            Column::new("id", "Id", 14),
            Column::new("要件", "Requirement", 60),
            Column::new("レベル", "Level", 10),
            Column::new("状態", "State", 12),
            Column::new("応える対策", "Answered by", 40),
        ],
        rows: rows.collect(),
    }
}

/// The columns of the sheet on which risks are tracked; some may be edited.
pub(crate) fn tracking_columns() -> Vec<Column> {
    vec![
        Column::new("id", "Id", 26),
        Column::new("EP", "EP", 7),
        Column::new("分類", "Kind", 20),
        Column::new("対策後", "After", 9),
        Column::new("深刻度", "Severity", 10),
        Column::new("状態", "Status", 14).editable(Edit::Status),
        Column::new("担当", "Who", 20).editable(Edit::Who),
        Column::new("理由", "Why", 50).editable(Edit::Why),
        Column::new("期限", "Until", 13).editable(Edit::Until),
        Column::new("期限の状態", "Expiry", 12),
    ]
}

pub(super) fn tracking(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.threats.iter().map(|threat| {
        let track = &threat.tracking;
        vec![
            Cell::text(&threat.id),
            Cell::text(threat.entry_point.mark()),
            Cell::text(threat.kind.title().say(lang)),
            Cell::Score(threat.after.tenths),
            Cell::Severity(threat.after.severity),
            Cell::text(status(track.status).of(lang)),
            track.who.as_ref().map_or(Cell::Empty, Cell::text),
            track.why.as_ref().map_or(Cell::Empty, |why| Cell::text(why.say(lang))),
            track.until.map_or(Cell::Empty, |day| Cell::Date(day.0)),
            Cell::text(if track.expired {
                Phrase("期限切れ", "expired").of(lang)
            } else {
                ""
            }),
        ]
    });
    Table {
        key: "tracking",
        title: Phrase("リスクの追跡", "Risk tracking"),
        columns: tracking_columns(),
        rows: rows.collect(),
    }
}

pub(super) fn plan(analysis: &Analysis, lang: Lang) -> Table {
    let plan = &analysis.plan;
    let choices = [
        (Phrase("対策なしから", "Starting from nothing"), &plan.from_nothing),
        (
            Phrase("採用済みの対策から", "Starting from what is adopted"),
            &plan.from_adopted,
        ),
    ];
    let rows = choices.into_iter().map(|(start, choice)| {
        vec![
            Cell::text(start.of(lang)),
            Cell::Severity(plan.below),
            Cell::lines(&choice.measures),
            Cell::lines(&choice.out_of_reach),
            Cell::yes(lang, choice.proven),
        ]
    });
    Table {
        key: "plan",
        title: Phrase("対策計画", "Plan"),
        columns: vec![
            Column::new("出発点", "Start", 28),
            Column::new("この深刻度より下へ", "Below", 18),
            Column::new("追加する対策", "Measures to take", 44),
            Column::new("届かない脅威", "Out of reach", 34),
            Column::new("最小と証明済み", "Proven smallest", 15),
        ],
        rows: rows.collect(),
    }
}

pub(super) fn non_cyber(analysis: &Analysis, lang: Lang) -> Table {
    let rows = analysis.non_cyber.iter().map(|view| {
        vec![
            Cell::text(view.title.say(lang)),
            view.handled_by
                .as_ref()
                .map_or(Cell::Empty, |words| Cell::text(words.say(lang))),
        ]
    });
    Table {
        key: "non-cyber",
        title: Phrase("サイバー以外の脅威", "Non-cyber threats"),
        columns: vec![
            Column::new("脅威（3.3.2）", "Threat (3.3.2)", 44),
            Column::new("対応", "Handled by", 90),
        ],
        rows: rows.collect(),
    }
}

/// Where a risk stands.
pub(crate) const fn status(status: Status) -> Phrase {
    match status {
        Status::Unchecked => Phrase("未確認", "unchecked"),
        Status::InDiscussion => Phrase("検討中", "in discussion"),
        Status::Accepted => Phrase("受容", "accepted"),
        Status::InProgress => Phrase("対応中", "in progress"),
        Status::Mitigated => Phrase("対応済み", "mitigated"),
    }
}

/// Whether a measure is there.
pub(crate) const fn adoption(adoption: Adoption) -> Phrase {
    match adoption {
        Adoption::Adopted => Phrase("採用", "adopted"),
        Adoption::Planned => Phrase("予定", "planned"),
        Adoption::Refused => Phrase("不採用", "refused"),
    }
}
