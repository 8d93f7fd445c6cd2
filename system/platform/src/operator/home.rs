//! The page of one home.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use tomori_look::{Field, Html, Input, Tone, badge};
use tomori_smart_home::{DeviceKind, HomeId, Trust};

use super::Operator;
use super::desk::AtHome;
use super::homes::{Asked, gateway_badge};
use super::overview::name;
use super::shell::{Place, Told, ZONE, page as shell_page, when, wrong};
use crate::api::kind_name;
use crate::auth::gateways::GatewayStatus;
use crate::auth::people::{AccountState, PeopleError};
use crate::device_state::{DeviceState, Reachability, UnknownNode};
use crate::door::{Carried, Failure, Fields, Say};

#[derive(Template)]
#[template(path = "operator/home.html")]
struct HomePage<'a> {
    say: Say,
    csrf: &'a str,
    home: &'a HomeId,
    name: String,
    address: String,
    place: String,
    told: Html,
    gateway: Html,
    software: String,
    gateways: Vec<Machine>,
    residents: Vec<Resident>,
    devices: Vec<Thing>,
    unknown: Vec<Node>,
    kinds: Vec<(&'static str, String)>,
    invite: Vec<Html>,
    device: Vec<Html>,
    /// Whether the form for a resident, or for a device, came back with something to put right.
    inviting: bool,
    adding: bool,
}

/// A gateway of the home.
struct Machine {
    id: String,
    hardware: String,
    status: Html,
    active: bool,
    ends: Html,
}

struct Resident {
    id: String,
    name: String,
    email: String,
    state: Html,
}

/// A line of the equipment list.
struct Thing {
    id: String,
    name: String,
    room: String,
    kind: String,
    model: String,
    node: String,
    state: Html,
    /// How far what it says can be believed; empty until something answers for it.
    trust: Html,
    adopted: bool,
    /// Whether it can prove itself, and whether it does.
    can_prove: bool,
    proves: bool,
    /// Unknown nodes of its class, as a form sends and as a person reads them.
    candidates: Vec<(String, String)>,
}

/// A node that is not on the list.
struct Node {
    class: String,
    node: String,
    address: String,
    first: Html,
    last: Html,
}

/// `GET /operator/homes/{home}`
pub(super) async fn page(
    State(operator): State<Operator>,
    at: AtHome,
    Carried(asked): Carried<Asked>,
) -> Result<Response, Failure> {
    let told = Told::html(&asked.told, at.desk.say);
    show(&operator, &at, told, None).await
}

/// The page of a home, with what came to nothing when something did.
pub(super) async fn show(
    operator: &Operator,
    at: &AtHome,
    told: Html,
    failure: Option<(&Failure, &Fields)>,
) -> Result<Response, Failure> {
    let (say, home) = (at.desk.say, &at.home);
    let house = operator.inner.state.house(home).await?;
    let nodes = operator.inner.state.unknown_nodes(home).await?;
    let info = operator.inner.personal.home(home).await.map_err(PeopleError::from)?;
    let info = info.unwrap_or_default();
    let zone = &house.place.time_zone;
    let told = failure.map_or(told, |(failure, _)| wrong(failure, say));
    let field = |name: &'static str, key: &str, input: Input| {
        let label = say.text(key);
        let error = failure.and_then(|(failure, _)| failure.of_field(name, say));
        let value = failure.map_or("", |(_, fields)| fields.get(name));
        Field::new(say.lang, name, &label, input)
            .value(value)
            .error(error.as_deref())
            .html()
    };
    let body = Html::of(&HomePage {
        say,
        csrf: &at.desk.csrf,
        home,
        name: info.name,
        address: info.address,
        place: format!("{zone}, {:.2}, {:.2}", house.place.latitude, house.place.longitude),
        told,
        gateway: gateway_badge(operator, say, zone, &house.gateway),
        software: house.gateway.software.clone(),
        gateways: machines(operator, say, home).await?,
        residents: residents(operator, say, home).await?,
        devices: house.devices.iter().map(|device| thing(say, device, &nodes)).collect(),
        unknown: nodes.iter().map(|node| self::node(operator, say, zone, node)).collect(),
        kinds: DeviceKind::ALL
            .into_iter()
            .map(|kind| (kind.short_name(), kind_name(kind, say.lang).into_owned()))
            .collect(),
        inviting: failure.is_some_and(|(_, fields)| !fields.raw("email").is_empty()),
        adding: failure.is_some_and(|(_, fields)| !fields.raw("kind").is_empty()),
        invite: vec![
            field("name", "field-name", Input::Text),
            field("email", "field-email", Input::Login),
        ],
        device: vec![
            field("room", "field-room", Input::Text),
            field("device", "field-device-name", Input::Text),
            field("model", "field-model", Input::Text),
        ],
    });
    let status = failure.map_or(StatusCode::OK, |(failure, _)| failure.status());
    let title = name(operator, home).await?;
    Ok(shell_page(&at.desk, Place::Homes, &title, body, status))
}

