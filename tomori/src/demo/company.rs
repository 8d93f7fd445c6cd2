//! Furnishing the demo's security company: its people on its own server; its contract, the zones of the house and what it
//! may get to know on the platform. Everything goes the way it goes for real people.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use tomori_platform::personal_info::EntryInfo;
use tomori_platform::server::Services as Platform;
use tomori_platform::services::dispatch::Disclosure;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::{Entropy, below, bytes};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::arming::{Mode, Security, Zone};
use tomori_smart_home::{CompanyId, DeviceKind, OperatorId, ZoneId};
use tomori_third_party::people::{Acceptance, Founder, Invited, NewStaff, Role, SignedIn};
use tomori_third_party::server::Services;
use zeroize::Zeroizing;

use super::paper::{Account, Company, Paper, Staff};
use super::seed::{HERE, one_time_code, password};
use crate::words::say;

/// Seconds to leave the house before it is guarded, and to disarm it after coming in.
const TO_LEAVE_S: u16 = 10;
const TO_DISARM_S: u16 = 30;

/// The demo's own account: it carries descriptions to the offline machine, and signed rosters back.
pub(super) const ITSELF: &str = "demo@akari.example";

/// The company's people: role, what their name is under, and their login. Two guards, so that one can decline.
const PEOPLE: [(Role, &str, &str); 6] = [
    (Role::Operator, "demo-staff-operator", "kansei@akari.example"),
    (Role::Supervisor, "demo-staff-supervisor", "sekinin@akari.example"),
    (Role::Guard, "demo-staff-guard-1", "keibi1@akari.example"),
    (Role::Guard, "demo-staff-guard-2", "keibi2@akari.example"),
    (Role::Operator, "demo-staff-operator-2", "kansei2@akari.example"),
    (Role::Administrator, "demo-staff-itself", ITSELF),
];

/// What the platform knows of the company: its contract with the house, and what is guarded there.
///
/// # Errors
/// When the platform refuses something.
pub(super) async fn found(platform: &Platform, paper: &Paper, lang: Lang, entropy: &dyn Entropy) -> Result<Company> {
    let digits = |first: u64| format!("{}", first * 100_000 + below(entropy, 100_000));
    // The first digits differ, so the two are never the same.
    Ok(Company {
        id: contract(platform, paper, lang, entropy).await?,
        staff: Vec::new(),
        code: digits(1 + below(entropy, 4)),
        duress: digits(5 + below(entropy, 5)),
        has_codes: false,
        is_linked: false,
    })
}

async fn contract(platform: &Platform, paper: &Paper, lang: Lang, entropy: &dyn Entropy) -> Result<CompanyId> {
    let t = |key: &str| say(lang, key, &[]);
    let by = operator(platform).await?;
    let company = platform.dispatch.add_company(&t("demo-company-name"), &by).await?;
    let terms = (company.clone(), BTreeSet::from(Disclosure::ALL));
    platform.dispatch.set_contract(&paper.home, Some(terms), &by).await?;
    let entry = EntryInfo {
        plan: t("demo-home-plan"),
        notes: t("demo-home-entry"),
    };
    platform.personal_info.put_entry(&paper.home, entry).await?;
    let house = platform.device_state.house(&paper.home).await?;
    let equipment: Vec<_> = house.devices.iter().map(|state| &state.equipment.device).collect();
    let zone = |name: &str, kind: DeviceKind, modes: &[Mode]| Zone {
        id: ZoneId::from_random(bytes(entropy)),
        name: t(name),
        modes: modes.iter().copied().collect(),
        is_way_in: false,
        devices: equipment
            .iter()
            .filter(|device| device.kind == kind)
            .map(|device| device.id.clone())
            .collect(),
    };
    let zones = [
        zone(
            "demo-zone-windows",
            DeviceKind::OpenCloseSensor,
            &[Mode::Home, Mode::Away, Mode::Night],
        ),
        zone("demo-zone-inside", DeviceKind::HumanDetectionSensor, &[Mode::Away]),
    ];
    let security = Security {
        // An older demo has fewer things.
        zones: zones.into_iter().filter(|zone| !zone.devices.is_empty()).collect(),
        exit_delay_s: TO_LEAVE_S,
        entry_delay_s: TO_DISARM_S,
    };
    platform.dispatch.set_security(&paper.home, security, &by).await?;
    Ok(company)
}

async fn operator(platform: &Platform) -> Result<OperatorId> {
    let operators = platform.people.operators().await?;
    let operator = operators.into_iter().next().context("the demo has no operator")?;
    Ok(operator.id.parse()?)
}

/// A code by which the company's server is linked with the platform.
///
/// # Errors
/// When the platform refuses.
pub(super) async fn enrolment_code(platform: &Platform, company: &CompanyId) -> Result<String> {
    let by = operator(platform).await?;
    let code = platform.companies.new_enrolment_code(company, by.as_str()).await?;
    Ok(code.text)
}

/// The company's people, on its own server.
///
/// # Errors
/// When the server refuses something.
pub(super) async fn staff(
    company: &Services,
    lang: Lang,
    wall_clock: &SharedClock,
    entropy: &dyn Entropy,
) -> Result<Vec<Staff>> {
    let t = |key: &str| say(lang, key, &[]);
    let invited = company
        .people
        .setup_code()
        .await?
        .context("the security company has an administrator already")?;
    let founder = Founder {
        name: t("demo-staff-administrator"),
        email: "kanri@akari.example".to_owned(),
    };
    let mut staff = Vec::new();
    let administrator = join(company, &invited, Some(founder.clone()), wall_clock, entropy).await?;
    let chief = administrator.1.viewer.staff.clone();
    staff.push(somebody(administrator, &founder.name, &founder.email));
    for (role, name, email) in PEOPLE {
        let new = NewStaff {
            name: t(name),
            email: email.to_owned(),
            role,
        };
        let invited = company.people.invite_new(&chief, new).await?;
        let joined = join(company, &invited, None, wall_clock, entropy).await?;
        staff.push(somebody(joined, &t(name), email));
    }
    Ok(staff)
}

/// How somebody signs in, and the session that comes of joining.
type Joined = ((String, String), SignedIn);

async fn join(
    company: &Services,
    invited: &Invited,
    founder: Option<Founder>,
    wall_clock: &SharedClock,
    entropy: &dyn Entropy,
) -> Result<Joined> {
    let code = invited.code.text();
    let secret = company.people.open_invitation(code).await?.second_factor.to_string();
    let chosen = password(entropy);
    // A code works once: the one of the half minute before leaves the present one to whoever signs in.
    let before = wall_clock.now() - SignedDuration::from_secs(30);
    let acceptance = Acceptance {
        code: code.to_owned(),
        password: Zeroizing::new(chosen.clone()),
        totp: one_time_code(&secret, before).context("the second factor cannot be read")?,
        founder,
        from: HERE,
    };
    let signed_in = company.people.accept(acceptance).await?;
    company.people.sign_out(signed_in.session.text()).await?;
    Ok(((chosen, secret), signed_in))
}

fn somebody(((password, second_factor), signed_in): Joined, name: &str, email: &str) -> Staff {
    Staff {
        id: signed_in.viewer.staff,
        role: signed_in.viewer.role.word().to_owned(),
        account: Account {
            name: name.to_owned(),
            email: email.to_owned(),
            password,
            second_factor,
        },
    }
}
