//! What guards a home, which company is sent, and what it may get to know.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use tomori_look::{Html, choices};
use tomori_runtime::entropy::bytes;
use tomori_smart_home::arming::{Mode, Security, Zone};
use tomori_smart_home::{DeviceId, HomeId, ZoneId};

use super::Operator;
use super::desk::{AtHome, Desk, Signed};
use super::homes::Asked;
use super::overview::name;
use super::shell::{Place, Told, page as shell_page, wrong};
use crate::auth::people::PeopleError;
use crate::door::{Carried, Failure, Fields, Say};
use crate::personal_info::EntryInfo;
use crate::services::dispatch::Disclosure;

#[derive(Template)]
#[template(path = "operator/security.html")]
struct SecurityPage<'a> {
    say: Say,
    csrf: &'a str,
    home: &'a HomeId,
    name: String,
    told: Html,
    zones: Vec<Line>,
    /// Sensors that guard no zone yet.
    sensors: Vec<Tick>,
    modes: Vec<Tick>,
    exit_delay: u16,
    entry_delay: u16,
    companies: Vec<(String, String, bool)>,
    disclosures: Vec<Tick>,
    plan: String,
    notes: String,
}

/// A box to tick: its value, its word, whether it is ticked.
type Tick = (String, String, bool);

struct Line {
    id: String,
    name: String,
    modes: String,
    is_way_in: bool,
    sensors: String,
}

impl SecurityPage<'_> {
    fn several(&self, name: &str, legend: &str, boxes: &[Tick]) -> Html {
        let boxes: Vec<_> = boxes
            .iter()
            .map(|(value, word, is_ticked)| (value.as_str(), word.as_str(), *is_ticked))
            .collect();
        choices(name, &self.say.text(legend), true, &boxes, None)
    }
}

/// `GET /operator/homes/{home}/guard`
pub(super) async fn page(
    State(operator): State<Operator>,
    at: AtHome,
    Carried(asked): Carried<Asked>,
) -> Result<Response, Failure> {
    let told = Told::html(&asked.told, at.desk.say);
    show(&operator, &at, told, StatusCode::OK).await
}

async fn show(operator: &Operator, at: &AtHome, told: Html, status: StatusCode) -> Result<Response, Failure> {
    let (say, home) = (at.desk.say, &at.home);
    let (dispatch, personal) = (&operator.inner.dispatch, &operator.inner.personal);
    let house = operator.inner.state.house(home).await?;
    let security = dispatch.security(home).await?;
    let contract = dispatch.contract(home).await?;
    let entry = personal
        .entry(home)
        .await
        .map_err(PeopleError::from)?
        .unwrap_or_default();
    let called = |device: &DeviceId| {
        let known = house.devices.iter().find(|line| line.equipment.device.id == *device);
        known.map_or_else(
            || device.to_string(),
            |line| format!("{} – {}", line.equipment.device.room, line.equipment.device.name),
        )
    };
    let title = name(operator, home).await?;
    let body = Html::of(&SecurityPage {
        say,
        csrf: &at.desk.csrf,
        home,
        name: title.clone(),
        told,
        zones: security
            .zones
            .iter()
            .map(|zone| Line {
                id: zone.id.to_string(),
                name: zone.name.clone(),
                modes: zone
                    .modes
                    .iter()
                    .map(|one| mode(say, *one))
                    .collect::<Vec<_>>()
                    .join(", "),
                is_way_in: zone.is_way_in,
                sensors: zone.devices.iter().map(called).collect::<Vec<_>>().join(", "),
            })
            .collect(),
        sensors: house
            .devices
            .iter()
            .map(|line| &line.equipment.device)
            .filter(|device| Security::can_guard(device.kind) && security.zone_of(&device.id).is_none())
            .map(|device| (device.id.to_string(), called(&device.id), false))
            .collect(),
        modes: Mode::ARMED
            .into_iter()
            .map(|one| (one.word().to_owned(), mode(say, one), false))
            .collect(),
        exit_delay: security.exit_delay_s,
        entry_delay: security.entry_delay_s,
        companies: dispatch
            .companies()
            .await?
            .into_iter()
            .map(|company| {
                let is_theirs = contract.as_ref().is_some_and(|contract| contract.company == company.id);
                (company.id.to_string(), company.name, is_theirs)
            })
            .collect(),
        disclosures: Disclosure::ALL
            .into_iter()
            .map(|one| {
                let is_in = contract
                    .as_ref()
                    .is_some_and(|contract| contract.discloses.contains(&one));
                (one.word().to_owned(), disclosure(say, one), is_in)
            })
            .collect(),
        plan: entry.plan,
        notes: entry.notes,
    });
    Ok(shell_page(&at.desk, Place::Homes, &title, body, status))
}

/// `POST /operator/homes/{home}/guard/zones`
pub(super) async fn add_zone(
    State(operator): State<Operator>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let id = ZoneId::from_random(bytes(&*operator.inner.entropy));
    let zone = new_zone(id, &fields);
    let added = async {
        let mut security = operator.inner.dispatch.security(&at.home).await?;
        security.zones.push(zone?);
        keep(&operator, &at, security).await
    };
    let added = added.await;
    done(&operator, &at, added).await
}

