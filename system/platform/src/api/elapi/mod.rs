//! The ECHONET Lite Web API: devices and their properties in the shape that the consortium's guideline gives them.

pub(super) mod http;
mod model;
mod words;

use std::borrow::Cow;

use tomori_runtime::i18n::Lang;
use tomori_smart_home::DeviceKind;

/// What a kind of device is called.
pub(super) fn kind_name(kind: DeviceKind, lang: Lang) -> Cow<'static, str> {
    let words = words::kind(kind);
    match lang {
        Lang::Ja => words.ja,
        Lang::En => words.en,
    }
}
