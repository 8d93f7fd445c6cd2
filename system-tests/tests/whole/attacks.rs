//! Attacks that need whole systems, by their rows of tables 3-10 and 3-11, and the rights of the people in the house.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tomori_device::appliance::Hand;
use tomori_device::{HouseConfig, VirtualHouse};
use tomori_echonet_lite::node::announcement;
use tomori_echonet_lite::{Eoj, Property};
use tomori_platform::device_state::{Happened, NewCommand, Quality};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::property::name;
use tomori_smart_home::{Origin, PropertyValue, Reason, Stage};
use tomori_system_tests::patience::until;
use tomori_system_tests::world::{OPERATION, Plan, World};

const NOON: &str = "2026-11-24T12:00:00+09:00";

async fn status(world: &World, number: usize) -> PropertyValue {
    let house = world.house(number).unwrap();
    let state = &world.platform.services().unwrap().device_state;
    let device = state.device(&house.home, &house.device(0).unwrap()).await.unwrap();
    device.properties[&name::open_close_status()]
        .reported
        .clone()
        .unwrap()
        .value
}

fn closed() -> PropertyValue {
    PropertyValue::word("fullyClosed")
}

/// T3-11 EP⑧ なりすまし: announcements in a shutter's name from an address that is not the shutter's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spoofed_announcements_change_nothing_and_are_told_up_to_the_platform() {
    let world = World::with_one_house(NOON).await.unwrap();
    let house = world.house(0).unwrap();
    let plot = house.plot();
    let spoofer = plot.address(14);
    let socket = UdpSocket::bind((spoofer, plot.port())).unwrap();
    let group: SocketAddr = (plot.group(), plot.port()).into();
    socket2::SockRef::from(&socket).set_multicast_if_v4(&spoofer).unwrap();
    for tid in 0..20 {
        let lie = vec![
            Property::new(0xea, vec![0x41]),
            Property::new(0xe1, vec![100]),
            Property::new(0xe8, vec![0x42]),
        ];
        let frame = announcement(tid, Eoj::new(0x0263, 1), lie).encode().unwrap();
        socket.send_to(&frame, group).unwrap();
        socket.send_to(&frame, (plot.address(1), plot.port())).unwrap();
    }
    let device = house.device(0).unwrap();
    let of_it = |happened: &Happened| matches!(happened, Happened::Impersonation { device: of, address } if *of == device && *address == spoofer.to_string());
    until("the platform is told", async || {
        Ok(world.count(&house.home, of_it).await? > 0)
    })
    .await
    .unwrap();
    // The house works as before, and what the lie said never became true anywhere.
    let record = world.wish(0, PropertyValue::word("open")).await.unwrap();
    assert_eq!(world.outcome(&record).await.unwrap(), Stage::Observed);
    world.reconciled(0).await.unwrap();
    assert_eq!(
        world.count(&house.home, of_it).await.unwrap(),
        1,
        "a flood of lies is told once"
    );
    let history = world.history(&house.home).await.unwrap();
    let issued = record.command.issued_at;
    let lied_about = [
        name::open_close_status(),
        name::degree_of_opening(),
        name::remote_operation(),
    ];
    let changed_before = history.iter().find(|entry| {
        entry.at < issued
            && matches!(&entry.happened, Happened::StateChanged { property, from: Some(_), .. } if lied_about.contains(property))
    });
    assert_eq!(changed_before, None);
    assert_eq!(house.evidence(0).unwrap().drives(), [(OPERATION, 0x41)]);
}

/// T3-11 EP⑧, SR2-H-4 2: a node that is on nobody's list is told at once, and never controlled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_node_is_told_and_never_controlled() {
    let world = World::with_one_house(NOON).await.unwrap();
    let house = world.house(0).unwrap();
    let plot = house.plot();
    let (_trigger, shutdown) = Shutdown::new();
    let config = HouseConfig::one_shutter(
        4_000_000_000,
        plot.address(14),
        plot.port(),
        plot.group(),
        Duration::from_millis(300),
    );
    let endpoint = config.nodes[0].endpoint(config.number);
    let stranger = VirtualHouse::start(config, Arc::new(SystemClock), Arc::new(SystemEntropy), shutdown).unwrap();
    let state = &world.platform.services().unwrap().device_state;
    until("the platform is told of the stranger", async || {
        let unknown = state.unknown_nodes(&house.home).await?;
        Ok(unknown
            .iter()
            .any(|node| node.endpoint == endpoint && node.address == plot.address(14).to_string()))
    })
    .await
    .unwrap();
    let record = world.wish(0, PropertyValue::word("open")).await.unwrap();
    assert_eq!(world.outcome(&record).await.unwrap(), Stage::Observed);
    assert_eq!(stranger.received_sets("shutter").unwrap(), []);
    assert_eq!(state.house(&house.home).await.unwrap().devices.len(), 1);
}

