//! What people do at a box in use case 2, each by one line: a resident at the gateway, an operator at the company's server.
//! A line may be said again: what is done already stays done.

use std::path::Path;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use tomori_gateway::House;
use tomori_platform::services::unlock::Standing;
use tomori_smart_home::arming::{Code, Mode, Wish};
use tomori_smart_home::unlock::Statement as _;
use tomori_smart_home::{CaseId, ResidentId};
use tomori_system_tests::world::guard::CODE;
use tomori_system_tests::world::staff;
use tomori_third_party::cases::{CaseError, Outcome, Refused, Source};
use tomori_third_party::people::Viewer;
use tomori_third_party::server::Services;

use super::chain;

/// What a resident or whoever stands at the door does at the gateway.
pub(super) async fn at_home(house: &House, line: &str) -> Option<String> {
    let resident = ResidentId::from_random([1; 10]);
    let done = match line {
        "arm" => {
            let wish = Wish::Arm {
                mode: Mode::Away,
                bypass: std::collections::BTreeSet::new(),
            };
            format!("{:?}", house.order(wish, resident).await)
        }
        "disarm" => {
            let wish = Wish::Disarm {
                code: Code::new(CODE).unwrap(),
            };
            format!("{:?}", house.order(wish, resident).await)
        }
        "panel" => house
            .panel()
            .map(|panel| panel.code.replace(' ', ""))
            .unwrap_or_default(),
        "incident" => format!("{:?}", house.arming().incident.map(|_| ())),
        _ => return None,
    };
    Some(format!("{line} {done}"))
}

/// What the platform knows of the bundles of an incident: the answer, or that there will be none; empty before.
pub(super) async fn answers(services: &tomori_platform::server::Services, incident: &str) -> String {
    let carried = services.unlock.of_incident(&incident.parse().unwrap()).await.unwrap();
    let words = carried.into_iter().filter_map(|one| match one.standing {
        Standing::Answered { answer } => Some(answer),
        Standing::NoAnswer => Some("noAnswer".to_owned()),
        _ => None,
    });
    format!("answers {}", words.collect::<Vec<_>>().join(" "))
}

/// What people do at the company's server.
pub(super) async fn at_the_company(services: &Services, data: &Path, words: &[&str]) -> Option<String> {
    let done = match words {
        ["staff"] => {
            operator(services, data).await;
            "staff ready".to_owned()
        }
        ["opened"] => format!("opened {}", opened(services).await),
        ["bundle", hex] => {
            let bundle = HEXLOWER.decode(hex.as_bytes()).unwrap();
            match services.partner.send_bundle(&bundle).await {
                Ok(_) => "bundle Ok".to_owned(),
                Err(error) => format!("bundle {}", chain(&error)),
            }
        }
        ["close", incident] => format!("close {}", close(services, data, incident).await),
        ["cases"] => {
            let mut told = Vec::new();
            for id in services.cases.closed_before(Timestamp::MAX).await.unwrap() {
                let case = services.cases.case(&id).await.unwrap().case;
                if let Source::House { incident, .. } = case.source {
                    told.push(format!("{incident}={}", case.alarms));
                }
            }
            format!("cases {}", told.join(" "))
        }
        _ => return None,
    };
    Some(done)
}

/// The gateway's signed word of the newest open incident, in hexadecimal.
async fn opened(services: &Services) -> String {
    for case in services.cases.board(0, 100).await.unwrap().cases {
        let house = services.cases.house(&case.id).await.unwrap();
        if let Some(opened) = house.and_then(|house| house.opened) {
            return HEXLOWER.encode(&opened.to_bytes());
        }
    }
    "none".to_owned()
}

/// Closes the case of an incident as its operator would: every step of the script, then the report.
async fn close(services: &Services, data: &Path, incident: &str) -> String {
    let viewer = operator(services, data).await;
    let board = services.cases.board(0, 100).await.unwrap();
    let is_its = |source: &Source| matches!(source, Source::House { incident: its, .. } if its.as_str() == incident);
    let Some(case) = board.cases.into_iter().find(|case| is_its(&case.source)) else {
        return "closed".to_owned();
    };
    match closed(services, &viewer, &case.id).await {
        Ok(()) => "closed".to_owned(),
        Err(error) => chain(&error),
    }
}

async fn closed(services: &Services, viewer: &Viewer, case: &CaseId) -> Result<(), CaseError> {
    let cases = &services.cases;
    cases.take(viewer, case).await?;
    loop {
        match cases.close(viewer, case, Outcome::Real, "窓を閉めました").await {
            Err(CaseError::Refused(Refused::StepsMissing(steps))) => {
                for step in steps {
                    cases.tick(viewer, case, step).await?;
                }
            }
            done => return done,
        }
    }
}

/// The operator, who stays signed in over every restart.
async fn operator(services: &Services, data: &Path) -> Viewer {
    let kept = data.join("operator.session");
    if let Ok(secret) = std::fs::read_to_string(&kept)
        && let Some(viewer) = services.people.viewer_of_session(&secret).await.unwrap()
    {
        return viewer;
    }
    let signed_in = staff::operator(services).await.unwrap();
    std::fs::write(&kept, signed_in.session.text()).unwrap();
    signed_in.viewer
}
