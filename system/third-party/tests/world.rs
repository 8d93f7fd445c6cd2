//! A server that runs until it is dropped, its people, and browsers.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::redirect::Policy as Redirects;
use reqwest::{Client, Response};
use tokio::task::JoinHandle;
use tomori_runtime::clock::{Clock as _, ManualClock};
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_runtime::sign_in::totp::{Step, code};
use tomori_sia_dc09::Key;
use tomori_smart_home::StaffId;
use tomori_third_party::config::Config;
use tomori_third_party::panels::{Customer, Panel, Policy};
use tomori_third_party::people::{Acceptance, Founder, Invited, NewStaff, Role, SignIn, SignedIn};
use tomori_third_party::server::{Addresses, ServerError, Services, ThirdParty};
use tomori_third_party::unlock::Outside;
use zeroize::Zeroizing;

pub const PASSWORD: &str = "tidal-meadow-47-bronze";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub struct World {
    pub services: Services,
    pub addresses: Addresses,
    pub clock: ManualClock,
    pub administrator: StaffId,
    pub office: Browser,
    config: Config,
    outside: Option<Outside>,
    accounts: Mutex<HashMap<StaffId, (String, Vec<u8>)>>,
    folder: Option<tempfile::TempDir>,
    trigger: Trigger,
    running: JoinHandle<Result<(), ServerError>>,
}

pub fn config() -> Config {
    let mut config = Config::default();
    config.web.listen.set_port(0);
    config.receiver.tcp.set_port(0);
    config.receiver.udp.set_port(0);
    config
}

pub fn key() -> Key {
    "000102030405060708090a0b0c0d0e0f".parse().unwrap()
}

impl World {
    pub async fn new() -> Self {
        Self::with(config()).await
    }

    pub async fn with(config: Config) -> Self {
        Self::beside(None, config).await
    }

    /// With houses and a road of the test's own.
    pub async fn over(outside: Outside, config: Config) -> Self {
        Self::beside(Some(outside), config).await
    }

    async fn beside(outside: Option<Outside>, config: Config) -> Self {
        let clock = ManualClock::new("2026-01-05T03:00:00Z".parse().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let (services, addresses, trigger, running) = start(&folder, outside.clone(), config.clone(), &clock).await;
        let invited = services.people.setup_code().await.unwrap().unwrap();
        let founder = Founder {
            name: "管理 花子".to_owned(),
            email: "admin@example.jp".to_owned(),
        };
        let signed_in = accept(&services, &clock, &invited, Some(founder)).await;
        let office = Browser::of(&addresses, &signed_in);
        Self {
            administrator: signed_in.viewer.staff.clone(),
            services,
            addresses,
            clock,
            office,
            config,
            outside,
            accounts: Mutex::default(),
            folder: Some(folder),
            trigger,
            running,
        }
    }

    /// Somebody with a role, signed in.
    pub async fn somebody(&self, role: Role, name: &str) -> (StaffId, Browser) {
        let email = format!("p{}@example.jp", self.services.people.all().await.unwrap().len());
        let new = NewStaff {
            name: name.to_owned(),
            email: email.clone(),
            role,
        };
        let invited = self.services.people.invite_new(&self.administrator, new).await.unwrap();
        let secret = second_factor(&self.services, &invited).await;
        let signed_in = accept(&self.services, &self.clock, &invited, None).await;
        let id = signed_in.viewer.staff.clone();
        self.accounts.lock().unwrap().insert(id.clone(), (email, secret));
        (id, Browser::of(&self.addresses, &signed_in))
    }

    /// A second browser of somebody: a session of its own. A code works once, so half a minute passes.
    pub async fn sign_in_again(&self, staff: &StaffId) -> Browser {
        self.clock.advance(Duration::from_secs(30));
        let (login, secret) = self.accounts.lock().unwrap()[staff].clone();
        let given = SignIn {
            login,
            password: Zeroizing::new(PASSWORD.to_owned()),
            totp: code(&secret, Step::at(self.clock.now())),
            from: HERE,
            known_browser: None,
            replaces: None,
        };
        let signed_in = self.services.people.sign_in(given).await.unwrap();
        Browser::of(&self.addresses, &signed_in)
    }

    pub async fn panel(&self, account: &str, policy: Policy, supervision: Option<u64>) {
        let panel = Panel {
            account: account.parse().unwrap(),
            customer: Customer {
                name: format!("山田 {account}"),
                address: "東京都千代田区1-1".to_owned(),
                notes: "犬がいます".to_owned(),
                place: None,
            },
            policy,
            supervision: supervision.map(Duration::from_secs),
        };
        self.services.panels.add(&self.administrator, panel).await.unwrap();
    }

    /// Stops the server and starts it again on the same data.
    pub async fn restart(mut self) -> Self {
        self.trigger.stop();
        (&mut self.running).await.unwrap().unwrap();
        let folder = self.folder.take().unwrap();
        let (services, addresses, trigger, running) =
            start(&folder, self.outside.clone(), self.config.clone(), &self.clock).await;
        let mut office = self.office.clone();
        office.origin = format!("http://{}", addresses.web);
        Self {
            services,
            addresses,
            office,
            folder: Some(folder),
            trigger,
            running,
            ..self
        }
    }

    pub fn folder(&self) -> std::path::PathBuf {
        self.folder.as_ref().unwrap().path().join("data")
    }
}

async fn start(
    folder: &tempfile::TempDir,
    outside: Option<Outside>,
    config: Config,
    clock: &ManualClock,
) -> (Services, Addresses, Trigger, JoinHandle<Result<(), ServerError>>) {
    let data = DataDir::open(&folder.path().join("data")).unwrap();
    let (clock, entropy) = (Arc::new(clock.clone()), Arc::new(SystemEntropy));
    let server = match outside {
        Some(outside) => ThirdParty::open_over(outside, config, data, clock, entropy).await,
        None => ThirdParty::open(config, data, clock, entropy).await,
    };
    let server = server.unwrap();
    let (trigger, shutdown) = Shutdown::new();
    let (services, addresses) = (server.services().clone(), server.addresses());
    (services, addresses, trigger, tokio::spawn(server.run(shutdown)))
}

async fn second_factor(services: &Services, invited: &Invited) -> Vec<u8> {
    let open = services.people.open_invitation(invited.code.text()).await.unwrap();
    let spelled: String = open.second_factor.chars().filter(|letter| *letter != ' ').collect();
    data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).unwrap()
}

