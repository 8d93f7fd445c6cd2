//! What an analyst may edit, as it stands in a description.

use std::collections::BTreeMap;

use tomori_risk::analysis::Analysis;
use tomori_risk::description::ServiceModel;
use tomori_runtime::i18n::Lang;

use super::clean;
pub(crate) use super::sheet::STATUSES;
use crate::say::{Phrase, Say as _};
use crate::table::{Cell, Column, Edit, Table, status};

/// One editable thing: a threat's or a measure's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The sheet: `tracking`, `overrides` or `measures`.
    pub(crate) sheet: &'static str,
    /// The threat or measure.
    pub(crate) id: String,
    /// What of it.
    pub(crate) edit: Edit,
}

/// The sheets that have editable cells.
pub(crate) const EDITABLE: [&str; 3] = ["tracking", "overrides", "measures"];

/// Metrics that an analyst may set: those of the base value and E, RL, RC, CR, IR, AR.
pub(crate) const BY_HAND: [&str; 16] = [
    "AV", "AC", "PR", "UI", "S", "C", "I", "A", "LP", "II", "E", "RL", "RC", "CR", "IR", "AR",
];

/// The columns of the sheet in which metrics are set by hand.
pub(crate) fn override_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::new("id", "Id", 26),
        Column::new("EP", "EP", 7),
        Column::new("分類", "Kind", 20),
    ];
    columns.extend(BY_HAND.map(|code| Column::new(code, code, 6).editable(Edit::Metric(code))));
    columns.push(Column::new("上書きの理由", "Why the rules do not fit", 60).editable(Edit::Because));
    columns.push(Column::new("規則による値を含むベクトル", "Vector now", 54));
    columns
}

/// The sheet in which metrics are set by hand.
pub(crate) fn overrides(analysis: &Analysis, model: &ServiceModel, lang: Lang) -> Table {
    let set: BTreeMap<&str, _> = model.overrides.iter().map(|one| (one.threat.as_str(), one)).collect();
    let rows = analysis.threats.iter().map(|threat| {
        let own = set.get(threat.id.as_str());
        let mut row = vec![
            Cell::text(&threat.id),
            Cell::text(threat.entry_point.mark()),
            Cell::text(threat.kind.title().say(lang)),
        ];
        row.extend(BY_HAND.map(|code| own.and_then(|own| own.set.get(code)).map_or(Cell::Empty, Cell::text)));
        row.push(own.map_or(Cell::Empty, |own| Cell::text(own.because.say(lang))));
        row.push(Cell::text(&threat.before.vector));
        row
    });
    Table {
        key: "overrides",
        title: Phrase("評価の上書き", "Overrides"),
        columns: override_columns(),
        rows: rows.collect(),
    }
}

/// What stands in a description. What is not there is not in the map, and counts as empty; a status as unchecked.
pub(crate) fn state(model: &ServiceModel, lang: Lang) -> BTreeMap<Key, String> {
    let mut state = BTreeMap::new();
    let mut put = |sheet: &'static str, id: &str, edit: Edit, text: &str| {
        let text = clean(text);
        if !text.is_empty() {
            state.insert(
                Key {
                    sheet,
                    id: id.to_owned(),
                    edit,
                },
                text,
            );
        }
    };
    for one in &model.tracking {
        put("tracking", &one.threat, Edit::Status, status(one.status).of(lang));
        put(
            "tracking",
            &one.threat,
            Edit::Who,
            one.who.as_deref().unwrap_or_default(),
        );
        put(
            "tracking",
            &one.threat,
            Edit::Why,
            one.why.as_ref().map_or("", |why| why.say(lang)),
        );
        put(
            "tracking",
            &one.threat,
            Edit::Until,
            &one.until.map_or(String::new(), |day| day.to_string()),
        );
    }
    for one in &model.overrides {
        for code in BY_HAND {
            put(
                "overrides",
                &one.threat,
                Edit::Metric(code),
                one.set.get(code).map_or("", String::as_str),
            );
        }
        put("overrides", &one.threat, Edit::Because, one.because.say(lang));
    }
    for one in &model.measures {
        put(
            "measures",
            &one.id,
            Edit::Note,
            one.note.as_ref().map_or("", |note| note.say(lang)),
        );
    }
    state
}

/// What an empty cell means.
pub(crate) fn empty(edit: Edit, lang: Lang) -> &'static str {
    match edit {
        Edit::Status => status(tomori_risk::description::Status::default()).of(lang),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use tomori_risk::Metric;

    use super::*;

    #[test]
    fn every_column_is_a_metric() {
        for code in BY_HAND {
            assert!(Metric::from_code(code).is_some(), "{code}");
        }
    }
}
