//! Attacks on the partner door (T3-10 EP③, EP④).

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use tomori_partner_link::{Base64, route};
use tomori_runtime::clock::Clock as _;
use tomori_runtime::pki::PrivateKey;
use tomori_runtime::tls::{Identity, client_config};
use tomori_smart_home::Hazard;

use super::{Link, Server, code, enrol, enrolled, nobody, origin};
use crate::world::Papers;

/// T3-10 EP③ なりすまし: a gateway is no company. Its certificate, of the same authority, does not open the partner door.
#[tokio::test]
async fn a_gateways_certificate_does_not_open_the_partner_door() {
    let link = Link::new().await;
    let papers = link.world.enrolled(&link.home).await;
    let key = PrivateKey::from_der(&papers.key.to_der()).unwrap();
    let gateway = Server::of(&link.world, papers.chain_der.clone(), key);
    for (method, path) in route::ALL {
        if path == route::ENROLMENTS {
            continue;
        }
        let method: Method = method.parse().unwrap();
        let answer = gateway.ask(method, path, Some(json!({}))).await;
        assert!(
            matches!(answer.status().as_u16(), 403 | 404),
            "{path}: {}",
            answer.status()
        );
    }
    assert_eq!(gateway.get(route::CHANGES).await.status(), 403);
}

/// T3-10 EP② なりすまし: a company is no gateway.
#[tokio::test]
async fn a_companys_certificate_does_not_open_the_gateways_door() {
    let link = Link::new().await;
    let papers = Papers {
        gateway: String::new(),
        chain_der: link.server.chain_der.clone(),
        server_chain_der: Vec::new(),
        key: Arc::clone(&link.server.key),
    };
    let mut stream = link.world.silent_stream(&papers).await.unwrap();
    let goodbye = stream.goodbye().await;
    assert!(goodbye.detail.contains("not a gateway"), "{goodbye:?}");
}

/// T3-10 EP③ 不正アクセス: what is another company's does not exist, whatever is asked of it.
#[tokio::test]
async fn another_companys_incident_does_not_exist() {
    let mut link = Link::new().await;
    let incident = link.raise(1, 1, Hazard::Intrusion).await;
    let (_, other) = link.other().await;
    let at = link.clock.now();
    for (path, body) in [
        (route::DISCLOSURE, json!({ "who": "佐藤" })),
        (
            route::STEPS,
            json!({ "id": "1", "who": "佐藤", "at": at, "did": "taken" }),
        ),
        (
            route::CLOSING,
            json!({ "who": "佐藤", "closing": "test", "report": "x" }),
        ),
    ] {
        let answer = other.post(&route::of(path, &incident), body).await;
        assert_eq!(answer.status(), 404, "{path}");
    }
    let page: Value = other.get(route::CHANGES).await.json().await.unwrap();
    assert_eq!(page["changes"], json!([]));
    let (known, entries) = link.world.services.dispatch.any(&incident).await.unwrap();
    assert!(known.is_open() && known.answered_at.is_none());
    assert_eq!(entries.len(), 1);
}

/// T3-10 EP③ なりすまし: a code works once, for one.
#[tokio::test]
async fn an_enrolment_code_works_once_and_not_after_its_time() {
    let link = Link::new().await;
    let first = code(&link.world, &link.company).await;
    let key = PrivateKey::generate().unwrap();
    assert_eq!(enrol(&link.world, &first, &key).await.status(), 200);
    assert_eq!(enrol(&link.world, &first, &key).await.status(), 403);
    let late = code(&link.world, &link.company).await;
    link.clock.advance(std::time::Duration::from_secs(15 * 60));
    assert_eq!(enrol(&link.world, &late, &key).await.status(), 403);
}

/// T3-10 EP③ 不正アクセス: guessing codes is slowed down, and a true one is told apart from nothing by it.
#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    let link = Link::new().await;
    let body = json!({ "code": "AAAAAAAAAAAAAAAA", "csr": "MAA=" });
    let at = format!("{}{}", origin(&link.world), route::ENROLMENTS);
    let mut answers = Vec::new();
    for _ in 0..12 {
        let answer = nobody(&link.world).post(&at).json(&body).send().await.unwrap();
        answers.push(answer.status().as_u16());
    }
    assert_eq!(answers[0], 403);
    assert_eq!(answers.last(), Some(&429));
}

