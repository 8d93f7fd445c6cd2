//! The house's network loses, doubles, delays and reorders frames. Whatever it does, commands end, and they end
//! truthfully.

use tomori_device::appliance::Look;
use tomori_device::{Direction, Disturbance};
use tomori_smart_home::property::name;
use tomori_smart_home::{PropertyValue, Reason, Stage};
use tomori_system_tests::patience::until;
use tomori_system_tests::world::World;

const FAULTS: [Disturbance; 4] = [
    Disturbance::Drop,
    Disturbance::Duplicate,
    Disturbance::Delay { millis: 1_400 },
    Disturbance::Reorder,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_end_truthfully_whatever_the_network_does() {
    let world = World::with_one_house("2026-11-24T12:00:00+09:00").await.unwrap();
    let house = world.house(0).unwrap();
    let device = house.device(0).unwrap();
    let state = &world.platform.services().unwrap().device_state;
    let mut degree = 0;
    let mut observed = 0;
    for direction in [Direction::ToDevice, Direction::FromDevice] {
        for fault in FAULTS {
            // The second round hits what comes behind the first look: the Set itself, or its answer.
            for (clean, disturbed) in [(0, 3), (1, 1), (2, 1)] {
                degree += 4;
                let told = format!("{fault:?} {direction:?}, {clean} clean, {disturbed} disturbed, to {degree} %");
                house.devices.calm("shutter-0").unwrap();
                let record = {
                    let wish = world.wish(0, PropertyValue::Number(f64::from(degree)));
                    if clean == 0 {
                        house.devices.disturb("shutter-0", direction, fault, disturbed).unwrap();
                        wish.await.unwrap()
                    } else {
                        let before = house.shutter(0).unwrap();
                        let record = wish.await.unwrap();
                        let _ = before;
                        house.devices.disturb("shutter-0", direction, fault, disturbed).unwrap();
                        record
                    }
                };
                let stage = world.outcome(&record).await.unwrap();
                house.devices.calm("shutter-0").unwrap();
                let evidence = house.evidence(0).unwrap();
                let drives = evidence.drives_to(degree);
                // A Set that is still on its way when the gateway has looked and found nothing cannot be told from a
                // lost one; the second one says the same as the first.
                let is_late = direction == Direction::ToDevice
                    && matches!(fault, Disturbance::Delay { .. } | Disturbance::Reorder);
                assert!(drives <= if is_late { 2 } else { 1 }, "{told}: driven {drives} times");
                match &stage {
                    Stage::Observed => {
                        observed += 1;
                        assert!(drives >= 1, "{told}: observed without a drive");
                    }
                    Stage::Failed {
                        reason: Reason::NotConfirmed | Reason::DeviceUnreachable,
                    } => {}
                    Stage::Refused {
                        reason: Reason::DeviceUnreachable,
                    } => {
                        assert_eq!(drives, 0, "{told}: refused, and driven");
                    }
                    other => panic!("{told}: ended as {other:?}"),
                }
                until(
                    &format!("{told}: the platform knows how the shutter stands"),
                    async || {
                        let Look::Shutter {
                            open, moving_to: None, ..
                        } = house.shutter(0)?.look
                        else {
                            return Ok(false);
                        };
                        let seen = state.device(&house.home, &device).await?;
                        let known = seen
                            .properties
                            .get(&name::degree_of_opening())
                            .and_then(|it| it.reported.clone());
                        Ok(known.is_some_and(|known| known.value == PropertyValue::Number(open.round())))
                    },
                )
                .await
                .unwrap();
                if stage == Stage::Observed {
                    let Look::Shutter { open, .. } = house.shutter(0).unwrap().look else {
                        panic!("no shutter")
                    };
                    assert!(
                        (open - f64::from(degree)).abs() < 1.0,
                        "{told}: observed, and it stands at {open} %"
                    );
                }
            }
        }
    }
    assert!(observed >= 12, "only {observed} of 24 commands got through");
    world.reconciled(0).await.unwrap();
}
