//! Somebody changes their own password: with the old one and the second factor, so that a browser left open is not enough.

use std::net::IpAddr;

use serde_json::json;
use tomori_runtime::sign_in::lockout::{Bounds, Ledger};
use tomori_runtime::sign_in::password;
use zeroize::Zeroizing;

use super::super::model::Viewer;
use super::super::store;
use super::{PeopleError, Service, SignedIn, mac};

/// What somebody presents to change their password.
pub struct PasswordChange {
    /// The password they have.
    pub old: Zeroizing<String>,
    /// The one they want.
    pub new: Zeroizing<String>,
    /// The six digits of the second factor.
    pub totp: String,
    /// Where the request comes from.
    pub from: IpAddr,
}

impl Service {
    /// Changes the viewer's password. Every session and every known browser of theirs ends; they have a new one here.
    ///
    /// # Errors
    /// [`PeopleError::Password`] before anything is looked at; [`PeopleError::NotMatching`] without saying which of the two
    /// was wrong; [`PeopleError::Wait`] after too many failures.
    pub async fn change_password(&self, viewer: &Viewer, change: PasswordChange) -> Result<SignedIn, PeopleError> {
        let id = viewer.staff.clone();
        let wanted = id.clone();
        let staff = self
            .inner
            .database
            .read(move |reader| store::by_id(reader, &wanted))
            .await?;
        let staff = staff.ok_or(PeopleError::NotFound("account"))?;
        let detail = self.detail(&staff)?;
        let owner = [detail.name.as_str(), detail.email.as_str()];
        password::check(&change.new, &owner).map_err(PeopleError::Password)?;

        // Entered as a failure before it is looked at, as at the door: whoever took a session over guesses no faster here.
        let key = mac(&self.inner.keys.ledger, &[b"change", id.as_str().as_bytes()]);
        let now = self.now();
        self.inner
            .database
            .try_write(move |tx| {
                let earlier = store::ledger(tx, key)?;
                let wait = earlier
                    .map(|ledger| ledger.wait(Bounds::LOGIN, now))
                    .unwrap_or_default();
                if !wait.is_zero() {
                    return Err(PeopleError::Wait(wait));
                }
                Ok(store::put_ledger(
                    tx,
                    key,
                    Some(Ledger::failed(earlier, Bounds::LOGIN, now)),
                )?)
            })
            .await?;
        let fits = self
            .inner
            .hasher
            .verify(change.old, staff.password_hash.clone())
            .await?;
        let step = self.second_factor(&staff, &change.totp)?;
        let (true, Ok(step)) = (fits, step) else {
            let detail = json!({ "from": change.from.to_string() }).to_string();
            let audit = &self.inner.audit;
            audit
                .record_refusal(id.as_str(), "password.refused", id.as_str(), &detail)
                .await;
            return Err(PeopleError::NotMatching);
        };
        let hash = self.inner.hasher.hash(change.new, self.random()).await?;
        let changing = id.clone();
        let signed_in = self
            .begin_session(id, move |tx| {
                if !store::use_step(tx, &changing, step)? {
                    return Err(PeopleError::NotMatching);
                }
                store::put_ledger(tx, key, None)?;
                store::close_everything(tx, &changing)?;
                store::set_password(tx, &changing, &hash)?;
                Ok(())
            })
            .await?;
        let who = signed_in.viewer.staff.as_str();
        self.audit(who, "password.changed", who, json!({ "from": change.from.to_string() }))
            .await;
        Ok(signed_in)
    }
}
