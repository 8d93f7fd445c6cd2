mod plan;
mod schedules;
mod ticker;

use jiff::civil::time;
use tomori_platform::services::shutter::Draft;
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::{Moment, Pause, Weekdays};
use tomori_smart_home::{DeviceId, PropertyValue};

/// Open every day at an hour.
pub fn open_at(device: &DeviceId, hour: i8, minute: i8) -> Draft {
    Draft {
        device: device.clone(),
        property: name::open_close_operation(),
        value: PropertyValue::word("open"),
        weekdays: Weekdays::ALL,
        moment: Moment::Clock {
            time: time(hour, minute, 0, 0),
        },
        holidays_off: false,
        pause: Pause::Running,
    }
}
