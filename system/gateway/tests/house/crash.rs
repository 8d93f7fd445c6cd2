//! The power goes at any moment: no event is lost, none changes its number, no shutter is driven twice.

use std::collections::BTreeMap;
use std::time::Duration;

use tomori_runtime::entropy::{Entropy as _, SeededEntropy};
use tomori_smart_home::{CommandId, Stage};

use crate::fixture::{Scene, until};

#[test]
fn a_gateway_killed_at_random_moments_keeps_every_promise() {
    let mut scene = Scene::ready();
    scene.shutter.state().speed = 400.0;
    let entropy = SeededEntropy::new(20_261_123);
    let random = |bound: u64| {
        let mut bytes = [0; 8];
        entropy.fill(&mut bytes);
        u64::from_le_bytes(bytes) % bound
    };
    let mut commands: BTreeMap<CommandId, bool> = BTreeMap::new();
    let mut wishes = ["open", "close"].into_iter().cycle();
    for round in 0..15 {
        until("the shutter is at rest", || {
            scene.shutter.is(0x41) || scene.shutter.is(0x42)
        });
        let command = scene.command(wishes.next().unwrap());
        until("it is connected", || scene.platform.command(&command));
        commands.insert(command.id.clone(), false);
        std::thread::sleep(Duration::from_micros(random(60_000)));
        let drives = scene.shutter.drives();
        scene.kill();
        scene.start();
        scene.settle();
        until("the platform delivers again", || scene.platform.command(&command));
        until("it has ended", || scene.platform.end(&command.id).is_some());
        let end = scene.platform.end(&command.id).unwrap();
        assert!(
            matches!(end, Stage::Observed | Stage::Failed { .. } | Stage::Expired),
            "round {round}: {end:?}"
        );
        let driven = scene.shutter.drives() - drives;
        assert!(driven <= 1, "round {round}: driven {driven} times after the crash");
        assert!(
            scene.shutter.drives() <= commands.len(),
            "round {round}: {} drives for {} commands",
            scene.shutter.drives(),
            commands.len()
        );
    }
    scene.reconciled();
}