/// T3-11 EP⑤ なりすまし (EP5-4, replay): a platform that was put back to an older copy of itself, or whose operator plays an
/// old message again, delivers a command a second time. The gateway acts once, and the platform learns how it ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_replayed_by_a_compromised_platform_acts_once() {
    let mut world = World::with_one_house(NOON).await.unwrap();
    world.house_mut(0).unwrap().stop().await.unwrap();
    let record = {
        let house = world.house(0).unwrap();
        let wish = NewCommand {
            id: None,
            device: house.device(0).unwrap(),
            property: name::open_close_operation(),
            value: PropertyValue::word("open"),
            origin: Origin::Resident {
                resident: house.resident.clone(),
            },
            idempotency_key: None,
            // Long enough that it is not its age that stops the second delivery.
            expires_at: Some(world.clock_now() + SignedDuration::from_mins(30)),
        };
        world
            .platform
            .services()
            .unwrap()
            .device_state
            .command(&house.home, wish)
            .await
            .unwrap()
    };
    world.platform.stop().await.unwrap();
    let copy = world.folder.path().join("copy");
    copy_directory(world.platform.path(), &copy);
    world.platform.restart().await.unwrap();
    world.house_mut(0).unwrap().start().await.unwrap();
    assert_eq!(world.outcome(&record).await.unwrap(), Stage::Observed);
    assert_eq!(
        world.house(0).unwrap().evidence(0).unwrap().drives(),
        [(OPERATION, 0x41)]
    );
    world
        .house(0)
        .unwrap()
        .devices
        .operate_by_hand("shutter-0", Hand::Close)
        .unwrap();
    until("it is closed", async || Ok(status(&world, 0).await == closed()))
        .await
        .unwrap();

    world.platform.stop().await.unwrap();
    fs::remove_dir_all(world.platform.path()).unwrap();
    copy_directory(&copy, world.platform.path());
    world.platform.restart().await.unwrap();
    let home = world.house(0).unwrap().home.clone();
    let before = world.record(&home, &record.command.id).await.unwrap().unwrap();
    assert_eq!(before.stage, Stage::Accepted, "the copy is from before");
    let end = world.outcome(&record).await.unwrap();
    assert_eq!(end, Stage::Observed, "the truth of the first time");
    world.settle(0).await.unwrap();
    until("it is still closed", async || Ok(status(&world, 0).await == closed()))
        .await
        .unwrap();
    assert_eq!(
        world.house(0).unwrap().evidence(0).unwrap().drives(),
        [(OPERATION, 0x41)],
        "driven once"
    );
}

/// T3-10 EP① なりすまし: a gateway that is carried into another house sees strangers there, moves nothing, and what it
/// says stays in its own home.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_of_another_home_cannot_report_for_this_one() {
    let mut world = World::with_one_house(NOON).await.unwrap();
    world.build(Plan::shutters(1)).await.unwrap();
    let plot = world.house(0).unwrap().plot();
    {
        let intruder = world.house_mut(1).unwrap();
        intruder.config.lan.address = plot.address(15);
        intruder.config.lan.multicast = plot.group();
        intruder.start().await.unwrap();
    }
    let state = world.platform.services().unwrap().device_state.clone();
    let (own, other) = (world.house(0).unwrap(), world.house(1).unwrap());
    let endpoint = own.inside().unwrap().view().devices[0]
        .equipment
        .endpoint
        .clone()
        .unwrap();
    until("the intruder tells of strangers, in its own home", async || {
        let unknown = state.unknown_nodes(&other.home).await?;
        Ok(unknown.iter().any(|node| node.endpoint == endpoint))
    })
    .await
    .unwrap();
    let seen = state.house(&other.home).await.unwrap();
    assert!(
        seen.devices[0]
            .properties
            .values()
            .all(|property| property.quality != Quality::Confirmed)
    );
    // A wish of its own residents for its own shutter moves nothing here.
    let lost = world.wish(1, PropertyValue::word("open")).await.unwrap();
    let record = world.wish(0, PropertyValue::Number(50.0)).await.unwrap();
    assert_eq!(world.outcome(&record).await.unwrap(), Stage::Observed);
    let end = world.outcome(&lost).await.unwrap();
    assert!(!matches!(end, Stage::Observed | Stage::Executed), "{end:?}");
    assert_eq!(own.evidence(0).unwrap().drives().len(), 1);
    let strangers = state.unknown_nodes(&own.home).await.unwrap();
    let controllers = strangers
        .iter()
        .map(|node| (node.endpoint.class_code, node.address.as_str()));
    let intruder = other.config.lan.address.to_string();
    assert_eq!(
        controllers.collect::<Vec<_>>(),
        [(0x05ff, intruder.as_str())],
        "and that it is there is told here"
    );
    assert_eq!(
        state.house(&own.home).await.unwrap().gateway.id,
        Some(own.gateway.clone())
    );
    // A command for the other home's device is none of this home's.
    let foreign = world
        .wish_for(
            own,
            other.device(0).unwrap(),
            name::open_close_operation(),
            PropertyValue::word("open"),
        )
        .await;
    assert!(foreign.is_err());
}

