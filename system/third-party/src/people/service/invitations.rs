//! Invitations: how somebody comes to a password and a second factor without anybody else ever knowing them.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::json;
use tomori_runtime::sign_in::password;
use tomori_runtime::sign_in::secret::{Code, Digest};
use tomori_runtime::sign_in::totp::{self, SECRET_LENGTH};
use tomori_smart_home::StaffId;
use zeroize::Zeroizing;

use super::super::model::{Purpose, Role};
use super::super::store::{self, Invitation};
use super::{Detail, PeopleError, Service, SignedIn, checked, later};

/// What the authenticator app calls us.
const ISSUER: &str = "Tomori Security";

/// A fresh invitation. The code is shown this once.
#[derive(Debug)]
pub struct Invited {
    /// Whom it is for; `None` for the first administrator.
    pub staff: Option<StaffId>,
    /// The code; it belongs into a link or is typed.
    pub code: Code,
    /// From this moment on it is worth nothing.
    pub expires_at: Timestamp,
}

/// What somebody with a code sees before accepting.
#[derive(Debug)]
pub struct OpenInvitation {
    /// What it is for.
    pub purpose: Purpose,
    /// How they are called; empty for the first administrator.
    pub name: String,
    /// Their e-mail address; empty for the first administrator.
    pub email: String,
    /// The secret of the second factor, to be typed into an authenticator app.
    pub second_factor: Zeroizing<String>,
    /// The same as an `otpauth` address, for the QR code.
    pub second_factor_address: Zeroizing<String>,
}

/// What the first administrator tells of themselves.
#[derive(Clone)]
pub struct Founder {
    /// How they are called, 1 to 60 characters.
    pub name: String,
    /// With which e-mail address they will sign in.
    pub email: String,
}

/// Accepting an invitation.
#[derive(Clone)]
pub struct Acceptance {
    /// The code.
    pub code: String,
    /// The password of their choice.
    pub password: Zeroizing<String>,
    /// A code of the authenticator app, which shows that it has the secret.
    pub totp: String,
    /// For the first administrator only.
    pub founder: Option<Founder>,
    /// Where the request comes from.
    pub from: IpAddr,
}

impl Service {
    /// A code for the first administrator, in place of an earlier one; `None` when there is one already.
    ///
    /// # Errors
    /// When the tables cannot be written.
    pub async fn setup_code(&self) -> Result<Option<Invited>, PeopleError> {
        if self.inner.database.read(store::administrators).await? > 0 {
            return Ok(None);
        }
        let invited = self.invite(Purpose::FirstAdministrator, None, "console").await?;
        Ok(Some(invited))
    }

    /// A new one-time code for somebody: to join when they never did, to recover when they lost password or phone.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when there is no such person.
    pub async fn invite_again(&self, by: &StaffId, id: &StaffId) -> Result<Invited, PeopleError> {
        let wanted = id.clone();
        let found = self
            .inner
            .database
            .read(move |reader| store::by_id(reader, &wanted))
            .await?;
        let purpose = match found.ok_or(PeopleError::NotFound("account"))?.password_hash {
            Some(_) => Purpose::Recover,
            None => Purpose::Join,
        };
        self.invite(purpose, Some(id.clone()), by.as_str()).await
    }

    async fn invite(&self, purpose: Purpose, staff: Option<StaffId>, by: &str) -> Result<Invited, PeopleError> {
        let now = self.now();
        let code = Code::new(self.random());
        let digest = code.digest();
        let secret = Zeroizing::new(self.random::<SECRET_LENGTH>());
        let keys = &self.inner.keys;
        let stored = Invitation {
            purpose,
            staff: staff.clone(),
            totp_secret: keys
                .second_factor
                .seal(secret.as_slice(), &digest.0, self.inner.entropy.as_ref())?,
            created_at: now,
            expires_at: later(now, purpose.lifetime()),
        };
        let expires_at = stored.expires_at;
        let database = &self.inner.database;
        database
            .write(move |tx| store::add_invitation(tx, digest, &stored))
            .await?;
        let subject = staff.as_ref().map_or("firstAdministrator", StaffId::as_str).to_owned();
        let detail = json!({ "purpose": purpose.word(), "expiresAt": expires_at });
        self.audit(by, "staff.invited", &subject, detail).await;
        Ok(Invited {
            staff,
            code,
            expires_at,
        })
    }

