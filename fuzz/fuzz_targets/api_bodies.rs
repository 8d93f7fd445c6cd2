//! Any body that a client of the API may send (EP⑨): it is taken and within the model's bounds, or refused by the name of
//! a field; and whatever schedule is taken, counting its firings ends.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tomori_platform::services::shutter::Draft;
use tomori_smart_home::schedule::{Calendar, Place};
use tomori_smart_home::{DeviceKind, PropertyValue, Schedule};

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else {
        return;
    };
    match kind % 4 {
        0 => {
            if let Ok(draft) = serde_json::from_slice::<Draft>(data)
                && let Err(refused) = draft.check(DeviceKind::ElectricRainDoor)
            {
                assert!(!refused.field().is_empty());
            }
        }
        1 => {
            if let Ok(value) = serde_json::from_slice::<PropertyValue>(data) {
                let _ = value.check();
            }
        }
        2 => {
            if let Ok(schedule) = serde_json::from_slice::<Schedule>(data)
                && schedule.check().is_ok()
            {
                count(&schedule);
            }
        }
        _ => {
            if let Ok(place) = serde_json::from_slice::<Place>(data) {
                assert_eq!(place.check().is_ok(), Calendar::new(&place).is_ok());
            }
        }
    }
});

fn count(schedule: &Schedule) {
    let place = Place::new("Asia/Tokyo", 35.69, 139.69).expect("a place");
    let calendar = Calendar::new(&place).expect("a calendar");
    let after = "2026-11-23T00:00:00Z".parse().expect("a time");
    if let Some(firing) = calendar.next_firing(schedule, after) {
        assert!(firing.at > after);
        assert_eq!(calendar.firing_on(schedule, firing.date), Some(firing));
    }
}
