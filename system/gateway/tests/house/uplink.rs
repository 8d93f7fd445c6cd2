//! The way to the platform: enrolment, renewal, revocation, loss.

use std::time::Duration;

use jiff::SignedDuration;
use tomori_gateway::{Away, EnrolError, UplinkState};
use tomori_gateway_link::v1;
use tomori_gateway_link::v1::{goodbye, platform_message};
use tomori_runtime::clock::ScaledClock;
use tomori_runtime::i18n::Lang;
use tomori_smart_home::Stage;
use tomori_smart_home::event::What;

use crate::fixture::{Scene, until};

fn is_connected(scene: &Scene) -> bool {
    matches!(scene.house().view().uplink, UplinkState::Connected { .. })
}

#[test]
fn a_gateway_enrols_greets_and_takes_its_plan() {
    let scene = Scene::ready();
    until("the plan was acknowledged", || scene.platform.board().plan_acks == [1]);
    let hello = scene.platform.board().hellos[0].clone();
    assert_eq!(hello.plan_version, 0);
    assert!(hello.software.starts_with("tomori-gateway "));
    until("the truth was told", || {
        scene
            .platform
            .count(|what| matches!(what, What::PropertyReported { .. }))
            >= 4
    });
    assert_eq!(scene.house().view().home_name, "試験の家");
    assert_eq!(scene.house().door().borrow().as_ref().unwrap().chain_der.len(), 2);
    scene.reconciled();
}

#[test]
fn a_code_serves_once_and_a_wrong_one_never() {
    let mut scene = Scene::ready();
    scene.stop();
    assert!(matches!(scene.enrol(), Err(EnrolError::AlreadyEnrolled { .. })));
    let mut other = Scene::enrolled("2026-11-23T21:00:00Z", Vec::new());
    std::fs::remove_file(other.data().join("identity.sealed")).unwrap();
    let code = other.platform.code();
    other.platform.secret = [8; 10];
    let wrong = other.enrol().unwrap_err();
    assert!(matches!(wrong, EnrolError::Refused { .. }), "{wrong}");
    assert_ne!(code, other.platform.code());
}

#[test]
fn events_of_a_long_absence_arrive_whole_and_in_order() {
    let mut scene = Scene::ready();
    scene.platform.cut();
    for wish in ["open", "close", "open", "close"] {
        let command = scene.press(wish).unwrap();
        until("it has ended", || {
            scene.house().find(&command.id).unwrap().stage().is_final()
        });
    }
    scene.stop();
    scene.start();
    scene.platform.restore();
    until("everything was told", || {
        scene.platform.count(|what| {
            matches!(
                what,
                What::CommandProgress {
                    stage: Stage::Observed,
                    ..
                }
            )
        }) == 4
    });
    scene.reconciled();
    assert_eq!(
        scene
            .platform
            .count(|what| matches!(what, What::GatewayStarted { after_crash: true, .. })),
        0
    );
}

#[test]
fn what_is_not_acknowledged_is_told_again_under_the_same_number() {
    let mut scene = Scene::ready();
    scene.platform.board().acknowledges = false;
    let command = scene.command("open");
    scene.platform.command(&command);
    // Four batches go out without an acknowledgement, then the gateway waits; the house does not.
    until("it has ended in the house", || {
        let view = scene.house().find(&command.id);
        view.is_some_and(|view| view.stage() == &Stage::Observed)
    });
    scene.kill();
    scene.start();
    scene.settle();
    scene.platform.board().acknowledges = true;
    let command = scene.command("close");
    until("it is connected", || is_connected(&scene));
    scene.platform.command(&command);
    until("it has ended", || {
        scene.platform.end(&command.id) == Some(Stage::Observed)
    });
    until("the crash was told", || {
        scene
            .platform
            .count(|what| matches!(what, What::GatewayStarted { after_crash: true, .. }))
            == 1
    });
    scene.reconciled();
}

#[test]
fn a_certificate_is_renewed_at_two_thirds_of_its_life() {
    let mut scene = Scene::enrolled("2026-11-23T21:00:00Z", Vec::new());
    // Backdating by ten minutes is part of a life: two thirds of ten minutes and ten seconds are long over.
    std::fs::remove_file(scene.data().join("identity.sealed")).unwrap();
    scene.platform.board().life = SignedDuration::from_secs(330);
    scene.enrol().unwrap();
    scene.platform.board().life = SignedDuration::from_hours(24);
    scene.start();
    until("it was renewed", || scene.platform.board().renewals == 1);
    until("it came back with the new one", || {
        scene.platform.board().sessions >= 2 && is_connected(&scene)
    });
    scene.stop();
    scene.start();
    until("the new one is kept", || is_connected(&scene));
    assert_eq!(scene.platform.board().renewals, 1);
    scene.reconciled();
}

