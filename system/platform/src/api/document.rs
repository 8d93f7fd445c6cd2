//! The frame of the API's description.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, SecurityRequirement};

use super::shape;

const DESCRIPTION: &str = "Homes, shutters and schedules. `/elapi` has the shape of the ECHONET Lite Web API; `/api` \
    is our own. Errors are problem documents (RFC 9457) in the language of `Accept-Language` (ja, en). Times are \
    RFC 3339; ids are a noun, `_`, and letters and digits.";

const TAGS: [(&str, &str); 8] = [
    ("elapi", "ECHONET Lite Web API"),
    ("homes", "Homes and what is known of their devices"),
    ("commands", "Wishes, and what becomes of them"),
    ("schedules", "The shutter service"),
    ("history", "What happened, and what happens now"),
    ("guard", "Arming, disarming, and incidents"),
    ("phones", "Phones that are paired with the gateway inside the house"),
    ("access", "Tokens and sessions of the caller"),
];

/// The description without routes.
pub(super) fn base() -> OpenApi {
    let mut license = LicenseBuilder::new().name("MIT OR Apache-2.0").build();
    license.identifier = Some("MIT OR Apache-2.0".to_owned());
    let bearer = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token from `POST /api/v1/tokens`."))
        .build();
    let cookie = ApiKeyValue::with_description(
        "__Host-tomori",
        "The session of the app. Requests that change something must come from a page of the same origin.",
    );
    let none: [&str; 0] = [];
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Tomori")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(DESCRIPTION))
                .license(Some(license))
                .build(),
        )
        .tags(Some(TAGS.map(|(name, description)| {
            TagBuilder::new().name(name).description(Some(description)).build()
        })))
        .components(Some(
            ComponentsBuilder::new()
                .schema_from::<shape::Problem>()
                .schema_from::<shape::FieldProblem>()
                .schema_from::<shape::Value>()
                .security_scheme("token", SecurityScheme::Http(bearer))
                .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
                .build(),
        ))
        .security(Some([
            SecurityRequirement::new("token", none),
            SecurityRequirement::new("session", none),
        ]))
        .build()
}
