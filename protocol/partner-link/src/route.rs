//! The routes, all under `/v1`.

use tomori_smart_home::IncidentId;

/// `POST`: a machine with a code becomes a company's server. Without a client certificate.
pub const ENROLMENTS: &str = "/v1/enrolments";
/// `POST`: the next certificate.
pub const RENEWALS: &str = "/v1/renewals";
/// `GET`: a part of the feed; `?after=` the cursor, `&most=` how many.
pub const CHANGES: &str = "/v1/changes";
/// `GET`: the feed as server-sent events; resumes behind `Last-Event-ID`, or behind `?after=`.
pub const STREAM: &str = "/v1/changes/stream";
/// `PUT`: what is on the company's disk.
pub const ACKNOWLEDGEMENT: &str = "/v1/acknowledgement";
/// `PUT`: the company is there.
pub const HEARTBEAT: &str = "/v1/heartbeat";
/// `PUT`: who of the company may sign what; a signed roster (`application/cbor`).
pub const ROSTER: &str = "/v1/roster";
/// `GET`: the description.
pub const OPENAPI: &str = "/v1/openapi.json";
/// `POST`: where to go. `{incident}` is the incident's id, here and below.
pub const DISCLOSURE: &str = "/v1/incidents/{incident}/disclosure";
/// `POST`: what the company did.
pub const STEPS: &str = "/v1/incidents/{incident}/steps";
/// `POST`: the end, with a report.
pub const CLOSING: &str = "/v1/incidents/{incident}/closing";
/// `POST`: three signatures for a lock (`application/cbor`).
pub const UNLOCKS: &str = "/v1/incidents/{incident}/unlocks";

/// Every route, and its method.
pub const ALL: [(&str, &str); 12] = [
    ("POST", ENROLMENTS),
    ("POST", RENEWALS),
    ("GET", CHANGES),
    ("GET", STREAM),
    ("PUT", ACKNOWLEDGEMENT),
    ("PUT", HEARTBEAT),
    ("PUT", ROSTER),
    ("GET", OPENAPI),
    ("POST", DISCLOSURE),
    ("POST", STEPS),
    ("POST", CLOSING),
    ("POST", UNLOCKS),
];

/// The path of a route of one incident.
#[must_use]
pub fn of(route: &str, incident: &IncidentId) -> String {
    route.replace("{incident}", incident.as_str())
}
