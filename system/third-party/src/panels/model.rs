//! What is known of a panel, and what fits.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tomori_sia_dc09::{Account, Key};

/// Panels that one server takes.
pub const MOST_PANELS: usize = 20_000;
const LONGEST_NAME: usize = 80;
const LONGEST_ADDRESS: usize = 200;
const LONGEST_NOTES: usize = 1_000;

/// How a panel has to speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// Encrypted with this key; anything plain in its name is refused.
    Encrypted(Key),
    /// Plain: anybody who reaches the receiver can speak in its name (docs/adr/0120). Every alarm says so.
    Plain,
}

/// Whose house it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Customer {
    /// The customer's name, 1 to 80 characters.
    pub name: String,
    /// Where the house is, up to 200 characters.
    pub address: String,
    /// What a guard has to know, up to 1,000 characters.
    pub notes: String,
    /// Degrees north and east, when they are known.
    pub place: Option<(f64, f64)>,
}

/// A panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The account that it reports for.
    pub account: Account,
    /// Whose house it is.
    pub customer: Customer,
    /// How it has to speak.
    pub policy: Policy,
    /// After this long without a word it is lost; `None`: it is not supervised.
    pub supervision: Option<Duration>,
}

/// What does not fit, by the field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfit {
    /// The field.
    pub field: &'static str,
    /// Key of the text that says what would fit.
    pub key: &'static str,
}

/// What somebody typed.
#[derive(Debug, Clone, Default)]
pub struct Typed<'a> {
    /// 3 to 16 hexadecimal digits.
    pub account: &'a str,
    /// The customer's name.
    pub name: &'a str,
    /// The address.
    pub address: &'a str,
    /// The notes.
    pub notes: &'a str,
    /// Degrees north.
    pub north: &'a str,
    /// Degrees east.
    pub east: &'a str,
    /// The key in hexadecimal; empty for a plain panel.
    pub key: &'a str,
    /// Whether plain frames are taken.
    pub is_plain: bool,
    /// Seconds; 0 or empty: none.
    pub supervision: &'a str,
}

impl Typed<'_> {
    /// The panel that was typed.
    ///
    /// # Errors
    /// The first field that does not fit.
    pub fn panel(&self) -> Result<Panel, Unfit> {
        let unfit = |field, key| Unfit { field, key };
        let account = self.account.trim().parse();
        let account = account.map_err(|_| unfit("account", "unfit-account"))?;
        let text = |field, given: &str, least: usize, most: usize, key| {
            let given = given.trim();
            let count = given.chars().count();
            let fits =
                (least..=most).contains(&count) && !given.chars().any(|it| it.is_control() && it != '\n' && it != '\r');
            if fits {
                Ok(given.to_owned())
            } else {
                Err(unfit(field, key))
            }
        };
        let policy = match (self.is_plain, self.key.trim()) {
            (true, "") => Policy::Plain,
            (true, _) => return Err(unfit("key", "unfit-key-and-plain")),
            (false, key) => Policy::Encrypted(key.parse().map_err(|_| unfit("key", "unfit-key"))?),
        };
        let seconds = match self.supervision.trim() {
            "" | "0" => None,
            given => match given.parse::<u64>() {
                Ok(seconds) if (10..=604_800).contains(&seconds) => Some(Duration::from_secs(seconds)),
                _ => return Err(unfit("supervision", "unfit-supervision")),
            },
        };
        Ok(Panel {
            account,
            customer: Customer {
                name: text("name", self.name, 1, LONGEST_NAME, "unfit-name")?,
                address: text("address", self.address, 0, LONGEST_ADDRESS, "unfit-address")?,
                notes: text("notes", self.notes, 0, LONGEST_NOTES, "unfit-notes")?,
                place: self.place()?,
            },
            policy,
            supervision: seconds,
        })
    }

    fn place(&self) -> Result<Option<(f64, f64)>, Unfit> {
        let (north, east) = (self.north.trim(), self.east.trim());
        if north.is_empty() && east.is_empty() {
            return Ok(None);
        }
        let degrees = |field, given: &str, most: f64| {
            let value = given.parse::<f64>().ok().filter(|value| value.abs() <= most);
            value.ok_or(Unfit {
                field,
                key: "unfit-degrees",
            })
        };
        Ok(Some((degrees("north", north, 90.0)?, degrees("east", east, 180.0)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Typed<'static> {
        Typed {
            account: "1a2b",
            name: "山田 花子",
            key: "000102030405060708090a0b0c0d0e0f",
            supervision: "90",
            ..Typed::default()
        }
    }

    #[test]
    fn a_panel_is_read() {
        let panel = typed().panel().unwrap();
        assert_eq!(panel.account.as_str(), "1A2B");
        assert_eq!(panel.supervision, Some(Duration::from_secs(90)));
        assert!(matches!(panel.policy, Policy::Encrypted(_)));
        assert_eq!(panel.customer.place, None);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let unfit = |typed: Typed<'_>| typed.panel().unwrap_err().field;
        assert_eq!(
            unfit(Typed {
                account: "12",
                ..typed()
            }),
            "account"
        );
        assert_eq!(unfit(Typed { name: " ", ..typed() }), "name");
        assert_eq!(unfit(Typed { key: "", ..typed() }), "key");
        assert_eq!(
            unfit(Typed {
                is_plain: true,
                ..typed()
            }),
            "key"
        );
        assert_eq!(
            unfit(Typed {
                supervision: "9",
                ..typed()
            }),
            "supervision"
        );
        assert_eq!(
            unfit(Typed {
                north: "91",
                east: "0",
                ..typed()
            }),
            "north"
        );
        assert_eq!(
            unfit(Typed {
                north: "NaN",
                east: "0",
                ..typed()
            }),
            "north"
        );
        assert_eq!(
            unfit(Typed {
                north: "35.6",
                ..typed()
            }),
            "east"
        );
    }
}