/// T3-10 EP③ なりすまし: a revoked server is cut off at once and does not come back; a new code makes a new one.
#[tokio::test]
async fn a_revoked_server_is_cut_off_within_a_second() {
    let mut link = Link::new().await;
    let mut live = link.server.stream(0).await;
    assert_eq!(live.next().await.unwrap().0, "heartbeat");
    let began = std::time::Instant::now();
    let companies = &link.world.services.companies;
    companies.revoke(&link.company, "op_test").await.unwrap();
    assert_eq!(live.next().await, None);
    assert!(began.elapsed().as_secs_f64() < 1.0, "{:?}", began.elapsed());
    assert_eq!(link.server.get(route::CHANGES).await.status(), 403);
    link.raise(1, 1, Hazard::Intrusion).await;
    let server = enrolled(&link.world, &link.company).await;
    assert_eq!(server.stream(0).await.change().await.unwrap()["number"], 1);
}

/// T3-10 EP③ なりすまし: from the first use of a renewed certificate on, a copy of the old one is worth nothing.
#[tokio::test]
async fn a_renewed_certificate_leaves_the_old_one_worth_nothing() {
    let link = Link::new().await;
    let key = PrivateKey::generate().unwrap();
    link.clock.advance(std::time::Duration::from_secs(20 * 24 * 3600));
    let asked = json!({ "csr": Base64(key.request().unwrap()) });
    let renewed: Value = link.server.post(route::RENEWALS, asked).await.json().await.unwrap();
    let chain: Vec<Base64> = serde_json::from_value(renewed["chain"].clone()).unwrap();
    let next = Server::of(&link.world, chain.into_iter().map(|der| der.0).collect(), key);
    assert_eq!(
        link.server.get(route::CHANGES).await.status(),
        200,
        "until the new one is used"
    );
    assert_eq!(next.get(route::CHANGES).await.status(), 200);
    assert_eq!(link.server.get(route::CHANGES).await.status(), 403);
}

/// T3-10 EP③ サービス不能: bodies, streams and requests have bounds.
#[tokio::test]
async fn bodies_and_streams_have_bounds() {
    let mut link = Link::new().await;
    let incident = link.raise(1, 1, Hazard::Intrusion).await;
    let long = json!({ "id": "1", "who": "佐藤", "at": link.clock.now(), "note": "x".repeat(20_000) });
    let steps = route::of(route::STEPS, &incident);
    assert_eq!(link.server.post(&steps, long).await.status(), 413);
    let both = json!({ "id": "1", "who": "佐藤", "at": link.clock.now(), "note": "x", "did": "taken" });
    assert_eq!(link.server.post(&steps, both).await.status(), 422);
    let more = json!({ "id": "1", "who": "佐藤", "at": link.clock.now(), "did": "taken", "more": 1 });
    assert_eq!(link.server.post(&steps, more).await.status(), 422);
    let mut streams = Vec::new();
    for _ in 0..4 {
        streams.push(link.server.stream(0).await);
    }
    assert_eq!(link.server.get(route::STREAM).await.status(), 429);
}

/// T3-10 EP③ なりすまし: a certificate of somebody else's authority is refused in the handshake.
#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let link = Link::new().await;
    let folder = tempfile::tempdir().unwrap();
    let entropy = tomori_runtime::entropy::SystemEntropy;
    let now = link.clock.now();
    let foreign =
        tomori_runtime::pki::CertificateAuthority::open_or_create(folder.path(), "Tomori platform", now, &entropy)
            .unwrap();
    let key = PrivateKey::generate().unwrap();
    let life = tomori_runtime::pki::LifeTime::from(now, jiff::SignedDuration::from_hours(24));
    let uri = tomori_platform::auth::companies::Identity::uri(&link.company);
    let issued = foreign
        .issue_client(&key.request().unwrap(), &uri, life, &entropy)
        .unwrap();
    let identity = Identity {
        chain_der: issued.chain_der,
        key: &key,
    };
    let root = link.world.services.gateways.authority_der();
    let config = client_config(root, Some(&identity), Arc::clone(&link.world.clock)).unwrap();
    let at = format!("{}{}", origin(&link.world), route::CHANGES);
    assert!(super::client(&link.world, config).get(at).send().await.is_err());
}