async fn machines(operator: &Operator, say: Say, home: &HomeId) -> Result<Vec<Machine>, Failure> {
    let when = tomori_look::When::in_zone(say.lang, ZONE, operator.door.clock().now());
    let gateways = operator.inner.gateways.list(home).await;
    Ok(gateways
        .map_err(super::gateways::failure)?
        .into_iter()
        .map(|gateway| {
            let (tone, key) = match gateway.status {
                GatewayStatus::Active => (Tone::Confirmed, "gateway-active"),
                GatewayStatus::Replaced => (Tone::Resting, "gateway-replaced"),
                GatewayStatus::Revoked => (Tone::Prohibited, "gateway-revoked"),
            };
            Machine {
                id: gateway.id.to_string(),
                hardware: gateway.hardware,
                status: badge(tone, &say.text(key)),
                active: gateway.status == GatewayStatus::Active,
                ends: when.day_and_minutes_html(gateway.certificate_not_after),
            }
        })
        .collect())
}

async fn residents(operator: &Operator, say: Say, home: &HomeId) -> Result<Vec<Resident>, Failure> {
    let residents = operator.inner.people.residents(home).await?;
    Ok(residents
        .into_iter()
        .map(|resident| Resident {
            id: resident.id,
            name: resident.name,
            email: resident.email,
            state: account_badge(say, resident.state),
        })
        .collect())
}

pub(super) fn account_badge(say: Say, state: AccountState) -> Html {
    let (tone, key) = match state {
        AccountState::Active => (Tone::Confirmed, "account-active"),
        AccountState::Invited => (Tone::Sent, "account-invited"),
        AccountState::InvitationExpired => (Tone::Attention, "account-expired"),
    };
    badge(tone, &say.text(key))
}

fn thing(say: Say, device: &DeviceState, nodes: &[UnknownNode]) -> Thing {
    let equipment = &device.equipment;
    let (tone, key) = match (equipment.is_adopted(), device.reachability) {
        (false, _) => (Tone::Resting, "device-waiting"),
        (true, Reachability::Reachable { .. }) => (Tone::Confirmed, "device-answers"),
        (true, Reachability::Unreachable { .. }) => (Tone::Unknown, "device-lost"),
        (true, Reachability::Never) => (Tone::Unknown, "device-never"),
    };
    let trust = match equipment.trust() {
        None => Html::empty(),
        Some(Trust::Authenticated) => badge(Tone::Confirmed, &say.text("trust-authenticated")),
        Some(Trust::Unauthenticated) => badge(Tone::Resting, &say.text("trust-unauthenticated")),
    };
    let code = equipment.device.kind.class_code();
    Thing {
        id: equipment.device.id.to_string(),
        name: equipment.device.name.clone(),
        room: equipment.device.room.clone(),
        kind: kind_name(equipment.device.kind, say.lang).into_owned(),
        model: equipment.model.clone(),
        node: match (&equipment.endpoint, equipment.certificate) {
            (Some(endpoint), _) => format!("{} #{}", endpoint.node, endpoint.instance),
            (None, Some(certificate)) => {
                let number = [("number", tomori_runtime::i18n::Arg::from(certificate.to_string()))];
                say.with("device-certificate", &number)
            }
            (None, None) => String::new(),
        },
        trust,
        adopted: equipment.is_adopted(),
        can_prove: equipment.device.kind.can_prove_itself(),
        proves: equipment.certificate.is_some(),
        state: badge(tone, &say.text(key)),
        candidates: nodes
            .iter()
            .filter(|node| node.endpoint.class_code == code)
            .map(|node| {
                let endpoint = &node.endpoint;
                (
                    super::equipment::spelled(endpoint),
                    format!("{} – {} #{}", node.address, endpoint.node, endpoint.instance),
                )
            })
            .collect(),
    }
}

fn node(operator: &Operator, say: Say, zone: &str, node: &UnknownNode) -> Node {
    let when = when(operator, say, zone);
    let code = node.endpoint.class_code;
    let class = DeviceKind::from_class_code(code).map_or_else(
        || format!("0x{code:04X}"),
        |kind| kind_name(kind, say.lang).into_owned(),
    );
    Node {
        class,
        node: format!("{} #{}", node.endpoint.node, node.endpoint.instance),
        address: node.address.clone(),
        first: when.moment_html(node.first_seen),
        last: when.moment_html(node.last_seen),
    }
}
