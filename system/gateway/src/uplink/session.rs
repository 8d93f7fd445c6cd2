//! One conversation with the platform, from the greeting to its end.

use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tomori_gateway_link::v1::gateway_link_client::GatewayLinkClient;
use tomori_gateway_link::v1::{gateway_message, goodbye, platform_message};
use tomori_gateway_link::{limits, v1};
use tomori_runtime::pki::PrivateKey;
use tomori_runtime::remedy::chain;
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls;
use tomori_smart_home::arming::Order;
use tomori_smart_home::{Command, HousePlan};
use tonic::Code;
use tonic::transport::Channel;

use super::connect::{ConnectError, channel, says_not_accepted};
use super::enrol::to_der;
use super::identity::Identity;
use super::model::Window;
use super::service::{Away, Uplink, UplinkState};
use crate::arming::Road;

/// How long the platform has to greet.
const GREET_WITHIN: Duration = Duration::from_secs(15);
/// How long the platform has to acknowledge something while anything is under way.
const ACKNOWLEDGE_WITHIN: Duration = Duration::from_secs(60);
/// How long a renewal may take, and how long until it is tried again.
const RENEW_WITHIN: Duration = Duration::from_secs(30);
const RENEW_AGAIN: Duration = Duration::from_secs(600);
/// Bytes of a batch as the journal counts them, which is more than the wire takes; the rest is margin.
const BATCH_BYTES: usize = limits::BATCH_BYTES / 4 * 3;

/// How a conversation ended.
#[derive(Debug)]
pub(super) enum End {
    /// We are stopping.
    Stopped,
    /// The connection is gone or the platform went.
    Lost {
        /// Why.
        away: Away,
        /// How long the platform asked us to stay away.
        retry_after: Duration,
    },
    /// The platform does not accept us; only a person can change that.
    Refused {
        /// Whether it said that our certificate is revoked.
        revoked: bool,
        /// What it said.
        detail: String,
    },
    /// There is a new certificate: begin again with it.
    Renewed(Box<Identity>),
}

impl Uplink {
    /// Connects, greets, and talks until something ends it.
    pub(super) async fn converse(&self, identity: &Identity, renewed_at: Option<Instant>, shutdown: &Shutdown) -> End {
        let channel = tokio::select! {
            channel = self.connect(identity) => channel,
            () = shutdown.wait() => return End::Stopped,
        };
        let channel = match channel {
            Ok(channel) => channel,
            Err(end) => return end,
        };
        let mut client = GatewayLinkClient::new(channel.clone())
            .max_decoding_message_size(limits::MESSAGE_BYTES)
            .max_encoding_message_size(limits::MESSAGE_BYTES);
        let (out, outbound) = mpsc::channel(limits::BATCHES_IN_FLIGHT + 2);
        let hello = v1::Hello {
            software: self.software(),
            plan_version: self.plan.version(),
            now: self.time.now().as_microsecond(),
            local_url: self.local_url.clone(),
        };
        // There is room: nothing was said yet.
        let _ = out.try_send(message(gateway_message::Message::Hello(hello)));
        let greeting = async {
            let mut inbound = client.connect(ReceiverStream::new(outbound)).await?.into_inner();
            match inbound.message().await?.and_then(|said| said.message) {
                Some(platform_message::Message::Welcome(welcome)) => Ok(Ok((inbound, welcome))),
                Some(platform_message::Message::Goodbye(goodbye)) => Ok(Err(farewell(&goodbye))),
                _ => Err(tonic::Status::internal("the platform did not greet")),
            }
        };
        let greeted = tokio::select! {
            greeted = tokio::time::timeout(GREET_WITHIN, greeting) => greeted,
            () = shutdown.wait() => return End::Stopped,
        };
        let (inbound, welcome) = match greeted {
            Err(_) => return lost("the platform did not greet in time"),
            Ok(Err(status)) => return ended(&status),
            Ok(Ok(Err(end))) => return end,
            Ok(Ok(Ok(greeted))) => greeted,
        };
        let renewal = self.renewal(identity, renewed_at, channel);
        self.talk(inbound, welcome, out, renewal, shutdown).await
    }

