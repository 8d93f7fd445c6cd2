//! Proof that the colours can be read: every pair of tokens that meet on a screen is computed after WCAG 2.2,
//! in light and in dark, out of the style sheet itself.

use std::collections::BTreeMap;

use crate::STYLE;

type Tokens = BTreeMap<String, [f64; 3]>;

fn tokens(block: &str) -> Tokens {
    block
        .lines()
        .take_while(|line| line.trim() != "}")
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"))
        .map(|(name, hex)| {
            let hex = hex.trim_end_matches(';');
            let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            (name.to_owned(), [part(0), part(2), part(4)])
        })
        .collect()
}

fn schemes() -> [(&'static str, Tokens); 2] {
    let light = tokens(STYLE.split_once(":root {").unwrap().1);
    let dark_block = STYLE
        .split_once("prefers-color-scheme: dark")
        .unwrap()
        .1
        .split_once(":root {")
        .unwrap()
        .1;
    let mut dark = light.clone();
    dark.extend(tokens(dark_block));
    [("light", light), ("dark", dark)]
}

/// WCAG 2.2, "relative luminance" and "contrast ratio".
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let linear = colour.map(|part| {
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Text on its ground: 4.5 to 1 (success criterion 1.4.3).
const TEXT: [(&str, &str); 21] = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "surface-sunk"),
    ("ink", "lamp-soft"),
    ("ink", "house-wall"),
    ("ink-soft", "ground"),
    ("ink-soft", "surface"),
    ("ink-soft", "surface-sunk"),
    ("ink-soft", "lamp-soft"),
    ("link", "ground"),
    ("link", "surface"),
    ("link", "surface-sunk"),
    ("link", "lamp-soft"),
    ("on-lamp", "lamp"),
    ("on-alarm", "alarm"),
    ("alarm", "surface"),
    ("alarm", "ground"),
    ("ink", "house-wall"),
    ("surface", "ink"),
    ("ground", "ink"),
    ("surface-sunk", "ink"),
];

/// Edges, shapes and rings that carry meaning: 3 to 1 (1.4.11, 2.4.13).
const SHAPES: [(&str, &str); 17] = [
    ("line-strong", "ground"),
    ("line-strong", "surface"),
    ("line-strong", "surface-sunk"),
    ("lamp-edge", "ground"),
    ("lamp-edge", "surface"),
    ("lamp-edge", "lamp-soft"),
    ("focus", "ground"),
    ("focus", "surface"),
    ("focus", "surface-sunk"),
    ("focus", "lamp-soft"),
    ("ink", "house-pane"),
    ("ink", "house-shutter"),
    ("ink", "house-wall"),
    ("on-night", "house-roof"),
    ("lamp", "house-roof"),
    ("link", "surface"),
    ("alarm", "surface"),
];

#[test]
fn every_pair_that_meets_can_be_told_apart() {
    let mut poor = Vec::new();
    for (scheme, tokens) in schemes() {
        for (pairs, least) in [(&TEXT[..], 4.5), (&SHAPES[..], 3.0)] {
            for (one, other) in pairs {
                let ratio = contrast(tokens[*one], tokens[*other]);
                if ratio < least {
                    poor.push(format!("{scheme}: {one} on {other} is {ratio:.2}, needs {least}"));
                }
            }
        }
    }
    assert!(poor.is_empty(), "{poor:#?}");
}

#[test]
fn the_computation_is_the_one_of_the_standard() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.001);
    let grey = [118.0 / 255.0; 3];
    assert!(
        (contrast(grey, [1.0; 3]) - 4.54).abs() < 0.01,
        "#767676 on white, as WCAG's own examples say"
    );
}

#[test]
fn components_use_tokens_and_never_a_colour_of_their_own() {
    let components = STYLE.split_once("/* Ground").unwrap().1;
    for (number, line) in components.lines().enumerate() {
        let own = line.split_once('#').is_some_and(|(_, rest)| {
            rest.chars().take(3).all(|letter| letter.is_ascii_hexdigit()) && line.contains(':') && line.ends_with(';')
        });
        // The exception darkens for a hovering pointer.
        assert!(!own || line.contains("color-mix"), "line {number}: {line}");
    }
}

#[test]
fn red_belongs_to_alarms_and_to_people_in_danger() {
    for block in STYLE.split('}') {
        if block.contains("var(--alarm)") {
            let is_such = block.contains("alarm\"]") || block.contains(".emergency");
            assert!(is_such, "{block}");
        }
    }
}

#[test]
fn targets_are_large_enough_and_motion_can_be_refused() {
    assert!(STYLE.contains("--target: 44px"));
    assert!(STYLE.contains("prefers-reduced-motion: no-preference"));
    let animated = STYLE
        .split("@media (prefers-reduced-motion: no-preference)")
        .next()
        .unwrap();
    assert!(!animated.contains("animation:") && !animated.contains("transition:"));
}
