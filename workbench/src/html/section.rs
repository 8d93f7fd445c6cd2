//! The parts of the report, in order.

use std::collections::BTreeMap;

use tomori_guideline::EntryPoint;
use tomori_risk::analysis::Analysis;
use tomori_risk::analysis::result::{Choice, ThreatView};
use tomori_runtime::i18n::Lang;

use super::{Section, detail, grid};
use crate::figure;
use crate::markup::Markup;
use crate::say::{Phrase, Say as _, listed};
use crate::scale::chip;
use crate::table::{self, Cell, Table};

pub(super) fn all(analysis: &Analysis, lang: Lang) -> Vec<Section> {
    let tables: BTreeMap<&str, Table> = table::all(analysis, lang)
        .into_iter()
        .map(|table| (table.key, table))
        .collect();
    let show = |out: &mut Markup, key: &str, ids: &[usize]| {
        if let Some(table) = tables.get(key) {
            grid::table(out, table, ids, lang);
        }
    };
    let part = |id: &'static str, ja: &'static str, en: &'static str, page: bool, body: Markup| Section {
        id,
        title: Phrase(ja, en),
        page,
        body,
    };
    let of = |build: &dyn Fn(&mut Markup)| {
        let mut out = Markup::default();
        build(&mut out);
        out
    };
    vec![
        part(
            "summary",
            "概要",
            "Summary",
            false,
            of(&|out| summary(out, analysis, &tables, lang)),
        ),
        part(
            "level",
            "サービスレベルの導出",
            "How the service level follows",
            false,
            of(&|out| level(out, analysis, lang)),
        ),
        part(
            "model",
            "システムモデル",
            "System model",
            true,
            of(&|out| {
                out.raw("<figure class=\"picture wide\" tabindex=\"0\">")
                    .add(&figure::system_model(analysis, "fig-model", lang));
                out.raw("<figcaption>").text(Phrase("各エントリーポイントの帯は、最悪の深刻度の「対策前 → 対策後」です。色は対策後に合わせています。番号の丸は、接続が通る通信経路を表します。", "The band of an entry point says its worst severity before → after measures; its colour is that after them. Numbers in discs are the paths that a link runs over.").of(lang)).raw("</figcaption></figure>\n");
                sub(out, Phrase("エントリーポイント", "Entry points").of(lang));
                show(out, "entry-points", &[3, 4]);
                sub(out, Phrase("構成要素", "Components").of(lang));
                show(out, "components", &[0, 4]);
                sub(out, Phrase("接続", "Links").of(lang));
                show(out, "links", &[0, 2, 3]);
                use_cases(out, analysis, lang);
            }),
        ),
        part(
            "assets",
            "保護すべき資産",
            "Assets to protect",
            true,
            of(&|out| show(out, "assets", &[0, 2])),
        ),
        part(
            "coverage",
            "脅威の網羅表",
            "Coverage of threats",
            true,
            of(&|out| {
                out.raw("<figure class=\"picture wide\" tabindex=\"0\">")
                    .add(&figure::heat_map(analysis, "fig-heat", lang))
                    .raw("</figure>\n");
                sub(
                    out,
                    Phrase(
                        "欄ごとの脅威と、検討しない理由",
                        "Threats cell by cell, and why nothing more",
                    )
                    .of(lang),
                );
                show(out, "coverage", &[2]);
            }),
        ),
        part(
            "values",
            "対策前後の値",
            "Values before and after measures",
            true,
            of(&|out| values(out, analysis, &tables, lang)),
        ),
        part(
            "threats",
            "脅威の詳細",
            "Threats in detail",
            true,
            of(&|out| detail::threats(out, analysis, lang)),
        ),
        part(
            "measures",
            "対策",
            "Measures",
            true,
            of(&|out| show(out, "measures", &[0, 5, 6])),
        ),
        part(
            "requirements",
            "要件への対応",
            "Requirements",
            true,
            of(&|out| show(out, "requirements", &[0, 4])),
        ),
        part(
            "residual",
            "残留リスク",
            "Residual risks",
            true,
            of(&|out| residual(out, analysis, lang)),
        ),
        part("plan", "対策計画", "Plan", false, of(&|out| plan(out, analysis, lang))),
        part(
            "tracking",
            "リスクの追跡",
            "Risk tracking",
            true,
            of(&|out| show(out, "tracking", &[0])),
        ),
        part(
            "non-cyber",
            "サイバー攻撃以外の脅威",
            "Threats that are not cyber",
            false,
            of(&|out| show(out, "non-cyber", &[])),
        ),
        part(
            "premises",
            "前提",
            "Premises",
            false,
            of(&|out| {
                if analysis.service.premises.is_empty() {
                    grid::none(
                        out,
                        Phrase("前提は書かれていません。", "No premises are stated.").of(lang),
                    );
                } else {
                    list(out, analysis.service.premises.iter().map(|words| words.say(lang)));
                }
            }),
        ),
        part(
            "revisions",
            "改訂履歴と承認",
            "Revisions and approval",
            false,
            of(&|out| {
                show(out, "revisions", &[]);
                out.raw("<dl class=\"seals\">");
                for who in [
                    Phrase("作成", "Prepared"),
                    Phrase("確認", "Reviewed"),
                    Phrase("承認", "Approved"),
                ] {
                    out.raw("<div><dt>").text(who.of(lang)).raw("</dt><dd></dd></div>");
                }
                out.raw("</dl>\n");
            }),
        ),
    ]
}

