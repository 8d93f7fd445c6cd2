//! Furnishing the demo: an operator, a house with its equipment list, two residents. Everything goes the way it goes for
//! real people: invitations are accepted, second factors enrolled, the equipment list adopted by the operator.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::{Context as _, Result};
use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tomori_device::HouseConfig;
use tomori_platform::auth::people::{self, Acceptance, Founder, NewPerson, NewToken, Scope};
use tomori_platform::device_state::{NewEquipment, NewHome};
use tomori_platform::personal_info::HomeInfo;
use tomori_platform::server::Services;
use tomori_platform::services::shutter::Draft;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::{Entropy, bytes};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::{Moment, Pause, Weekdays};
use tomori_smart_home::{Device, DeviceKind, HomeId, NodeId, PropertyValue};
use zeroize::Zeroizing;

use super::paper::{Account, Paper};
use crate::words::say;

pub(super) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Furnishes an empty platform.
///
/// # Errors
/// When the platform refuses something.
pub(super) async fn seed(
    services: &Services,
    house: &HouseConfig,
    lang: Lang,
    wall_clock: &SharedClock,
    entropy: &dyn Entropy,
) -> Result<Paper> {
    let t = |key: &str| say(lang, key, &[]);
    let invited = services
        .people
        .setup_code()
        .await?
        .context("the platform has an operator already")?;
    let founder = Founder {
        name: t("demo-operator-name"),
        email: "operator@tomori.example".to_owned(),
    };
    let operator = accept(
        services,
        invited.code.text(),
        &founder.name,
        &founder.email,
        Some(founder.clone()),
        wall_clock,
        entropy,
    )
    .await?;
    let operator_id = operator.1.operator().context("the founder is no operator")?.clone();
    let by = operator_id.as_str();

    let home = services
        .device_state
        .add_home(
            NewHome {
                time_zone: "Asia/Tokyo".to_owned(),
                latitude: 35.68,
                longitude: 139.77,
            },
            by,
        )
        .await?;
    let info = HomeInfo {
        name: t("demo-home-name"),
        address: t("demo-home-address"),
    };
    services.personal_info.put_home(&home, info).await?;
    let mut proving = Vec::new();
    for node in &house.nodes {
        let endpoint = Endpoint {
            node: NodeId::new(&node.identity(house.number).id)?,
            class_code: node.kind.class_code(),
            instance: 1,
        };
        let new = NewEquipment {
            kind: node.kind,
            room: node.room.get(lang).to_owned(),
            name: node.name.get(lang).to_owned(),
            model: "TOMORI-V1".to_owned(),
            endpoint: (!node.by_certificate).then_some(endpoint),
        };
        let device = services.device_state.add_equipment(&home, new, by).await?;
        if node.by_certificate {
            services.device_state.certify(&home, &device, by).await?;
            proving.push((node.id.clone(), device));
        }
    }

    let mut residents = Vec::new();
    let mut first = None;
    for (name, email) in [
        ("demo-resident-1", "hanako@tomori.example"),
        ("demo-resident-2", "taro@tomori.example"),
    ] {
        let new = NewPerson {
            name: t(name),
            email: email.to_owned(),
        };
        let (_, invited) = services.people.invite_resident(&operator_id, &home, new).await?;
        let invited = invited.context("a resident of the demo is known already")?;
        let (account, viewer) = accept(
            services,
            invited.code.text(),
            &t(name),
            email,
            None,
            wall_clock,
            entropy,
        )
        .await?;
        first.get_or_insert_with(|| viewer.clone());
        residents.push(account);
    }
    let first = first.context("nobody lives in the demo's house")?;
    let resident = first.resident().context("the first resident is none")?;
    let new = NewToken {
        label: "demo".to_owned(),
        scope: Scope::Control,
        days: 365,
    };
    let token = services.people.issue_token(&first.person, new).await?;
    Ok(Paper {
        home,
        operator: operator.0,
        residents,
        token: token.secret.text().to_owned(),
        resident: resident.clone(),
        proving,
        enrolled: false,
        company: None,
    })
}

