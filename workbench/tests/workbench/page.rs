//! The HTML report.

use std::collections::BTreeSet;

use tomori_risk::description::Words;
use tomori_runtime::i18n::Lang;

use crate::sample::{SAMPLES, sample};

const VOID: [&str; 4] = ["meta", "br", "path", "rect"];

/// The elements of a page in order, after making sure that they are nested as they should be.
fn elements(page: &str) -> Vec<(String, String)> {
    let (mut open, mut all) = (Vec::new(), Vec::new());
    for part in page.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("an open tag: {part}"));
        if tag.starts_with('!') {
            continue;
        }
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap().to_owned();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name.clone()), "at {tag}");
        } else if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
            open.push(name.clone());
        }
        if !tag.starts_with('/') {
            all.push((name, tag.to_owned()));
        }
    }
    assert_eq!(open, Vec::<String>::new());
    all
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

#[test]
fn a_page_is_whole_self_contained_and_in_order() {
    for name in SAMPLES {
        let sample = sample(name);
        for lang in Lang::ALL {
            let page = tomori_workbench::html(&sample.analysis, lang);
            assert_eq!(page, tomori_workbench::html(&sample.analysis, lang), "the same bytes");
            let all = elements(&page);
            let mut ids = BTreeSet::new();
            for (_, tag) in &all {
                if let Some(id) = attribute(tag, "id") {
                    assert!(ids.insert(id), "{id} is there twice");
                }
            }
            for (name, tag) in &all {
                assert!(
                    !["script", "link", "img", "iframe", "object", "base", "form"].contains(&name.as_str()),
                    "{tag}"
                );
                assert!(
                    !tag.contains(" style=") && !tag.contains(" src=") && !tag.contains(" on"),
                    "{tag}"
                );
                for pointer in ["aria-labelledby", "aria-describedby"] {
                    for id in attribute(tag, pointer).into_iter().flat_map(|list| list.split(' ')) {
                        assert!(ids.contains(id), "{tag} points nowhere");
                    }
                }
                if let Some(href) = attribute(tag, "href") {
                    assert!(ids.contains(href.strip_prefix('#').unwrap()), "{href} points nowhere");
                }
                if name == "svg" && tag.contains("figure") {
                    assert!(tag.contains("role=\"img\""), "{tag}");
                }
            }
            let mut level = 0;
            for (name, _) in all
                .iter()
                .filter(|(name, _)| name.len() == 2 && name.starts_with('h') && name != "hr")
            {
                let this = name[1..].parse::<u8>().unwrap();
                assert!(this <= level + 1, "{name} after h{level}");
                level = this;
            }
            assert_eq!(all.iter().filter(|(name, _)| name == "h1").count(), 1);
            let figures = all
                .iter()
                .filter(|(name, tag)| name == "svg" && tag.contains("figure"))
                .count();
            assert_eq!(all.iter().filter(|(name, _)| name == "desc").count(), figures);
            for threat in &sample.analysis.threats {
                assert!(ids.contains(format!("t-{}", threat.id).as_str()));
                assert!(page.contains(&threat.after.vector));
            }
        }
    }
}

#[test]
fn the_policy_names_the_style_sheet_by_its_digest() {
    let page = tomori_workbench::html(&sample("shutter-service").analysis, Lang::Ja);
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, style.as_bytes());
    let digest = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
    assert!(page.contains(&format!("style-src &#39;sha256-{digest}&#39;")));
}

#[test]
fn names_that_carry_markup_stay_text() {
    let evil = Words::new("<script>alert(1)</script>\"'&\u{1b}", "\"><img src=x onerror=alert(1)>");
    let mut analysis = sample("dispatch-security-service").analysis;
    analysis.service.name = evil.clone();
    analysis.service.purpose = Some(evil.clone());
    analysis.service.premises = vec![evil.clone()];
    analysis
        .components
        .iter_mut()
        .for_each(|component| component.name = evil.clone());
    analysis.links.iter_mut().for_each(|link| link.name = evil.clone());
    analysis
        .measures
        .iter_mut()
        .for_each(|measure| measure.note = Some(evil.clone()));
    for threat in &mut analysis.threats {
        threat.example = evil.clone();
        threat.tracking.who = Some(evil.ja.clone());
        threat.tracking.why = Some(evil.clone());
    }
    for lang in Lang::ALL {
        let page = tomori_workbench::html(&analysis, lang);
        assert!(!page.contains("<script") && !page.contains("<img"));
        elements(&page);
        let text = tomori_workbench::markdown(&analysis, lang);
        assert!(!text.contains("<script") && !text.contains("<img"));
    }
}
