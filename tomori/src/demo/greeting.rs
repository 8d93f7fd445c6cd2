//! What the demo says when it has started: where to look, how to sign in, what comes next.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::data_dir::default_dir;
use tomori_runtime::i18n::Lang;

use super::client::Api;
use super::company::ITSELF;
use super::paper::{Account, Paper};
use super::seed;
use super::town::Town;
use super::words;
use crate::screen;
use crate::words::say;

/// How many of the coming firings are told.
const NEXT: usize = 3;

/// Everything somebody needs who sees the demo for the first time.
pub(super) async fn greeting(town: &Town, api: &Api, lang: Lang) -> String {
    let word = |key: &str| say(lang, key, &[]);
    let local = |scheme: &str, port: u16| format!("{scheme}://localhost:{port}");
    let web = local("http", town.world.web.port());
    let mut places = vec![
        vec![word("demo-place-app"), web.clone()],
        vec![word("demo-place-operator"), format!("{web}/operator")],
        vec![word("demo-place-house"), local("http", town.world.house_page.port())],
        vec![word("demo-place-panel"), format!("http://{}", town.world.panel)],
        vec![word("demo-place-company"), local("http", town.world.company_web.port())],
        vec![
            word("demo-place-door"),
            local("https", town.world.home_door.port()),
            word("demo-place-door-how"),
        ],
    ];
    places.push(vec![word("demo-place-data"), town.world.folder.display().to_string()]);
    let mut parts = vec![
        screen::strong(&word("demo-running")),
        format!("\n{}", screen::columns(&places)),
        screen::strong(&word("demo-sign-in")),
        codes(
            &town.paper,
            town.world.folder.parent().unwrap_or(&town.world.folder),
            &town.world.wall_clock,
            lang,
        ),
    ];
    let processes = town.processes().await;
    if !processes.is_empty() {
        let rows: Vec<_> = processes
            .iter()
            .map(|(name, pid)| vec![words::of_box(name, lang), format!("kill {pid}")])
            .collect();
        parts.push(screen::strong(&word("demo-processes")));
        parts.push(screen::columns(&rows));
    }
    let next = next(town, api, lang).await;
    if !next.is_empty() {
        parts.push(screen::strong(&word("demo-next")));
        parts.push(screen::columns(&next));
    }
    // A heading and what it heads stay together; before each heading there is air.
    let mut text = parts
        .chunks(2)
        .map(|part| part.join("\n"))
        .collect::<Vec<_>>()
        .join("\n\n");
    text.push_str(&format!("\n\n{}\n", word("demo-stop")));
    text
}

/// The one-time codes of the demo's people, and how to get the next ones.
pub(super) fn codes(paper: &Paper, data: &Path, wall_clock: &SharedClock, lang: Lang) -> String {
    let word = |key: &str| say(lang, key, &[]);
    let line = |account: &Account| {
        let code = seed::one_time_code(&account.second_factor, wall_clock.now());
        vec![
            account.name.clone(),
            account.email.clone(),
            account.password.clone(),
            code.unwrap_or_default(),
        ]
    };
    let head = vec![
        String::new(),
        word("demo-login"),
        word("demo-password"),
        word("demo-code"),
    ];
    let accounts = paper.residents.iter().chain([&paper.operator]);
    let staff = paper.company.iter().flat_map(|company| &company.staff);
    let people = staff
        .map(|somebody| &somebody.account)
        .filter(|account| account.email != ITSELF);
    let accounts = accounts.chain(people);
    let mut rows: Vec<_> = [head].into_iter().chain(accounts.map(line)).collect();
    if let Some(company) = &paper.company {
        rows.push(vec![
            word("demo-house-code"),
            String::new(),
            company.code.clone(),
            String::new(),
        ]);
    }
    let how = if screen::is_terminal() {
        word("demo-code-enter")
    } else {
        let elsewhere = if data == default_dir("tomori") {
            String::new()
        } else {
            format!(" --data {}", data.display())
        };
        let command = format!("cargo run -- demo code{elsewhere}");
        say(lang, "demo-code-command", &[("command", command.into())])
    };
    format!("{}\n\n  {}\n  {}", screen::columns(&rows), word("demo-code-about"), how)
}

/// The firings that come next: when, and what.
async fn next(town: &Town, api: &Api, lang: Lang) -> Vec<Vec<String>> {
    let home = &town.paper.home;
    let path = format!("/api/v1/homes/{home}/firings/next?limit={NEXT}");
    // Without an answer the greeting is shorter; the timeline says what is wrong.
    let Ok(found) = api.get(&path).await else {
        return Vec::new();
    };
    let names = words::names(api).await.unwrap_or_default();
    let zone = TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC);
    let now = zone.to_datetime(town.world.house_clock.now());
    let row = |firing: &Value| {
        let at: Timestamp = firing.get("at")?.as_str()?.parse().ok()?;
        let at = zone.to_datetime(at);
        let id = firing.get("device")?.as_str()?;
        let device = names.get(id).map_or(id, String::as_str);
        let clock = at.strftime("%H:%M").to_string();
        let when = if at.date() == now.date() {
            clock
        } else {
            say(
                lang,
                "demo-next-day",
                &[
                    ("date", at.strftime("%-m/%-d").to_string().into()),
                    ("time", clock.into()),
                ],
            )
        };
        let deed = words::deed(firing, lang);
        Some(vec![
            when,
            say(
                lang,
                "demo-next-line",
                &[("device", device.into()), ("deed", deed.into())],
            ),
        ])
    };
    found.as_array().into_iter().flatten().filter_map(row).collect()
}