pub async fn accept(services: &Services, clock: &ManualClock, invited: &Invited, founder: Option<Founder>) -> SignedIn {
    let people = &services.people;
    let secret = second_factor(services, invited).await;
    let acceptance = Acceptance {
        code: invited.code.text().to_owned(),
        password: Zeroizing::new(PASSWORD.to_owned()),
        totp: code(&secret, Step::at(clock.now())),
        founder,
        from: HERE,
    };
    people.accept(acceptance).await.unwrap()
}

/// A browser: cookies by hand, no redirects followed, so that tests see each answer.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    pub origin: String,
    pub cookies: Vec<(String, String)>,
    pub lang: &'static str,
}

/// A page.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub location: String,
    pub text: String,
}

impl Browser {
    pub fn new(addresses: &Addresses) -> Self {
        // Plain HTTP needs no TLS, and reqwest wants to know which one it would use.
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        Self {
            client: Client::builder()
                .redirect(Redirects::none())
                .tls_backend_preconfigured(tls)
                .build()
                .unwrap(),
            origin: format!("http://{}", addresses.web),
            cookies: Vec::new(),
            lang: "en",
        }
    }

    fn of(addresses: &Addresses, signed_in: &SignedIn) -> Self {
        let mut browser = Self::new(addresses);
        let session = signed_in.session.text().to_owned();
        browser.cookies.push(("tomori-staff".to_owned(), session));
        browser
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
        for cookie in response.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        let location = response.headers().get("location");
        Page {
            status: response.status().as_u16(),
            location: location.map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default(),
            text: response.text().await.unwrap(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let request = self.client.get(format!("{}{path}", self.origin));
        let response = self.headers(request).send().await.unwrap();
        self.page(response).await
    }

    /// An answer that does not end by itself.
    pub async fn stream(&self, path: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.origin));
        self.headers(request).send().await.unwrap()
    }

    /// Sends a form from a page of our own, with that page's token.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf().await;
        let mut fields = fields.to_vec();
        fields.push(("csrf", csrf.as_str()));
        let origin = self.origin.clone();
        self.post_from(Some(&origin), path, &fields).await
    }

    /// What a script of our own pages is told.
    pub async fn ask(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf().await;
        let mut fields = fields.to_vec();
        fields.push(("csrf", csrf.as_str()));
        let request = self.client.post(format!("{}{path}", self.origin)).form(&fields);
        let request = request
            .header("origin", self.origin.clone())
            .header("accept", "application/json");
        let response = self.headers(request).send().await.unwrap();
        self.page(response).await
    }

    pub async fn post_from(&mut self, origin: Option<&str>, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut request = self.client.post(format!("{}{path}", self.origin)).form(fields);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let response = self.headers(request).send().await.unwrap();
        self.page(response).await
    }

    /// Sends a form with a file, as browsers do.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, Option<&str>, &[u8])]) -> Page {
        let mut body = Vec::new();
        for (name, file, value) in fields {
            let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: text/html"));
            let head = format!(
                "--edge\r\nContent-Disposition: form-data; name=\"{name}\"{}\r\n\r\n",
                file.unwrap_or_default()
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--edge--\r\n");
        let request = self.client.post(format!("{}{path}", self.origin)).body(body);
        let request = request
            .header("content-type", "multipart/form-data; boundary=edge")
            .header("origin", self.origin.clone());
        let response = self.headers(request).send().await.unwrap();
        self.page(response).await
    }

    /// The form token of the session.
    pub async fn csrf(&mut self) -> String {
        let home = self.get("/").await.location;
        let page = self.get(&home).await;
        match page.text.split_once("name=\"csrf\" value=\"") {
            Some((_, rest)) => rest.split('"').next().unwrap().to_owned(),
            None => String::new(),
        }
    }
}
