//! Every route as everybody: a golden table of who gets how far.

use std::fmt::Write as _;
use std::path::Path;

use http::Method;
use serde_json::{Value, json};
use tomori_platform::auth::people::Scope;

use super::{Api, As};

/// Method and path of every described route, with the paths filled in for Hanako's home.
fn operations(api: &Api) -> Vec<(Method, String, String, bool)> {
    let document = serde_json::to_value(tomori_platform::api::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let open = operation["security"] == json!([{}]);
            let real = path
                .replace("{home}", api.home.as_str())
                .replace("{device}", api.shutter.as_str())
                .replace("{property}", "openCloseOperation")
                .replace("{command}", "cmd_absent")
                .replace("{schedule}", "sch_absent")
                .replace("{incident}", "inc_absent")
                .replace("{phone}", "grant_absent")
                .replace("{token}", "tok_absent")
                .replace("{session}", "ses_absent");
            operations.push((method, path.clone(), real, open));
        }
    }
    operations.sort_by(|left, right| (&left.1, left.0.as_str()).cmp(&(&right.1, right.0.as_str())));
    operations
}

fn body(method: &Method) -> Option<Value> {
    (*method == Method::POST || *method == Method::PUT).then(|| json!({}))
}

/// `UPDATE_GOLDEN=1 cargo test` writes the table anew; look at every line of the difference.
#[tokio::test]
async fn routes_by_roles() {
    let api = Api::new().await;
    let hanako = &api.hanako.viewer.person;
    let everybody = [
        ("nobody", As::Nobody),
        ("operator", api.token(&api.operator.viewer.person, Scope::Control).await),
        ("elsewhere", api.token(&api.jiro.viewer.person, Scope::Control).await),
        ("reader", api.token(hanako, Scope::Read).await),
        ("resident", api.token(hanako, Scope::Control).await),
        ("session", As::Session(api.hanako.session.clone())),
    ];
    let mut table = String::from(
        "# What each route answers to whom. Bodies are empty objects and ids of things absent, so 422 and 404\n# mean that the caller got past the door.\n",
    );
    let names: Vec<String> = everybody.iter().map(|(name, _)| format!("{name:>9}")).collect();
    writeln!(table, "{:7}{:59}{}", "", "", names.join(" ")).unwrap();
    for (method, path, real, _) in operations(&api) {
        let mut line = format!("{:7}{path:59}", method.as_str());
        for (_, who) in &everybody {
            // Every caller begins with a full allowance.
            api.town.clock.advance(std::time::Duration::from_secs(20));
            let answer = api.call(who, method.clone(), &real, body(&method)).await;
            write!(line, "{:>9} ", answer.status.as_u16()).unwrap();
        }
        writeln!(table, "{}", line.trim_end()).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/roles.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert!(golden == table, "who gets how far changed:\n{table}");
}

/// T3-10 EP① 不正アクセス: no route answers anybody unknown, except the one by which a program becomes known; and each
/// says so in the same form.
#[tokio::test]
async fn unauthorised() {
    let api = Api::new().await;
    let mut open = Vec::new();
    for (method, path, real, is_open) in operations(&api) {
        for who in [
            As::Nobody,
            As::Token(String::new()),
            As::Token("tmra_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
            As::Session("tmrs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        ] {
            api.town.clock.advance(std::time::Duration::from_secs(1));
            let answer = api.call(&who, method.clone(), &real, body(&method)).await;
            if is_open {
                assert_eq!(answer.status, 422, "{method} {path}");
                continue;
            }
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(answer.json["type"], "urn:problem:unauthorised", "{method} {path}");
            assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"tomori\"");
        }
        if is_open {
            open.push(path);
        }
    }
    assert_eq!(open, ["/api/v1/tokens/by-password"]);
}
