//! Takes frames: judges, stores, answers, counts.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::net::{TcpListener, UdpSocket};
use tomori_runtime::audit::AuditLog;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::{SharedEntropy, bytes};
use tomori_runtime::http::{RateLimiter, Refill};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls;
use tomori_sia_dc09::{Account, Cipher, Reply};

use super::cipher::Aes;
use super::model::{Judged, Refusal, Verdict, judge};
use super::{supervision, tcp, udp};
use crate::cases::{self, Taken};
use crate::panels;

/// Addresses and accounts whose rates are remembered.
const MOST_REMEMBERED: usize = 20_000;

/// How much the receiver bears.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at the same time.
    pub connections: usize,
    /// Connections from one address.
    pub per_address: usize,
    /// Frames a second from one address, for long.
    pub address_rate: Refill,
    /// Frames a second of one panel, for long.
    pub panel_rate: Refill,
}

/// What this room needs from others.
pub struct Needs {
    /// The panels.
    pub panels: panels::Service,
    /// Where alarms go.
    pub cases: cases::Service,
    /// Where refusals are written down.
    pub audit: AuditLog,
    /// The wall clock.
    pub clock: SharedClock,
    /// Randomness, for paddings.
    pub entropy: SharedEntropy,
}

/// The receiver. Clones are the same.
#[derive(Clone)]
pub struct Service {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) panels: panels::Service,
    pub(super) cases: cases::Service,
    audit: AuditLog,
    pub(super) clock: SharedClock,
    entropy: SharedEntropy,
    pub(super) limits: Limits,
    addresses: RateLimiter<IpAddr>,
    accounts: RateLimiter<Account>,
    /// When each panel was last heard. A panel that is not here was never heard since the start.
    pub(super) heard: Mutex<BTreeMap<Account, Timestamp>>,
    acknowledged: AtomicU64,
    repeated: AtomicU64,
    refused: [AtomicU64; Refusal::ALL.len()],
}

/// What became of frames since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Taken and acknowledged.
    pub acknowledged: u64,
    /// Of those, frames that had come before.
    pub repeated: u64,
    /// Refused, by why.
    pub refused: Vec<(Refusal, u64)>,
}

/// An answer, and whether the connection is to be closed after it.
pub(super) struct Answer {
    pub(super) bytes: Vec<u8>,
    pub(super) is_last: bool,
}

impl Service {
    /// A receiver that listens to nobody yet.
    #[must_use]
    pub fn new(needs: Needs, limits: Limits) -> Self {
        Self {
            inner: Arc::new(Inner {
                panels: needs.panels,
                cases: needs.cases,
                audit: needs.audit,
                clock: needs.clock,
                entropy: needs.entropy,
                limits,
                addresses: RateLimiter::new(limits.address_rate, MOST_REMEMBERED),
                accounts: RateLimiter::new(limits.panel_rate, MOST_REMEMBERED),
                heard: Mutex::default(),
                acknowledged: AtomicU64::new(0),
                repeated: AtomicU64::new(0),
                refused: Default::default(),
            }),
        }
    }

    /// Serves TCP until the shutdown.
    pub async fn serve_tcp(self, listener: TcpListener, shutdown: Shutdown) {
        let limits = tls::Limits {
            connections: self.inner.limits.connections,
            per_address: self.inner.limits.per_address,
            ..tls::Limits::default()
        };
        tcp::serve(self, tls::Acceptor::new(listener, None, limits), shutdown).await;
    }

    /// Serves UDP until the shutdown.
    pub async fn serve_udp(self, socket: UdpSocket, shutdown: Shutdown) {
        udp::serve(self, socket, shutdown).await;
    }

    /// Watches over the panels that have to be heard, until the shutdown.
    pub async fn watch(self, shutdown: Shutdown) {
        supervision::watch(self, shutdown).await;
    }