fn sub(out: &mut Markup, title: &str) {
    out.raw("<h3>").text(title).raw("</h3>\n");
}

fn list<'a>(out: &mut Markup, entries: impl Iterator<Item = &'a str>) {
    out.raw("<ul class=\"plain\">");
    for entry in entries {
        out.raw("<li>").text(entry).raw("</li>");
    }
    out.raw("</ul>\n");
}

fn summary(out: &mut Markup, analysis: &Analysis, tables: &BTreeMap<&str, Table>, lang: Lang) {
    out.raw("<figure class=\"picture\" tabindex=\"0\">")
        .add(&figure::distribution(analysis, "fig-dist", lang))
        .raw("</figure>\n");
    sub(out, Phrase("最も重い脅威", "The worst threats").of(lang));
    let by_id = by_id(analysis);
    let worst: Vec<&ThreatView> = analysis
        .summary
        .ranking
        .iter()
        .filter_map(|id| by_id.get(id.as_str()).copied())
        .take(10)
        .collect();
    rank(out, &worst, lang);
    sub(out, Phrase("追跡の状況", "Where the risks stand").of(lang));
    out.raw("<dl class=\"facts\">");
    for count in &analysis.summary.tracking {
        out.raw("<div class=\"fact\"><dt>")
            .text(table::status(count.status).of(lang))
            .raw("</dt><dd>");
        out.count(count.threats).raw("</dd></div>");
    }
    out.raw("</dl>\n");
    sub(out, Phrase("確認すべき所見", "Findings to look at").of(lang));
    if let Some(table) = tables.get("findings") {
        grid::table(out, table, &[1], lang);
    }
}

/// Threats in a given order, each with its values and a way to its details.
fn rank(out: &mut Markup, threats: &[&ThreatView], lang: Lang) {
    out.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    out.text(Phrase("脅威の一覧", "Threats").of(lang))
        .raw("\"><table><thead><tr>");
    for title in [
        Phrase("順位", "Rank"),
        Phrase("脅威", "Threat"),
        Phrase("例", "Example"),
        Phrase("対策前", "Before"),
        Phrase("対策後", "After"),
        Phrase("追跡", "Tracking"),
    ] {
        out.raw("<th scope=\"col\">").text(title.of(lang)).raw("</th>");
    }
    out.raw("</tr></thead><tbody>");
    for (number, threat) in threats.iter().enumerate() {
        out.raw("<tr><td class=\"n\">")
            .count(number + 1)
            .raw("</td><th scope=\"row\"><a href=\"#t-")
            .text(&threat.id)
            .raw("\">");
        out.text(&table::threat_names(threat, lang))
            .raw("</a><br><span class=\"id soft\">")
            .text(&threat.id)
            .raw("</span></th><td class=\"w\">");
        out.text(threat.example.say(lang)).raw("</td><td>");
        chip(out, threat.before.severity, Some(&threat.before.value), lang);
        out.raw("</td><td>");
        chip(out, threat.after.severity, Some(&threat.after.value), lang);
        out.raw("</td><td class=\"k\">")
            .text(table::status(threat.tracking.status).of(lang));
        if threat.tracking.expired {
            out.raw("<br>").text(Phrase("（期限切れ）", "(expired)").of(lang));
        }
        out.raw("</td></tr>");
    }
    out.raw("</tbody></table></div>\n");
}

