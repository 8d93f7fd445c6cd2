//! Descriptions that do not hold together: the key at fault, and the remedy in both languages.

use proptest::prelude::*;
use tomori_risk::analysis::analyse;
use tomori_risk::description::{Flaw, START, ServiceModel};

use super::models::{SMALL, question, read, sample};

fn flaw(text: &str) -> Flaw {
    read(text).check().unwrap_err()
}

fn with(more: &str) -> String {
    format!("{SMALL}\n{more}")
}

#[test]
fn each_flaw_names_its_key_and_a_remedy() {
    let component = |lines: &str| with(&format!("[[component]]\nid = \"x\"\nname = \"X\"\n{lines}"));
    let measure = |lines: &str| with(&format!("[[measure]]\nid = \"own\"\nstatus = \"adopted\"\n{lines}"));
    let cases: Vec<(String, &str, &str)> = vec![
        (SMALL.replace("format = 1", "format = 2"), "format", "format = 1"),
        (SMALL.replace("\"small\"", "\"Small\""), "service.id", "lower-case"),
        (
            SMALL.replace("\"lock\"\nname = \"Lock\"", "\"gateway\"\nname = \"Lock\""),
            "component[1].id",
            "twice",
        ),
        (
            SMALL.replace("holds = [\"names\"]", "holds = [\"name\"]"),
            "component[0].holds[0]",
            "names",
        ),
        (
            SMALL.replace("to = \"lock\"", "to = \"door\""),
            "link[0].to",
            "gateway, lock",
        ),
        (
            SMALL.replace("to = \"lock\"", "to = \"gateway\""),
            "link[0].to",
            "same component",
        ),
        (SMALL.replace("\"EP8\"", "\"EP7\""), "link[0].entry_points", "EP2, EP4"),
        (
            SMALL.replace("\"EP7\"", "\"EP8\""),
            "component[1].entry_point",
            "EP1, EP3",
        ),
        (
            component("entry_point = \"EP7\"\npart_of = \"x\""),
            "component[2].part_of",
            "x → x",
        ),
        (component(""), "component[2].entry_point", "part_of"),
        (
            with("[[effect]]\nid = \"e\"\nname = \"E\"\nharms = []\nthrough = [\"lock\"]"),
            "effect[0].harms",
            "empty",
        ),
        (
            with("[[effect]]\nid = \"e\"\nname = \"E\"\nharms = [\"life\"]\nthrough = [\"door\"]"),
            "effect[0].through[0]",
            "lock",
        ),
        (measure(""), "measure[0].name", "catalogue"),
        (
            with("[[measure]]\nid = \"gateway.firewall\"\nstatus = \"adopted\"\nlowers = { MAV = \"A\" }"),
            "measure[0].lowers",
            "catalogue",
        ),
        (
            measure("name = \"M\"\nrequirements = [\"SR9-H-1\"]\nentry_points = [\"EP5\"]\nlowers = { MAV = \"A\" }"),
            "measure[0].requirements[0]",
            "SR2-H-2",
        ),
        (
            measure("name = \"M\"\nrequirements = [\"4.2\"]\nentry_points = [\"EP5\"]\nlowers = { AV = \"A\" }"),
            "measure[0].lowers.AV",
            "MAV",
        ),
        (
            measure("name = \"M\"\nrequirements = [\"4.2\"]\nentry_points = [\"EP5\"]\nlowers = { MC = \"Q\" }"),
            "measure[0].lowers.MC",
            "H, L, N",
        ),
        (
            with("[[measure]]\nid = \"gateway.firewall\"\nstatus = \"adopted\"\nneeds = [\"gateway.wall\"]"),
            "measure[0].needs[0]",
            "gateway.firewall",
        ),
        (
            with(
                "[[measure]]\nid = \"gateway.firewall\"\nstatus = \"adopted\"\nneeds = [\"gateway.updates\"]\n\
                 [[measure]]\nid = \"gateway.updates\"\nstatus = \"adopted\"\nneeds = [\"gateway.firewall\"]",
            ),
            "measure[0].needs",
            "gateway.firewall → gateway.updates → gateway.firewall",
        ),
        (
            with("[[override]]\nthreat = \"EP5-99\"\nbecause = \"b\"\nset = { AC = \"H\" }"),
            "override[0].threat",
            "EP5-1a",
        ),
        (
            with("[[override]]\nthreat = \"EP5-2\"\nbecause = \"b\"\nset = { MC = \"L\" }"),
            "override[0].set.MC",
            "measure",
        ),
        (
            with("[[override]]\nthreat = \"EP5-2\"\nbecause = \"b\"\nset = { AC = \"X\" }"),
            "override[0].set.AC",
            "L, H",
        ),
        (
            with("[[exclude]]\nthreat = \"EP5-2\"\nbecause = \" \""),
            "exclude[0].because",
            "empty",
        ),
        (
            with("[[tracking]]\nthreat = \"EP5-2\"\nstatus = \"accepted\"\nwho = \"w\"\nwhy = \"y\""),
            "tracking[0].until",
            "until when",
        ),
        (
            with(
                "[[tracking]]\nthreat = \"EP5-2\"\nstatus = \"unchecked\"\n[[tracking]]\nthreat = \"EP5-2\"\nstatus = \"unchecked\"",
            ),
            "tracking[1].threat",
            "twice",
        ),
    ];
    for (text, key, remedy) in cases {
        let flaw = flaw(&text);
        assert_eq!(flaw.key, key, "{flaw}");
        assert!(flaw.text.en.contains(remedy), "{key}: {}", flaw.text.en);
        assert!(!flaw.text.ja.is_ascii(), "{key}: {}", flaw.text.ja);
    }
}

