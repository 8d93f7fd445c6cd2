//! Our incidents in the words of the partner link.

use tomori_partner_link as link;

use crate::device_state::DoorWord;
use crate::services::dispatch::{Change, Disclosed, Step};

pub(super) fn change(change: Change) -> link::Change {
    let (incident, entry) = (change.incident, change.entry);
    link::Change {
        number: change.number,
        incident: link::Incident {
            id: incident.id,
            home: incident.home,
            nonce: incident.nonce,
            hazard: Some(incident.hazard),
            opened_at: incident.opened_at,
            closed_at: incident.closed.map(|closed| closed.at),
        },
        entry: link::Entry {
            number: entry.number,
            at: entry.at,
            step: step(entry.step),
        },
    }
}

fn step(step: Step) -> link::Step {
    match step {
        Step::Alarm { alarm, room, name } => link::Step::Alarm {
            alarm: alarm.id,
            hazard: Some(alarm.hazard),
            device: alarm.device,
            trust: alarm.trust,
            room,
            name,
        },
        Step::Disclosed { items, to } => link::Step::Disclosed {
            items: items.iter().map(|item| item.word().to_owned()).collect(),
            to,
        },
        Step::UnlockAsked {
            bundle,
            lock,
            until,
            is_away,
        } => link::Step::UnlockAsked {
            bundle,
            lock,
            until,
            is_away,
        },
        Step::UnlockUnanswered { bundle, lock, is_sent } => link::Step::UnlockUnanswered { bundle, lock, is_sent },
        Step::Door { word, answer } => link::Step::Door {
            word: door(word),
            answer,
        },
        Step::Did { by, did } => link::Step::Did { by, did: Some(did) },
        Step::Note { by, text } => link::Step::Note { by, text },
        Step::Closed { by, closing, report } => link::Step::Closed {
            by,
            closing: Some(closing),
            report,
        },
    }
}

fn door(word: DoorWord) -> link::Door {
    match word {
        DoorWord::Attested { attested } => link::Door::Attested { attested },
        DoorWord::Answered { bundle, attested } => link::Door::Answered { bundle, attested },
        DoorWord::Relocked { lock, is_confirmed } => link::Door::Relocked { lock, is_confirmed },
        DoorWord::LeftOpen { lock } => link::Door::LeftOpen { lock },
    }
}

pub(super) fn disclosed(disclosed: Disclosed) -> link::Disclosed {
    link::Disclosed {
        home: disclosed.home,
        address: disclosed.address,
        place: disclosed
            .place
            .map(|(latitude, longitude)| link::Place { latitude, longitude }),
        name: disclosed.name,
        plan: disclosed.plan,
        entry_notes: disclosed.entry_notes,
        locks: disclosed
            .locks
            .into_iter()
            .map(|lock| link::Lock {
                id: lock.id,
                name: lock.name,
                is_trusted: lock.is_trusted,
            })
            .collect(),
    }
}
