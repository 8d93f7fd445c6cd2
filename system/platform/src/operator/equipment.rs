//! The equipment list (設計図書), and adoption: which node answers for which line (SR2-H-4 2).

use axum::extract::{Path, State};
use axum::response::Response;
use tomori_look::Html;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::{DeviceId, DeviceKind};

use super::Operator;
use super::desk::{AtHome, Signed};
use super::home::show;
use super::shell::Told;
use crate::device_state::NewEquipment;
use crate::door::{Failure, Fields};

/// An endpoint as a form sends it.
pub(super) fn spelled(endpoint: &Endpoint) -> String {
    format!("{}.{:04x}.{}", endpoint.node, endpoint.class_code, endpoint.instance)
}

fn endpoint(text: &str) -> Option<Endpoint> {
    let mut parts = text.split('.');
    let (node, class, instance) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some(Endpoint {
        node: node.parse().ok()?,
        class_code: u16::from_str_radix(class, 16).ok()?,
        instance: instance.parse().ok()?,
    })
}

/// `POST /operator/homes/{home}/devices`
pub(super) async fn add(
    State(operator): State<Operator>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let added = add_line(&operator, &at, &fields).await;
    done(&operator, &at, &fields, added, Told::DeviceAdded).await
}

async fn add_line(operator: &Operator, at: &AtHome, fields: &Fields) -> Result<(), Failure> {
    let kind = DeviceKind::from_short_name(fields.get("kind"))
        .ok_or_else(|| Failure::unfit("kind", "failure-field-missing", ""))?;
    let text = |name: &'static str, least: usize, most: usize| {
        let text = fields.get(name);
        let fits = (least..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits {
            Ok(text.to_owned())
        } else {
            Err(Failure::unfit(
                name,
                "failure-field-expected",
                format!("{least} – {most}"),
            ))
        }
    };
    let new = NewEquipment {
        kind,
        room: text("room", 1, 40)?,
        name: text("device", 1, 40)?,
        model: text("model", 0, 80)?,
        endpoint: None,
    };
    operator
        .inner
        .state
        .add_equipment(&at.home, new, at.desk.id.as_str())
        .await?;
    Ok(())
}

/// `POST /operator/homes/{home}/devices/{device}/adopt`
pub(super) async fn adopt(
    State(operator): State<Operator>,
    Path((_, device)): Path<(String, String)>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let device = id(&device)?;
    let endpoint = endpoint(fields.get("node")).ok_or_else(|| Failure::unfit("node", "failure-field-missing", ""));
    let adopted = match endpoint {
        Ok(endpoint) => {
            let by = at.desk.id.as_str();
            let adopted = operator.inner.state.adopt(&at.home, &device, endpoint, by).await;
            adopted.map_err(Failure::from)
        }
        Err(failure) => Err(failure),
    };
    done(&operator, &at, &fields, adopted, Told::DeviceAdopted).await
}

/// `POST /operator/homes/{home}/devices/{device}/certify`
pub(super) async fn certify(
    State(operator): State<Operator>,
    Path((_, device)): Path<(String, String)>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let by = at.desk.id.as_str();
    let certified = operator.inner.state.certify(&at.home, &id(&device)?, by).await;
    let certified = certified.map(drop).map_err(Failure::from);
    done(&operator, &at, &fields, certified, Told::DeviceCertified).await
}

/// `POST /operator/homes/{home}/devices/{device}/release`
pub(super) async fn release(
    State(operator): State<Operator>,
    Path((_, device)): Path<(String, String)>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let by = at.desk.id.as_str();
    let released = operator.inner.state.release(&at.home, &id(&device)?, by).await;
    done(
        &operator,
        &at,
        &fields,
        released.map_err(Failure::from),
        Told::DeviceReleased,
    )
    .await
}

/// `POST /operator/homes/{home}/devices/{device}/remove`
pub(super) async fn remove(
    State(operator): State<Operator>,
    Path((_, device)): Path<(String, String)>,
    Signed { at, fields }: Signed<AtHome>,
) -> Result<Response, Failure> {
    let by = at.desk.id.as_str();
    let removed = operator.inner.state.remove_equipment(&at.home, &id(&device)?, by).await;
    done(
        &operator,
        &at,
        &fields,
        removed.map_err(Failure::from),
        Told::DeviceRemoved,
    )
    .await
}

/// Leads back to the home's page: with the good news, or with the form as it was and what is wrong with it.
pub(super) async fn done(
    operator: &Operator,
    at: &AtHome,
    fields: &Fields,
    result: Result<(), Failure>,
    told: Told,
) -> Result<Response, Failure> {
    match result {
        Ok(()) => Ok(told.lead_to(&format!("/operator/homes/{}", at.home))),
        Err(failure) if failure.status().is_client_error() && failure.status() != http::StatusCode::NOT_FOUND => {
            show(operator, at, Html::empty(), Some((&failure, fields))).await
        }
        Err(failure) => Err(failure),
    }
}

fn id(text: &str) -> Result<DeviceId, Failure> {
    text.parse().map_err(|_| Failure::not_found())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_survives_the_form() {
        let one = Endpoint {
            node: "fe00000b".parse().unwrap(),
            class_code: 0x0263,
            instance: 2,
        };
        assert_eq!(endpoint(&spelled(&one)), Some(one));
        for bad in ["", "fe.0263", "fe.0263.1.2", "zz.0263.1", "fe.zzzz.1", "fe.0263.300"] {
            assert_eq!(endpoint(bad), None, "{bad}");
        }
    }
}
