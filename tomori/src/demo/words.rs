//! The demo's words for what the API shows: devices by their names, deeds and reasons as people say them.

use std::collections::HashMap;

use serde_json::Value;
use tomori_runtime::i18n::Lang;

use super::client::{Api, ApiError};
use crate::words::say;

/// The names of the devices, by id.
///
/// # Errors
/// When the platform does not answer or refuses.
pub(super) async fn names(api: &Api) -> Result<HashMap<String, String>, ApiError> {
    let devices = api.get("/elapi/v1/devices").await?;
    let pair = |device: &Value| Some((text(device, "id")?.to_owned(), text(device, "name")?.to_owned()));
    let devices = devices.get("devices").and_then(Value::as_array);
    Ok(devices.into_iter().flatten().filter_map(pair).collect())
}

/// What is wished of a device, by the property and value of a command or firing: `開ける`.
#[must_use]
pub(super) fn deed(wish: &Value, lang: Lang) -> String {
    let value = wish.get("value").unwrap_or(&Value::Null);
    let key = match (text(wish, "property"), value.as_str(), value.as_bool()) {
        (Some("openCloseOperation"), Some("open"), _) => "demo-deed-open",
        (Some("openCloseOperation"), Some("close"), _) => "demo-deed-close",
        (Some("openCloseOperation"), Some("stop"), _) => "demo-deed-stop",
        (Some("operationStatus"), _, Some(true)) => "demo-deed-on",
        (Some("operationStatus"), _, Some(false)) => "demo-deed-off",
        (Some("degreeOfOpening"), ..) => {
            let degree = value.as_f64().unwrap_or_default().round().to_string();
            return say(lang, "demo-deed-position", &[("degree", degree.into())]);
        }
        _ => "demo-deed-other",
    };
    say(lang, key, &[])
}

/// Why a command came to nothing.
#[must_use]
pub(super) fn why(command: &Value, lang: Lang) -> String {
    let key = match command.pointer("/reason/why").and_then(Value::as_str) {
        Some("prohibitedAtDevice") => "demo-why-prohibited",
        Some("handOperation") => "demo-why-hand",
        Some("deviceUnreachable") => "demo-why-silent",
        Some("gatewayUnreachable") => "demo-why-gateway",
        Some("notAdopted") => "demo-why-not-adopted",
        Some("propertyNotSettable" | "valueOutOfRange" | "deviceRefused") => "demo-why-refused",
        Some("notConfirmed") => "demo-why-not-confirmed",
        Some("deviceFault") => "demo-why-fault",
        Some("superseded") => "demo-why-superseded",
        Some("busy") => "demo-why-busy",
        Some("interrupted") => "demo-why-interrupted",
        Some("clockUncertain") => "demo-why-clock",
        // Expired, or a reason that is newer than these words.
        _ => "demo-why-late",
    };
    say(lang, key, &[])
}

/// How a box is called.
#[must_use]
pub(super) fn of_box(name: &str, lang: Lang) -> String {
    let key = match name {
        "platform" => "demo-box-platform",
        "gateway" => "demo-box-gateway",
        "third-party" => "demo-box-company",
        _ => "demo-box-house",
    };
    say(lang, key, &[])
}

/// A field that is text.
#[must_use]
pub(super) fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn deeds_and_reasons_are_words_of_people() {
        let wish = |property: &str, value: Value| json!({ "property": property, "value": value });
        assert_eq!(deed(&wish("openCloseOperation", json!("open")), Lang::Ja), "開ける");
        assert_eq!(deed(&wish("degreeOfOpening", json!(30.0)), Lang::En), "move to 30%");
        assert_eq!(deed(&wish("operationStatus", json!(false)), Lang::Ja), "消す");
        assert_eq!(deed(&wish("brightness", json!(7)), Lang::En), "change");
        let refused = json!({ "reason": { "why": "prohibitedAtDevice" } });
        assert!(why(&refused, Lang::Ja).contains("禁止"));
        assert_ne!(why(&json!({ "stage": "expired" }), Lang::En), "");
    }
}
