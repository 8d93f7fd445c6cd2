//! Every threat with all that its value rests on.

use std::collections::BTreeMap;

use tomori_guideline::EntryPoint;
use tomori_risk::analysis::Analysis;
use tomori_risk::analysis::result::{MetricView, Rating, ThreatView};
use tomori_runtime::i18n::Lang;

use crate::markup::Markup;
use crate::say::{Phrase, Say as _, listed};
use crate::scale::chip;
use crate::table;

pub(super) fn threats(out: &mut Markup, analysis: &Analysis, lang: Lang) {
    let measures: BTreeMap<&str, &str> = analysis
        .measures
        .iter()
        .map(|measure| (measure.id.as_str(), measure.name.say(lang)))
        .collect();
    for point in EntryPoint::ALL {
        let mut here = analysis
            .threats
            .iter()
            .filter(|threat| threat.entry_point == *point)
            .peekable();
        if here.peek().is_none() {
            continue;
        }
        out.raw("<h3>")
            .text(point.mark())
            .raw(" ")
            .text(point.title().say(lang))
            .raw("</h3>\n");
        for threat in here {
            article(out, threat, &measures, lang);
        }
    }
}

fn article(out: &mut Markup, threat: &ThreatView, measures: &BTreeMap<&str, &str>, lang: Lang) {
    out.raw("<article class=\"threat\" id=\"t-")
        .text(&threat.id)
        .raw("\">\n<h4><span>")
        .text(threat.kind.title().say(lang));
    out.raw("</span><span class=\"id soft\">")
        .text(&threat.id)
        .raw("</span></h4>\n<p class=\"line\">");
    chip(out, threat.before.severity, Some(&threat.before.value), lang);
    out.raw("<span class=\"to\" aria-hidden=\"true\">→</span>");
    chip(out, threat.after.severity, Some(&threat.after.value), lang);
    if threat.residual {
        out.raw("<span class=\"tag\">")
            .text(Phrase("残留リスク", "residual").of(lang))
            .raw("</span>");
    }
    out.raw("<span class=\"tag\">")
        .text(Phrase("追跡：", "tracking: ").of(lang));
    out.text(table::status(threat.tracking.status).of(lang))
        .raw("</span></p>\n<p class=\"example\">");
    out.text(threat.example.say(lang)).raw("</p>\n<dl class=\"four\">");
    let whom: Vec<_> = threat.whom.iter().map(|target| target.title()).collect();
    for (term, value) in [
        (
            Phrase("接続I/F（表3-6）", "Interface (T3-6)"),
            table::interface(&threat.interfaces, lang),
        ),
        (
            Phrase("誰が（表3-7）", "Who (T3-7)"),
            threat.who.title().say(lang).to_owned(),
        ),
        (
            Phrase("何を（表3-8）", "Whom (T3-8)"),
            listed(whom.iter().map(|title| title.say(lang)), lang),
        ),
        (
            Phrase("どこで（表3-9）", "Where (T3-9)"),
            threat.place.title().say(lang).to_owned(),
        ),
        (Phrase("出典", "Source"), threat.source.clone()),
    ] {
        out.raw("<div><dt>")
            .text(term.of(lang))
            .raw("</dt><dd>")
            .text(&value)
            .raw("</dd></div>");
    }
    out.raw("</dl>\n<div class=\"scroll\"><table><thead><tr>");
    for title in [
        Phrase("指標", "Metric"),
        Phrase("対策前", "Before"),
        Phrase("その値になる理由", "Why it has this value"),
        Phrase("規則", "Rule"),
        Phrase("対策後", "After"),
        Phrase("変える対策", "Changed by"),
    ] {
        out.raw("<th scope=\"col\">").text(title.of(lang)).raw("</th>");
    }
    out.raw("</tr></thead><tbody>");
    for metric in &threat.metrics {
        row(out, threat, metric, measures, lang);
    }
    out.raw("</tbody></table></div>\n");
    vector(out, Phrase("対策前", "before"), &threat.before, lang);
    vector(out, Phrase("対策後", "after"), &threat.after, lang);
    if threat.tracking.who.is_some() || threat.tracking.why.is_some() || threat.tracking.until.is_some() {
        out.raw("<p class=\"small\">");
        let mut parts = Vec::new();
        parts.extend(threat.tracking.who.clone());
        parts.extend(threat.tracking.why.as_ref().map(|why| why.say(lang).to_owned()));
        parts.extend(threat.tracking.until.map(|day| match lang {
            Lang::Ja => format!("{day} まで"),
            Lang::En => format!("until {day}"),
        }));
        if threat.tracking.expired {
            parts.push(Phrase("期限が過ぎています", "the day is over").of(lang).to_owned());
        }
        out.text(&parts.join(Phrase("／", " · ").of(lang))).raw("</p>\n");
    }
    out.raw("</article>\n");
}

fn row(out: &mut Markup, threat: &ThreatView, metric: &MetricView, measures: &BTreeMap<&str, &str>, lang: Lang) {
    let changed = threat
        .edits
        .iter()
        .find(|edit| edit.metric.strip_prefix('M') == Some(&metric.metric));
    out.raw("<tr><th scope=\"row\">")
        .text(&metric.metric)
        .raw("</th><td class=\"code\">")
        .text(&metric.code);
    out.raw("</td><td class=\"w\">").text(metric.because.say(lang));
    if let Some(derived) = &metric.derived {
        out.raw(" ").text(&match lang {
            Lang::Ja => format!("（規則による値は {derived}）"),
            Lang::En => format!("(the rule gives {derived})"),
        });
    }
    out.raw("</td><td class=\"i\">")
        .text(&metric.rule)
        .raw(" <span class=\"soft\">")
        .text(&metric.table)
        .raw("</span></td>");
    match changed {
        Some(edit) => {
            out.raw("<td class=\"code changed\">")
                .text(&edit.from)
                .raw(" → ")
                .text(&edit.to)
                .raw("</td><td>");
            let names = edit
                .measures
                .iter()
                .map(|id| measures.get(id.as_str()).copied().unwrap_or(id));
            out.text(&listed(names, lang)).raw("</td></tr>");
        }
        None => {
            out.raw("<td class=\"code soft\">")
                .text(&metric.code)
                .raw("</td><td></td></tr>");
        }
    }
}

fn vector(out: &mut Markup, when: Phrase, rating: &Rating, lang: Lang) {
    out.raw("<p class=\"vector\">")
        .text(when.of(lang))
        .raw(": ")
        .text(&rating.vector)
        .raw(" = ")
        .text(&rating.value);
    if rating.capped {
        out.text(&match lang {
            Lang::Ja => format!("（上限なしでは {}）", rating.uncapped),
            Lang::En => format!(" (uncapped {})", rating.uncapped),
        });
    }
    out.raw("</p>\n");
}
