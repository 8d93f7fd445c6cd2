mod attacks;
mod walk;

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use tomori_platform::auth::people::totp::{Step, code};
use tomori_platform::auth::people::{Acceptance, Founder};
use tomori_runtime::clock::{Clock as _, ManualClock};
use zeroize::Zeroizing;

use crate::town::PASSWORD;
use crate::world::{World, config};

/// A whole platform with its first operator, and a browser that is signed in at the desk.
pub struct Desk {
    pub world: World,
    pub clock: ManualClock,
    pub browser: Browser,
    pub secret: Vec<u8>,
    pub operator: tomori_smart_home::OperatorId,
}

/// A browser: cookies by hand, no redirects followed, so that tests see each answer.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    origin: String,
    pub cookies: Vec<(String, String)>,
    pub lang: &'static str,
}

/// A page.
pub struct Page {
    pub status: u16,
    pub location: String,
    pub text: String,
    pub headers: reqwest::header::HeaderMap,
}

impl Browser {
    pub fn new(world: &World) -> Self {
        Self {
            client: Client::builder()
                .redirect(Policy::none())
                .tls_backend_preconfigured(rustls_config())
                .build()
                .unwrap(),
            origin: format!("http://{}", world.addresses.web),
            cookies: Vec::new(),
            lang: "en",
        }
    }

    fn headers(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        request
            .header("accept-language", self.lang)
            .header("cookie", cookies.join("; "))
    }

    async fn page(&mut self, response: Response) -> Page {
        let headers = response.headers().clone();
        for cookie in headers.get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        Page {
            status: response.status().as_u16(),
            location: headers
                .get("location")
                .map(|location| location.to_str().unwrap().to_owned())
                .unwrap_or_default(),
            headers,
            text: response.text().await.unwrap(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let request = self.client.get(format!("{}{path}", self.origin));
        let response = self.headers(request).send().await.unwrap();
        self.page(response).await
    }

    pub async fn get_with(&mut self, path: &str, name: &str, value: &str) -> Page {
        let request = self.client.get(format!("{}{path}", self.origin)).header(name, value);
        let response = self.headers(request).send().await.unwrap();
        self.page(response).await
    }

    /// Sends a form from a page of our own.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = self.origin.clone();
        self.post_from(Some(&origin), path, fields).await
    }

    pub async fn post_from(&mut self, origin: Option<&str>, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut request = self.client.post(format!("{}{path}", self.origin)).form(fields);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let response = self.headers(request).send().await.unwrap();
        self.page(response).await
    }

    /// The form token of a page.
    pub async fn csrf(&mut self, path: &str) -> String {
        let page = self.get(path).await;
        between(&page.text, "name=\"csrf\" value=\"", "\"")
    }
}

impl Desk {
    pub async fn new() -> Self {
        let clock = ManualClock::new(jiff::Timestamp::now());
        let world = World::with(config(), Arc::new(clock.clone())).await;
        let people = &world.services.people;
        let invited = people.setup_code().await.unwrap().unwrap();
        let open = people.open_invitation(invited.code.text()).await.unwrap();
        let spelled: String = open.second_factor.chars().filter(|letter| *letter != ' ').collect();
        let secret = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).unwrap();
        let signed_in = people
            .accept(Acceptance {
                code: invited.code.text().to_owned(),
                password: Zeroizing::new(PASSWORD.to_owned()),
                totp: code(&secret, Step::at(clock.now())),
                founder: Some(Founder {
                    name: "運用 太郎".to_owned(),
                    email: "ops@example.com".to_owned(),
                }),
                from: crate::town::HOME_ADDRESS,
                agent: "test".to_owned(),
            })
            .await
            .unwrap();
        let mut browser = Browser::new(&world);
        let session = signed_in.session.text().to_owned();
        browser.cookies.push(("tomori-operator".to_owned(), session));
        let operator = signed_in.viewer.operator().unwrap().clone();
        Self {
            world,
            clock,
            browser,
            secret,
            operator,
        }
    }

    /// The code that the operator's authenticator app shows a moment later.
    pub fn next_code(&self) -> String {
        self.clock.advance(Duration::from_secs(30));
        code(&self.secret, Step::at(self.clock.now()))
    }
}

pub fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"))
        .1;
    rest.split_once(after).unwrap().0.to_owned()
}

/// Plain HTTP needs no TLS, and reqwest wants to know which one it would use.
fn rustls_config() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}