/// Open at seven on working days, close at sunset, for every shutter; and one opening in two minutes, so that a visitor
/// sees the four steps without waiting for the morning.
///
/// # Errors
/// When the platform refuses one.
pub(super) async fn schedules(services: &Services, paper: &Paper, now: Timestamp) -> Result<()> {
    for draft in drafts(services, &paper.home, now).await? {
        services.shutter.create(&paper.home, &paper.resident, draft).await?;
    }
    Ok(())
}

async fn drafts(services: &Services, home: &HomeId, now: Timestamp) -> Result<Vec<Draft>> {
    let zone = TimeZone::get("Asia/Tokyo")?;
    let soon = zone.to_datetime(now + SignedDuration::from_mins(2)).time();
    let soon = time(soon.hour(), soon.minute(), 0, 0);
    let house = services.device_state.house(home).await?;
    let shutters = house.devices.iter().map(|state| &state.equipment.device);
    let shutters = shutters.filter(|device| device.kind == DeviceKind::ElectricRainDoor);
    let draft = |device: &Device, value, weekdays, moment, holidays_off| Draft {
        device: device.id.clone(),
        property: name::open_close_operation(),
        value: PropertyValue::word(value),
        weekdays,
        moment,
        holidays_off,
        pause: Pause::Running,
    };
    let mut drafts = Vec::new();
    for (index, shutter) in shutters.enumerate() {
        if index == 0 {
            drafts.push(draft(
                shutter,
                "open",
                Weekdays::ALL,
                Moment::Clock { time: soon },
                false,
            ));
        }
        let seven = Moment::Clock { time: time(7, 0, 0, 0) };
        drafts.push(draft(shutter, "open", Weekdays::WORKING, seven, true));
        drafts.push(draft(
            shutter,
            "close",
            Weekdays::ALL,
            Moment::Sunset { offset_minutes: 0 },
            false,
        ));
    }
    Ok(drafts)
}

async fn accept(
    services: &Services,
    code: &str,
    name: &str,
    email: &str,
    founder: Option<Founder>,
    wall_clock: &SharedClock,
    entropy: &dyn Entropy,
) -> Result<(Account, people::Viewer)> {
    let open = services.people.open_invitation(code).await?;
    let secret = open.second_factor.to_string();
    let password = password(entropy);
    // A code works once. The one of the half minute before is still taken, and leaves the present one to whoever signs
    // in with what the demo prints.
    let before = wall_clock.now() - SignedDuration::from_secs(30);
    let totp = one_time_code(&secret, before).context("the second factor cannot be read")?;
    let acceptance = Acceptance {
        code: code.to_owned(),
        password: Zeroizing::new(password.clone()),
        totp,
        founder,
        from: HERE,
        agent: "tomori demo".to_owned(),
    };
    let signed_in = services.people.accept(acceptance).await?;
    // The demo needs no session of theirs; they sign in by themselves.
    services.people.sign_out(signed_in.session.text()).await?;
    let account = Account {
        name: name.to_owned(),
        email: email.to_owned(),
        password,
        second_factor: secret,
    };
    Ok((account, signed_in.viewer))
}

/// The one-time code that an authenticator app would show at a moment.
#[must_use]
pub(super) fn one_time_code(secret: &str, at: Timestamp) -> Option<String> {
    let plain: String = secret.chars().filter(char::is_ascii_alphanumeric).collect();
    let key = data_encoding::BASE32_NOPAD
        .decode(plain.to_ascii_uppercase().as_bytes())
        .ok()?;
    Some(people::totp::code(&key, people::totp::Step::at(at)))
}

/// A password that can be typed: four groups of four, 80 bits.
pub(super) fn password(entropy: &dyn Entropy) -> String {
    let text = data_encoding::BASE32_NOPAD
        .encode(&bytes::<10>(entropy))
        .to_ascii_lowercase();
    let groups: Vec<&str> = [0, 4, 8, 12]
        .into_iter()
        .filter_map(|at| text.get(at..at + 4))
        .collect();
    groups.join("-")
}

/// The enrolment code for the demo's gateway.
///
/// # Errors
/// When the platform refuses.
pub(super) async fn enrolment_code(services: &Services, home: &HomeId) -> Result<String> {
    Ok(services.gateways.new_enrolment_code(home, "demo").await?.text)
}
