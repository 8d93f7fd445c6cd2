//! The report as one page: no script, nothing loaded, readable on a telephone, on a desk and on A4 landscape paper.

mod cover;
mod detail;
mod grid;
mod section;

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tomori_risk::analysis::Analysis;
use tomori_runtime::i18n::Lang;

use crate::markup::Markup;
use crate::say::{Phrase, Say as _};

/// The style sheet: the design system's tokens, the report's own rules, and the light tokens once more for paper.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    let tokens = tomori_look::TOKENS;
    let light = tokens.split_once("@media").map_or(tokens, |(light, _)| light);
    format!("{tokens}{}@media print{{{light}}}", include_str!("style.css"))
});

/// Nothing may be loaded or run; the one style sheet is known by its digest.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
});

/// A part of the report: its anchor, its title, what is in it.
struct Section {
    id: &'static str,
    title: Phrase,
    /// Whether it begins a page of paper.
    page: bool,
    body: Markup,
}

/// The report of an analysis as one HTML page.
#[must_use]
pub fn html(analysis: &Analysis, lang: Lang) -> String {
    let sections = section::all(analysis, lang);
    let mut out = Markup::default();
    out.raw("<!doctype html>\n<html lang=\"")
        .raw(lang.tag())
        .raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"")
        .text(&POLICY)
        .raw("\">\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n<title>");
    out.text(Phrase("リスク分析報告書：", "Risk analysis: ").of(lang))
        .text(analysis.service.name.say(lang));
    out.raw("</title>\n<style>")
        .add(&style())
        .raw("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">");
    out.text(Phrase("本文へ移動", "Skip to content").of(lang))
        .raw("</a>\n<div class=\"sheet\">\n");
    out.add(&cover::cover(analysis, lang));
    contents(&mut out, &sections, lang);
    out.raw("<main id=\"main\">\n");
    for (number, section) in sections.iter().enumerate() {
        out.raw(if section.page {
            "<section class=\"page\" id=\""
        } else {
            "<section id=\""
        })
        .raw(section.id);
        out.raw("\" aria-labelledby=\"")
            .raw(section.id)
            .raw("-h\">\n<h2 id=\"")
            .raw(section.id);
        out.raw("-h\"><span class=\"no\">").count(number + 1).raw("</span>");
        out.text(section.title.of(lang))
            .raw("</h2>\n")
            .add(&section.body)
            .raw("</section>\n");
    }
    out.raw("<footer><p>");
    out.text(&footer(analysis, lang));
    out.raw("</p></footer>\n</main>\n</div>\n</body>\n</html>\n");
    out.into_string()
}

fn style() -> Markup {
    let mut out = Markup::default();
    out.look(&tomori_look::Html::trusted(STYLE.as_str()));
    out
}

fn contents(out: &mut Markup, sections: &[Section], lang: Lang) {
    out.raw("<nav class=\"toc\" aria-labelledby=\"toc-h\"><h2 id=\"toc-h\">");
    out.text(Phrase("目次", "Contents").of(lang)).raw("</h2><ol>");
    for (number, section) in sections.iter().enumerate() {
        out.raw("<li><a href=\"#")
            .raw(section.id)
            .raw("\"><span class=\"no\">")
            .count(number + 1)
            .raw("</span><span>");
        out.text(section.title.of(lang)).raw("</span></a></li>");
    }
    out.raw("</ol></nav>\n");
}

fn footer(analysis: &Analysis, lang: Lang) -> String {
    let service = &analysis.service;
    match lang {
        Lang::Ja => format!(
            "{} 版 {}（{}）。{} 時点の判断です。値はスマートホーム分野向けの評価方式（3.5.2）で、モデルと規則から計算しました。",
            service.name.ja, service.version, service.date, analysis.as_of
        ),
        Lang::En => format!(
            "{}, version {} ({}). Judged as of {}. Values are computed from the model and the rules by the smart-home method (3.5.2).",
            service.name.en, service.version, service.date, analysis.as_of
        ),
    }
}