/// 電安法 別表第八, 4.2: whoever stands at the shutter can prohibit that it is operated from afar (0x0263 E8). It is
/// honoured in the house and told to whoever asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prohibition_at_the_device_is_honoured_and_told() {
    let world = World::with_one_house(NOON).await.unwrap();
    let house = world.house(0).unwrap();
    let device = house.device(0).unwrap();
    let state = &world.platform.services().unwrap().device_state;
    let permission = async || {
        let seen = state.device(&house.home, &device).await.unwrap();
        seen.properties[&name::remote_operation()]
            .reported
            .clone()
            .unwrap()
            .value
    };
    let permitted = permission().await;
    house.devices.permit_remote("shutter-0", false).unwrap();
    let record = world.wish(0, PropertyValue::word("open")).await.unwrap();
    assert_eq!(
        world.outcome(&record).await.unwrap(),
        Stage::Refused {
            reason: Reason::ProhibitedAtDevice
        }
    );
    until("the platform shows the prohibition", async || {
        Ok(permission().await != permitted)
    })
    .await
    .unwrap();
    assert_eq!(house.evidence(0).unwrap().drives(), []);
    // Whoever is in the house sees what moves, and may.
    let inside = house.inside().unwrap();
    let wish = inside.command(
        device.clone(),
        name::open_close_operation(),
        PropertyValue::word("open"),
        house.resident.clone(),
    );
    let command = wish.await.unwrap();
    let record = world.ended(&house.home, &command.id).await.unwrap();
    assert_eq!(record.stage, Stage::Observed);
    house.devices.permit_remote("shutter-0", true).unwrap();
    until("the platform shows that it is permitted again", async || {
        Ok(permission().await == permitted)
    })
    .await
    .unwrap();
    let record = world.wish(0, PropertyValue::word("close")).await.unwrap();
    assert_eq!(world.outcome(&record).await.unwrap(), Stage::Observed);
    assert_eq!(
        house.evidence(0).unwrap().drives(),
        [(OPERATION, 0x41), (OPERATION, 0x42)]
    );
}

/// 4.2: a hand on the device wins over wishes from afar, for as long as was set; then they count again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hand_on_the_shutter_wins_for_the_hold_time() {
    let world = World::with_one_house(NOON).await.unwrap();
    let house = world.house(0).unwrap();
    let device = house.device(0).unwrap();
    let state = &world.platform.services().unwrap().device_state;
    house.devices.operate_by_hand("shutter-0", Hand::Open).unwrap();
    let mut hold = None;
    until("the platform knows of the hand", async || {
        hold = state.device(&house.home, &device).await?.hold_until;
        Ok(hold.is_some())
    })
    .await
    .unwrap();
    let record = world.wish(0, PropertyValue::word("close")).await.unwrap();
    let end = world.outcome(&record).await.unwrap();
    assert_eq!(
        end,
        Stage::Refused {
            reason: Reason::HandOperation { until: hold.unwrap() }
        }
    );
    assert_eq!(house.evidence(0).unwrap().drives(), []);
    world.clock.pass(Duration::from_secs(15 * 60));
    let record = world.wish(0, PropertyValue::word("close")).await.unwrap();
    assert_eq!(world.outcome(&record).await.unwrap(), Stage::Observed);
    assert_eq!(house.evidence(0).unwrap().drives(), [(OPERATION, 0x42)]);
    assert_eq!(state.device(&house.home, &device).await.unwrap().hold_until, None);
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_directory(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
