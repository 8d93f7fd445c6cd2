//! The head of the report: what it is about, and the answer in one sentence.

use tomori_risk::Severity;
use tomori_risk::analysis::Analysis;
use tomori_runtime::i18n::Lang;

use crate::markup::Markup;
use crate::say::{Phrase, Say as _};
use crate::scale::chip;

pub(super) fn cover(analysis: &Analysis, lang: Lang) -> Markup {
    let mut out = Markup::default();
    let service = &analysis.service;
    out.raw("<header class=\"cover\">\n<p class=\"brand\">")
        .look(&tomori_look::mark());
    out.raw("<span>")
        .text(Phrase("灯・戸守　リスク分析報告書", "Tomori · Risk analysis").of(lang))
        .raw("</span></p>\n<h1>");
    out.text(service.name.say(lang)).raw("</h1>\n");
    if let Some(purpose) = &service.purpose {
        out.raw("<p class=\"lead\">").text(purpose.say(lang)).raw("</p>\n");
    }
    out.raw("<dl class=\"meta\">");
    for (term, value) in [
        (Phrase("版", "Version"), service.version.clone()),
        (Phrase("モデルの日付", "Model of"), service.date.to_string()),
        (Phrase("判断した日", "Judged as of"), analysis.as_of.to_string()),
        (Phrase("識別子", "Id"), service.id.clone()),
    ] {
        out.raw("<div><dt>")
            .text(term.of(lang))
            .raw("</dt><dd>")
            .text(&value)
            .raw("</dd></div>");
    }
    out.raw("</dl>\n<p class=\"answer\">")
        .text(&answer(analysis, lang))
        .raw("</p>\n<dl class=\"facts\">");
    let summary = &analysis.summary;
    fact(
        &mut out,
        Phrase("サービスレベル", "Service level").of(lang),
        |out| {
            out.text(analysis.level.level.id());
            out.raw("<small>")
                .text(analysis.level.level.title().say(lang))
                .raw("</small>");
        },
    );
    fact(
        &mut out,
        Phrase("検討した脅威", "Threats examined").of(lang),
        |out| {
            out.count(analysis.threats.len());
        },
    );
    fact(
        &mut out,
        Phrase("最悪の深刻度", "Worst severity").of(lang),
        |out| {
            chip(out, summary.worst_before, None, lang);
            out.raw("<span class=\"to\" aria-hidden=\"true\">→</span>");
            chip(out, summary.worst_after, None, lang);
            out.raw("<small>")
                .text(Phrase("対策前 → 対策後", "before → after measures").of(lang))
                .raw("</small>");
        },
    );
    fact(&mut out, Phrase("残留リスク", "Residual risks").of(lang), |out| {
        out.count(analysis.residual.len());
        out.raw("<small>")
            .text(&from(service.residual_from, lang))
            .raw("</small>");
    });
    fact(
        &mut out,
        Phrase("確認すべき所見", "Findings to look at").of(lang),
        |out| {
            out.count(analysis.findings.len());
        },
    );
    out.raw("</dl>\n</header>\n");
    out
}

fn fact(out: &mut Markup, term: &str, value: impl FnOnce(&mut Markup)) {
    out.raw("<div class=\"fact\"><dt>").text(term).raw("</dt><dd>");
    value(out);
    out.raw("</dd></div>");
}

/// From which severity on.
pub(super) fn from(severity: Severity, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("深刻度「{}」以上", severity.title().ja),
        Lang::En => format!("severity {} or worse", severity.title().en),
    }
}

fn answer(analysis: &Analysis, lang: Lang) -> String {
    let (all, left) = (analysis.threats.len(), analysis.residual.len());
    let residual = analysis.service.residual_from.title();
    let worst = analysis.summary.worst_after.title();
    let open = analysis
        .residual
        .iter()
        .filter(|id| {
            let of = analysis.threats.iter().find(|threat| threat.id == **id);
            of.is_some_and(|threat| {
                threat.tracking.status == tomori_risk::description::Status::Unchecked || threat.tracking.expired
            })
        })
        .count();
    match (left, lang) {
        (0, Lang::Ja) => format!(
            "対策後は、検討した {all} 件の脅威すべてが「{}」未満に収まっています。",
            residual.ja
        ),
        (0, Lang::En) => format!(
            "After measures, all {all} threats that were examined are below {}.",
            residual.en
        ),
        (_, Lang::Ja) => {
            let decided = if open == 0 {
                "扱いはすべて決まっています。".to_owned()
            } else {
                format!("うち {open} 件は、まだ扱いが決まっていません。")
            };
            format!(
                "対策後も {all} 件の脅威のうち {left} 件が「{}」以上で残り、最も重いものは「{}」です。{decided}",
                residual.ja, worst.ja
            )
        }
        (_, Lang::En) => {
            let decided = if open == 0 {
                "Somebody has decided about each of them.".to_owned()
            } else {
                format!("Nobody has decided yet about {open} of them.")
            };
            format!(
                "After measures, {left} of {all} threats remain at {} or worse; the worst is {}. {decided}",
                residual.en, worst.en
            )
        }
    }
}
