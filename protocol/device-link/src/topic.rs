//! Topics: whose a topic is, and who may touch it.
//!
//! A device may touch its own topics and no others (T3-11 EP⑦ tampering, EP⑧ unauthorised access). A topic is the
//! device's whose id stands first in it, as a whole level among the first three: `dev_1/lock/state`,
//! `zigbee2mqtt/dev_1/set` and `homeassistant/lock/dev_1/bolt/config` are all of `dev_1`, and so is
//! `dev_1/dev_2/state`. A topic that names nobody is nobody's.

use thiserror::Error;
use tomori_smart_home::DeviceId;

use crate::limits::TOPIC_BYTES;

/// The first level of discovery topics.
pub const PREFIX: &str = "homeassistant";
/// Where the gateway says `online` when it wants to hear everything again; devices may listen there.
pub const BIRTH: &str = "homeassistant/status";
/// What it says there.
pub const ONLINE: &[u8] = b"online";
/// Among so many levels the id must stand.
const LEVELS: usize = 3;

/// Why a topic may not be touched.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TopicError {
    /// It is no topic, or a filter where a topic is needed, or too long.
    #[error("not a topic of 1 to 256 bytes without wildcards in it")]
    Malformed,
    /// It is another device's.
    #[error("the topic is {owner}'s")]
    Foreign {
        /// Whose it is.
        owner: DeviceId,
    },
    /// It names no device within its first three levels.
    #[error("the topic names no device within its first three levels")]
    Nobody,
    /// It is a shared subscription, which a device has no use for.
    #[error("shared subscriptions are not served")]
    Shared,
}

/// Whose a topic is.
#[must_use]
pub fn owner(topic: &str) -> Option<DeviceId> {
    if topic.starts_with('$') {
        return None;
    }
    let mut levels = topic.split('/').take(LEVELS);
    levels.find_map(|level| level.parse().ok())
}

/// Whether a device may publish to a topic.
///
/// # Errors
/// Why not.
pub fn check_publish(topic: &str, device: &DeviceId) -> Result<(), TopicError> {
    if !is_text(topic) || topic.contains(['+', '#']) {
        return Err(TopicError::Malformed);
    }
    check_owner(topic, device)
}

/// Whether a device may subscribe to a filter: its own id stands before every wildcard. [`BIRTH`] is for everybody.
///
/// # Errors
/// Why not.
pub fn check_subscribe(filter: &str, device: &DeviceId) -> Result<(), TopicError> {
    if filter.starts_with("$share/") {
        return Err(TopicError::Shared);
    }
    if filter == BIRTH {
        return Ok(());
    }
    if !is_text(filter) || !is_filter(filter) {
        return Err(TopicError::Malformed);
    }
    let plain: Vec<&str> = filter
        .split('/')
        .take_while(|level| !matches!(*level, "+" | "#"))
        .collect();
    check_owner(&plain.join("/"), device)
}

