//! What is packaged fits the program.

use tomori::cli::{What, read};

const UNIT: &str = include_str!("../../../packaging/systemd/tomori-gateway.service");

/// The unit starts the gateway with arguments that it takes, as a user of its own, in the folder that it is given.
#[test]
fn the_systemd_unit_starts_what_the_command_line_knows() {
    let value = |key: &str| {
        let of_key = |line: &'static str| line.strip_prefix(key)?.strip_prefix('=');
        UNIT.lines()
            .find_map(of_key)
            .unwrap_or_else(|| panic!("{key} is missing"))
    };
    let mut arguments: Vec<String> = value("ExecStart").split_whitespace().map(str::to_owned).collect();
    assert_eq!(arguments[0], "/usr/bin/tomori-gateway");
    // As `tomori-gateway` does.
    arguments.insert(1, "gateway".to_owned());
    let wish = read(&arguments, |_| None).unwrap();
    assert!(matches!(&wish.what, What::Gateway { config } if config.starts_with("/etc/tomori")));
    let folder = format!("/var/lib/{}", value("StateDirectory"));
    assert_eq!(wish.data.display().to_string(), folder);
    assert_eq!((value("User"), value("Group")), ("tomori-gateway", "tomori-gateway"));
    let users = include_str!("../../../packaging/systemd/tomori-gateway.sysusers.conf");
    assert!(users.contains("tomori-gateway"));
    // SR2-H-5: nothing of the system but its own folder.
    for (key, wanted) in [
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("CapabilityBoundingSet", ""),
        ("StateDirectoryMode", "0700"),
        ("Restart", "always"),
    ] {
        assert_eq!(value(key), wanted, "{key}");
    }
}
