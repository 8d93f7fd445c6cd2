//! Real people of a world: invited, with a password and an authenticator.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use tomori_platform::auth::people::totp::{Step, code};
use tomori_platform::auth::people::{Acceptance, Founder, NewPerson, SignIn, SignedIn, Viewer};
use tomori_platform::server::Services;
use tomori_smart_home::{HomeId, OperatorId, ResidentId};
use zeroize::Zeroizing;

use super::World;

const PASSWORD: &str = "tidal-meadow-47-bronze";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Somebody with a password and an authenticator app.
pub struct Someone {
    /// With what they sign in.
    pub email: String,
    /// Who they are to the platform.
    pub viewer: Viewer,
    secret: Vec<u8>,
}

impl World {
    /// The first operator.
    ///
    /// # Errors
    /// When there is one already.
    pub async fn operator(&self) -> Result<OperatorId> {
        let services = self.platform.services()?;
        let invited = services
            .people
            .setup_code()
            .await?
            .context("there is an operator already")?;
        let founder = Founder {
            name: "運用 太郎".to_owned(),
            email: "ops@example.com".to_owned(),
        };
        let operator = Someone::accept(services, invited.code.text(), Some(founder)).await?;
        operator
            .viewer
            .operator()
            .cloned()
            .context("the founder is no operator")
    }

    /// A new resident of a home.
    ///
    /// # Errors
    /// When the platform refuses.
    pub async fn resident(&self, by: &OperatorId, home: &HomeId, email: &str) -> Result<Someone> {
        let services = self.platform.services()?;
        let new = NewPerson {
            name: "花子".to_owned(),
            email: email.to_owned(),
        };
        let (_, invited) = services.people.invite_resident(by, home, new).await?;
        let invited = invited.context("they are known already")?;
        Someone::accept(services, invited.code.text(), None).await
    }
}

impl Someone {
    async fn accept(services: &Services, invitation: &str, founder: Option<Founder>) -> Result<Self> {
        let open = services.people.open_invitation(invitation).await?;
        let spelled: String = open.second_factor.chars().filter(char::is_ascii_alphanumeric).collect();
        let secret = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes())?;
        let email = founder
            .as_ref()
            .map_or(open.email.clone(), |founder| founder.email.clone());
        let acceptance = Acceptance {
            code: invitation.to_owned(),
            password: Zeroizing::new(PASSWORD.to_owned()),
            totp: code(&secret, Step::at(Timestamp::now())),
            founder,
            from: HERE,
            agent: "test".to_owned(),
        };
        let signed_in = services.people.accept(acceptance).await?;
        Ok(Self {
            email,
            viewer: signed_in.viewer,
            secret,
        })
    }

    /// Their id as a resident.
    ///
    /// # Errors
    /// When they are none.
    pub fn resident(&self) -> Result<ResidentId> {
        self.viewer.resident().cloned().context("not a resident")
    }

    /// Signs in with the code that the authenticator shows some seconds later, so that none is used twice.
    ///
    /// # Errors
    /// When the platform refuses.
    pub async fn sign_in(&self, services: &Services) -> Result<SignedIn> {
        let soon = Timestamp::now() + jiff::SignedDuration::from_secs(30);
        let sign_in = SignIn {
            login: self.email.clone(),
            password: Zeroizing::new(PASSWORD.to_owned()),
            totp: code(&self.secret, Step::at(soon)),
            from: HERE,
            agent: "test".to_owned(),
            known_device: None,
            replaces: None,
        };
        Ok(services.people.sign_in(sign_in).await?)
    }
}