/// Whether a topic matches a filter (MQTT 5, 4.7).
#[must_use]
pub fn matches(filter: &str, topic: &str) -> bool {
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut levels = topic.split('/');
    for wanted in filter.split('/') {
        match (wanted, levels.next()) {
            // `a/#` also matches `a`.
            ("#", _) => return true,
            ("+", Some(_)) => {}
            (wanted, Some(level)) if wanted == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

fn check_owner(topic: &str, device: &DeviceId) -> Result<(), TopicError> {
    match owner(topic) {
        Some(owner) if owner == *device => Ok(()),
        Some(owner) => Err(TopicError::Foreign { owner }),
        None => Err(TopicError::Nobody),
    }
}

fn is_text(topic: &str) -> bool {
    (1..=TOPIC_BYTES).contains(&topic.len()) && !topic.chars().any(char::is_control)
}

fn is_filter(filter: &str) -> bool {
    let levels = filter.split('/').count();
    filter.split('/').enumerate().all(|(at, level)| match level {
        "+" => true,
        "#" => at + 1 == levels,
        level => !level.contains(['+', '#']),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn device(name: &str) -> DeviceId {
        name.parse().unwrap()
    }

    #[test]
    fn a_topic_is_whose_id_stands_first_in_it() {
        for topic in [
            "dev_1/state",
            "zigbee2mqtt/dev_1",
            "homeassistant/lock/dev_1/bolt/config",
            "dev_1/dev_2/x",
        ] {
            assert_eq!(owner(topic), Some(device("dev_1")), "{topic}");
            assert_eq!(check_publish(topic, &device("dev_1")), Ok(()));
            let foreign = check_publish(topic, &device("dev_2")).unwrap_err();
            assert_eq!(foreign, TopicError::Foreign { owner: device("dev_1") });
        }
        for topic in [
            "a/b/c/dev_1",
            "homeassistant/status",
            "$SYS/dev_1/x",
            "dev_1x!/a",
            "DEV_1/a",
        ] {
            assert_eq!(owner(topic), None, "{topic}");
            assert_eq!(
                check_publish(topic, &device("dev_1")),
                Err(TopicError::Nobody),
                "{topic}"
            );
        }
        for topic in [
            "",
            "dev_1/+",
            "dev_1/#",
            "dev_1/\u{0}",
            &format!("dev_1/{}", "a".repeat(256)),
        ] {
            assert_eq!(
                check_publish(topic, &device("dev_1")),
                Err(TopicError::Malformed),
                "{topic}"
            );
        }
    }

    /// T3-11 EP⑦: disclosure. Wildcards reach no further than the device's own topics.
    #[test]
    fn wildcards_stand_behind_the_own_id() {
        let own = device("dev_1");
        for filter in ["dev_1/#", "dev_1/+/set", "x/dev_1/#", BIRTH] {
            assert_eq!(check_subscribe(filter, &own), Ok(()), "{filter}");
        }
        for filter in [
            "#",
            "+/dev_1/set",
            "+/+/dev_1",
            "$SYS/#",
            "homeassistant/#",
            "homeassistant/+/dev_1/#",
        ] {
            assert_eq!(check_subscribe(filter, &own), Err(TopicError::Nobody), "{filter}");
        }
        assert_eq!(check_subscribe("$share/g/dev_1/#", &own), Err(TopicError::Shared));
        assert_eq!(check_subscribe("dev_1/#/x", &own), Err(TopicError::Malformed));
        assert_eq!(check_subscribe("dev_1/a+", &own), Err(TopicError::Malformed));
        assert!(matches!(
            check_subscribe("dev_2/#", &own),
            Err(TopicError::Foreign { .. })
        ));
    }

    #[test]
    fn filters_match_as_the_standard_says() {
        for (filter, topic) in [
            ("a/#", "a"),
            ("a/#", "a/b/c"),
            ("a/+", "a/b"),
            ("a/+/c", "a//c"),
            ("#", "a/b"),
        ] {
            assert!(matches(filter, topic), "{filter} {topic}");
        }
        for (filter, topic) in [
            ("a/+", "a"),
            ("a/+", "a/b/c"),
            ("a", "b"),
            ("#", "$SYS/x"),
            ("+/x", "$SYS/x"),
            ("a/b", "a"),
        ] {
            assert!(!matches(filter, topic), "{filter} {topic}");
        }
    }

    proptest! {
        /// Whatever a device may subscribe to brings it nothing but its own topics.
        #[test]
        fn no_filter_reaches_another_devices_topics(
            filter in "((dev_1|dev_2|[a+#$])/){0,4}(dev_1|dev_2|[a+#])",
            topic in "((dev_1|dev_2|[a$])/){0,4}(dev_1|dev_2|a)",
        ) {
            let own = device("dev_1");
            if check_subscribe(&filter, &own).is_ok() && matches(&filter, &topic) {
                prop_assert_eq!(check_publish(&topic, &own), Ok(()));
            }
        }
    }
}
