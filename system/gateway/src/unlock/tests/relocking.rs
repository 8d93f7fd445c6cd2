//! The lock locks again, and a door that is left open is told of.

use std::time::Duration;

use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::unlock::Outcome;

use super::house::{House, lock};
use crate::unlock::port::Told;

async fn until(what: impl Fn() -> bool) {
    while !what() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn relocked(house: &House) -> Vec<bool> {
    let told = house.log.told.lock().unwrap();
    told.iter()
        .filter_map(|told| match told {
            Told::Relocked { is_confirmed, .. } => Some(*is_confirmed),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn it_locks_again_when_nobody_opens_the_door() {
    let house = House::new().await;
    let (trigger, shutdown) = Shutdown::new();
    let running = tokio::spawn(house.room.clone().run(shutdown));
    house.send(&house.bundle()).await;
    house.clock.until_sleepers(1).await;
    house.pass(119);
    house.clock.until_sleepers(1).await;
    assert_eq!(*house.lock.locked.lock().unwrap(), 0);
    house.pass(1);
    until(|| *house.lock.locked.lock().unwrap() == 1).await;
    until(|| relocked(&house) == [true]).await;
    trigger.stop();
    running.await.unwrap();
}

#[tokio::test]
async fn it_locks_behind_whoever_went_in_and_tells_of_a_door_left_open() {
    let house = House::new().await;
    let (trigger, shutdown) = Shutdown::new();
    let running = tokio::spawn(house.room.clone().run(shutdown));
    house.send(&house.bundle()).await;
    *house.lock.door.lock().unwrap() = Some(true);
    let left_open = || {
        let told = house.log.told.lock().unwrap();
        told.iter()
            .filter(|told| matches!(told, Told::LeftOpen { lock: of, .. } if *of == lock()))
            .count()
    };
    for _ in 0..200 {
        house.clock.until_sleepers(1).await;
        house.pass(1);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    until(|| left_open() == 1).await;
    assert_eq!(
        *house.lock.locked.lock().unwrap(),
        0,
        "a bolt is not thrown while the door stands open"
    );
    *house.lock.door.lock().unwrap() = Some(false);
    house.clock.until_sleepers(1).await;
    house.pass(1);
    until(|| relocked(&house) == [true]).await;
    assert_eq!(left_open(), 1);
    trigger.stop();
    running.await.unwrap();
}

#[tokio::test]
async fn a_lock_that_does_not_show_it_is_tried_again_and_told_each_time() {
    let house = House::new().await;
    *house.lock.locks_again.lock().unwrap() = false;
    *house.lock.outcome.lock().unwrap() = Some(Outcome::NotConfirmed);
    let (trigger, shutdown) = Shutdown::new();
    let running = tokio::spawn(house.room.clone().run(shutdown));
    house.send(&house.bundle()).await;
    assert_eq!(house.answer().unwrap().outcome, Outcome::NotConfirmed);
    house.clock.until_sleepers(1).await;
    house.pass(120);
    until(|| relocked(&house) == [false]).await;
    *house.lock.locks_again.lock().unwrap() = true;
    house.clock.until_sleepers(1).await;
    house.pass(60);
    until(|| relocked(&house) == [false, true]).await;
    trigger.stop();
    running.await.unwrap();
}