    /// What became of frames since the start.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let refused = Refusal::ALL.iter().zip(&self.inner.refused);
        Tally {
            acknowledged: self.inner.acknowledged.load(Ordering::Relaxed),
            repeated: self.inner.repeated.load(Ordering::Relaxed),
            refused: refused
                .map(|(refusal, count)| (*refusal, count.load(Ordering::Relaxed)))
                .collect(),
        }
    }

    /// When a panel was last heard, since the start.
    #[must_use]
    pub fn heard(&self, account: &Account) -> Option<Timestamp> {
        let heard = self.inner.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.get(account).copied()
    }

    /// Takes a frame and answers it.
    pub(super) async fn take(&self, frame: &[u8], from: IpAddr) -> Answer {
        let now = self.inner.clock.now();
        if self.inner.addresses.take(&from, 1.0, now).is_err() {
            return self.refuse(None, Refusal::Flood, from).await;
        }
        let judged = judge(frame, |account| self.inner.panels.find(account), now);
        match &judged.verdict {
            Verdict::Refuse(refusal) => self.refuse(Some(&judged), *refusal, from).await,
            Verdict::Take { .. } => match self.store(&judged, now).await {
                Ok(()) => {
                    self.inner.acknowledged.fetch_add(1, Ordering::Relaxed);
                    self.answer(Reply::Ack, Some(&judged), false)
                }
                Err(refusal) => self.refuse(Some(&judged), refusal, from).await,
            },
        }
    }

    /// More bytes than a frame may have came without an end.
    pub(super) async fn too_long(&self, from: IpAddr) -> Answer {
        let mut answer = self.refuse(None, Refusal::Form, from).await;
        answer.is_last = true;
        answer
    }

    async fn store(&self, judged: &Judged, now: Timestamp) -> Result<(), Refusal> {
        let (
            Some(panel),
            Verdict::Take {
                signals,
                digest,
                is_stamped,
            },
        ) = (&judged.panel, &judged.verdict)
        else {
            return Err(Refusal::Unavailable);
        };
        // Only now, that it is sure whose frame it is: a stranger cannot use up a panel's share.
        if self.inner.accounts.take(&panel.account, 1.0, now).is_err() {
            return Err(Refusal::Flood);
        }
        if !signals.is_empty() {
            let told = cases::Told {
                account: panel.account.clone(),
                digest: *digest,
                is_stamped: *is_stamped,
                is_plain: judged.key().is_none(),
                signals: signals.clone(),
            };
            match self.inner.cases.take_frame(told).await {
                Ok(Taken::Stored(_)) => {}
                Ok(Taken::Again) => {
                    self.inner.repeated.fetch_add(1, Ordering::Relaxed);
                }
                Ok(Taken::Full) => return Err(Refusal::Unavailable),
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "an alarm could not be stored");
                    return Err(Refusal::Unavailable);
                }
            }
        }
        supervision::heard(self, &panel.account, now).await;
        Ok(())
    }

    async fn refuse(&self, judged: Option<&Judged>, refusal: Refusal, from: IpAddr) -> Answer {
        let at = Refusal::ALL.iter().position(|known| *known == refusal).unwrap_or(0);
        if let Some(count) = self.inner.refused.get(at) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let account = judged
            .and_then(|judged| judged.frame.as_ref())
            .and_then(|frame| frame.account.as_ref())
            .map_or("-", Account::as_str);
        let why = serde_json::json!({ "why": refusal.word(), "from": from.to_string() }).to_string();
        self.inner
            .audit
            .record_refusal("panel", what(refusal), account, &why)
            .await;
        self.answer(refusal.reply(), judged, refusal == Refusal::Flood)
    }

    fn answer(&self, reply: Reply, judged: Option<&Judged>, is_last: bool) -> Answer {
        let frame = judged.and_then(|judged| judged.frame.as_ref());
        let cipher = judged.and_then(Judged::key).map(Aes);
        let cipher = cipher.as_ref().map(|cipher| cipher as &dyn Cipher);
        let random = bytes(self.inner.entropy.as_ref());
        let encoded = reply.encode(frame, cipher, self.inner.clock.now(), random);
        Answer {
            // What was read can be answered; were it not so, the panel hears nothing and comes again.
            bytes: encoded.unwrap_or_default(),
            is_last,
        }
    }
}

/// One kind for each refusal in the audit log, so that a flood of one does not hide another.
fn what(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Form => "frame.refusedForm",
        Refusal::Crc => "frame.refusedCrc",
        Refusal::UnknownAccount => "frame.refusedAccount",
        Refusal::Policy => "frame.refusedPolicy",
        Refusal::WrongKey => "frame.refusedKey",
        Refusal::OutOfWindow => "frame.refusedTime",
        Refusal::Unreadable => "frame.refusedUnreadable",
        Refusal::Flood => "frame.refusedFlood",
        Refusal::Unavailable => "frame.refusedUnavailable",
    }
}
