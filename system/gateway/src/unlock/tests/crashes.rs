//! Power cuts: the lock is driven at most once, and what was begun is answered.

use std::sync::Arc;

use async_trait::async_trait;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::DeviceId;
use tomori_smart_home::unlock::{Outcome, Refusal, Statement as _};

use super::house::House;
use crate::unlock::model::{LockStanding, Permit};
use crate::unlock::port::Locks;

/// Runs a room until it has come to rest.
async fn settle(house: &House, room: &crate::unlock::UnlockRoom) {
    let (trigger, shutdown) = Shutdown::new();
    let running = tokio::spawn(room.clone().run(shutdown));
    house.clock.until_sleepers(1).await;
    trigger.stop();
    running.await.unwrap();
}

/// A lock during whose drive the power fails: nothing after it happens.
struct PowerCut(Arc<super::house::Lock>);

#[async_trait]
impl Locks for PowerCut {
    fn standing(&self, device: &DeviceId) -> LockStanding {
        self.0.standing(device)
    }

    async fn unlock(&self, permit: &Permit) -> Option<Outcome> {
        self.0.unlock(permit).await;
        std::future::pending().await
    }

    async fn lock(&self, lock: &DeviceId) -> bool {
        self.0.lock(lock).await
    }

    fn door_is_open(&self, lock: &DeviceId) -> Option<bool> {
        self.0.door_is_open(lock)
    }
}

#[tokio::test]
async fn a_power_cut_while_the_lock_is_driven_is_answered_and_nothing_is_driven_twice() {
    let house = House::new().await;
    let bundle = house.bundle();
    let cut = house.with_locks(Arc::new(PowerCut(Arc::clone(&house.lock))));
    let bytes = bundle.to_bytes();
    let taking = {
        let (cut, bytes) = (cut.clone(), bytes.clone());
        tokio::spawn(async move { cut.take(&bytes).await })
    };
    while house.driven() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    taking.abort();
    assert!(taking.await.unwrap_err().is_cancelled());

    let room = house.after_power_cut();
    settle(&house, &room).await;
    let receipt = house.answer().unwrap();
    assert_eq!(
        (receipt.outcome, receipt.bundle),
        (Outcome::Interrupted, bundle.digest())
    );
    // The platform does not know that it was delivered, and delivers again.
    room.take(&bytes).await;
    assert_eq!(house.answer().unwrap(), receipt);
    let another = house.bundle();
    room.take(&another.to_bytes()).await;
    assert_eq!(house.answer(), Err(Refusal::NonceUsed));
    assert_eq!(house.driven(), 1);
}

#[tokio::test]
async fn a_power_cut_after_the_receipt_changes_nothing() {
    let house = House::new().await;
    let bundle = house.bundle();
    house.send(&bundle).await;
    let receipt = house.answer().unwrap();
    let room = house.after_power_cut();
    settle(&house, &room).await;
    room.take(&bundle.to_bytes()).await;
    assert_eq!(house.answer().unwrap(), receipt);
    assert_eq!(house.driven(), 1);
}

#[tokio::test]
async fn a_lock_that_is_to_be_locked_again_is_locked_after_a_power_cut_too() {
    let house = House::new().await;
    house.send(&house.bundle()).await;
    let room = house.after_power_cut();
    house.pass(120);
    let (trigger, shutdown) = Shutdown::new();
    let running = tokio::spawn(room.run(shutdown));
    while *house.lock.locked.lock().unwrap() == 0 {
        tokio::task::yield_now().await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    trigger.stop();
    running.await.unwrap();
    assert_eq!(house.driven(), 1);
}

/// What cannot be remembered is not done: the disk refuses, and the door stays shut.
#[tokio::test]
async fn a_disk_that_refuses_keeps_the_door_shut() {
    let house = House::new().await;
    let bundle = house.bundle();
    // A folder where the sealed file belongs: no rename onto it succeeds, whoever runs this.
    let sealed = house.folder.path().join("unlock.sealed");
    std::fs::remove_file(&sealed).unwrap();
    std::fs::create_dir(&sealed).unwrap();
    std::fs::write(sealed.join("occupied"), b"").unwrap();
    house.refuses(&bundle, Refusal::NotRemembered).await;
    std::fs::remove_dir_all(&sealed).unwrap();
    house.send(&bundle).await;
    assert_eq!(
        house.answer().unwrap().outcome,
        Outcome::Opened,
        "it was not the bundle's fault"
    );
}
