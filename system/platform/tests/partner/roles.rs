//! Which route answers what to whom, against a golden file.

use std::fmt::Write as _;
use std::path::Path;

use reqwest::Method;
use serde_json::json;
use tomori_partner_link::route;
use tomori_runtime::pki::PrivateKey;
use tomori_smart_home::Hazard;

use super::{Link, Server, nobody, origin};

/// `UPDATE_GOLDEN=1 cargo test` writes it anew.
#[tokio::test]
async fn each_route_answers_each_caller_as_the_matrix_says() {
    let mut link = Link::new().await;
    let incident = link.raise(1, 1, Hazard::Intrusion).await;
    let (_, other) = link.other().await;
    let papers = link.world.enrolled(&link.home).await;
    let gateway = PrivateKey::from_der(&papers.key.to_der()).unwrap();
    let gateway = Server::of(&link.world, papers.chain_der.clone(), gateway);
    let stranger = nobody(&link.world);
    let mut table = String::from(
        "# What each route of the partner door answers to whom. Bodies are empty objects, so 422 means that the caller got\n\
         # past the door; the incident is the first company's.\n",
    );
    let _ = writeln!(
        table,
        "{:56}{:>8}{:>8}{:>8}{:>8}",
        "", "nobody", "gateway", "other", "company"
    );
    for (method, route) in route::ALL {
        let path = route::of(route, &incident);
        let verb: Method = method.parse().unwrap();
        let at = format!("{}{path}", origin(&link.world));
        let asked = stranger
            .request(verb.clone(), at)
            .json(&json!({}))
            .send()
            .await
            .unwrap();
        let _ = write!(table, "{method:5}{route:51}{:>8}", asked.status().as_u16());
        for server in [&gateway, &other, &link.server] {
            let answer = server.ask(verb.clone(), &path, Some(json!({}))).await;
            let _ = write!(table, "{:>8}", answer.status().as_u16());
        }
        table.push('\n');
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/partner/roles.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), table);
}