    /// What a code is for. Whoever guesses learns nothing: a code has 130 random bits.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when the code is worth nothing (any more).
    pub async fn open_invitation(&self, code: &str) -> Result<OpenInvitation, PeopleError> {
        let (digest, invitation, detail) = self.standing(code).await?;
        let keys = &self.inner.keys;
        let secret = keys.second_factor.open(&invitation.totp_secret, &digest.0)?;
        let account = if detail.email.is_empty() {
            "administrator"
        } else {
            &detail.email
        };
        Ok(OpenInvitation {
            purpose: invitation.purpose,
            second_factor: totp::spelled(&secret),
            second_factor_address: totp::address(ISSUER, account, &secret),
            name: detail.name,
            email: detail.email,
        })
    }

    async fn standing(&self, code: &str) -> Result<(Digest, Invitation, Detail), PeopleError> {
        let not_found = PeopleError::NotFound("invitation");
        let Ok(digest) = Code::of_presented(code) else {
            return Err(not_found);
        };
        let now = self.now();
        let found = self
            .inner
            .database
            .read(move |reader| {
                let Some(found) = store::invitation(reader, digest)? else {
                    return Ok(None);
                };
                // Two codes for a first administrator cannot make two of them.
                let late = found.purpose == Purpose::FirstAdministrator && store::administrators(reader)? > 0;
                let staff = match &found.staff {
                    Some(id) => store::by_id(reader, id)?,
                    None => None,
                };
                Ok(Some((found, staff)).filter(|_| !late))
            })
            .await?;
        let found = found.filter(|(found, _)| now < found.expires_at);
        let (invitation, staff) = found.ok_or(not_found)?;
        let detail = staff.map_or(Ok(Detail::default()), |staff| self.detail(&staff))?;
        Ok((digest, invitation, detail))
    }

    /// Accepts an invitation: the person has a password and a second factor from now on, and is signed in. Whatever was
    /// open before is closed.
    ///
    /// # Errors
    /// [`PeopleError::Password`] and [`PeopleError::NotMatching`] (the code of the authenticator app) leave the
    /// invitation standing; [`PeopleError::NotFound`] when it is worth nothing (any more).
    pub async fn accept(&self, acceptance: Acceptance) -> Result<SignedIn, PeopleError> {
        let (digest, invitation, known) = self.standing(&acceptance.code).await?;
        let now = self.now();
        let (id, detail, founds) = match (invitation.staff, &acceptance.founder) {
            (Some(id), _) => (id, known, None),
            (None, Some(founder)) => {
                let (detail, login) = checked(&founder.name, &founder.email)?;
                let id = StaffId::from_random(self.random());
                let sealed = self.sealed(&id, &detail)?;
                (id, detail, Some((self.login_mac(&login), sealed)))
            }
            (None, None) => {
                return Err(PeopleError::Unfit {
                    field: "email",
                    why: "name@example.jp".to_owned(),
                });
            }
        };
        let owner = [detail.name.as_str(), detail.email.as_str()];
        password::check(&acceptance.password, &owner).map_err(PeopleError::Password)?;
        let keys = &self.inner.keys;
        let secret = keys.second_factor.open(&invitation.totp_secret, &digest.0)?;
        let step = totp::check(&secret, &acceptance.totp, now, None).map_err(|_| PeopleError::NotMatching)?;
        let hash = self.inner.hasher.hash(acceptance.password, self.random()).await?;
        let sealed = keys
            .second_factor
            .seal(&secret, id.as_str().as_bytes(), self.inner.entropy.as_ref())?;
        let accepting = id.clone();
        let signed_in = self
            .begin_session(id, move |tx| {
                if !store::use_invitation(tx, digest)? {
                    return Err(PeopleError::NotFound("invitation"));
                }
                if let Some((login_mac, detail)) = founds {
                    if store::administrators(tx)? > 0 {
                        return Err(PeopleError::NotFound("invitation"));
                    }
                    store::add(tx, &accepting, Role::Administrator, login_mac, detail, now)?;
                }
                store::close_everything(tx, &accepting)?;
                store::set_credentials(tx, &accepting, &hash, sealed, step)?;
                Ok(())
            })
            .await?;
        let who = signed_in.viewer.staff.as_str();
        let from = acceptance.from.to_string();
        self.audit(
            who,
            "staff.joined",
            who,
            json!({ "purpose": invitation.purpose.word(), "from": from }),
        )
        .await;
        Ok(signed_in)
    }
}
