//! What guards can do decides who is proposed first, and hides nobody.

use tomori_third_party::people::Role;

use super::walk::town;

#[tokio::test]
async fn who_can_comes_first_and_who_cannot_is_marked() {
    let mut town = town(&[("35.6810", "139.7600"), ("35.7000", "139.7600")]).await;
    let (near, far) = (town.guards[0].0.clone(), town.guards[1].0.clone());
    let (_, mut supervisor) = town.world.somebody(Role::Supervisor, "責任者").await;
    let path = format!("/guards/{far}/skills");
    let page = supervisor.post(&path, &[("keys", "yes"), ("dogs", "yes")]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/guards"));
    let page = supervisor.get("/guards").await.text;
    assert_eq!(page.matches(" checked").count(), 2);

    let page = town.operator.get(&town.path).await.text;
    let place = |guard: &str| page.find(&format!("name=\"guard\" value=\"{guard}\"")).unwrap();
    assert!(place(&far) < place(&near), "a burglary asks for keys");
    assert!(page.contains("without: Keys and locks") && page.contains("Keys and locks, Dogs"));
    // Whoever sees to the case may send the other one all the same.
    let send = format!("{}/send", town.path);
    assert_eq!(town.operator.post(&send, &[("guard", near.as_str())]).await.status, 303);

    // A no asks the next one by itself, in the same order.
    let phone = &mut town.guards[0].1;
    assert_eq!(phone.post("/duty/mission", &[("answer", "decline")]).await.status, 303);
    assert!(town.guards[1].1.get("/duty").await.text.contains("Can you go?"));
}

#[tokio::test]
async fn only_guards_have_skills_and_whoever_goes_takes_them_along() {
    let town = town(&[("35.6810", "139.7600")]).await;
    let mut office = town.world.office.clone();
    let (operator, _) = town.world.somebody(Role::Operator, "別人").await;
    let keys = [("keys", "yes")];
    assert_eq!(
        office.post(&format!("/guards/{operator}/skills"), &keys).await.status,
        404
    );
    let guard = &town.guards[0].0;
    assert_eq!(office.post(&format!("/guards/{guard}/skills"), &keys).await.status, 303);
    assert_eq!(town.world.services.dispatch.skills().await.unwrap().len(), 1);
    assert_eq!(office.post(&format!("/people/{guard}/remove"), &[]).await.status, 303);
    assert!(town.world.services.dispatch.skills().await.unwrap().is_empty());
}

/// Whoever is removed while they drive is followed by the next one.
#[tokio::test]
async fn whoever_is_removed_on_the_way_is_followed_by_the_next() {
    let mut town = town(&[("35.6810", "139.7600"), ("35.7000", "139.7600")]).await;
    let guard = town.guards[0].0.clone();
    let send = format!("{}/send", town.path);
    town.operator.post(&send, &[("guard", guard.as_str())]).await;
    let yes = [("answer", "accept")];
    assert_eq!(town.guards[0].1.post("/duty/mission", &yes).await.status, 303);
    let mut office = town.world.office.clone();
    assert_eq!(office.post(&format!("/people/{guard}/remove"), &[]).await.status, 303);
    assert!(town.guards[1].1.get("/duty").await.text.contains("Can you go?"));
}
