//! Commands and the history.

use super::{HistoryEntry, Value};

shapes! {
    /// A command and how far it has come.
    Command {
        /// The home.
        home: String,
        /// Its id.
        #[schema(example = "cmd_0123456789abcdef")]
        id: String,
        /// The device.
        device: String,
        /// The property to set.
        property: String,
        /// The wanted value.
        value: Value,
        /// Who wants it.
        origin: Origin,
        /// When it was accepted.
        #[schema(format = DateTime)]
        issued_at: String,
        /// From when on nobody acts on it.
        #[schema(format = DateTime)]
        expires_at: String,
        /// `accepted`, `delivered`, `executed`, `observed`, `refused`, `expired`, `failed`.
        #[schema(example = "accepted")]
        stage: String,
        /// With `refused` and `failed`.
        #[schema(required = false)]
        reason: Reason,
        /// When it was first handed to the gateway.
        #[schema(format = DateTime)]
        sent_at: Option<String>,
        /// When the gateway stored it.
        #[schema(format = DateTime)]
        delivered_at: Option<String>,
        /// When the device took it.
        #[schema(format = DateTime)]
        executed_at: Option<String>,
        /// When it came to its end, good or bad.
        #[schema(format = DateTime)]
        ended_at: Option<String>,
    }

    /// Who wants a change.
    Origin {
        /// `resident`, `residentAtHome`, `schedule`, `operator`.
        #[schema(example = "resident")]
        by: String,
        /// The resident.
        #[schema(required = false)]
        resident: String,
        /// The schedule.
        #[schema(required = false)]
        schedule: String,
        /// The civil date the schedule fired for.
        #[schema(required = false, format = Date)]
        date: String,
        /// The operator.
        #[schema(required = false)]
        operator: String,
    }

    /// Why a command came to nothing.
    Reason {
        /// `prohibitedAtDevice`, `handOperation`, `deviceUnreachable`, …
        #[schema(example = "prohibitedAtDevice")]
        why: String,
        /// With `handOperation`: until when.
        #[schema(required = false, format = DateTime)]
        until: String,
    }

    /// A wish to set one property of one device.
    NewCommand {
        /// The device.
        device: String,
        /// The property.
        property: String,
        /// The wanted value.
        value: Value,
    }

    /// A page of the history, newest first.
    HistoryPage {
        /// The entries.
        entries: Vec<HistoryEntry>,
        /// For `before` of the next page; `null` when there is none.
        next: Option<String>,
    }
}