#[test]
fn a_long_circle_is_found_without_a_deep_stack() {
    let mut text = SMALL.to_owned();
    for index in 0..5_000 {
        let next = (index + 1) % 5_000;
        text.push_str(&format!(
            "[[component]]\nid = \"c{index}\"\nname = \"C\"\npart_of = \"c{next}\"\n"
        ));
    }
    let flaw = flaw(&text);
    assert_eq!(flaw.key, "component[2].part_of");
}

#[test]
fn words_that_are_in_no_table_are_refused_with_those_that_are() {
    for (from, to, wanted) in [
        ("\"EP5\"", "\"EP11\"", "`EP10`"),
        ("\"home-gateway\"", "\"gateway\"", "`home-gateway`"),
        ("\"wi-fi\"", "\"wifi\"", "`wi-fi`"),
        ("\"house\"", "\"home\"", "`house`"),
        ("exposure = \"internet\"", "exposed = \"internet\"", "`exposure`"),
    ] {
        let told = toml::from_str::<ServiceModel>(&SMALL.replacen(from, to, 1))
            .unwrap_err()
            .to_string();
        assert!(told.contains("unknown") && told.contains(wanted), "{to}: {told}");
    }
}

#[test]
fn the_samples_hold_together() {
    for name in ["shutter-service", "dispatch-security-service"] {
        assert_eq!(read(&sample(name)).check(), Ok(()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Lines lost, doubled and exchanged: what can be read and holds together is analysed whole; the rest is refused.
    #[test]
    fn spoilt_descriptions_are_analysed_or_refused(changes in prop::collection::vec((0_usize..3, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..4)) {
        // Everything that stands commented out in the beginning, too.
        let all: String = START.lines().map(|line| line.strip_prefix("# ").filter(|rest| rest.starts_with('[') || rest.contains(" = ")).unwrap_or(line).to_owned() + "\n").collect();
        let text = if changes.len() % 2 == 0 { START } else { &all };
        let mut lines: Vec<&str> = text.lines().collect();
        for (kind, one, other) in changes {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            match kind {
                0 => drop(lines.remove(one)),
                1 => lines.insert(other, lines[one]),
                _ => lines.swap(one, other),
            }
        }
        if let Ok(model) = toml::from_str::<ServiceModel>(&lines.join("\n")) {
            let holds = model.check();
            let analysis = analyse(&model, &question());
            prop_assert_eq!(holds.is_ok(), analysis.is_ok());
            if let Ok(analysis) = analysis {
                prop_assert!(analysis.threats.iter().all(|threat| threat.metrics.len() == 10));
            }
        }
    }
}
