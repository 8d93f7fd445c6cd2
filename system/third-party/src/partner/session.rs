//! One connection's life: the feed is read and stored, what is stored is acknowledged, what people did is told, and each side
//! says that it is there.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use http::Method;
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Frame, Incoming};
use tokio::sync::watch;
use tomori_partner_link::{
    Acknowledgement, Base64, Beat, Change, Closing, Heartbeat, Page, Renewal, Renewed, StepRequest, route,
};
use tomori_runtime::pki::PrivateKey;
use tomori_smart_home::CompanyId;

use super::identity::Identity;
use super::line::{Line, RoadError};
use super::model::{Event, Scanner};
use super::service::{Service, named};
use crate::cases::{CaseError, Saying, TakenChange, Word};

/// Changes that are stored together. So few futures are polled in their order by `join_all`; were they not, the change that came too
/// early would end the line, and nothing be lost.
const TOGETHER: usize = 30;
/// An acknowledgement counts for everything before it: a night of many alarms needs no more of them than these.
const ACKNOWLEDGE_EVERY: Duration = Duration::from_millis(100);
/// How soon a renewal that failed is tried again.
const RENEW_AGAIN: Duration = Duration::from_secs(300);

fn broken(error: impl std::fmt::Display) -> RoadError {
    RoadError::Unreachable(error.to_string())
}

impl From<CaseError> for RoadError {
    fn from(error: CaseError) -> Self {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "what the platform told cannot be stored or read"
        );
        broken(error)
    }
}

/// Connects, and returns why the connection ended. `stands` is told of it once the platform has let us in.
pub(super) async fn run(service: &Service, identity: &Arc<Identity>, stands: impl Fn(Arc<Line>)) -> RoadError {
    match carry(service, identity, stands).await {
        Ok(never) => match never {},
        Err(ended) => ended,
    }
}

enum Never {}

async fn carry(service: &Service, identity: &Arc<Identity>, stands: impl Fn(Arc<Line>)) -> Result<Never, RoadError> {
    let needs = &service.inner.needs;
    let tls = identity.tls(needs.clock.clone()).map_err(broken)?;
    let address = needs.settings.address.as_deref().unwrap_or(&identity.address);
    let line = Arc::new(Line::connect(address, tls).await?);
    let company = &identity.company;
    let mut through = needs.cases.feed_through(company).await?;
    if through > 0 && !is_the_same_feed(service, &line, through).await? {
        tracing::error!(
            through,
            "the platform was put back and counts anew; its feed is read from the beginning"
        );
        let audit = &needs.audit;
        audit
            .record("server", "platform.feedAnew", company.as_str(), "{}")
            .await;
        needs.cases.feed_begins_again(company).await?;
        through = 0;
    }
    // What a stop came in between with.
    let ack = Acknowledgement { through };
    line.tell(Method::PUT, route::ACKNOWLEDGEMENT, &ack).await?;
    let answer = line.begin(Method::GET, route::STREAM, None, Vec::new(), Some(through));
    let feed = answer.await?.into_body();
    service.heard().await;
    stands(Arc::clone(&line));
    let (stored, stored_through) = watch::channel(through);
    tokio::select! {
        ended = read(service, company, feed, stored) => ended,
        ended = acknowledge(&line, stored_through) => ended,
        ended = beat(service, &line) => ended,
        ended = speak(service, &line) => ended,
        ended = renew(service, identity, &line) => ended,
    }
}

/// Whether the platform's change with the last number that is here is the one that is here. A platform that was put back has
/// fewer, or gives their numbers to others.
async fn is_the_same_feed(service: &Service, line: &Line, through: u64) -> Result<bool, RoadError> {
    let path = format!("{}?after={}&most=1", route::CHANGES, through.saturating_sub(1));
    let page: Page = line.get(&path).await?;
    match page.changes.first() {
        Some(change) => Ok(service.inner.needs.cases.is_last(change).await?),
        None => Ok(false),
    }
}

/// Reads the feed: each change is on the disk before its number is passed on. Whatever could not be stored, nothing behind it is:
/// a change is taken only behind the one before it.
async fn read(
    service: &Service,
    company: &CompanyId,
    mut feed: Incoming,
    stored: watch::Sender<u64>,
) -> Result<Never, RoadError> {
    let needs = &service.inner.needs;
    let mut scanner = Scanner::default();
    loop {
        let frame = tokio::select! {
            frame = feed.frame() => frame,
            () = needs.clock.sleep(needs.settings.silent_after) => return Err(broken("the stream is silent")),
        };
        let mut events = Vec::new();
        let mut ended = hear(&mut scanner, &mut events, frame).err();
        // What has come meanwhile goes to the disk with it.
        while ended.is_none()
            && events.len() < TOGETHER
            && let Some(frame) = feed.frame().now_or_never()
        {
            ended = hear(&mut scanner, &mut events, frame).err();
        }
        if !events.is_empty() {
            service.heard().await;
        }
        let is_goodbye = events.iter().any(|event| event.name == "goodbye");
        let mut changes: Vec<Change> = Vec::with_capacity(events.len());
        for event in events.into_iter().filter(|event| event.name == "change") {
            match serde_json::from_str(&event.data) {
                Ok(change) => changes.push(change),
                // What came before it is stored all the same.
                Err(error) => {
                    ended = Some(unreadable(error));
                    break;
                }
            }
        }
        // They are handed to the disk in their order, which stores together what waits.
        let taking = changes.into_iter().map(async |change: Change| {
            let number = change.number;
            (number, needs.cases.take_change(company, change).await)
        });
        for (number, taken) in join_all(taking).await {
            match taken? {
                TakenChange::Stored | TakenChange::Again => {
                    stored.send_if_modified(|through| {
                        let is_more = number > *through;
                        *through = number.max(*through);
                        is_more
                    });
                }
                TakenChange::Gap(through) => return Err(broken(format!("change {number} came after {through}"))),
                TakenChange::Full => return Err(broken("there is no room for another case")),
            }
        }
        if is_goodbye {
            return Err(broken("the platform is stopping"));
        }
        if let Some(ended) = ended {
            return Err(ended);
        }
    }
}