    async fn talk(
        &self,
        mut inbound: tonic::Streaming<v1::PlatformMessage>,
        welcome: v1::Welcome,
        out: mpsc::Sender<v1::GatewayMessage>,
        renewal: impl Future<Output = Identity>,
        shutdown: &Shutdown,
    ) -> End {
        if let Ok(platform) = jiff::Timestamp::from_microsecond(welcome.now) {
            self.compare_clocks(platform).await;
        }
        match self.store.meet(welcome.stored_through).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(
                stored_through = welcome.stored_through,
                "the platform has stored more than this gateway remembers; its memory was restored from an older copy"
            ),
            Err(error) => return lost(&chain(&error)),
        }
        self.say(UplinkState::Connected { since: self.time.now() });
        let mut window = Window::behind(welcome.stored_through);
        let mut tip = self.store.tip();
        // The tip at which nothing was found behind the window; not asked again before it moves.
        let mut dry_at = None;
        let mut quiet_since = Instant::now();
        let mut renewal = pin!(renewal);
        loop {
            let stalled = tokio::time::sleep_until((quiet_since + ACKNOWLEDGE_WITHIN).into());
            tokio::select! {
                biased;
                () = shutdown.wait() => return End::Stopped,
                said = inbound.message() => match said {
                    Err(status) => return ended(&status),
                    Ok(None) => return lost("the platform closed the stream"),
                    Ok(Some(v1::PlatformMessage { message: None })) => {}
                    Ok(Some(v1::PlatformMessage { message: Some(said) })) => {
                        if let Some(end) = self.hear(said, &mut window, &mut quiet_since, &out).await {
                            return end;
                        }
                    }
                },
                renewed = &mut renewal => return End::Renewed(Box::new(renewed)),
                () = stalled, if window.is_waiting() => return lost("the platform acknowledges nothing"),
                permit = out.reserve(), if has_more(&window, *tip.borrow(), dry_at) => {
                    let Ok(permit) = permit else {
                        return lost("the stream is closed");
                    };
                    let behind = window.room().unwrap_or(u64::MAX);
                    match self.store.batch_behind(behind, limits::BATCH_EVENTS, BATCH_BYTES).await {
                        Err(error) => return lost(&chain(&error)),
                        Ok(None) => dry_at = Some(*tip.borrow()),
                        Ok(Some(batch)) => {
                            if batch.first > behind.saturating_add(1) {
                                tracing::warn!(
                                    platform_has = behind,
                                    we_have_from = batch.first,
                                    "the platform has lost events that it had acknowledged (a backup was put back), and \
                                     they are gone here; how everything stands now is told again"
                                );
                                self.executor.tell_everything_again();
                            }
                            if !window.is_waiting() {
                                quiet_since = Instant::now();
                            }
                            window.sent(batch.last());
                            permit.send(message(gateway_message::Message::Batch(v1::Batch {
                                first_seq: batch.first,
                                events: batch.events.iter().map(v1::Event::from).collect(),
                            })));
                        }
                    }
                }
                changed = tip.changed() => if changed.is_err() {
                    return lost("the store is closed");
                }
            }
        }
    }

    async fn hear(
        &self,
        said: platform_message::Message,
        window: &mut Window,
        quiet_since: &mut Instant,
        out: &mpsc::Sender<v1::GatewayMessage>,
    ) -> Option<End> {
        match said {
            platform_message::Message::Ack(ack) => {
                *quiet_since = Instant::now();
                let through = window.stored(ack.stored_through);
                self.store.acknowledged(through).await;
            }
            platform_message::Message::Command(command) => match Command::try_from(command) {
                Ok(command) => self.executor.take_from_platform(command).await,
                Err(error) => tracing::warn!(error = %chain(&error), "the platform sent a command that is none"),
            },
            platform_message::Message::Plan(plan) => match HousePlan::try_from(plan) {
                Err(error) => tracing::warn!(error = %chain(&error), "the platform sent a plan that is none"),
                Ok(plan) => match self.plan.take(plan).await {
                    Err(error) => tracing::warn!(error = %chain(&error), "the platform's plan is not taken over"),
                    Ok(version) => {
                        let ack = gateway_message::Message::PlanAck(v1::PlanAck { version });
                        if out.send(message(ack)).await.is_err() {
                            return Some(lost("the stream is closed"));
                        }
                    }
                },
            },
            platform_message::Message::ArmingOrder(order) => match Order::try_from(order) {
                Err(error) => tracing::warn!(error = %chain(&error), "the platform sent an order that is none"),
                // One after the other: comparing a code is slow on purpose.
                Ok(mut order) => {
                    order.expires_at = self.time.ours(order.expires_at);
                    self.arming.order(order, Road::FromAfar).await;
                }
            },
            platform_message::Message::IncidentClosed(closed) => match closed.incident_id.parse() {
                Err(error) => tracing::warn!(%error, "the platform closes an incident that is none"),
                Ok(incident) => self.arming.closed(incident).await,
            },
            // Driving a lock takes as long as a lock takes; the conversation goes on meanwhile.
            platform_message::Message::UnlockBundle(message) => self.unlock.deliver(message.bundle.to_vec()),
            platform_message::Message::CompanyRoster(message) => {
                if let Err(why) = self.unlock.take_roster(&message.signed_roster).await {
                    tracing::warn!(target: "audit", why = %why.code(), "the security company's roster is not taken over");
                }
            }
            platform_message::Message::Goodbye(goodbye) => return Some(farewell(&goodbye)),
            // A second welcome means nothing.
            platform_message::Message::Welcome(_) => {}
        }
        None
    }

    async fn connect(&self, identity: &Identity) -> Result<Channel, End> {
        let key = identity.key().map_err(|error| lost(&chain(&error)))?;
        let shown = tls::Identity {
            chain_der: identity.chain_der.clone(),
            key: &key,
        };
        let config = tls::client_config(&identity.root_der, Some(&shown), self.wall.clone())
            .map_err(|error| lost(&chain(&error)))?;
        let address = self.address.as_deref().unwrap_or(&identity.link_address);
        channel(address, config).await.map_err(|error| match error {
            ConnectError::NotAccepted { .. } => End::Refused {
                revoked: false,
                detail: error.to_string(),
            },
            ConnectError::Clock { .. } => End::Lost {
                away: Away::Clock,
                retry_after: Duration::ZERO,
            },
            ConnectError::Impostor { .. } => End::Lost {
                away: Away::Impostor,
                retry_after: Duration::ZERO,
            },
            error => lost(&chain(&error)),
        })
    }

    /// Waits until two thirds of the certificate's life are over and gets the next one, for a new key.
    async fn renewal(&self, identity: &Identity, renewed_at: Option<Instant>, channel: Channel) -> Identity {
        // Certificates that are due as soon as they are made (a clock that is wrong, a life that is too short) must
        // not make us ask without end.
        if let Some(renewed_at) = renewed_at {
            tokio::time::sleep_until((renewed_at + RENEW_AGAIN).into()).await;
        }
        match identity.renewal_due() {
            Some(due) => self.wall.sleep_until(due).await,
            None => std::future::pending().await,
        }
        loop {
            match tokio::time::timeout(RENEW_WITHIN, self.renew(identity, channel.clone())).await {
                Ok(Ok(renewed)) => return renewed,
                Ok(Err(why)) => tracing::warn!(%why, "the certificate is not renewed yet"),
                Err(_) => tracing::warn!("the platform does not answer the request for a new certificate"),
            }
            self.wall.sleep(RENEW_AGAIN).await;
        }
    }

    async fn renew(&self, identity: &Identity, channel: Channel) -> Result<Identity, String> {
        let key = PrivateKey::generate().map_err(|error| chain(&error))?;
        let csr_der = key.request().map_err(|error| chain(&error))?.into();
        let mut client = GatewayLinkClient::new(channel).max_decoding_message_size(limits::MESSAGE_BYTES);
        let reply = client
            .renew(v1::RenewRequest {
                csr_der,
                local_names: self.local_names.clone(),
            })
            .await
            .map_err(|status| status.message().chars().take(limits::DETAIL_CHARS).collect::<String>())?
            .into_inner();
        reply.check().map_err(|error| chain(&error))?;
        let renewed = identity
            .renewed(&key, to_der(reply.chain_der), to_der(reply.server_chain_der))
            .map_err(|error| chain(&error))?;
        let shown = tls::Identity {
            chain_der: renewed.chain_der.clone(),
            key: &key,
        };
        tls::client_config(&renewed.root_der, Some(&shown), self.wall.clone()).map_err(|error| chain(&error))?;
        Ok(renewed)
    }
}

