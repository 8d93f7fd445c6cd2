//! Checks of the messages around the words: enrolment, greeting, batches, goodbyes.

use prost::Message;

use crate::error::ContractError;
use crate::{limits, read, v1};

impl v1::EnrolRequest {
    /// Whether every part is within its bounds. Says nothing of whether the code is worth anything.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self) -> Result<(), ContractError> {
        read::text("code", &self.code, 1, limits::CODE_CHARS)?;
        read::bytes("csr_der", self.csr_der.len(), limits::CSR_BYTES)?;
        read::text("hardware", &self.hardware, 0, limits::HARDWARE_CHARS)?;
        names(&self.local_names)
    }
}

impl v1::EnrolReply {
    /// Whether every part is within its bounds.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self) -> Result<(), ContractError> {
        read::id::<tomori_smart_home::GatewayId>("gateway_id", &self.gateway_id)?;
        read::id::<tomori_smart_home::HomeId>("home_id", &self.home_id)?;
        read::text("link_address", &self.link_address, 1, limits::ADDRESS_CHARS)?;
        chain("chain_der", &self.chain_der)?;
        chain("server_chain_der", &self.server_chain_der)
    }
}

impl v1::RenewRequest {
    /// Whether every part is within its bounds.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self) -> Result<(), ContractError> {
        read::bytes("csr_der", self.csr_der.len(), limits::CSR_BYTES)?;
        names(&self.local_names)
    }
}

impl v1::RenewReply {
    /// Whether both chains are within their bounds.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), ContractError> {
        chain("chain_der", &self.chain_der)?;
        chain("server_chain_der", &self.server_chain_der)
    }
}

impl v1::Hello {
    /// Whether every part is within its bounds.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self) -> Result<(), ContractError> {
        read::text("software", &self.software, 1, limits::SOFTWARE_CHARS)?;
        read::time("now", self.now)?;
        read::text("local_url", &self.local_url, 0, limits::ADDRESS_CHARS)?;
        if self.local_url.is_empty() || self.local_url.starts_with("https://") {
            Ok(())
        } else {
            Err(ContractError::new("local_url", "give an https:// address, or nothing"))
        }
    }
}

impl v1::Batch {
    /// Whether the batch is within its bounds and its numbers do not run over. Each event is checked when it is read.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self) -> Result<(), ContractError> {
        if self.first_seq == 0 {
            return Err(ContractError::new("first_seq", "numbers begin with 1"));
        }
        if self.events.is_empty() || self.events.len() > limits::BATCH_EVENTS {
            let why = format!("{} events; give 1 to {}", self.events.len(), limits::BATCH_EVENTS);
            return Err(ContractError::new("events", why));
        }
        let length = self.encoded_len();
        if length > limits::BATCH_BYTES {
            let why = format!("{length} bytes; give at most {}", limits::BATCH_BYTES);
            return Err(ContractError::new("events", why));
        }
        if self.last_seq().is_none() {
            return Err(ContractError::new("first_seq", "the numbers run over"));
        }
        Ok(())
    }

    /// The number of the last event; `None` for an empty batch and for numbers that run over.
    #[must_use]
    pub fn last_seq(&self) -> Option<u64> {
        let count = u64::try_from(self.events.len()).ok()?;
        self.first_seq.checked_add(count.checked_sub(1)?)
    }
}

impl v1::Goodbye {
    /// A goodbye whose detail is cut to its bound.
    #[must_use]
    pub fn new(why: v1::goodbye::Why, detail: &str, retry_after_ms: u32) -> Self {
        Self {
            why: why.into(),
            detail: detail
                .chars()
                .filter(|character| !character.is_control())
                .take(limits::DETAIL_CHARS)
                .collect(),
            retry_after_ms: retry_after_ms.min(limits::RETRY_AFTER_MS),
        }
    }
}

fn names(local_names: &[String]) -> Result<(), ContractError> {
    if local_names.len() > limits::LOCAL_NAMES {
        let why = format!("{} names; give at most {}", local_names.len(), limits::LOCAL_NAMES);
        return Err(ContractError::new("local_names", why));
    }
    local_names
        .iter()
        .enumerate()
        .try_for_each(|(index, name)| read::text(&format!("local_names[{index}]"), name, 1, limits::ADDRESS_CHARS))
}

fn chain(field: &str, certificates: &[prost::bytes::Bytes]) -> Result<(), ContractError> {
    if certificates.is_empty() || certificates.len() > limits::CHAIN_CERTIFICATES {
        let why = format!("give 1 to {} certificates", limits::CHAIN_CERTIFICATES);
        return Err(ContractError::new(field, why));
    }
    certificates.iter().enumerate().try_for_each(|(index, certificate)| {
        read::bytes(
            &format!("{field}[{index}]"),
            certificate.len(),
            limits::CERTIFICATE_BYTES,
        )
    })
}
