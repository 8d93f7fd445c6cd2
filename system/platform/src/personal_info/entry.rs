//! What helps whoever comes to a home in an emergency: how it is laid out, and how to come in. Kept sealed like all that
//! is personal, and disclosed by the dispatch service only.

use std::fmt;

use serde::{Deserialize, Serialize};
use tomori_runtime::db::{DbError, Reader, Tx, values};
use tomori_smart_home::HomeId;

use super::model::Unfit;
use super::service::{PersonalInfoError, Service};

/// How a home is laid out and entered.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryInfo {
    /// How it is laid out, in words; at most 2,000 characters.
    pub plan: String,
    /// How to come in: gate, key box, dog; at most 2,000 characters.
    pub notes: String,
}

impl EntryInfo {
    const LONGEST: usize = 2_000;

    fn checked(self) -> Result<Self, Unfit> {
        let fit = |field: &'static str, text: &str| {
            let text = text.trim();
            let is_plain = !text.chars().any(|one| one.is_control() && !matches!(one, '\n' | '\r'));
            if is_plain && text.chars().take(Self::LONGEST + 1).count() <= Self::LONGEST {
                Ok(text.replace('\r', ""))
            } else {
                Err(Unfit {
                    field,
                    why: "takes at most 2,000 characters",
                })
            }
        };
        Ok(Self {
            plan: fit("plan", &self.plan)?,
            notes: fit("notes", &self.notes)?,
        })
    }
}

impl Service {
    /// Keeps how a home is laid out and entered, in place of what was kept.
    ///
    /// # Errors
    /// When a text does not fit, or it cannot be sealed or stored.
    pub async fn put_entry(&self, home: &HomeId, info: EntryInfo) -> Result<(), PersonalInfoError> {
        let info = info.checked()?;
        let id = home.as_str().to_owned();
        let plan = self.seal("entry.plan", &id, &info.plan)?;
        let notes = self.seal("entry.notes", &id, &info.notes)?;
        Ok(self.inner.database.write(move |tx| put(tx, &id, &plan, &notes)).await?)
    }

    /// How a home is laid out and entered; `None` when nothing is kept.
    ///
    /// # Errors
    /// When it cannot be read or opened.
    pub async fn entry(&self, home: &HomeId) -> Result<Option<EntryInfo>, PersonalInfoError> {
        let id = home.as_str().to_owned();
        let row = self.inner.database.read(move |reader| one(reader, &id)).await?;
        row.map(|(plan, notes)| {
            Ok(EntryInfo {
                plan: self.open_sealed("entry.plan", home.as_str(), &plan)?,
                notes: self.open_sealed("entry.notes", home.as_str(), &notes)?,
            })
        })
        .transpose()
    }
}

fn put(tx: &mut Tx<'_>, id: &str, plan: &str, notes: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO entry (home, plan, notes) VALUES ($1, $2, $3) ON CONFLICT (home) DO UPDATE \
         SET plan = excluded.plan, notes = excluded.notes",
        &values![id, plan, notes],
    )
    .map(drop)
}

fn one(reader: &Reader<'_>, id: &str) -> Result<Option<(String, String)>, DbError> {
    reader
        .query_one("SELECT plan, notes FROM entry WHERE home = $1", &values![id])?
        .map(|row| Ok((row.get("plan")?, row.get("notes")?)))
        .transpose()
}

// Personal information stays out of logs (SR3-SP-12).
impl fmt::Debug for EntryInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EntryInfo(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_and_length_is_bounded() {
        let info = |notes: &str| EntryInfo {
            plan: String::new(),
            notes: notes.to_owned(),
        };
        assert_eq!(info(" 門\r\n犬 ").checked().unwrap().notes, "門\n犬");
        assert!(info(&"灯".repeat(2_001)).checked().is_err());
        assert!(info("a\u{7}").checked().is_err());
        assert_eq!(format!("{:?}", info("門")), "EntryInfo(…)");
    }
}