fn new_zone(id: ZoneId, fields: &Fields) -> Result<Zone, Failure> {
    let missing = |field: &'static str| Failure::unfit(field, "failure-field-missing", "");
    let modes: Option<BTreeSet<Mode>> = fields.all("mode").map(Mode::from_word).collect();
    let devices: Result<Vec<DeviceId>, _> = fields.all("device").map(str::parse).collect();
    Ok(Zone {
        id,
        name: fields.get("name").to_owned(),
        modes: modes.filter(|modes| !modes.is_empty()).ok_or_else(|| missing("mode"))?,
        is_way_in: !fields.get("way_in").is_empty(),
        devices: devices
            .ok()
            .filter(|devices| !devices.is_empty())
            .ok_or_else(|| missing("device"))?,
    })
}

/// `POST /operator/homes/{home}/guard/zones/{zone}/remove`
pub(super) async fn remove_zone(
    State(operator): State<Operator>,
    Path((_, zone)): Path<(String, String)>,
    Signed { at, .. }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let removed = async {
        let mut security = operator.inner.dispatch.security(&at.home).await?;
        security.zones.retain(|known| known.id.as_str() != zone);
        keep(&operator, &at, security).await
    };
    let removed = removed.await;
    done(&operator, &at, removed).await
}

/// `POST /operator/homes/{home}/guard/delays`
pub(super) async fn delays(
    State(operator): State<Operator>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let seconds = |field: &'static str| {
        let given = fields.get(field).parse::<u16>();
        given.map_err(|_| Failure::unfit(field, "failure-field-expected", "0 – 300"))
    };
    let kept = async {
        let mut security = operator.inner.dispatch.security(&at.home).await?;
        security.exit_delay_s = seconds("exit")?;
        security.entry_delay_s = seconds("entry")?;
        keep(&operator, &at, security).await
    };
    let kept = kept.await;
    done(&operator, &at, kept).await
}

async fn keep(operator: &Operator, at: &AtHome, security: Security) -> Result<(), Failure> {
    let dispatch = &operator.inner.dispatch;
    Ok(dispatch.set_security(&at.home, security, &at.desk.id).await?)
}

/// `POST /operator/homes/{home}/guard/contract`
pub(super) async fn contract(
    State(operator): State<Operator>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let wrong = || Failure::unfit("company", "failure-field-missing", "");
    let set = async {
        let with = match fields.get("company") {
            "" => None,
            company => {
                let discloses: Option<BTreeSet<Disclosure>> =
                    fields.all("discloses").map(Disclosure::from_word).collect();
                Some((company.parse().map_err(|_| wrong())?, discloses.ok_or_else(wrong)?))
            }
        };
        let dispatch = &operator.inner.dispatch;
        Ok::<_, Failure>(dispatch.set_contract(&at.home, with, &at.desk.id).await?)
    };
    let set = set.await;
    done(&operator, &at, set).await
}

/// `POST /operator/homes/{home}/guard/entry`
pub(super) async fn entry(
    State(operator): State<Operator>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let info = EntryInfo {
        plan: fields.get("plan").to_owned(),
        notes: fields.get("notes").to_owned(),
    };
    let kept = operator.inner.personal.put_entry(&at.home, info).await;
    let kept = kept.map_err(|error| Failure::from(PeopleError::from(error)));
    if kept.is_ok() {
        let (by, home) = (at.desk.id.as_str(), at.home.as_str());
        operator.inner.audit.record(by, "entry.changed", home, "").await;
    }
    done(&operator, &at, kept).await
}

async fn done(operator: &Operator, at: &AtHome, result: Result<(), Failure>) -> Result<Response, Failure> {
    match result {
        Ok(()) => Ok(Told::GuardKept.lead_to(&format!("/operator/homes/{}/guard", at.home))),
        Err(failure) if failure.status().is_client_error() && failure.status() != StatusCode::NOT_FOUND => {
            show(operator, at, wrong(&failure, at.desk.say), failure.status()).await
        }
        Err(failure) => Err(failure),
    }
}

/// `POST /operator/companies`
pub(super) async fn add_company(
    State(operator): State<Operator>,
    Signed { at, fields }: Signed<Desk>,
) -> Result<Response, Failure> {
    operator.inner.dispatch.add_company(fields.get("name"), &at.id).await?;
    Ok(Told::CompanyAdded.lead_to("/operator/incidents"))
}

fn mode(say: Say, mode: Mode) -> String {
    say.text(match mode {
        Mode::Home => "mode-home",
        Mode::Away => "mode-away",
        Mode::Night => "mode-night",
        Mode::Disarmed => "mode-disarmed",
    })
}

fn disclosure(say: Say, disclosure: Disclosure) -> String {
    say.text(match disclosure {
        Disclosure::Address => "disclose-address",
        Disclosure::Name => "disclose-name",
        Disclosure::Plan => "disclose-plan",
        Disclosure::EntryNotes => "disclose-entry",
    })
}
