//! Homes: the list, a new one, and the page of one.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use tomori_look::{Field, Html, Icon, Input, Tone, badge, empty_state};
use tomori_smart_home::HomeId;

use super::Operator;
use super::desk::{AtHome, Desk, Signed};
use super::overview::name;
use super::shell::{Place, Told, page as shell_page, when, wrong};
use crate::auth::people::PeopleError;
use crate::device_state::{GatewayState, NewHome, Reachability};
use crate::door::{Carried, Failure, Fields, Say};
use crate::personal_info::HomeInfo;

/// Homes on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "operator/homes.html")]
struct ListPage {
    say: Say,
    told: Html,
    empty: Html,
    rows: Vec<Row>,
    earlier: Option<usize>,
    later: Option<usize>,
}

struct Row {
    id: HomeId,
    name: String,
    gateway: Html,
    devices: u32,
    lost: u32,
    unknown: u32,
}

#[derive(Template)]
#[template(path = "operator/home_new.html")]
struct NewPage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    fields: Vec<Html>,
}

/// What the address of a page may carry.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    pub(super) told: String,
    #[serde(default)]
    from: usize,
}

/// `GET /operator/homes`
pub(super) async fn list(
    State(operator): State<Operator>,
    desk: Desk,
    Carried(asked): Carried<Asked>,
) -> Result<Response, Failure> {
    let homes = operator.inner.state.homes().await?;
    let mut rows = Vec::new();
    for home in homes.iter().skip(asked.from).take(PAGE) {
        rows.push(Row {
            name: name(&operator, &home.id).await?,
            id: home.id.clone(),
            gateway: gateway_badge(&operator, desk.say, &home.place.time_zone, &home.gateway),
            devices: home.devices,
            lost: home.devices_lost,
            unknown: home.unknown_nodes,
        });
    }
    let body = Html::of(&ListPage {
        say: desk.say,
        told: Told::html(&asked.told, desk.say),
        empty: if rows.is_empty() {
            let (head, text) = (desk.say.text("homes-none"), desk.say.text("homes-none-text"));
            empty_state(Icon::House, &head, &text, &Html::empty())
        } else {
            Html::empty()
        },
        rows,
        earlier: (asked.from > 0).then(|| asked.from.saturating_sub(PAGE)),
        later: (homes.len() > asked.from.saturating_add(PAGE)).then(|| asked.from + PAGE),
    });
    let title = desk.say.text("desk-homes");
    Ok(shell_page(&desk, Place::Homes, &title, body, StatusCode::OK))
}

/// `GET /operator/homes/new`
pub(super) async fn blank(desk: Desk) -> Response {
    new_page(&desk, &Fields::default(), None)
}

fn new_page(desk: &Desk, given: &Fields, failure: Option<&Failure>) -> Response {
    let say = desk.say;
    let field = |name: &str, key: &str, hint: &str, value: &str| {
        let label = say.text(key);
        let hint = if hint.is_empty() { String::new() } else { say.text(hint) };
        let error = failure.and_then(|failure| failure.of_field(name, say));
        let given = given.get(name);
        let value = if given.is_empty() { value } else { given };
        Field::new(say.lang, name, &label, Input::Text)
            .value(value)
            .hint(&hint)
            .error(error.as_deref())
            .html()
    };
    let fields = vec![
        field("name", "field-home-name", "", ""),
        field("address", "field-home-address", "", ""),
        field("timeZone", "field-time-zone", "", "Asia/Tokyo"),
        field("latitude", "field-latitude", "field-latitude-hint", ""),
        field("longitude", "field-longitude", "field-longitude-hint", ""),
    ];
    let body = Html::of(&NewPage {
        say,
        csrf: &desk.csrf,
        told: failure.map_or_else(Html::empty, |failure| wrong(failure, say)),
        fields,
    });
    let status = failure.map_or(StatusCode::OK, Failure::status);
    shell_page(desk, Place::Homes, &say.text("home-new"), body, status)
}

/// `POST /operator/homes`
pub(super) async fn add(
    State(operator): State<Operator>,
    Signed { at: desk, fields }: Signed<Desk>,
) -> Result<Response, Failure> {
    match add_home(&operator, &desk, &fields).await {
        Ok(home) => Ok(Told::HomeAdded.lead_to(&format!("/operator/homes/{home}"))),
        Err(failure) if failure.status().is_client_error() => Ok(new_page(&desk, &fields, Some(&failure))),
        Err(failure) => Err(failure),
    }
}

async fn add_home(operator: &Operator, desk: &Desk, fields: &Fields) -> Result<HomeId, Failure> {
    let degrees = |name: &'static str, key: &'static str| {
        let text = fields.get(name);
        text.parse::<f64>()
            .ok()
            .filter(|degrees| degrees.is_finite())
            .ok_or_else(|| Failure::unfit(name, "failure-field-expected", key))
    };
    let new = NewHome {
        time_zone: fields.get("timeZone").to_owned(),
        latitude: degrees("latitude", "35.68")?,
        longitude: degrees("longitude", "139.77")?,
    };
    let info = info(fields)?;
    let home = operator.inner.state.add_home(new, desk.id.as_str()).await?;
    let kept = operator.inner.personal.put_home(&home, info).await;
    kept.map_err(PeopleError::from)?;
    Ok(home)
}

fn info(fields: &Fields) -> Result<HomeInfo, Failure> {
    let fits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control)
    };
    if !fits(fields.get("name"), 1, 60) {
        return Err(Failure::unfit("name", "failure-field-expected", "1 – 60"));
    }
    if !fits(fields.get("address"), 0, 200) {
        return Err(Failure::unfit("address", "failure-field-expected", "0 – 200"));
    }
    Ok(HomeInfo {
        name: fields.get("name").to_owned(),
        address: fields.get("address").to_owned(),
    })
}

/// `POST /operator/homes/{home}/name`
pub(super) async fn rename(
    State(operator): State<Operator>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    operator.inner.state.house(&at.home).await?;
    let kept = operator.inner.personal.put_home(&at.home, info(&fields)?).await;
    kept.map_err(PeopleError::from)?;
    let (who, home) = (at.desk.id.as_str(), at.home.as_str());
    operator.inner.audit.record(who, "home.renamed", home, "").await;
    Ok(Told::NameKept.lead_to(&format!("/operator/homes/{home}")))
}

/// How a gateway is.
pub(super) fn gateway_badge(operator: &Operator, say: Say, zone: &str, gateway: &GatewayState) -> Html {
    let when = when(operator, say, zone);
    match gateway.reachability {
        Reachability::Never => badge(Tone::Resting, &say.text("gateway-never")),
        Reachability::Reachable { .. } => badge(Tone::Confirmed, &say.text("gateway-connected")),
        Reachability::Unreachable { since } => {
            let text = say.with("gateway-lost", &[("since", when.moment(since).into())]);
            badge(Tone::Attention, &text)
        }
    }
}
