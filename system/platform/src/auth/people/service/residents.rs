//! Who lives in a home, and who runs the service.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use tomori_runtime::db::DbError;
use tomori_smart_home::{HomeId, OperatorId, ResidentId};

use super::super::model::{Person, Purpose};
use super::super::store::account::{self, Account};
use super::super::store::{grant, invitation};
use super::invitations::{checked, close_everything};
use super::{Invited, MOST_RESIDENTS, PeopleError, Service};
use crate::personal_info::PersonInfo;

/// Somebody new.
#[derive(Clone)]
pub struct NewPerson {
    /// How they are called, 1 to 60 characters.
    pub name: String,
    /// With which e-mail address they will sign in.
    pub email: String,
}

/// Where an account is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AccountState {
    /// There is an invitation that stands.
    Invited,
    /// The invitation ran out; a new one is needed.
    InvitationExpired,
    /// The person can sign in.
    Active,
}

/// A person in a list for operators.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonSummary {
    /// Who.
    pub id: String,
    /// How they are called.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Where the account is in its life.
    pub state: AccountState,
    /// When the account was made.
    pub created_at: Timestamp,
}

impl Service {
    /// Invites somebody to live in a home. Somebody who lives in another home already lives in both from now on, with
    /// the same account, and needs no invitation.
    ///
    /// # Errors
    /// When a field does not fit, an operator has the address, or the home is full.
    pub async fn invite_resident(
        &self,
        by: &OperatorId,
        home: &HomeId,
        new: NewPerson,
    ) -> Result<(ResidentId, Option<Invited>), PeopleError> {
        let (info, login) = checked(&new.name, &new.email)?;
        let login_mac = self.login_mac(&login);
        let fresh = ResidentId::from_random(self.random());
        // The name first: should we be cut off here, a name without an account is what remains, and nobody can use it.
        self.inner.personal.put_person(fresh.as_str(), info).await?;
        let (now, into, candidate) = (self.now(), home.clone(), fresh.clone());
        let added = self
            .inner
            .database
            .try_write(move |tx| {
                if account::residents(tx, &into)?.len() >= MOST_RESIDENTS {
                    return Err(PeopleError::TooMany {
                        what: "residents",
                        most: MOST_RESIDENTS,
                    });
                }
                let (resident, known) = match account::by_login(tx, login_mac)? {
                    Some(Account {
                        person: Person::Resident(resident),
                        password_hash,
                        ..
                    }) => (resident, password_hash.is_some()),
                    Some(_) => return Err(PeopleError::LoginTaken),
                    None => {
                        account::add(tx, &Person::Resident(candidate.clone()), login_mac, now)?;
                        (candidate, false)
                    }
                };
                account::move_in(tx, &resident, &into, now)?;
                Ok((resident, known))
            })
            .await;
        let used = added.as_ref().is_ok_and(|(resident, _)| *resident == fresh);
        if !used {
            self.inner.personal.erase_person(fresh.as_str()).await?;
        }
        let (resident, known) = added?;
        self.audit(
            by.as_str(),
            "resident.added",
            resident.as_str(),
            json!({ "home": home.as_str() }),
        )
        .await;
        if known {
            return Ok((resident, None));
        }
        let person = Person::Resident(resident.clone());
        let invited = self.invite(Purpose::Join, Some(person), by.as_str()).await?;
        Ok((resident, Some(invited)))
    }

    /// Invites somebody to run the service.
    ///
    /// # Errors
    /// When a field does not fit or somebody has the address.
    pub async fn invite_operator(&self, by: &OperatorId, new: NewPerson) -> Result<Invited, PeopleError> {
        let (info, login) = checked(&new.name, &new.email)?;
        let login_mac = self.login_mac(&login);
        let operator = Person::Operator(OperatorId::from_random(self.random()));
        self.inner.personal.put_person(operator.id(), info).await?;
        let (now, adding) = (self.now(), operator.clone());
        let added = self
            .inner
            .database
            .write(move |tx| account::add(tx, &adding, login_mac, now))
            .await;
        if let Err(error) = added {
            self.inner.personal.erase_person(operator.id()).await?;
            return Err(if error.is_duplicate() {
                PeopleError::LoginTaken
            } else {
                error.into()
            });
        }
        self.invite(Purpose::Join, Some(operator), by.as_str()).await
    }

