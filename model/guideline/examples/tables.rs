//! Every table as one JSON document on standard output: what the stage `22-guideline-source` compares with the
//! guideline's text, and a way to look things up with `jq`.

use std::io::{self, Write as _};

use serde_json::{Value, json};
use tomori_guideline::coverage::{self, Because};
use tomori_guideline::lifecycle::{self, See};
use tomori_guideline::premise::CALCULATIONS;
use tomori_guideline::requirement::{self, Reference, Source};
use tomori_guideline::{
    Actor, AssetClass, AssetKind, EntryPoint, Guide, Holder, Interface, Lifecycle, NonCyberThreat, Part, Phase, Place,
    Premise, Relation, Role, ServiceLevel, Subject, SystemBox, Target, Text, Threat, UseCase, asset, threat_row,
    use_case,
};

macro_rules! rows {
    ($name:ident) => {
        $name::ALL
            .iter()
            .map(|row| {
                json!({
                    "id": row.id(), "number": row.number(), "title": both(row.title()), "about": both(row.about()),
                })
            })
            .collect::<Vec<_>>()
    };
}

fn main() -> io::Result<()> {
    let document = json!({
        "service_level": rows!(ServiceLevel),
        "part": rows!(Part),
        "system_box": rows!(SystemBox),
        "use_case": rows!(UseCase),
        "step": steps(),
        "asset_class": rows!(AssetClass),
        "asset_kind": rows!(AssetKind),
        "holder": rows!(Holder),
        "asset": assets(),
        "threat": rows!(Threat),
        "entry_point": entry_points(),
        "blank": blanks(),
        "non_cyber": rows!(NonCyberThreat),
        "interface": rows!(Interface),
        "actor": rows!(Actor),
        "target": rows!(Target),
        "place": rows!(Place),
        "threat_row": threat_rows(),
        "premise": rows!(Premise),
        "calculation": calculations(),
        "relation": rows!(Relation),
        "guide": rows!(Guide),
        "subject": rows!(Subject),
        "requirement": requirements(),
        "lifecycle": rows!(Lifecycle),
        "phase": rows!(Phase),
        "role": rows!(Role),
        "task": tasks(),
    });
    let mut output = io::stdout().lock();
    serde_json::to_writer_pretty(&mut output, &document)?;
    writeln!(output)
}

fn both(text: Text) -> Value {
    json!({ "ja": text.ja, "en": text.en })
}

fn steps() -> Vec<Value> {
    let step = |it: &use_case::Step| {
        json!({
            "use_case": it.use_case, "table": it.use_case.table(), "number": it.number,
            "title": both(it.title), "about": both(it.about),
        })
    };
    use_case::STEPS.iter().map(step).collect()
}

fn assets() -> Vec<Value> {
    let asset = |it: &asset::AssetRow| {
        json!({
            "id": it.id, "entry_point": it.entry_point, "holder": it.holder, "class": it.class, "assets": it.assets,
            "note": it.note.map(both),
        })
    };
    asset::ASSETS.iter().map(asset).collect()
}

fn entry_points() -> Vec<Value> {
    let entry_point = |it: &EntryPoint| {
        json!({
            "id": it, "mark": it.mark(), "title": both(it.title()), "about": both(it.about()),
            "examined": coverage::examined(*it), "at_risk": threat_row::at_risk(*it),
        })
    };
    EntryPoint::ALL.iter().map(entry_point).collect()
}

fn blanks() -> Vec<Value> {
    let blank = |it: &coverage::Blank| {
        let because = match it.because {
            Because::Inapplicable => json!("inapplicable"),
            Because::Within(threat) => json!({ "within": threat }),
            Because::Elsewhere(threat, entry_points) => json!({ "as": threat, "at": entry_points }),
            Because::Requirements(ids) => json!({ "requirements": ids }),
            Because::Tasks(ids) => json!({ "tasks": ids }),
        };
        json!({ "entry_point": it.entry_point, "threat": it.threat, "because": because, "reason": both(it.reason) })
    };
    coverage::blanks().map(blank).collect()
}

fn threat_rows() -> Vec<Value> {
    let row = |it: &threat_row::ThreatRow| {
        json!({
            "id": it.id, "table": it.table(), "entry_point": it.entry_point, "threat": it.threat,
            "example": both(it.example), "interfaces": it.interfaces, "who": it.who, "whom_two": it.whom_two,
            "whom_three": it.whom_three, "place": it.place,
        })
    };
    threat_row::threat_rows().map(row).collect()
}

fn calculations() -> Vec<Value> {
    let calculation = |it: &tomori_guideline::premise::Calculation| {
        json!({
            "table": it.table, "use_case": it.use_case, "after_measures": it.after_measures, "premises": it.premises,
        })
    };
    CALCULATIONS.iter().map(calculation).collect()
}

fn requirements() -> Vec<Value> {
    let cell = |it: Reference| json!({ "relation": it.relation, "clauses": it.clauses });
    let requirement = |it: &requirement::Requirement| {
        let source = match it.source {
            Source::Own(own) => json!({ "uk": cell(own.uk), "sb327": cell(own.sb327), "cpsf": cell(own.cpsf) }),
            Source::LevelTwo => json!("★★"),
            Source::SameAs(id) => json!(id),
        };
        json!({
            "id": it.id, "level": it.level, "subject": it.subject, "table": it.subject.table(),
            "title": both(it.title), "about": both(it.about), "unless": it.unless.map(both),
            "guides": it.guides.iter().map(|guide| json!({ "id": guide, "reference": guide.reference() })).collect::<Vec<_>>(),
            "source": source,
        })
    };
    requirement::requirements().map(requirement).collect()
}

fn tasks() -> Vec<Value> {
    let see = |it: &See| match it {
        See::Task(id) => json!(id),
        See::Phase(phase) => json!(phase),
        See::SecondaryRequirements => json!("6.2"),
    };
    let task = |it: &lifecycle::Task| {
        json!({
            "id": it.id, "phase": it.phase, "table": it.phase.table(), "number": it.number, "title": both(it.title),
            "about": both(it.about), "level": it.level, "role": it.role,
            "see": it.see.iter().map(see).collect::<Vec<_>>(), "guides": it.guides, "requirements": it.requirements,
        })
    };
    lifecycle::tasks().map(task).collect()
}
