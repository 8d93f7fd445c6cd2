//! The guard of a home, and incidents.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

shapes! {
    /// How the guard of a home stands.
    Guard {
        /// When the gateway told it.
        #[schema(format = DateTime)]
        at: String,
        /// `disarmed`, `home`, `away`, `night`.
        mode: String,
        /// `disarmed`, `leaving`, `armed`, `entering`.
        phase: String,
        /// The end of the delay, while leaving or entering.
        #[schema(required = false, format = DateTime)]
        until: String,
        /// Since when.
        #[schema(format = DateTime)]
        since: String,
        /// Sensors left out until the next disarming.
        bypassed: Vec<String>,
        /// Sensors that are not known to be closed and quiet.
        obstacles: Vec<Obstacle>,
        /// Sensors whose battery is low.
        low_battery: Vec<String>,
        /// The open incident.
        incident: Option<String>,
        /// Whether the house has a code. Codes are set inside the house and nowhere else.
        has_code: bool,
        /// What became of the last order.
        answer: Option<OrderAnswer>,
    }

    /// A sensor that stands in the way.
    Obstacle {
        /// The sensor.
        device: String,
        /// `open`, `unavailable`, `unread`, `tampered`.
        fault: String,
    }

    /// What became of an order.
    OrderAnswer {
        /// The order.
        order: String,
        /// `done`, `notReady`, `wrongCode`, `locked`, `noCode`, `noZone`, `disarmFirst`, `expired`, `notRemembered`.
        outcome: String,
    }

    /// An order to the guard.
    NewOrder {
        /// `home`, `away`, `night`, or `disarmed`.
        #[schema(example = "away")]
        mode: String,
        /// Sensors to leave out, at most 50.
        #[schema(required = false)]
        bypass: Vec<String>,
        /// The code, to disarm: 6 to 8 digits.
        #[schema(required = false)]
        code: String,
    }

    /// An order on its way.
    Order {
        /// Its id.
        id: String,
        /// From this moment on nobody obeys it.
        #[schema(format = DateTime)]
        expires_at: String,
    }

    /// An incident.
    Incident {
        /// Its id.
        #[schema(example = "inc_0123456789abcdef")]
        id: String,
        /// The home.
        home: String,
        /// The security company whose case it is.
        company: Option<String>,
        /// What whoever signs for this incident signs.
        nonce: String,
        /// `fire`, `duress`, `emergency`, `glassBreak`, `intrusion`, `tamper`, `silence`.
        hazard: String,
        /// When the first alarm was raised.
        #[schema(format = DateTime)]
        opened_at: String,
        /// When the platform stored it.
        #[schema(format = DateTime)]
        stored_at: String,
        /// When the company said for the first time that it does something.
        #[schema(format = DateTime)]
        answered_at: Option<String>,
        /// How many entries its timeline has.
        entries: u64,
        /// When it was closed, and how.
        closed: Option<Closed>,
    }

    /// How an incident ended.
    Closed {
        /// When.
        #[schema(format = DateTime)]
        at: String,
        /// `resolved`, `falseAlarm`, `test`, `handedOver`.
        closing: String,
    }

    /// Everything that was signed in an incident; each signed thing in base64url.
    IncidentFile {
        /// The form of the file: 1.
        tomori_incident: u32,
        /// That it began, signed by the gateway.
        opened: String,
        /// The company's signed rosters that receipts name.
        rosters: Vec<String>,
        /// The bundles that were sent to the gateway.
        bundles: Vec<String>,
        /// The gateway's signed receipts and refusals.
        answers: Vec<String>,
    }

    /// An incident and its timeline.
    IncidentStory {
        /// The incident.
        incident: Incident,
        /// Its timeline, oldest entry first.
        entries: Vec<IncidentEntry>,
    }
}

/// One entry of an incident's timeline. What it is decides which further members there are.
#[derive(Debug)]
pub struct IncidentEntry;

impl PartialSchema for IncidentEntry {
    fn schema() -> RefOr<Schema> {
        let of = |kind: Type, text: &str| ObjectBuilder::new().schema_type(kind).description(Some(text));
        let time = |text: &str| of(Type::String, text).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        ObjectBuilder::new()
            .description(Some(
                "One entry of an incident's timeline. What it is decides which further members there are.",
            ))
            .property("number", of(Type::Integer, "Its place in the incident."))
            .required("number")
            .property("at", time("When it happened."))
            .required("at")
            .property("storedAt", time("When the platform stored it."))
            .required("storedAt")
            .property(
                "step",
                of(
                    Type::String,
                    "`alarm`, `disclosed`, `unlockAsked`, `unlockUnanswered`, `door`, `did`, `note`, `closed`.",
                ),
            )
            .required("step")
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .into()
    }
}

impl ToSchema for IncidentEntry {}
