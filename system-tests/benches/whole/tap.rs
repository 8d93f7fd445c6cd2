//! From the finger to the shutter and back: a resident taps in the real app, and the app shows what the shutter says.
//!
//! Platform and gateway run as processes of their own, the virtual shutter in this one; between them are the app's pages
//! and its event stream over HTTP, the link over mutual TLS, and ECHONET Lite over UDP. The client does what the app's
//! own script does: it sends the form, and fetches the page anew whenever it hears that something changed.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::BytesMut;
use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;
use reqwest::Client;
use tomori_runtime::entropy::{SystemEntropy, bytes};
use tomori_smart_home::DeviceId;
use tomori_system_tests::dial::Dial;
use tomori_system_tests::patience::until;
use tomori_system_tests::world::{Plan, World};

use crate::boxes;
use crate::report::{Figure, Spans};

const TAPS: usize = 150;
/// So many shutters that none of them announces more in the bench than a gateway tells of one device at once.
const SHUTTERS: usize = 15;
/// The shutter's way; quick, so that there can be many taps.
const TRAVEL: Duration = Duration::from_millis(200);
/// After this a tap has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two taps; nobody taps without looking.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) async fn measure() -> Result<()> {
    let mut world = World::begin_at(Dial::new(Timestamp::now(), 1.0)).await?;
    world
        .build(Plan {
            travel: TRAVEL,
            has_wan: false,
            ..Plan::shutters(SHUTTERS)
        })
        .await?;
    let operator = world.operator().await?;
    let home = world.house(0)?.home.clone();
    let resident = world.resident(&operator, &home, "hanako@example.com").await?;
    let session = resident
        .sign_in(world.platform.services()?)
        .await?
        .session
        .text()
        .to_owned();
    world.platform.stop().await?;
    boxes::as_delivered(&mut world.house_mut(0)?.config);
    let _platform = boxes::platform(&world).await?;
    let _gateway = boxes::gateway(world.house(0)?)?;

    let apps = world.house(0)?.ids().iter();
    let apps: Vec<_> = apps
        .map(|device| App::open(&world, &session, device.clone()))
        .collect::<Result<_>>()?;
    for app in &apps {
        until("the app knows the shutter", async || Ok(app.page().await?.is("Closed"))).await?;
    }
    let mut changes = Box::pin(apps.first().context("there is no shutter")?.changes().await?);
    let (mut reached, mut shown) = (Spans::default(), Spans::default());
    for (tap, (number, app)) in apps.iter().enumerate().cycle().take(TAPS).enumerate() {
        let (word, fact) = if (tap / SHUTTERS).is_multiple_of(2) {
            ("open", "Open")
        } else {
            ("close", "Closed")
        };
        let form = app.page().await?;
        let began = (Instant::now(), Timestamp::now());
        app.tap(&form, word).await?;
        until_shown(app, &mut changes, fact)
            .await
            .with_context(|| format!("tap {tap}"))?;
        let total = began.0.elapsed();
        let sets = world.house(0)?.devices.received_sets(&format!("shutter-{number}"))?;
        let heard = sets.last().context("the shutter heard nothing")?.at;
        reached.add(Duration::try_from(heard.duration_since(began.1)).context("the shutter moved before the tap")?);
        shown.add(total.saturating_sub(TRAVEL));
        tokio::time::sleep(PAUSE).await;
    }
    let mut drives = 0;
    for number in 0..SHUTTERS {
        drives += world.house(0)?.evidence(number)?.drives().len();
    }
    ensure!(drives == TAPS, "{TAPS} taps drove the shutters {drives} times");
    reached.say("tap: until the shutter hears it", None);
    shown.say(
        "tap: until the app shows what the shutter says, without the shutter's own way",
        None,
    );
    Figure::new(
        "tap: until the app shows what the shutter says, in all, p50",
        shown.millis(50) + millis(TRAVEL),
        "ms",
    )
    .note(format!(
        "the shutter's own way is {} ms; the app gathers changes for 50 ms",
        TRAVEL.as_millis()
    ))
    .say();
    Ok(())
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// Fetches the page at each change until it says what it shall.
async fn until_shown(app: &App, changes: &mut (impl Stream<Item = Result<()>> + Unpin), fact: &str) -> Result<()> {
    let looking = async {
        loop {
            changes.next().await.context("the app's event stream ended")??;
            if app.page().await?.is(fact) {
                return Ok(());
            }
        }
    };
    tokio::time::timeout(PATIENCE, looking)
        .await
        .with_context(|| format!("the app never shows `{fact}`"))?
}

/// A resident's browser at the page of one shutter.
struct App {
    client: Client,
    origin: String,
    cookie: String,
    device: DeviceId,
}

/// The page as it came.
struct Page(String);

impl App {
    fn open(world: &World, session: &str, device: DeviceId) -> Result<Self> {
        let tls = rustls::ClientConfig::builder_with_provider(tomori_runtime::tls::provider())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        Ok(Self {
            client: Client::builder().tls_backend_preconfigured(tls).build()?,
            origin: format!("http://{}", world.platform.config.web.listen),
            cookie: format!("tomori={session}; tomori-lang=en"),
            device,
        })
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.origin);
        self.client
            .request(method, url)
            .header("cookie", &self.cookie)
            .header("origin", &self.origin)
    }

    async fn page(&self) -> Result<Page> {
        let path = format!("/devices/{}", self.device);
        let answer = self
            .request(reqwest::Method::GET, &path)
            .header("tomori-part", "1")
            .send()
            .await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{path}: {status}: {text}");
        Ok(Page(text))
    }

    async fn tap(&self, page: &Page, wish: &str) -> Result<()> {
        let path = format!("/devices/{}/commands", self.device);
        let key = data_encoding::HEXLOWER.encode(&bytes::<16>(&SystemEntropy));
        let form = [("csrf", page.csrf()?), ("key", &key), ("wish", wish)];
        let answer = self
            .request(reqwest::Method::POST, &path)
            .header("tomori-part", "1")
            .form(&form)
            .send()
            .await?;
        let status = answer.status();
        ensure!(status.is_success(), "{path}: {status}: {}", answer.text().await?);
        Ok(())
    }

    /// The app's event stream: an item for each change.
    async fn changes(&self) -> Result<impl Stream<Item = Result<()>> + use<>> {
        let answer = self.request(reqwest::Method::GET, "/events").send().await?;
        ensure!(answer.status().is_success(), "/events: {}", answer.status());
        let state = (answer, BytesMut::new());
        Ok(futures_util::stream::try_unfold(
            state,
            |(mut answer, mut held)| async move {
                loop {
                    if let Some(end) = held.windows(2).position(|pair| pair == b"\n\n") {
                        let event = held.split_to(end + 2);
                        if event.starts_with(b"event: change") {
                            return Ok(Some(((), (answer, held))));
                        }
                        continue;
                    }
                    match answer.chunk().await? {
                        Some(chunk) => held.extend_from_slice(&chunk),
                        None => bail!("the stream ended"),
                    }
                }
            },
        ))
    }
}

impl Page {
    /// Whether the shutter's state reads so.
    fn is(&self, fact: &str) -> bool {
        self.0.contains(&format!("<p class=\"fact\">{fact}</p>"))
    }

    fn csrf(&self) -> Result<&str> {
        let (_, rest) = self
            .0
            .split_once("name=\"csrf\" value=\"")
            .context("the page has no form")?;
        rest.split('"').next().context("the form has no token")
    }
}
