//! What needs me?

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use tomori_look::{Html, Icon, Tone, badge, empty_state};
use tomori_smart_home::{CompanyId, Hazard, HomeId, IncidentId};

use super::Operator;
use super::desk::Desk;
use super::incidents::hazard;
use super::shell::{Place, ZONE, page as shell_page, when};
use crate::auth::gateways::GatewayStatus;
use crate::auth::people::PeopleError;
use crate::device_state::{HomeSummary, Reachability};
use crate::door::Failure;
use crate::services::dispatch::Incident;

/// Certificates that end sooner are told. Gateways renew theirs ten days before the end.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Items on the page; more are counted.
const MOST: usize = 100;

#[derive(Template)]
#[template(path = "operator/overview.html")]
struct OverviewPage {
    title: String,
    nothing: Html,
    items: Vec<Item>,
    more: String,
    counts: String,
}

/// One thing that needs somebody, and where to go for it.
struct Item {
    badge: Html,
    text: String,
    since: Html,
    href: String,
    home: String,
}

/// What needs somebody, most pressing first.
enum Need {
    Incident(IncidentId, Hazard, Timestamp),
    CompanySilent { company: CompanyId, since: Timestamp },
    AuditFailing,
    Impersonated { address: String, at: Timestamp },
    UnknownNodes(u32),
    GatewayLost(Timestamp),
    CertificateEnds(Timestamp),
    DevicesLost(u32),
    DevicesWaiting(u32),
    NoGateway,
}

impl Need {
    fn rank(&self) -> u8 {
        match self {
            Self::Incident(..) => 0,
            Self::CompanySilent { .. } => 1,
            Self::AuditFailing => 2,
            Self::Impersonated { .. } => 3,
            Self::UnknownNodes(_) => 4,
            Self::GatewayLost(_) => 5,
            Self::CertificateEnds(_) => 6,
            Self::DevicesLost(_) => 7,
            Self::DevicesWaiting(_) => 8,
            Self::NoGateway => 9,
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Incident(..) => Tone::Alarm,
            Self::CompanySilent { .. }
            | Self::AuditFailing
            | Self::Impersonated { .. }
            | Self::UnknownNodes(_)
            | Self::GatewayLost(_)
            | Self::CertificateEnds(_) => Tone::Attention,
            Self::DevicesLost(_) => Tone::Unknown,
            Self::DevicesWaiting(_) | Self::NoGateway => Tone::Resting,
        }
    }
}

