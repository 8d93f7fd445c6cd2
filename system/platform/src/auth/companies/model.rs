//! What a company's certificate says, and whether its holder may come in. Pure.

use jiff::Timestamp;
use thiserror::Error;
use tomori_smart_home::CompanyId;

const URN: &str = "urn:tomori:company:";

/// Which company it is: its certificate says so, and nothing else does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The company.
    pub company: CompanyId,
    /// When its certificate ends.
    pub not_after: Timestamp,
}

/// How a company's server is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Since when.
    pub since: Timestamp,
    /// The end of its newest certificate.
    pub not_after: Timestamp,
}

/// Why a holder of a certificate of ours is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Denied {
    /// The certificate is for something else than a company.
    #[error("the certificate is not a company's")]
    NotACompany,
    /// It is not valid now.
    #[error("the certificate has expired or is not valid yet")]
    NotNow,
    /// It is not one that we remember.
    #[error("the certificate is not known")]
    Unknown,
    /// An operator revoked it, another server was enrolled for the company, or a newer certificate of it has been used.
    #[error("the certificate was revoked or replaced")]
    Ended,
}

/// What is remembered of a certificate that knocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remembered {
    pub(super) company: CompanyId,
    pub(super) has_ended: bool,
}

impl Identity {
    /// How certificates spell it.
    #[must_use]
    pub fn uri(company: &CompanyId) -> String {
        format!("{URN}{company}")
    }

    /// Reads what a certificate says.
    pub(super) fn parse(uri: &str, not_after: Timestamp) -> Option<Self> {
        let company = uri.strip_prefix(URN)?.parse().ok()?;
        Some(Self { company, not_after })
    }

    /// Whether the holder may come in, given what is remembered of the certificate.
    pub(super) fn admit(&self, remembered: Option<&Remembered>) -> Result<(), Denied> {
        let remembered = remembered.ok_or(Denied::Unknown)?;
        if remembered.company != self.company {
            Err(Denied::Unknown)
        } else if remembered.has_ended {
            Err(Denied::Ended)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_reads_as_it_is_written_and_no_gateway_is_one() {
        let company: CompanyId = "comp_1".parse().unwrap();
        let uri = Identity::uri(&company);
        assert_eq!(uri, "urn:tomori:company:comp_1");
        let read = Identity::parse(&uri, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(read.company, company);
        for other in [
            "urn:tomori:gateway:gw_1:home:home_1",
            "urn:tomori:company:gw_1",
            "urn:tomori:company:comp_1:home:home_1",
            "urn:tomori:company:",
        ] {
            assert_eq!(Identity::parse(other, Timestamp::UNIX_EPOCH), None, "{other}");
        }
    }

    #[test]
    fn only_a_remembered_certificate_of_that_company_that_has_not_ended_comes_in() {
        let identity = Identity::parse("urn:tomori:company:comp_1", Timestamp::UNIX_EPOCH).unwrap();
        let remembered = |company: &str, has_ended| Remembered {
            company: company.parse().unwrap(),
            has_ended,
        };
        assert_eq!(identity.admit(None), Err(Denied::Unknown));
        assert_eq!(identity.admit(Some(&remembered("comp_2", false))), Err(Denied::Unknown));
        assert_eq!(identity.admit(Some(&remembered("comp_1", true))), Err(Denied::Ended));
        assert_eq!(identity.admit(Some(&remembered("comp_1", false))), Ok(()));
    }
}