/// Whether there are events to send and room to send them.
fn has_more(window: &Window, tip: u64, dry_at: Option<u64>) -> bool {
    let is_behind = window.room().is_some_and(|behind| behind.saturating_add(1) < tip);
    is_behind && dry_at != Some(tip)
}

fn message(message: gateway_message::Message) -> v1::GatewayMessage {
    v1::GatewayMessage { message: Some(message) }
}

fn lost(why: &str) -> End {
    End::Lost {
        away: Away::Lost { why: why.to_owned() },
        retry_after: Duration::ZERO,
    }
}

/// What an error status says about coming back.
fn ended(status: &tonic::Status) -> End {
    let refused = matches!(status.code(), Code::Unauthenticated | Code::PermissionDenied);
    if refused || says_not_accepted(status) {
        End::Refused {
            revoked: false,
            detail: status.message().chars().take(limits::DETAIL_CHARS).collect(),
        }
    } else {
        lost(&chain(status))
    }
}

fn farewell(goodbye: &v1::Goodbye) -> End {
    let detail: String = goodbye.detail.chars().take(limits::DETAIL_CHARS).collect();
    if goodbye.why() == goodbye::Why::Revoked {
        return End::Refused { revoked: true, detail };
    }
    End::Lost {
        away: Away::Lost {
            why: format!("the platform said goodbye ({}): {detail}", goodbye.why().as_str_name()),
        },
        retry_after: Duration::from_millis(u64::from(goodbye.retry_after_ms.min(limits::RETRY_AFTER_MS))),
    }
}
