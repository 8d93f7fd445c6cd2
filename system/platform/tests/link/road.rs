//! The road of a gateway: enrolled, connected, reporting, obeying, renewed, replaced.

use std::time::{Duration, Instant};

use tomori_gateway_link::v1::{self, goodbye::Why};
use tomori_platform::auth::gateways::GatewayStatus;
use tomori_platform::device_state::{NewCommand, Quality, Reachability};
use tomori_platform::personal_info::HomeInfo;
use tomori_runtime::pki::{PeerCertificate, PrivateKey};
use tomori_smart_home::event::What;
use tomori_smart_home::property::{Source, name};
use tomori_smart_home::{DeviceId, HousePlan, Origin, PropertyValue, Report, Stage};

use crate::world::{Incoming, Outgoing, Papers, World};

fn wish(device: &DeviceId) -> NewCommand {
    NewCommand {
        id: None,
        device: device.clone(),
        property: name::open_close_operation(),
        value: PropertyValue::word("open"),
        origin: Origin::Operator {
            operator: "op_test".parse().unwrap(),
        },
        idempotency_key: None,
        expires_at: None,
    }
}

async fn eventually(what: &str, check: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !check().await {
        assert!(began.elapsed() < Duration::from_secs(10), "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_gateway_enrols_connects_reports_and_obeys() {
    let world = World::new().await;
    let home = world.home().await;
    let shutter = world.shutter(&home).await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    assert_eq!(stream.welcome().await.stored_through, 0);
    let Some(Incoming::Plan(plan)) = stream.next().await else {
        panic!("no plan");
    };
    let plan = HousePlan::try_from(plan).unwrap();
    assert_eq!((&plan.home, plan.equipment.len()), (&home, 1));

    let reported = What::PropertyReported {
        device: shutter.clone(),
        property: name::open_close_status(),
        report: Report {
            value: PropertyValue::word("fullyClosed"),
            at: world.clock.now(),
            source: Source::Polled,
        },
    };
    stream.batch(1, vec![world.event(reported)]).await;
    assert_eq!(stream.ack().await, 1);
    let house = world.services.device_state.house(&home).await.unwrap();
    let state = &house.devices[0].properties[&name::open_close_status()];
    assert_eq!(state.quality, Quality::Confirmed);
    assert!(matches!(house.gateway.reachability, Reachability::Reachable { .. }));

    let began = Instant::now();
    let record = world
        .services
        .device_state
        .command(&home, wish(&shutter))
        .await
        .unwrap();
    let command = stream.command().await;
    assert_eq!(command.id, record.command.id.as_str());
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    let progress = |stage| What::CommandProgress {
        command: record.command.id.clone(),
        stage,
    };
    let events = [Stage::Delivered, Stage::Executed, Stage::Observed].map(|stage| world.event(progress(stage)));
    stream.batch(2, events.to_vec()).await;
    assert_eq!(stream.ack().await, 4);
    let record = world
        .services
        .device_state
        .command_record(&home, &record.command.id)
        .await
        .unwrap();
    assert_eq!(record.stage, Stage::Observed);
}

#[tokio::test]
async fn a_changed_plan_is_pushed_and_a_known_one_is_not() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    let Some(Incoming::Plan(first)) = stream.next().await else {
        panic!("no plan");
    };
    let info = HomeInfo {
        name: "灯の家".to_owned(),
        address: String::new(),
    };
    world.services.personal_info.put_home(&home, info).await.unwrap();
    let Some(Incoming::Plan(second)) = stream.next().await else {
        panic!("no plan after a new name");
    };
    assert!(second.version > first.version);
    assert_eq!(second.home_name, "灯の家");
    drop(stream);

    let stream = world.silent_stream(&papers).await.unwrap();
    let hello = v1::Hello {
        plan_version: second.version,
        ..crate::world::hello()
    };
    stream.say(Outgoing::Hello(hello)).await;
    let mut stream = stream;
    stream.welcome().await;
    world.shutter(&home).await;
    let Some(Incoming::Plan(third)) = stream.next().await else {
        panic!("no plan after new equipment");
    };
    assert!(
        third.version > second.version,
        "the plan that the gateway knew came again"
    );
}

#[tokio::test]
async fn a_command_that_waits_is_delivered_on_reconnect_and_again_until_it_is_confirmed() {
    let world = World::new().await;
    let home = world.home().await;
    let shutter = world.shutter(&home).await;
    let papers = world.enrolled(&home).await;
    let record = world
        .services
        .device_state
        .command(&home, wish(&shutter))
        .await
        .unwrap();
    for _ in 0..2 {
        let mut stream = world.stream(&papers).await;
        stream.welcome().await;
        assert_eq!(stream.command().await.id, record.command.id.as_str());
    }
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    assert_eq!(stream.command().await.id, record.command.id.as_str());
    let delivered = What::CommandProgress {
        command: record.command.id.clone(),
        stage: Stage::Delivered,
    };
    stream.batch(1, vec![world.event(delivered)]).await;
    assert_eq!(stream.ack().await, 1);
    drop(stream);
    let mut stream = world.stream(&papers).await;
    assert_eq!(stream.welcome().await.stored_through, 1);
    let second = world
        .services
        .device_state
        .command(&home, wish(&shutter))
        .await
        .unwrap();
    assert_eq!(
        stream.command().await.id,
        second.command.id.as_str(),
        "the confirmed one came again"
    );
}

#[tokio::test]
async fn a_command_never_goes_ahead_of_the_plan_that_lists_its_device() {
    let world = World::new().await;
    let home = world.home().await;
    let shutter = world.shutter(&home).await;
    let papers = world.enrolled(&home).await;
    let state = &world.services.device_state;
    let waiting = state.command(&home, wish(&shutter)).await.unwrap();
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    let mut wanted = (shutter, waiting);
    for round in 0..8 {
        let Some(Incoming::Plan(plan)) = stream.next().await else {
            panic!("round {round}: no plan before the command");
        };
        let plan = HousePlan::try_from(plan).unwrap();
        assert!(
            plan.equipment.iter().any(|line| line.device.id == wanted.0),
            "round {round}"
        );
        let Some(Incoming::Command(command)) = stream.next().await else {
            panic!("round {round}: no command after its plan");
        };
        assert_eq!(command.id, wanted.1.command.id.as_str());
        // A device is adopted and wished for in the same moment, on a stream that stands.
        let next = world.shutter_at(&home, &format!("fe00010{round}")).await;
        wanted.1 = state.command(&home, wish(&next)).await.unwrap();
        wanted.0 = next;
    }
}

/// The plan that comes next; acknowledgements in between are left out.
async fn plan(stream: &mut crate::world::Stream) -> HousePlan {
    loop {
        match stream.next().await {
            Some(Incoming::Plan(plan)) => return HousePlan::try_from(plan).unwrap(),
            Some(Incoming::Ack(_)) => {}
            other => panic!("no plan but {other:?}"),
        }
    }
}

/// docs/adr/0066: what the platform forgot stops no house, is told in the audit log, and its plan holds again.
#[tokio::test]
async fn a_platform_whose_backup_was_put_back_finds_its_houses_again() {
    let world = World::new().await;
    let home = world.home().await;
    let shutter = world.shutter(&home).await;
    let papers = world.enrolled(&home).await;
    let greeting = |plan_version| v1::Hello {
        plan_version,
        ..crate::world::hello()
    };
    let stream = world.silent_stream(&papers).await.unwrap();
    stream.say(Outgoing::Hello(greeting(700))).await;
    let mut stream = stream;
    assert_eq!(stream.welcome().await.stored_through, 0);
    let first = plan(&mut stream).await;
    assert!(first.version > 700 && first.equipment.len() == 1, "{first:?}");

    let stranger = DeviceId::from_random([99; 10]);
    let appeared = |device: &DeviceId| What::DeviceAppeared { device: device.clone() };
    let issued = What::CommandIssued {
        command: tomori_smart_home::Command {
            id: tomori_smart_home::CommandId::from_random([98; 10]),
            device: stranger.clone(),
            property: name::open_close_operation(),
            value: PropertyValue::word("open"),
            origin: Origin::Operator {
                operator: "op_test".parse().unwrap(),
            },
            issued_at: world.clock.now(),
            expires_at: world.clock.now(),
        },
    };
    let events = [appeared(&stranger), issued, appeared(&shutter)].map(|what| world.event(what));
    stream.batch(101, events.to_vec()).await;
    assert_eq!(stream.ack().await, 103);
    let house = world.services.device_state.house(&home).await.unwrap();
    assert!(matches!(house.devices[0].reachability, Reachability::Reachable { .. }));
    let second = plan(&mut stream).await;
    assert!(second.version > first.version, "the same version may be another plan");
    stream.batch(104, vec![world.event(appeared(&shutter))]).await;
    assert_eq!(stream.ack().await, 104);

    // Nothing is raised any more, and what is edited now goes on from there.
    let stream = world.silent_stream(&papers).await.unwrap();
    stream.say(Outgoing::Hello(greeting(second.version))).await;
    let mut stream = stream;
    assert_eq!(stream.welcome().await.stored_through, 104);
    world.shutter_at(&home, "fe000009").await;
    let third = plan(&mut stream).await;
    assert_eq!((third.version, third.equipment.len()), (second.version + 1, 2));
    let audit = world.services.audit.newest(50, None).await.unwrap();
    for (what, times) in [("events.missing", 1), ("events.unknownDevice", 1), ("plan.raised", 2)] {
        assert_eq!(
            audit.iter().filter(|(_, record)| record.what == what).count(),
            times,
            "{what}"
        );
    }

    let absurd = world.silent_stream(&papers).await.unwrap();
    absurd.say(Outgoing::Hello(greeting(u64::MAX))).await;
    let mut absurd = absurd;
    assert_eq!(absurd.goodbye().await.why(), Why::Protocol);
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let world = World::new().await;
    let home = world.home().await;
    let shutter = world.shutter(&home).await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    stream
        .batch(1, vec![world.event(What::DeviceAppeared { device: shutter })])
        .await;
    assert_eq!(stream.ack().await, 1);
    let began = Instant::now();
    let world = world.restart().await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let mut stream = world.stream(&papers).await;
    assert_eq!(stream.welcome().await.stored_through, 1);
}

#[tokio::test]
async fn a_stop_says_goodbye_and_takes_under_two_seconds() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    let began = Instant::now();
    let stopping = tokio::spawn(world.stop());
    let goodbye = stream.goodbye().await;
    assert_eq!(goodbye.why(), Why::Restart);
    assert!((1_000..=10_000).contains(&goodbye.retry_after_ms), "{goodbye:?}");
    stopping.await.unwrap().0.unwrap();
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_loss_of_a_gateway_is_known() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    assert!(world.services.link.is_connected(&papers.gateway.parse().unwrap()));
    drop(stream);
    eventually("the gateway is gone", async || {
        let house = world.services.device_state.house(&home).await.unwrap();
        matches!(house.gateway.reachability, Reachability::Unreachable { .. })
    })
    .await;
    assert_eq!(world.services.link.connected(), 0);
}

