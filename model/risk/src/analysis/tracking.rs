//! What becomes of each risk.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::result::{Finding, FindingKind, ThreatView, TrackView, TrackingCount};
use crate::description::{ServiceModel, Status, Tracking, Words};

/// Where each threat stands, by id.
pub(super) struct Ledger<'m> {
    entries: BTreeMap<&'m str, &'m Tracking>,
    as_of: Date,
}

impl<'m> Ledger<'m> {
    pub(super) fn of(model: &'m ServiceModel, as_of: Date) -> Self {
        let entries = model
            .tracking
            .iter()
            .map(|entry| (entry.threat.as_str(), entry))
            .collect();
        Self { entries, as_of }
    }

    /// Where a threat stands. An acceptance holds through its last day.
    pub(super) fn of_threat(&self, id: &str) -> TrackView {
        let Some(entry) = self.entries.get(id) else {
            return TrackView::default();
        };
        TrackView {
            status: entry.status,
            who: entry.who.clone(),
            why: entry.why.clone(),
            until: entry.until,
            expired: entry.status == Status::Accepted && entry.until.is_none_or(|until| until.0 < self.as_of),
        }
    }
}

/// How many threats stand where.
pub(super) fn counts(threats: &[ThreatView]) -> Vec<TrackingCount> {
    let all = [
        Status::Unchecked,
        Status::InDiscussion,
        Status::Accepted,
        Status::InProgress,
        Status::Mitigated,
    ];
    let count = |status| TrackingCount {
        status,
        threats: threats.iter().filter(|threat| threat.tracking.status == status).count(),
    };
    all.into_iter().map(count).collect()
}

/// Acceptances that are over, residual risks that nobody has looked at, and words about threats that are not there.
pub(super) fn findings(model: &ServiceModel, threats: &[ThreatView]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for threat in threats {
        let track = &threat.tracking;
        if track.expired {
            let (who, until) = (
                track.who.clone().unwrap_or_default(),
                track.until.map(|day| day.to_string()),
            );
            let until = until.unwrap_or_default();
            findings.push(finding(
                FindingKind::AcceptanceExpired,
                &threat.id,
                format!("{who}による受容は{until}で終わりました。改めて判断してください"),
                format!("the acceptance by {who} ended on {until}; decide again"),
            ));
        }
        if threat.residual && track.status == Status::Unchecked {
            findings.push(finding(
                FindingKind::ResidualUntracked,
                &threat.id,
                format!(
                    "対策後も{}（{}）ですが、だれも確認していません。tracking に書いてください",
                    threat.after.value,
                    threat.after.severity.title().ja
                ),
                format!(
                    "after measures it is still {} ({}), and nobody has looked at it; add it to `tracking`",
                    threat.after.value, threat.after.severity
                ),
            ));
        }
    }
    let there: BTreeSet<&str> = threats.iter().map(|threat| threat.id.as_str()).collect();
    let named = model.tracking.iter().map(|entry| ("tracking", &entry.threat));
    let named = named.chain(model.overrides.iter().map(|entry| ("override", &entry.threat)));
    for (list, id) in named.filter(|(_, id)| !there.contains(id.as_str())) {
        findings.push(finding(
            FindingKind::ThreatNotThere,
            id,
            format!(
                "{list} がこの脅威について述べていますが、このモデルでは生じません。消すか、モデルを見直してください"
            ),
            format!(
                "`{list}` speaks of this threat, which does not arise in this model; remove it or review the model"
            ),
        ));
    }
    findings
}

fn finding(kind: FindingKind, about: &str, ja: String, en: String) -> Finding {
    Finding {
        kind,
        about: about.to_owned(),
        words: Words::new(ja, en),
    }
}
