//! Schedules and firings.

use super::{Command, Value};

shapes! {
    /// A schedule.
    Schedule {
        /// Its id.
        #[schema(example = "sch_0123456789abcdef")]
        id: String,
        /// The resident who set it.
        resident: String,
        /// The shutter.
        device: String,
        /// `openCloseOperation` or `degreeOfOpening`.
        property: String,
        /// `open`, `close`, or 0 to 100 %.
        value: Value,
        /// Days of the week as bits; Monday is bit 0.
        #[schema(minimum = 1, maximum = 127)]
        weekdays: u8,
        /// At which moment.
        moment: Moment,
        /// Whether it rests on Japanese national holidays.
        holidays_off: bool,
        /// Whether it rests now.
        pause: Pause,
        /// Counts up with each change; an edit names the version it saw.
        version: u64,
    }

    /// What a resident writes into a new schedule.
    NewSchedule {
        /// The shutter.
        device: String,
        /// `openCloseOperation` or `degreeOfOpening`.
        property: String,
        /// `open`, `close`, or 0 to 100 %.
        value: Value,
        /// Days of the week as bits; Monday is bit 0.
        #[schema(minimum = 1, maximum = 127)]
        weekdays: u8,
        /// At which moment.
        moment: Moment,
        /// Whether it rests on Japanese national holidays.
        #[schema(required = false)]
        holidays_off: bool,
        /// Whether it rests now.
        #[schema(required = false)]
        pause: Pause,
    }

    /// A change of a schedule, by somebody who saw `version`.
    ScheduleEdit {
        /// The version that was seen.
        version: u64,
        /// All of the schedule as it shall be.
        schedule: NewSchedule,
    }

    /// The moment of the day.
    Moment {
        /// `clock`, `sunrise`, `sunset`.
        #[schema(example = "clock")]
        at: String,
        /// With `clock`: hours and minutes on the clock of the home's zone.
        #[schema(required = false, example = "07:00:00")]
        time: String,
        /// With `sunrise` and `sunset`.
        #[schema(required = false, minimum = -180, maximum = 180)]
        offset_minutes: i16,
    }

    /// Whether a schedule rests.
    Pause {
        /// `running`, `paused`, `pausedUntil`.
        #[schema(example = "running")]
        pause: String,
        /// With `pausedUntil`: the first day it runs again.
        #[schema(required = false, format = Date)]
        date: String,
    }

    /// A firing to come.
    NextFiring {
        /// When.
        #[schema(format = DateTime)]
        at: String,
        /// The civil date it is for.
        #[schema(format = Date)]
        date: String,
        /// The schedule.
        schedule: String,
        /// The shutter.
        device: String,
        /// The property.
        property: String,
        /// The value.
        value: Value,
    }

    /// A firing that was, and what became of it.
    Fired {
        /// When.
        #[schema(format = DateTime)]
        at: String,
        /// The civil date it was for.
        #[schema(format = Date)]
        date: String,
        /// The schedule.
        schedule: String,
        /// The schedule in the form it had then.
        schedule_then: Schedule,
        /// What the platform did: `due`, `instructed`, `refused`, `missed`.
        standing: String,
        /// The command, whoever gave it: the truth about the shutter.
        command: Option<Command>,
    }
}
