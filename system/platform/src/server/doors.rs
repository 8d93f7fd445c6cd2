//! The doors with their certificates, made before anybody is served: what does not fit is told at the start.

use tomori_gateway_link::PLATFORM_NAME;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::http::Door;
use tomori_runtime::tls::Acceptor;

use super::certificate::Certificate;
use super::listeners::Listeners;
use super::{ServerError, Services};
use crate::config::{Config, WebTls};

pub(super) struct Doors {
    pub(super) link: Acceptor,
    pub(super) enrolment: Acceptor,
    pub(super) web: Door,
    /// To be renewed while they are in use.
    pub(super) certificates: Vec<Certificate>,
}

impl Doors {
    pub(super) fn open(
        listeners: Listeners,
        config: &Config,
        data: &DataDir,
        services: &Services,
    ) -> Result<Self, ServerError> {
        let (gateways, wall) = (&services.gateways, &services.clocks.wall);
        // The one name that gateways verify, whatever address they dial.
        let inner = Certificate::of_authority(gateways, &data.path("link.key"), vec![PLATFORM_NAME.to_owned()])?;
        let web = match config.web.tls {
            WebTls::Off => None,
            WebTls::Authority => {
                let names = config.web.names.clone();
                Some(Certificate::of_authority(gateways, &data.path("web.key"), names)?)
            }
            WebTls::Files => Some(Certificate::of_files(
                config.web.certificate.clone().unwrap_or_default(),
                config.web.key.clone().unwrap_or_default(),
            )?),
        };
        let link = inner.mutual_server(gateways.authority_der(), wall.clone())?;
        let enrolment = inner.server(wall.clone())?;
        let web_tls = web.as_ref().map(|web| web.server(wall.clone())).transpose()?;
        Ok(Self {
            link: Acceptor::new(listeners.link, Some(link), config.link_door()),
            enrolment: Acceptor::new(listeners.enrolment, Some(enrolment), Config::enrolment_door()),
            web: Door {
                listener: listeners.web,
                tls: web_tls,
                limits: config.web_door(),
            },
            certificates: [Some(inner), web].into_iter().flatten().collect(),
        })
    }
}