/// `GET /operator`
pub(super) async fn page(State(operator): State<Operator>, desk: Desk) -> Result<Response, Failure> {
    let say = desk.say;
    let now = operator.inner.clock.now();
    let homes = operator.inner.state.homes().await?;
    let mut needs: Vec<(Need, Option<HomeId>)> = homes
        .iter()
        .flat_map(|home| of_home(home).into_iter().map(|need| (need, Some(home.id.clone()))))
        .collect();
    // A company may be told of them and not see to them; a home may have none.
    let incidents = operator.inner.dispatch.newest().await?.into_iter();
    for incident in incidents.filter(Incident::is_open) {
        let need = Need::Incident(incident.id, incident.hazard, incident.opened_at);
        needs.push((need, Some(incident.home)));
    }
    for (company, since) in operator.inner.supervision.silent() {
        needs.push((Need::CompanySilent { company, since }, None));
    }
    for (home, one) in operator.inner.watch.impersonations(now) {
        let (address, at) = (one.address, one.at);
        needs.push((Need::Impersonated { address, at }, Some(home)));
    }
    let gateways = operator.inner.gateways.list_all().await;
    // Certificates live in the time of the world.
    let world = operator.door.clock().now();
    for gateway in gateways.map_err(super::gateways::failure)? {
        let ends = gateway.certificate_not_after;
        if gateway.status == GatewayStatus::Active && ends.duration_since(world) < SOON {
            needs.push((Need::CertificateEnds(ends), Some(gateway.home)));
        }
    }
    if operator.inner.audit.is_failing() {
        needs.push((Need::AuditFailing, None));
    }
    needs.sort_by_key(|(need, _)| need.rank());
    let more = needs.len().saturating_sub(MOST);
    let when = when(&operator, say, ZONE);
    let mut items = Vec::with_capacity(needs.len().min(MOST));
    for (need, home) in needs.into_iter().take(MOST) {
        let (word, text) = match &need {
            Need::Incident(_, threat, _) => (
                "need-incident",
                say.with("need-incident-text", &[("hazard", hazard(say, *threat).into())]),
            ),
            Need::CompanySilent { company, .. } => {
                let name = operator.inner.dispatch.company(company).await?.name;
                let text = say.with("need-company-silent-text", &[("company", name.into())]);
                ("need-company-silent", text)
            }
            Need::AuditFailing => ("need-audit", say.text("need-audit-text")),
            Need::Impersonated { address, .. } => (
                "need-impersonated",
                say.with("need-impersonated-text", &[("address", address.as_str().into())]),
            ),
            Need::UnknownNodes(count) => (
                "need-unknown",
                say.with("need-unknown-text", &[("count", (*count).into())]),
            ),
            Need::GatewayLost(_) => ("need-gateway-lost", say.text("need-gateway-lost-text")),
            Need::CertificateEnds(_) => ("need-certificate", say.text("need-certificate-text")),
            Need::DevicesLost(count) => (
                "need-devices-lost",
                say.with("need-devices-lost-text", &[("count", (*count).into())]),
            ),
            Need::DevicesWaiting(count) => (
                "need-devices-waiting",
                say.with("need-devices-waiting-text", &[("count", (*count).into())]),
            ),
            Need::NoGateway => ("need-no-gateway", say.text("need-no-gateway-text")),
        };
        let at = match &need {
            Need::Incident(_, _, at)
            | Need::CompanySilent { since: at, .. }
            | Need::Impersonated { at, .. }
            | Need::GatewayLost(at)
            | Need::CertificateEnds(at) => Some(*at),
            _ => None,
        };
        let name = match &home {
            Some(home) => name(&operator, home).await?,
            None => String::new(),
        };
        let href = match &need {
            Need::CompanySilent { company, .. } => format!("/operator/companies/{company}"),
            Need::Incident(incident, ..) => format!("/operator/incidents/{incident}"),
            _ => home.map_or("/operator/audit".to_owned(), |home| format!("/operator/homes/{home}")),
        };
        items.push(Item {
            badge: badge(need.tone(), &say.text(word)),
            text,
            since: at.map_or_else(Html::empty, |at| when.moment_html(at)),
            href,
            home: name,
        });
    }
    let connected = homes
        .iter()
        .filter(|home| matches!(home.gateway.reachability, Reachability::Reachable { .. }))
        .count();
    let nothing = if homes.is_empty() {
        let add = Html::trusted(format!(
            "<p><a class=\"button primary\" href=\"/operator/homes/new\">{}<span>{}</span></a></p>",
            Icon::Add.svg(),
            Html::text(&say.text("home-new"))
        ));
        empty_state(Icon::House, &say.text("homes-none"), &say.text("homes-none-text"), &add)
    } else if items.is_empty() {
        empty_state(
            Icon::Confirmed,
            &say.text("need-nothing"),
            &say.text("need-nothing-text"),
            &Html::empty(),
        )
    } else {
        Html::empty()
    };
    let body = Html::of(&OverviewPage {
        title: say.text("overview-title"),
        nothing,
        items,
        more: if more > 0 {
            say.with("overview-more", &[("count", more.into())])
        } else {
            String::new()
        },
        counts: if homes.is_empty() {
            String::new()
        } else {
            say.with(
                "overview-counts",
                &[("homes", homes.len().into()), ("connected", connected.into())],
            )
        },
    });
    Ok(shell_page(
        &desk,
        Place::Overview,
        &say.text("overview-title"),
        body,
        StatusCode::OK,
    ))
}

fn of_home(home: &HomeSummary) -> Vec<Need> {
    let mut needs = Vec::new();
    if home.unknown_nodes > 0 {
        needs.push(Need::UnknownNodes(home.unknown_nodes));
    }
    match home.gateway.reachability {
        Reachability::Unreachable { since } => needs.push(Need::GatewayLost(since)),
        Reachability::Never => needs.push(Need::NoGateway),
        Reachability::Reachable { .. } => {}
    }
    if home.devices_lost > 0 {
        needs.push(Need::DevicesLost(home.devices_lost));
    }
    if home.devices_waiting > 0 {
        needs.push(Need::DevicesWaiting(home.devices_waiting));
    }
    needs
}

/// How a home is called; its id when it has no name.
pub(super) async fn name(operator: &Operator, home: &HomeId) -> Result<String, Failure> {
    let info = operator.inner.personal.home(home).await.map_err(PeopleError::from)?;
    Ok(info
        .map(|info| info.name)
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| home.to_string()))
}
