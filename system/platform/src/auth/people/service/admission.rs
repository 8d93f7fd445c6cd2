//! Whether a try to sign in is looked at: the ledgers of the name, of the address, of the known browser.

use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Tx};

use super::super::lockout::{Bounds, Ledger};
use super::super::secret::Digest;
use super::super::store::account::{self, Account};
use super::super::store::{ledger, session};
use super::{PeopleError, Service, customer, mac};

/// The ledgers that a try is entered in.
pub(super) struct Entered {
    pub(super) account: Option<Account>,
    /// Key and bounds of each ledger; the first is that of the account or the known browser.
    pub(super) ledgers: Vec<([u8; 32], Bounds)>,
}

/// Whether a try is looked at.
pub(super) enum Admission {
    Enter(Box<Entered>),
    Wait(Duration),
}

impl Service {
    /// Judges by the ledgers, and enters the try as a failure before it is looked at.
    pub(super) async fn enter(
        &self,
        login_mac: [u8; 32],
        device: Option<Digest>,
        from: IpAddr,
    ) -> Result<Admission, PeopleError> {
        let now = self.now();
        let key = &self.inner.keys.ledger;
        let of_login = mac(key, &[b"login", &login_mac]);
        let of_address = mac(key, &[b"address", &customer(from)]);
        let of_device = device.map(|device| mac(key, &[b"device", &device.0]));
        let tidy = self.inner.tried.fetch_add(1, Ordering::Relaxed).is_multiple_of(256);
        let admission = self
            .inner
            .database
            .write(move |tx| {
                if tidy {
                    ledger::tidy(tx, now)?;
                }
                let account = account::by_login(tx, login_mac)?;
                let known = match (&account, device) {
                    (Some(account), Some(device)) => session::is_known(tx, device, &account.person)?,
                    _ => false,
                };
                let ledgers = match of_device.filter(|_| known) {
                    Some(of_device) => vec![(of_device, Bounds::KNOWN_BROWSER)],
                    None => vec![(of_login, Bounds::LOGIN), (of_address, Bounds::ADDRESS)],
                };
                admit(tx, account, ledgers, now)
            })
            .await?;
        Ok(admission)
    }
}

/// Judges by the ledgers, and enters the try as a failure before it is looked at.
pub(super) fn admit(
    tx: &mut Tx<'_>,
    account: Option<Account>,
    ledgers: Vec<([u8; 32], Bounds)>,
    now: Timestamp,
) -> Result<Admission, DbError> {
    let mut held = Vec::with_capacity(ledgers.len());
    for (key, bounds) in &ledgers {
        held.push((*key, *bounds, ledger::get(tx, *key)?));
    }
    let wait = held
        .iter()
        .filter_map(|(_, bounds, ledger)| ledger.map(|ledger| ledger.wait(*bounds, now)))
        .max()
        .unwrap_or_default();
    if !wait.is_zero() {
        return Ok(Admission::Wait(wait));
    }
    for (key, bounds, earlier) in held {
        ledger::put(tx, key, Some(Ledger::failed(earlier, bounds, now)))?;
    }
    Ok(Admission::Enter(Box::new(Entered { account, ledgers })))
}

/// Takes the entry of this try back. After a success the ledger of the account is emptied; that of the address is only
/// made shorter by one, or an attacker could empty it with an account of their own.
pub(super) fn take_back(tx: &mut Tx<'_>, ledgers: &[([u8; 32], Bounds)], success: bool) -> Result<(), DbError> {
    for (key, bounds) in ledgers {
        let shorter = if success && *bounds != Bounds::ADDRESS {
            None
        } else {
            ledger::get(tx, *key)?.and_then(Ledger::taken_back)
        };
        ledger::put(tx, *key, shorter)?;
    }
    Ok(())
}
