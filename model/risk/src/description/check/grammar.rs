//! What every list, id and text of a description has to be; and circles.

use std::collections::BTreeSet;

use super::Flaw;
use crate::analysis::catalogue;
use crate::description::Words;

/// The most entries of one list.
pub const MOST: usize = 20_000;
/// The most characters of a text.
const LONGEST_TEXT: usize = 2_000;
/// The most characters of an id.
const LONGEST_ID: usize = 64;
/// How much of a wrong word an answer repeats, in characters.
const LONGEST_SHOWN: usize = 80;
/// How many known words an answer lists.
const MOST_SHOWN: usize = 40;

/// The ids of one list.
pub(super) struct Known<'m> {
    noun_ja: &'static str,
    noun_en: &'static str,
    ids: BTreeSet<&'m str>,
}

impl<'m> Known<'m> {
    /// These and others.
    pub(super) fn and(mut self, others: impl Iterator<Item = &'m str>) -> Self {
        self.ids.extend(others);
        self
    }

    pub(super) fn all(&self, key: &str, given: &[String]) -> Result<(), Flaw> {
        each(key, given, |key, word| self.one(key, word))
    }

    pub(super) fn one(&self, key: &str, given: &str) -> Result<(), Flaw> {
        if self.ids.contains(given) {
            return Ok(());
        }
        let given = shown(given);
        let known = listed(self.ids.iter().copied());
        Err(Flaw::new(
            key,
            format!(
                "「{given}」という{}はありません。次から選ぶか、書き加えてください: {known}",
                self.noun_ja
            ),
            format!(
                "`{given}` is not {} of this file; choose one of these or add it: {known}",
                self.noun_en
            ),
        ))
    }
}

pub(super) fn catalogue_ids() -> String {
    let ids: Vec<&str> = catalogue::all().iter().map(|entry| entry.id).collect();
    ids.join(", ")
}

/// The words to choose from, cut where nobody would read on.
pub(crate) fn listed<'w>(words: impl ExactSizeIterator<Item = &'w str>) -> String {
    let more = words.len() > MOST_SHOWN;
    let mut shown: Vec<&str> = words.take(MOST_SHOWN).collect();
    if more {
        shown.push("…");
    }
    shown.join(", ")
}

/// A wrong word, cut.
pub(crate) fn shown(given: &str) -> String {
    given.chars().take(LONGEST_SHOWN).collect()
}

pub(super) fn each<T>(key: &str, list: &[T], check: impl Fn(&str, &T) -> Result<(), Flaw>) -> Result<(), Flaw> {
    if list.len() > MOST {
        return Err(Flaw::new(
            key,
            format!("{MOST} 件を超えています。分けてください"),
            format!("more than {MOST}; split the description"),
        ));
    }
    list.iter()
        .enumerate()
        .try_for_each(|(index, entry)| check(&format!("{key}[{index}]"), entry))
}

pub(super) fn ids<'m>(
    key: &str,
    noun_ja: &'static str,
    noun_en: &'static str,
    given: impl Iterator<Item = &'m String>,
) -> Result<Known<'m>, Flaw> {
    let mut ids = BTreeSet::new();
    for (index, one) in given.enumerate() {
        let key = format!("{key}[{index}].id");
        id(&key, one)?;
        if !ids.insert(one.as_str()) {
            return Err(twice(&key, one));
        }
    }
    Ok(Known { noun_ja, noun_en, ids })
}

pub(super) fn ids_once<'m>(key: &str, given: impl Iterator<Item = &'m String>) -> Result<(), Flaw> {
    let mut seen = BTreeSet::new();
    for (index, one) in given.enumerate() {
        if !seen.insert(one) {
            return Err(twice(&format!("{key}[{index}].threat"), one));
        }
    }
    Ok(())
}

pub(super) fn twice(key: &str, given: &str) -> Flaw {
    let given = shown(given);
    Flaw::new(
        key,
        format!("「{given}」が2回出てきます。どちらか一つにしてください"),
        format!("`{given}` is there twice; keep one"),
    )
}

pub(super) fn id(key: &str, given: &str) -> Result<(), Flaw> {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let first = given.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if first && given.len() <= LONGEST_ID && given.bytes().all(good) {
        return Ok(());
    }
    let given = shown(given);
    Err(Flaw::new(
        key,
        format!(
            "「{given}」は id になりません。英小文字・数字・「-」「.」で {LONGEST_ID} 文字まで、英小文字か数字で始めてください"
        ),
        format!(
            "`{given}` is no id; use up to {LONGEST_ID} lower-case letters, digits, `-` and `.`, a letter or digit first"
        ),
    ))
}

pub(super) fn text(key: &str, words: &Words) -> Result<(), Flaw> {
    for (lang, words) in [("ja", &words.ja), ("en", &words.en)] {
        if words.trim().is_empty() || words.chars().count() > LONGEST_TEXT {
            return Err(Flaw::new(
                key,
                format!("{lang} の文が空か、{LONGEST_TEXT} 文字を超えています。書き直してください"),
                format!("the {lang} text is empty or longer than {LONGEST_TEXT} characters; rewrite it"),
            ));
        }
    }
    Ok(())
}

pub(super) fn short(key: &str, words: &str) -> Result<(), Flaw> {
    if words.trim().is_empty() || words.chars().count() > LONGEST_SHOWN {
        return Err(Flaw::new(
            key,
            format!("空か、{LONGEST_SHOWN} 文字を超えています。書き直してください"),
            format!("empty or longer than {LONGEST_SHOWN} characters; rewrite it"),
        ));
    }
    Ok(())
}

pub(super) fn filled(key: &str, empty: bool) -> Result<(), Flaw> {
    if !empty {
        return Ok(());
    }
    Err(Flaw::new(
        key,
        "空です。一つ以上書いてください",
        "empty; name at least one",
    ))
}

pub(super) fn circle_flaw(key: &str, circle: &[&str]) -> Flaw {
    let way = circle.join(" → ");
    Flaw::new(
        key,
        format!("ひと回りして自分に戻っています（{way}）。どこか一つを外してください"),
        format!("it leads back to itself ({way}); take one of these out"),
    )
}

/// The first node, by position, from which a walk comes back to a node of the walk; and that circle. Each node is
/// visited once, without recursion: a description may be a chain of twenty thousand parts.
pub(super) fn first_circle<'m>(
    order: impl Iterator<Item = &'m str>,
    next: impl Fn(&'m str) -> Vec<&'m str>,
) -> Option<(usize, Vec<&'m str>)> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for (index, start) in order.enumerate() {
        let mut way: Vec<(&str, Vec<&str>)> = vec![(start, next(start))];
        let mut on_way: BTreeSet<&str> = BTreeSet::from([start]);
        while let Some((node, open)) = way.last_mut() {
            match open.pop() {
                Some(step) if on_way.contains(step) => {
                    let mut circle: Vec<&str> = way
                        .iter()
                        .map(|(node, _)| *node)
                        .skip_while(|node| *node != step)
                        .collect();
                    circle.truncate(8);
                    circle.push(step);
                    return Some((index, circle));
                }
                Some(step) if !done.contains(step) => {
                    on_way.insert(step);
                    way.push((step, next(step)));
                }
                Some(_) => {}
                None => {
                    on_way.remove(*node);
                    done.insert(*node);
                    way.pop();
                }
            }
        }
    }
    None
}
