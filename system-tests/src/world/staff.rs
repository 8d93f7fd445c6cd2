//! Real people of a security company: invited, with a password and an authenticator.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::{Context as _, Result};
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use tomori_runtime::sign_in::totp::{Step, code};
use tomori_third_party::people::{Acceptance, Founder, NewStaff, Role, SignedIn};
use tomori_third_party::server::Services;
use zeroize::Zeroizing;

const PASSWORD: &str = "tidal-meadow-47-bronze";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A new operator, signed in; an administrator invites them, who is the founder when there is none yet.
///
/// # Errors
/// When the company's server refuses something.
pub async fn operator(services: &Services) -> Result<SignedIn> {
    let people = &services.people;
    if let Some(invited) = people.setup_code().await? {
        let founder = Founder {
            name: "管理".to_owned(),
            email: "admin@guard.example".to_owned(),
        };
        join(services, invited.code.text(), Some(founder)).await?;
    }
    let everybody = people.all().await?;
    let mut chiefs = everybody.iter().filter(|one| one.role == Role::Administrator);
    let chief = chiefs.next().context("the company has no administrator")?;
    let new = NewStaff {
        name: "管制".to_owned(),
        email: format!("p{}@guard.example", everybody.len()),
        role: Role::Operator,
    };
    let invited = people.invite_new(&chief.id, new).await?;
    join(services, invited.code.text(), None).await
}

async fn join(services: &Services, invitation: &str, founder: Option<Founder>) -> Result<SignedIn> {
    let open = services.people.open_invitation(invitation).await?;
    let spelled: String = open.second_factor.chars().filter(|letter| *letter != ' ').collect();
    let secret = BASE32_NOPAD.decode(spelled.as_bytes())?;
    let acceptance = Acceptance {
        code: invitation.to_owned(),
        password: Zeroizing::new(PASSWORD.to_owned()),
        totp: code(&secret, Step::at(Timestamp::now())),
        founder,
        from: HERE,
    };
    Ok(services.people.accept(acceptance).await?)
}