/// Takes what came of the stream.
fn hear(
    scanner: &mut Scanner,
    events: &mut Vec<Event>,
    frame: Option<Result<Frame<Bytes>, hyper::Error>>,
) -> Result<(), RoadError> {
    let frame = frame.ok_or_else(|| broken("the stream ended"))?.map_err(broken)?;
    if let Some(bytes) = frame.data_ref() {
        events.extend(scanner.take(bytes).map_err(|_| broken("an event has no end"))?);
    }
    Ok(())
}

fn unreadable(error: serde_json::Error) -> RoadError {
    tracing::error!(%error, "a change of the platform cannot be read");
    broken("a change cannot be read")
}

async fn acknowledge(line: &Line, mut stored: watch::Receiver<u64>) -> Result<Never, RoadError> {
    loop {
        stored.changed().await.map_err(broken)?;
        let through = *stored.borrow_and_update();
        line.tell(Method::PUT, route::ACKNOWLEDGEMENT, &Acknowledgement { through })
            .await?;
        tokio::time::sleep(ACKNOWLEDGE_EVERY).await;
    }
}

async fn beat(service: &Service, line: &Line) -> Result<Never, RoadError> {
    let needs = &service.inner.needs;
    loop {
        let at = needs.clock.now();
        let _: Beat = line.ask(Method::PUT, route::HEARTBEAT, &Heartbeat { at }).await?;
        service.heard().await;
        needs.clock.sleep(needs.settings.beat).await;
    }
}

/// Tells the platform what people did, in order, each until it has it.
async fn speak(service: &Service, line: &Line) -> Result<Never, RoadError> {
    let cases = &service.inner.needs.cases;
    let mut changes = cases.changes();
    loop {
        changes.mark_unchanged();
        while let Some(word) = cases.first_word().await? {
            match say(service, line, &word).await {
                Ok(()) => {}
                Err(error) if error.is_for_now() => return Err(error),
                // The incident is closed there, or is not ours any more: nobody can be told.
                Err(error) => {
                    let (audit, why) = (&service.inner.needs.audit, error.to_string());
                    let case = word.case.as_str();
                    audit.record_refusal("server", "platform.refused", case, &why).await;
                }
            }
            cases.word_told(word.number).await?;
        }
        changes.changed().await.map_err(broken)?;
    }
}

async fn say(service: &Service, line: &Line, word: &Word) -> Result<(), RoadError> {
    let staff = service.inner.needs.people.all().await.map_err(broken)?;
    let name = word
        .who
        .as_ref()
        .and_then(|who| staff.into_iter().find(|one| one.id == *who));
    let who = named(&name.map(|staff| staff.name).unwrap_or_default());
    // Told again, it is the same; and no other's, should this server ever be put back and count anew.
    let id = format!("{}-{}-{}", word.case, word.number, word.at.as_millisecond());
    let step = |did, note| StepRequest {
        id,
        who: who.clone(),
        at: word.at,
        did,
        note,
    };
    let steps = route::of(route::STEPS, &word.incident);
    match &word.what {
        Saying::Did { did } => line.tell(Method::POST, &steps, &step(Some(*did), None)).await,
        Saying::Note { text } => line.tell(Method::POST, &steps, &step(None, Some(text.clone()))).await,
        Saying::Closed { closing, report } => {
            let closing = Closing {
                who,
                closing: *closing,
                report: report.clone(),
            };
            let path = route::of(route::CLOSING, &word.incident);
            line.tell(Method::POST, &path, &closing).await
        }
    }
    .map(drop)
}

/// Gets the next certificate at two thirds of the present one's life, for a new key. It is on the disk before it is used.
async fn renew(service: &Service, identity: &Arc<Identity>, line: &Line) -> Result<Never, RoadError> {
    let needs = &service.inner.needs;
    let Some(due) = identity.renewal_due() else {
        return std::future::pending().await;
    };
    needs.clock.sleep_until(due).await;
    loop {
        match renewed(service, identity, line).await {
            // Whoever waits for identities ends this connection.
            Ok(next) => match service.keep(next) {
                Ok(()) => return std::future::pending().await,
                Err(error) => tracing::error!(%error, "the next certificate cannot be kept"),
            },
            Err(error) => tracing::warn!(%error, "the certificate is not renewed yet"),
        }
        needs.clock.sleep(RENEW_AGAIN).await;
    }
}

async fn renewed(service: &Service, identity: &Identity, line: &Line) -> Result<Identity, RoadError> {
    let key = PrivateKey::generate().map_err(broken)?;
    let asked = Renewal {
        csr: Base64(key.request().map_err(broken)?),
    };
    let renewed: Renewed = line.ask(Method::POST, route::RENEWALS, &asked).await?;
    let chain: Vec<Vec<u8>> = renewed.chain.into_iter().map(|der| der.0).collect();
    let clock = service.inner.needs.clock.clone();
    let next = Identity::new(identity.company.clone(), identity.address.clone(), &key, chain, clock).map_err(broken)?;
    if next.root_der() == identity.root_der() {
        Ok(next)
    } else {
        Err(broken("it is of another authority"))
    }
}
