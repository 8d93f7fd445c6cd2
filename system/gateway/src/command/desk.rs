//! Who is under way: every command that has not ended, and what has to be called across to it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;
use tomori_smart_home::{CommandId, DeviceId, PropertyName};

/// What is called across to a command under way.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    superseded: AtomicBool,
    hand: Mutex<Option<Timestamp>>,
    hands_off: AtomicBool,
    bell: Notify,
}

/// The commands under way.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    running: Mutex<HashMap<CommandId, Running>>,
    /// One command at a time has its hand on a device.
    hands: Mutex<HashMap<DeviceId, Arc<tokio::sync::Mutex<()>>>>,
}

#[derive(Debug, Clone)]
struct Running {
    device: DeviceId,
    part: PropertyName,
    order: u64,
    calls: Arc<Calls>,
}

impl Calls {
    /// Waits until something is called.
    pub(crate) async fn heard(&self) {
        self.bell.notified().await;
    }

    /// Whether a newer command takes this one's place.
    pub(crate) fn is_superseded(&self) -> bool {
        self.superseded.load(Ordering::Relaxed)
    }

    /// Whether something was called that cannot wait.
    pub(crate) fn is_urgent(&self) -> bool {
        self.is_superseded() || self.hand.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Until when a hand on the device holds, when one came since the last question.
    pub(crate) fn take_hand(&self) -> Option<Timestamp> {
        self.hand.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// This command does not drive any more.
    pub(crate) fn let_go(&self) {
        self.hands_off.store(true, Ordering::Relaxed);
    }

    fn supersede(&self) {
        self.superseded.store(true, Ordering::Relaxed);
        self.bell.notify_one();
    }
}

impl Desk {
    /// Enters a command; `order` grows with every command.
    pub(crate) fn enter(&self, id: CommandId, device: DeviceId, part: PropertyName, order: u64) -> Arc<Calls> {
        let calls = Arc::new(Calls::default());
        let running = Running {
            device,
            part,
            order,
            calls: Arc::clone(&calls),
        };
        self.running().insert(id, running);
        calls
    }

    /// A command has ended.
    pub(crate) fn leave(&self, id: &CommandId) {
        let Some(left) = self.running().remove(id) else {
            return;
        };
        let is_last = !self.running().values().any(|running| running.device == left.device);
        if is_last {
            self.hands
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&left.device);
        }
    }

    /// How many commands are under way in the house, and for this device.
    pub(crate) fn count(&self, device: &DeviceId) -> (usize, usize) {
        let running = self.running();
        let on_device = running.values().filter(|running| running.device == *device).count();
        (running.len(), on_device)
    }

    /// The commands under way for a device.
    pub(crate) fn on(&self, device: &DeviceId) -> Vec<CommandId> {
        let running = self.running();
        let mut on: Vec<_> = running
            .iter()
            .filter(|(_, running)| running.device == *device)
            .collect();
        on.sort_by_key(|(_, running)| running.order);
        on.into_iter().map(|(id, _)| id.clone()).collect()
    }

    /// The hand on a device.
    pub(crate) fn hand(&self, device: &DeviceId) -> Arc<tokio::sync::Mutex<()>> {
        let mut hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(hands.entry(device.clone()).or_default())
    }

    /// A command that was just taken takes the place of older ones for the same part that still wait to drive.
    pub(crate) fn supersede_waiting(&self, device: &DeviceId, part: &PropertyName, order: u64) {
        self.supersede(device, part, order, |calls| !calls.hands_off.load(Ordering::Relaxed));
    }

    /// A command is about to drive: older ones for the same part will never see their result.
    pub(crate) fn supersede_all(&self, device: &DeviceId, part: &PropertyName, order: u64) {
        self.supersede(device, part, order, |_| true);
    }

    /// Somebody operated the device by hand.
    pub(crate) fn hand_on(&self, device: &DeviceId, until: Timestamp) {
        for running in self.running().values().filter(|running| running.device == *device) {
            *running.calls.hand.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
            running.calls.bell.notify_one();
        }
    }

    /// There is news of a device: whoever waits for it looks again.
    pub(crate) fn news(&self, device: &DeviceId) {
        for running in self.running().values().filter(|running| running.device == *device) {
            running.calls.bell.notify_one();
        }
    }

    fn supersede(&self, device: &DeviceId, part: &PropertyName, order: u64, which: impl Fn(&Calls) -> bool) {
        for running in self.running().values() {
            let is_older = running.order < order && running.device == *device && running.part == *part;
            if is_older && which(&running.calls) {
                running.calls.supersede();
            }
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<CommandId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::property::name;

    use super::*;

    fn id(number: u8) -> CommandId {
        CommandId::from_random([number; 10])
    }

    fn device(number: u8) -> DeviceId {
        DeviceId::from_random([number; 10])
    }

    #[test]
    fn a_newer_wish_reaches_older_ones_of_the_same_part_only() {
        let desk = Desk::default();
        let part = name::open_close_operation();
        let older = desk.enter(id(1), device(1), part.clone(), 1);
        let confirming = desk.enter(id(2), device(1), part.clone(), 2);
        let other_part = desk.enter(id(3), device(1), name::operation_status(), 3);
        let other_device = desk.enter(id(4), device(2), part.clone(), 4);
        confirming.let_go();
        let newer = desk.enter(id(5), device(1), part.clone(), 5);
        desk.supersede_waiting(&device(1), &part, 5);
        assert!(older.is_superseded() && !confirming.is_superseded() && !newer.is_superseded());
        desk.supersede_all(&device(1), &part, 5);
        assert!(confirming.is_superseded());
        assert!(!other_part.is_superseded() && !other_device.is_superseded() && !newer.is_superseded());
        assert_eq!(desk.count(&device(1)), (5, 4));
        assert_eq!(desk.on(&device(1)), [id(1), id(2), id(3), id(5)]);
    }

    #[test]
    fn a_hand_is_heard_once() {
        let desk = Desk::default();
        let calls = desk.enter(id(1), device(1), name::open_close_operation(), 1);
        desk.hand_on(&device(1), Timestamp::UNIX_EPOCH);
        assert_eq!(calls.take_hand(), Some(Timestamp::UNIX_EPOCH));
        assert_eq!(calls.take_hand(), None);
        desk.leave(&id(1));
        assert_eq!(desk.count(&device(1)), (0, 0));
        assert!(desk.hands.lock().unwrap().is_empty());
    }
}
