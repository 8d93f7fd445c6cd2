//! Ten thousand components.

use std::fmt::Write as _;

use super::models::{SMALL, analysed};

#[test]
fn ten_thousand_components_are_analysed() {
    let mut text = SMALL.to_owned();
    for index in 0..10_000 {
        let _ = write!(
            text,
            "[[component]]\nid = \"c{index}\"\nname = \"C\"\nentry_point = \"EP7\"\nholds = [\"names\"]\n\
             [[link]]\nid = \"l{index}\"\nfrom = \"gateway\"\nto = \"c{index}\"\nentry_points = [\"EP8\"]\nnetwork = \"house\"\ncommands = true\n"
        );
    }
    let analysis = analysed(&text);
    assert_eq!(analysis.components.len(), 10_002);
    assert_eq!(
        analysis
            .assets
            .iter()
            .filter(|asset| asset.holder.starts_with('c'))
            .count(),
        20_000
    );
    assert!(analysis.entry_points[7].links.len() == 10_001);
}
