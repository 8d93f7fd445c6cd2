//! Every route as everybody: a golden table of who gets how far.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use tomori_third_party::desk::ROUTES;
use tomori_third_party::people::Role;

use crate::world::{Browser, World};

/// `UPDATE_GOLDEN=1 cargo test` writes the table anew; look at every line of the difference.
#[tokio::test]
async fn routes_by_roles() {
    let world = World::new().await;
    let mut everybody = vec![("nobody", Browser::new(&world.addresses))];
    for role in Role::ALL {
        everybody.push((role.word(), world.somebody(role, role.word()).await.1));
    }
    let mut table = String::from(
        "# What each route answers to whom. Forms are empty and ids of things absent, so that 404, 409 and 422 mean that\n\
         # the caller got past the door; 303 from others than `nobody` too. `nobody` is led to the sign-in page.\n",
    );
    let names: Vec<String> = everybody.iter().map(|(name, _)| format!("{name:>14}")).collect();
    writeln!(table, "{:36}{}", "", names.join("")).unwrap();
    for (method, path) in ROUTES.iter().copied() {
        if path == "/sign-out" {
            continue;
        }
        let real = path
            .replace("{case}", "case_absent")
            .replace("{account}", "FFFF")
            .replace("{staff}", "staff_absent")
            .replace("{passkey}", "999")
            .replace("{number}", "0");
        let mut line = format!("{method:5}{path:31}");
        for (_, browser) in &mut everybody {
            // Everybody begins with a full allowance.
            world.clock.advance(Duration::from_secs(20));
            let status = match (method, path) {
                ("GET", "/board/events" | "/duty/events") => browser.stream(&real).await.status().as_u16(),
                ("GET", _) => browser.get(&real).await.status,
                _ => browser.post(&real, &[]).await.status,
            };
            write!(line, "{status:>14}").unwrap();
        }
        writeln!(table, "{line}").unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk/roles.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert!(golden == table, "who gets how far changed:\n{table}");
}

/// The list that the matrix goes by is the list of the router: no route is left out.
#[test]
fn the_list_of_routes_is_whole() {
    let sources = [
        "src/desk/mod.rs",
        "src/board/mod.rs",
        "src/street/mod.rs",
        "src/unlock/pages/mod.rs",
    ]
    .map(|file| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        std::fs::read_to_string(path).unwrap()
    });
    let routed: std::collections::BTreeSet<&str> = sources
        .iter()
        .flat_map(|text| text.split(".route(\"").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| *path != "/welcome/{code}")
        .collect();
    let listed: std::collections::BTreeSet<&str> = ROUTES.iter().map(|(_, path)| *path).collect();
    assert_eq!(routed, listed);
}