fn level(out: &mut Markup, analysis: &Analysis, lang: Lang) {
    let found = &analysis.level;
    out.raw("<p><span class=\"level\">")
        .text(found.level.id())
        .raw("</span> ")
        .text(found.level.title().say(lang))
        .raw("</p>\n");
    if let (Some(assumed), false) = (found.assumed, found.holds) {
        out.raw("<p>").text(&match lang {
            Lang::Ja => format!("最初の仮定は {} でしたが、分析の結果と異なります。", assumed.id()),
            Lang::En => format!("{} was assumed at first, which is not what follows.", assumed.id()),
        });
        out.raw("</p>\n");
    }
    out.raw("<h3>")
        .text(Phrase("導出", "Derivation").of(lang))
        .raw("</h3>\n<ol class=\"steps\">");
    for step in &found.because {
        out.raw("<li><span>").text(step.say(lang)).raw("</span></li>");
    }
    out.raw("</ol>\n");
    if !found.effects.is_empty() {
        sub(
            out,
            Phrase("生命・財産への影響", "Effects on life and property").of(lang),
        );
        out.raw("<div class=\"cards\">");
        for effect in &found.effects {
            out.raw("<div class=\"card\"><p><strong>")
                .text(effect.name.say(lang))
                .raw("</strong></p><p class=\"life-word\">");
            out.text(&listed(
                effect.harms.iter().map(|harm| table::harm(*harm).of(lang)),
                lang,
            ));
            out.raw("</p><p class=\"small soft\">")
                .text(Phrase("経由：", "Through: ").of(lang))
                .raw("<span class=\"id\">");
            out.text(&listed(effect.through.iter().map(String::as_str), lang))
                .raw("</span></p></div>");
        }
        out.raw("</div>\n");
    }
    if !found.personal.is_empty() {
        sub(out, Phrase("個人情報", "Personal information").of(lang));
        out.raw("<div class=\"cards\">");
        for data in &found.personal {
            out.raw("<div class=\"card\"><p><strong>")
                .text(data.name.say(lang))
                .raw("</strong></p><p class=\"small\">");
            out.text(&listed(
                data.items.iter().map(|item| table::personal_item(*item).of(lang)),
                lang,
            ));
            out.raw("</p><p class=\"small soft\">")
                .text(&listed(data.at.iter().map(|point| point.mark()), lang))
                .raw("</p></div>");
        }
        out.raw("</div>\n");
    }
}

fn use_cases(out: &mut Markup, analysis: &Analysis, lang: Lang) {
    if analysis.use_cases.is_empty() {
        return;
    }
    sub(out, Phrase("ユースケース", "Use cases").of(lang));
    for case in &analysis.use_cases {
        out.raw("<h4>")
            .text(case.name.say(lang))
            .raw("</h4>\n<ol class=\"steps\">");
        for step in &case.steps {
            out.raw("<li><span>").text(step.action.say(lang)).raw("</span></li>");
        }
        out.raw("</ol>\n");
    }
}

fn values(out: &mut Markup, analysis: &Analysis, tables: &BTreeMap<&str, Table>, lang: Lang) {
    out.raw("<p class=\"soft\">");
    out.text(
        Phrase(
            "上の枠だけの棒が対策前、下の塗りつぶした棒が対策後の値です。目盛は深刻度の境目（4.0 警告、7.0 重要、9.0 緊急）です。",
            "The upper, outlined bar is the value before measures, the lower, full bar after them. Marks stand where severities begin: 4.0 warning, 7.0 important, 9.0 critical.",
        )
        .of(lang),
    );
    out.raw("</p>\n");
    for point in EntryPoint::ALL {
        let here: Vec<&ThreatView> = analysis
            .threats
            .iter()
            .filter(|threat| threat.entry_point == *point)
            .collect();
        if here.is_empty() {
            continue;
        }
        sub(out, &format!("{} {}", point.mark(), point.title().say(lang)));
        out.raw("<div class=\"bars\">");
        for (number, rows) in here.chunks(14).enumerate() {
            out.raw("<figure class=\"picture\" tabindex=\"0\">");
            out.add(&figure::bars(rows, &format!("fig-bars-{}-{number}", point.id()), lang))
                .raw("</figure>");
        }
        out.raw("</div>\n");
    }
    sub(out, Phrase("一覧", "All values").of(lang));
    if let Some(table) = tables.get("before-after") {
        // Measures and vectors stand in the details.
        grid::table(out, &narrow(table, &[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11]), &[0], lang);
    }
}

