//! The schedules on their way into the house.

use tomori_smart_home::{HousePlan, ResidentId};

use super::open_at;
use crate::world::{Incoming, World};

/// A plan that names a shutter the house does not have is refused by the gateway as a whole. Taking a shutter off the
/// list must not cut the house off from its plan.
#[tokio::test]
async fn a_shutter_that_was_taken_off_the_list_takes_its_schedules_out_of_the_plan() {
    let world = World::new().await;
    let home = world.home().await;
    let shutter = world.shutter(&home).await;
    let papers = world.enrolled(&home).await;
    let by = ResidentId::from_random([1; 10]);
    let draft = open_at(&shutter, 7, 0);
    world.services.shutter.create(&home, &by, draft).await.unwrap();
    let mut stream = world.stream(&papers).await;
    stream.welcome().await;
    let mut plans = Vec::new();
    for step in 0..2 {
        let Some(Incoming::Plan(plan)) = stream.next().await else {
            panic!("no plan");
        };
        let plan = HousePlan::try_from(plan).unwrap();
        plan.check().unwrap();
        plans.push(plan);
        if step == 0 {
            let state = &world.services.device_state;
            state.remove_equipment(&home, &shutter, "op_test").await.unwrap();
        }
    }
    assert_eq!((plans[0].schedules.len(), plans[1].schedules.len()), (1, 0));
    assert!(plans[1].version > plans[0].version);
}
