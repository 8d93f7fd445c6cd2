//! Commands, from afar and at home, against everything a house can say to them.

use std::time::Duration;

use tomori_gateway::UplinkState;
use tomori_smart_home::event::What;
use tomori_smart_home::{Origin, Reason, Stage};

use crate::fixture::{Scene, until};

const FULLY_OPEN: u8 = 0x41;
const FULLY_CLOSED: u8 = 0x42;
const OPENING: u8 = 0x43;

fn ended(scene: &Scene, command: &tomori_smart_home::Command) -> Stage {
    until("the command has ended", || scene.platform.end(&command.id).is_some());
    scene.platform.end(&command.id).unwrap()
}

#[test]
fn a_command_is_delivered_executed_and_observed_and_drives_once() {
    let scene = Scene::ready();
    let command = scene.command("open");
    assert!(scene.platform.command(&command));
    assert_eq!(ended(&scene, &command), Stage::Observed);
    let stages = scene.platform.stages(&command.id);
    assert_eq!(stages, [Stage::Delivered, Stage::Executed, Stage::Observed]);
    assert_eq!(scene.shutter.drives(), 1);
    assert!(scene.shutter.is(FULLY_OPEN));
    scene.reconciled();
}

#[test]
fn a_resident_at_home_needs_no_platform() {
    let mut scene = Scene::ready();
    scene.platform.cut();
    until("the gateway has noticed", || {
        !matches!(scene.house().view().uplink, UplinkState::Connected { .. })
    });
    let command = scene.press("open").unwrap();
    until("the shutter is open", || scene.shutter.is(FULLY_OPEN));
    until("it is observed", || {
        scene.house().find(&command.id).unwrap().stage() == &Stage::Observed
    });
    scene.platform.restore();
    assert_eq!(ended(&scene, &command), Stage::Observed);
    assert_eq!(
        scene.platform.count(|what| matches!(what, What::CommandIssued { .. })),
        1,
        "the platform learns who asked"
    );
    assert_eq!(scene.house().history()[0].command, command);
    scene.reconciled();
}

#[test]
fn a_device_that_forbids_remote_operation_is_obeyed() {
    let scene = Scene::ready();
    scene.shutter.state().permits_remote = false;
    let command = scene.command("open");
    scene.platform.command(&command);
    let reason = Reason::ProhibitedAtDevice;
    assert_eq!(ended(&scene, &command), Stage::Refused { reason });
    assert_eq!(scene.shutter.drives(), 0);
    scene.press("open").unwrap();
    until("who stands in front of it may", || scene.shutter.is(FULLY_OPEN));
}

#[test]
fn a_hand_on_the_switch_wins_over_the_platform_and_not_over_the_house() {
    let scene = Scene::ready();
    scene.shutter.by_hand(FULLY_OPEN);
    until("the hand was told", || {
        scene.platform.count(|what| matches!(what, What::HandOperation { .. })) == 1
    });
    until("it is open", || scene.shutter.is(FULLY_OPEN));
    let command = scene.command("close");
    scene.platform.command(&command);
    let end = ended(&scene, &command);
    assert!(
        matches!(&end, Stage::Refused { reason: Reason::HandOperation { until } } if *until > scene.later(800)),
        "{end:?}"
    );
    assert_eq!(scene.shutter.drives(), 0);
    let stop = scene.command("stop");
    scene.platform.command(&stop);
    assert_eq!(ended(&scene, &stop), Stage::Observed);
    scene.press("close").unwrap();
    until("it is closed", || scene.shutter.is(FULLY_CLOSED));
    assert!(scene.house().view().devices[0].hold_until.is_some());
}

#[test]
fn a_newer_wish_takes_the_place_of_the_older_one() {
    let scene = Scene::ready();
    scene.shutter.state().speed = 20.0;
    let open = scene.press("open").unwrap();
    until("it opens", || scene.shutter.is(OPENING));
    let stop = scene.press("stop").unwrap();
    until("both have ended", || {
        let house = scene.house();
        [&open, &stop]
            .iter()
            .all(|c| house.find(&c.id).unwrap().stage().is_final())
    });
    let reason = Reason::Superseded;
    let house = scene.house();
    assert_eq!(house.find(&open.id).unwrap().stage(), &Stage::Failed { reason });
    assert_eq!(house.find(&stop.id).unwrap().stage(), &Stage::Observed);
    assert!(scene.shutter.is(0x45));
}

#[test]
fn a_lost_answer_is_read_back_and_not_repeated() {
    let scene = Scene::ready();
    scene.shutter.state().loses_answers = true;
    let command = scene.command("open");
    scene.platform.command(&command);
    assert_eq!(ended(&scene, &command), Stage::Observed);
    assert_eq!(scene.shutter.drives(), 1);
}

#[test]
fn a_lost_set_is_sent_again_after_the_shutter_was_seen_at_rest() {
    let scene = Scene::ready();
    scene.shutter.state().loses_sets = true;
    let command = scene.command("open");
    scene.platform.command(&command);
    until("it was delivered", || !scene.platform.stages(&command.id).is_empty());
    std::thread::sleep(Duration::from_millis(700));
    scene.shutter.state().loses_sets = false;
    assert_eq!(ended(&scene, &command), Stage::Observed);
    assert_eq!(scene.shutter.drives(), 1);
}

#[test]
fn a_shutter_that_jams_is_told_as_faulty_and_left_alone() {
    let scene = Scene::ready();
    scene.shutter.state().speed = 20.0;
    let command = scene.command("open");
    scene.platform.command(&command);
    until("it moves", || scene.shutter.is(OPENING));
    scene.shutter.state().faulty = true;
    let reason = Reason::DeviceFault;
    assert_eq!(ended(&scene, &command), Stage::Failed { reason: reason.clone() });
    let again = scene.command("open");
    scene.platform.command(&again);
    assert_eq!(ended(&scene, &again), Stage::Refused { reason });
    assert_eq!(scene.shutter.drives(), 1);
}

#[test]
fn a_device_that_does_not_answer_is_told_as_unreachable() {
    let scene = Scene::ready();
    scene.shutter.state().is_dead = true;
    let command = scene.command("open");
    scene.platform.command(&command);
    let reason = Reason::DeviceUnreachable;
    assert_eq!(ended(&scene, &command), Stage::Failed { reason });
}

#[test]
fn what_is_not_on_the_list_or_has_no_such_property_is_refused_by_name() {
    let scene = Scene::ready();
    let mut stranger = scene.command("open");
    stranger.device = tomori_smart_home::DeviceId::from_random([77; 10]);
    let mut status = scene.command("open");
    status.property = tomori_smart_home::property::name::open_close_status();
    let mut value = scene.command("halfway");
    value.origin = Origin::Operator {
        operator: tomori_smart_home::OperatorId::from_random([5; 10]),
    };
    for (command, reason) in [
        (stranger, Reason::NotAdopted),
        (status, Reason::PropertyNotSettable),
        (value, Reason::ValueOutOfRange),
    ] {
        scene.platform.command(&command);
        assert_eq!(ended(&scene, &command), Stage::Refused { reason });
    }
    assert_eq!(scene.shutter.drives(), 0);
}