    /// Takes a resident out of a home. Who lives nowhere any more is forgotten: account, name and address.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when they do not live there.
    pub async fn remove_resident(
        &self,
        by: &OperatorId,
        home: &HomeId,
        resident: &ResidentId,
    ) -> Result<(), PeopleError> {
        let (from, who) = (home.clone(), resident.clone());
        let forgotten = self
            .inner
            .database
            .try_write(move |tx| {
                if !account::move_out(tx, &who, &from)? {
                    return Err(PeopleError::NotFound("resident"));
                }
                for held in grant::of_resident(tx, &who)?.iter().filter(|held| held.home == from) {
                    grant::remove(tx, &held.home, &held.id)?;
                }
                let person = Person::Resident(who);
                let forgotten = account::homes(tx, &person)?.is_empty();
                if forgotten {
                    close_everything(tx, &person)?;
                    account::remove(tx, &person)?;
                }
                Ok(forgotten)
            })
            .await?;
        if forgotten {
            self.inner.personal.erase_person(resident.as_str()).await?;
        }
        self.inner.doorbell.ring(home);
        let detail = json!({ "home": home.as_str(), "forgotten": forgotten });
        self.audit(by.as_str(), "resident.removed", resident.as_str(), detail)
            .await;
        Ok(())
    }

    /// Takes an operator's account away: sessions end at once, name and address are forgotten. Nobody removes their own,
    /// so that somebody always remains (SR3-SP-8).
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when there is no such operator; [`PeopleError::Unfit`] for one's own account.
    pub async fn remove_operator(&self, by: &OperatorId, operator: &OperatorId) -> Result<(), PeopleError> {
        if by == operator {
            return Err(PeopleError::Unfit {
                field: "operator",
                why: "another operator than yourself".to_owned(),
            });
        }
        let person = Person::Operator(operator.clone());
        self.inner
            .database
            .try_write(move |tx| {
                account::by_person(tx, &person)?.ok_or(PeopleError::NotFound("operator"))?;
                close_everything(tx, &person)?;
                account::remove(tx, &person)?;
                Ok::<_, PeopleError>(())
            })
            .await?;
        self.inner.personal.erase_person(operator.as_str()).await?;
        self.audit(by.as_str(), "operator.removed", operator.as_str(), json!({}))
            .await;
        Ok(())
    }

    /// Who lives in a home.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn residents(&self, home: &HomeId) -> Result<Vec<PersonSummary>, PeopleError> {
        let (of, now) = (home.clone(), self.now());
        let accounts = self
            .inner
            .database
            .read(move |reader| with_state(reader, account::residents(reader, &of)?, now))
            .await?;
        self.named(accounts).await
    }

    /// Who runs the service.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn operators(&self) -> Result<Vec<PersonSummary>, PeopleError> {
        let now = self.now();
        let accounts = self
            .inner
            .database
            .read(move |reader| with_state(reader, account::operators(reader)?, now))
            .await?;
        self.named(accounts).await
    }

    /// The homes a resident lives in.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn homes_of(&self, resident: &ResidentId) -> Result<Vec<HomeId>, PeopleError> {
        let person = Person::Resident(resident.clone());
        Ok(self
            .inner
            .database
            .read(move |reader| account::homes(reader, &person))
            .await?)
    }

    /// How a person is called; empty when nobody knows.
    ///
    /// # Errors
    /// When names cannot be read.
    pub async fn name_of(&self, person: &Person) -> Result<PersonInfo, PeopleError> {
        Ok(self.inner.personal.person(person.id()).await?.unwrap_or_default())
    }

    async fn named(&self, accounts: Vec<(Account, AccountState)>) -> Result<Vec<PersonSummary>, PeopleError> {
        let mut people = Vec::with_capacity(accounts.len());
        for (account, state) in accounts {
            let info = self.name_of(&account.person).await?;
            people.push(PersonSummary {
                id: account.person.id().to_owned(),
                name: info.name,
                email: info.email,
                state,
                created_at: account.created_at,
            });
        }
        Ok(people)
    }
}

fn with_state(
    reader: &tomori_runtime::db::Reader<'_>,
    accounts: Vec<Account>,
    now: Timestamp,
) -> Result<Vec<(Account, AccountState)>, DbError> {
    accounts
        .into_iter()
        .map(|account| {
            let state = if account.password_hash.is_some() {
                AccountState::Active
            } else if invitation::is_open(reader, &account.person, now)? {
                AccountState::Invited
            } else {
                AccountState::InvitationExpired
            };
            Ok((account, state))
        })
        .collect()
}
