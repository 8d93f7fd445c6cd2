//! Any body that a client of the API may send (EP⑨): it is taken and within the model's bounds, or refused by the name of
//! a field; and whatever schedule is taken, counting its firings ends.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tomori_platform::services::shutter::Draft;
use tomori_smart_home::schedule::{Calendar, Place};
use tomori_smart_home::{PropertyValue, ResidentId, Schedule, ScheduleId};

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else {
        return;
    };
    match kind % 4 {
        0 => {
            if let Ok(draft) = serde_json::from_slice::<Draft>(data) {
                taken(draft);
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

/// As the service makes a schedule of it.
fn taken(draft: Draft) {
    let schedule = Schedule {
        id: ScheduleId::from_random([0; 10]),
        resident: ResidentId::from_random([0; 10]),
        device: draft.device,
        property: draft.property,
        value: draft.value,
        weekdays: draft.weekdays,
        moment: draft.moment,
        holidays_off: draft.holidays_off,
        pause: draft.pause,
        version: 1,
    };
    match schedule.check() {
        Ok(()) => count(&schedule),
        Err(refused) => assert!(!refused.field().is_empty()),
    }
}

fn count(schedule: &Schedule) {
    let place = Place::new("Asia/Tokyo", 35.69, 139.69).expect("a place");
    let calendar = Calendar::new(&place).expect("a calendar");
    let after = "2026-11-23T00:00:00Z".parse().expect("a time");
    if let Some(firing) = calendar.next_firing(schedule, after) {
        assert!(firing.at > after);
        assert_eq!(calendar.firing_on(schedule, firing.date), Some(firing));
    }
}
