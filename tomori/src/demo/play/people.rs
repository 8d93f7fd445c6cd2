//! The three people of the security company who sign, each with a passkey in software: what a browser and an
//! authenticator do for them, byte by byte, and the server checks as it checks everybody's.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::{SystemEntropy, bytes};
use tomori_smart_home::unlock::{CredentialId, Digest};
use tomori_unlock::{Authenticator, Ceremony};

use super::super::paper::Staff;
use super::super::seat::{Page, Seat};
use super::super::town::Town;
use super::{LOOK_EVERY, PATIENCE};

/// The relying party of a demo.
const HOST: &str = "localhost";
/// How a page marks a passkey that counts.
const COUNTS: &str = "data-tone=\"confirmed\"";

/// Somebody at a browser, with a passkey.
pub(super) struct Colleague {
    /// Who.
    pub staff: Staff,
    /// Their browser.
    pub seat: Seat,
    passkey: Authenticator,
}

impl Colleague {
    /// The first of a role comes to work, and makes a passkey.
    ///
    /// # Errors
    /// When there is nobody, or the server refuses.
    pub(super) async fn comes(town: &Town, role: &str) -> Result<Self> {
        let staff = town.paper.company.iter().flat_map(|company| &company.staff);
        let staff = staff.clone().find(|somebody| somebody.role == role);
        let staff = staff.with_context(|| format!("nobody is {role}"))?.clone();
        let clock: &SharedClock = &town.world.wall_clock;
        let seat = Seat::sign_in(town.world.company_web, &staff.account, clock).await?;
        let id = CredentialId::new(&bytes::<20>(&SystemEntropy)).context("no id of a passkey")?;
        let mut colleague = Self {
            staff,
            seat,
            passkey: Authenticator::generate(id)?,
        };
        colleague
            .make()
            .await
            .with_context(|| format!("the passkey of {role}"))?;
        Ok(colleague)
    }

    async fn make(&mut self) -> Result<()> {
        self.seat.get("/account/passkeys").await?;
        let asked = self.seat.ask("/account/passkeys/begin", &[]).await?;
        let ceremony = Ceremony::making(HOST, &self.seat.origin());
        let made = self.passkey.make(&challenge(&asked)?, &ceremony);
        let attestation = BASE64URL_NOPAD.encode(&made.attestation_object);
        let client = BASE64URL_NOPAD.encode(&made.client_data);
        let fields = [("name", "demo"), ("attestation", &attestation), ("client", &client)];
        self.seat.post("/account/passkeys", &fields).await?;
        Ok(())
    }

    /// Waits until the roster that the offline root signed has the passkey.
    ///
    /// # Errors
    /// When that does not come about.
    pub(super) async fn counts(&mut self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while !self.seat.get("/account/passkeys").await?.text.contains(COUNTS) {
            ensure!(
                Instant::now() < end,
                "the passkey of {} is in no roster",
                self.staff.role
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Opens the page at `path`, asks what is to be signed with these fields, signs it, and sends it.
    ///
    /// # Errors
    /// When the server refuses.
    pub(super) async fn sign(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<()> {
        let page = self.seat.get(path).await?;
        let shown: Vec<_> = ["arrival", "request"]
            .into_iter()
            .filter_map(|name| Some((name, hidden(&page, name)?)))
            .collect();
        let shown = shown.iter().map(|(name, value)| (*name, value.as_str()));
        let fields: Vec<_> = fields.iter().copied().chain(shown).collect();
        let asked = self.seat.ask(&format!("{path}/begin"), &fields).await?;
        let challenge = challenge(&asked)?;
        let assertion = self
            .passkey
            .assert(&challenge, &Ceremony::on(HOST, &self.seat.origin()))?;
        let encoded = [
            ("challenge", challenge.0.as_slice()),
            ("credential", assertion.credential.as_bytes()),
            ("authenticator", &assertion.authenticator_data),
            ("client", &assertion.client_data),
            ("signature", &assertion.signature),
        ]
        .map(|(name, bytes)| (name, BASE64URL_NOPAD.encode(bytes)));
        let signed = encoded.iter().map(|(name, text)| (*name, text.as_str()));
        let fields: Vec<_> = fields.into_iter().chain(signed).collect();
        self.seat.post(path, &fields).await?;
        Ok(())
    }
}

fn challenge(asked: &Value) -> Result<Digest> {
    let text = asked.get("challenge").and_then(Value::as_str).context("no challenge")?;
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes())?;
    Ok(Digest(bytes.as_slice().try_into().context("no challenge of 32 bytes")?))
}

/// The value of a hidden field.
fn hidden(page: &Page, name: &str) -> Option<String> {
    let (_, rest) = page
        .text
        .split_once(&format!("type=\"hidden\" name=\"{name}\" value=\""))?;
    Some(rest.split('"').next()?.to_owned())
}