#[test]
fn a_revoked_gateway_says_so_goes_on_in_the_house_and_can_be_enrolled_anew() {
    let mut scene = Scene::ready();
    let why = goodbye::Why::Revoked;
    let goodbye = v1::Goodbye::new(why, "revoked by an operator", 0);
    assert!(scene.platform.say(platform_message::Message::Goodbye(goodbye)));
    until("it says so", || {
        matches!(scene.house().view().uplink, UplinkState::NeedsEnrolment { .. })
    });
    let sessions = scene.platform.board().sessions;
    scene.press("open").unwrap();
    until("the house goes on", || scene.shutter.is(0x41));
    assert_eq!(scene.platform.board().sessions, sessions, "it stops knocking");
    scene.stop();
    scene.platform.board().events.clear();
    let enrolled = scene.enrol().unwrap();
    assert_eq!(enrolled.gateway.as_str(), "gw_2");
    scene.start();
    scene.settle();
    until("it begins anew", || is_connected(&scene));
    until("its numbers begin anew", || !scene.platform.board().events.is_empty());
    scene.reconciled();
}

#[test]
fn a_platform_that_asks_for_patience_gets_it() {
    let scene = Scene::ready();
    let goodbye = v1::Goodbye::new(goodbye::Why::Restart, "", 1_500);
    scene.platform.say(platform_message::Message::Goodbye(goodbye));
    until("it went", || !is_connected(&scene));
    let gone = std::time::Instant::now();
    until("it came back", || is_connected(&scene));
    assert!(gone.elapsed() >= Duration::from_millis(1_400), "{:?}", gone.elapsed());
}

#[test]
fn a_clock_hours_from_the_platforms_is_told_and_commands_are_judged_by_the_platforms_time() {
    let mut scene = Scene::enrolled("2026-11-23T21:00:00Z", Vec::new());
    scene.platform.board().clock_ahead = SignedDuration::from_hours(2);
    scene.start();
    scene.settle();
    until("it was told", || {
        scene
            .platform
            .count(|what| matches!(what, What::ClockJumped { seconds } if (-7_201..=-7_199).contains(seconds)))
            == 1
    });
    assert!(!scene.house().view().clock.is_believed);
    let two_hours = SignedDuration::from_hours(2);
    let mut command = scene.command("open");
    command.issued_at += two_hours;
    command.expires_at += two_hours;
    scene.platform.command(&command);
    until("it has ended", || {
        scene.platform.end(&command.id) == Some(Stage::Observed)
    });
    let mut late = scene.command("close");
    late.issued_at += two_hours - SignedDuration::from_secs(60);
    late.expires_at += two_hours - SignedDuration::from_secs(60);
    scene.platform.command(&late);
    until("it has ended", || scene.platform.end(&late.id) == Some(Stage::Expired));
    assert_eq!(scene.shutter.drives(), 1);
}

#[test]
fn a_platform_that_knows_more_than_the_gateway_is_gone_on_behind() {
    let mut scene = Scene::ready();
    scene.stop();
    // The data directory is put back to where it was before it ever ran: as after a restored backup.
    std::fs::remove_file(scene.data().join("memory.sealed")).unwrap();
    for entry in std::fs::read_dir(scene.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        }
    }
    let known = *scene.platform.board().events.last_key_value().unwrap().0;
    scene.start();
    scene.settle();
    let command = scene.command("open");
    until("it is connected", || scene.platform.command(&command));
    until("it is told behind what was known", || {
        scene.platform.end(&command.id) == Some(Stage::Observed)
    });
    assert!(*scene.platform.board().events.last_key_value().unwrap().0 > known);
    scene.reconciled();
}

/// The gateway and its platform have agreed on more than a dozen events.
fn with_a_past() -> Scene {
    let scene = Scene::ready();
    while scene.platform.board().events.len() < 13 {
        let command = scene.command("open");
        scene.platform.command(&command);
        until("it has ended", || scene.platform.end(&command.id).is_some());
    }
    scene
}

#[test]
fn a_platform_put_back_to_this_morning_is_told_what_it_forgot_under_the_same_numbers() {
    let mut scene = with_a_past();
    scene.platform.cut();
    until("the line is lost", || !is_connected(&scene));
    let forgotten = scene.platform.board().events.split_off(&3);
    scene.platform.restore();
    // What differs from before under one number is noted as broken.
    let is_there = |board: &crate::platform::Board| {
        forgotten
            .iter()
            .all(|(number, event)| board.events.get(number) == Some(event))
    };
    until("everything is there again", || is_there(&scene.platform.board()));
    scene.reconciled();
}

/// A clock that was never set, or set wrong, is told as that: nobody is accused of being an impostor.
#[test]
fn a_clock_outside_the_certificate_s_time_is_told_as_a_wrong_clock() {
    for wrong in ["1990-01-01T00:00:00Z", "2095-01-01T00:00:00Z"] {
        let mut scene = Scene::enrolled("2026-11-23T21:00:00Z", Vec::new());
        let right = scene.wall.clone();
        scene.wall = std::sync::Arc::new(ScaledClock::new(wrong.parse().unwrap(), 1.0));
        scene.start();
        until("it says that the clock is wrong", || {
            matches!(scene.house().view().uplink, UplinkState::Away { why: Away::Clock, .. })
        });
        scene.stop();
        std::fs::remove_file(scene.data().join("identity.sealed")).unwrap();
        let refused = scene.enrol().unwrap_err();
        for (lang, remedy) in [(Lang::Ja, "時計を合わせてください"), (Lang::En, "set the clock")] {
            let text = refused.message(lang);
            assert!(
                text.contains(remedy) && text.contains(&scene.platform.enrolment_address()),
                "{text}"
            );
        }
        scene.wall = right;
        scene.enrol().unwrap();
    }
}