#[tokio::test]
async fn a_newer_stream_ends_the_older_and_is_not_mistaken_for_a_loss() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut older = world.stream(&papers).await;
    older.welcome().await;
    let mut newer = world.stream(&papers).await;
    newer.welcome().await;
    assert_eq!(older.goodbye().await.why(), Why::Replaced);
    assert!(older.next().await.is_none());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let house = world.services.device_state.house(&home).await.unwrap();
    assert!(matches!(house.gateway.reachability, Reachability::Reachable { .. }));
    assert_eq!(world.services.link.connected(), 1);
}

#[tokio::test]
async fn a_certificate_is_renewed_and_its_first_use_ends_the_old_one() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let due = PeerCertificate::renewal_due(&papers.chain_der[0]).unwrap();
    let days = due.duration_since(world.clock.now()).as_secs_f64() / 86_400.0;
    assert!((19.9..20.1).contains(&days), "{days}");

    let key = PrivateKey::generate().unwrap();
    let request = v1::RenewRequest {
        csr_der: key.request().unwrap().into(),
        local_names: Vec::new(),
    };
    let reply = world.client(&papers).await.unwrap().renew(request).await.unwrap();
    let renewed = Papers {
        chain_der: reply.into_inner().chain_der.iter().map(|der| der.to_vec()).collect(),
        key: key.into(),
        ..papers.clone()
    };
    // Until the new one is used, the old one serves: the answer could have been lost.
    world.stream(&papers).await.welcome().await;
    world.stream(&renewed).await.welcome().await;
    let mut copied = world.stream(&papers).await;
    assert_eq!(copied.goodbye().await.why(), Why::Revoked);
    world.stream(&renewed).await.welcome().await;
}