/// Some columns of a table, with lists in one line.
fn narrow(table: &Table, columns: &[usize]) -> Table {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => Cell::text(text.replace('\n', ", ")),
        other => other.clone(),
    };
    let row = |row: &Vec<Cell>| columns.iter().filter_map(|column| row.get(*column)).map(cell).collect();
    Table {
        columns: columns
            .iter()
            .filter_map(|column| table.columns.get(*column).copied())
            .collect(),
        rows: table.rows.iter().map(row).collect(),
        ..*table
    }
}

fn residual(out: &mut Markup, analysis: &Analysis, lang: Lang) {
    out.raw("<p class=\"soft\">").text(&match lang {
        Lang::Ja => format!(
            "対策後も{}で残るリスクです。重いものから並べています。",
            super::cover::from(analysis.service.residual_from, lang)
        ),
        Lang::En => format!(
            "What remains at {} after measures, the worst first.",
            super::cover::from(analysis.service.residual_from, lang)
        ),
    });
    out.raw("</p>\n");
    let by_id = by_id(analysis);
    let threats: Vec<&ThreatView> = analysis
        .residual
        .iter()
        .filter_map(|id| by_id.get(id.as_str()).copied())
        .collect();
    if threats.is_empty() {
        grid::none(out, Phrase("残留リスクはありません。", "No residual risks.").of(lang));
    } else {
        rank(out, &threats, lang);
    }
}

fn plan(out: &mut Markup, analysis: &Analysis, lang: Lang) {
    let below = analysis.plan.below.title();
    out.raw("<p class=\"soft\">").text(&match lang {
        Lang::Ja => format!(
            "すべてのリスクを「{}」未満にするための、最も少ない対策の組です。",
            below.ja
        ),
        Lang::En => format!(
            "The smallest sets of measures that bring every risk below {}.",
            below.en
        ),
    });
    out.raw("</p>\n<div class=\"cards\">");
    choice(
        out,
        analysis,
        Phrase("採用済みの対策に加えて", "Beyond what is adopted"),
        &analysis.plan.from_adopted,
        lang,
    );
    choice(
        out,
        analysis,
        Phrase("対策がまったくない場合", "Starting from nothing"),
        &analysis.plan.from_nothing,
        lang,
    );
    out.raw("</div>\n");
}

fn choice(out: &mut Markup, analysis: &Analysis, title: Phrase, choice: &Choice, lang: Lang) {
    out.raw("<div class=\"card\"><h3>").text(title.of(lang)).raw("</h3>");
    if choice.measures.is_empty() {
        out.raw("<p>")
            .text(Phrase("追加する対策はありません。", "No further measure.").of(lang))
            .raw("</p>");
    } else {
        let names = choice.measures.iter().map(|id| {
            let of = analysis.measures.iter().find(|measure| measure.id == *id);
            of.map_or(id.as_str(), |measure| measure.name.say(lang))
        });
        list(out, names);
    }
    if !choice.out_of_reach.is_empty() {
        out.raw("<p class=\"small\">").text(
            Phrase(
                "知られている対策では届かない脅威：",
                "Out of reach of every known measure: ",
            )
            .of(lang),
        );
        out.raw("<span class=\"id\">")
            .text(&listed(choice.out_of_reach.iter().map(String::as_str), lang))
            .raw("</span></p>");
    }
    out.raw("<p class=\"small soft\">").text(
        if choice.proven {
            Phrase(
                "これより少ない組がないことを確かめました。",
                "It is certain that no smaller set does it.",
            )
        } else {
            Phrase("もっと少ない組があるかもしれません。", "A smaller set may exist.")
        }
        .of(lang),
    );
    out.raw("</p></div>");
}

fn by_id(analysis: &Analysis) -> BTreeMap<&str, &ThreatView> {
    analysis
        .threats
        .iter()
        .map(|threat| (threat.id.as_str(), threat))
        .collect()
}