#[tokio::test]
async fn a_gateway_that_is_replaced_is_cut_off() {
    let world = World::new().await;
    let home = world.home().await;
    let former = world.enrolled(&home).await;
    let mut stream = world.stream(&former).await;
    stream.welcome().await;
    let successor = world.enrolled(&home).await;
    assert_eq!(stream.goodbye().await.why(), Why::Revoked);
    world.stream(&successor).await.welcome().await;
    assert_eq!(world.stream(&former).await.goodbye().await.why(), Why::Revoked);
    let gateways = world.services.gateways.list(&home).await.unwrap();
    let known: Vec<_> = gateways
        .iter()
        .map(|gateway| (gateway.id.as_str(), gateway.status))
        .collect();
    assert!(
        known.contains(&(successor.gateway.as_str(), GatewayStatus::Active)),
        "{known:?}"
    );
    assert!(
        known.contains(&(former.gateway.as_str(), GatewayStatus::Replaced)),
        "{known:?}"
    );
}

#[tokio::test]
async fn an_event_of_a_newer_contract_is_counted_and_left_out() {
    let world = World::new().await;
    let home = world.home().await;
    let papers = world.enrolled(&home).await;
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    let unknown = v1::Event { at: 0, what: None };
    stream
        .batch(1, vec![unknown, world.event(What::PlanApplied { version: 1 })])
        .await;
    assert_eq!(stream.ack().await, 2);
}
