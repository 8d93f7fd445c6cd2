//! Whether an analysis may pass: for continuous integration.

use super::result::{Analysis, Finding, FindingKind};
use crate::Severity;
use crate::description::{Status, Words};

/// What has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gate {
    /// The worst severity that a risk may have after measures, unless somebody has accepted it and the acceptance has not
    /// ended.
    pub max_severity: Option<Severity>,
    /// Whether each residual risk (the model's `policy.residual_from`) has to be tracked.
    pub require_tracking: bool,
}

/// What does not hold. A level that differs from the assumed one and an acceptance that is over never do.
#[must_use]
pub fn judge(analysis: &Analysis, gate: &Gate) -> Vec<Finding> {
    let over = gate.max_severity.into_iter().flat_map(|most| over(analysis, most));
    let told = analysis.findings.iter().filter(|finding| match finding.kind {
        FindingKind::LevelDiffers | FindingKind::AcceptanceExpired => true,
        FindingKind::ResidualUntracked => gate.require_tracking,
        _ => false,
    });
    over.chain(told.cloned()).collect()
}

fn over(analysis: &Analysis, most: Severity) -> impl Iterator<Item = Finding> {
    let over = analysis.threats.iter().filter(move |threat| {
        let accepted = threat.tracking.status == Status::Accepted && !threat.tracking.expired;
        threat.after.severity > most && !accepted
    });
    over.map(move |threat| {
        let (value, severity) = (&threat.after.value, threat.after.severity);
        Finding {
            kind: FindingKind::TooSevere,
            about: threat.id.clone(),
            words: Words::new(
                format!(
                    "対策後も{value}（{}）で、許される「{}」を超えています。対策を加えるか、期限を決めて受容してください",
                    severity.title().ja,
                    most.title().ja
                ),
                format!(
                    "after measures it is still {value} ({severity}), worse than the {most} that is allowed; take more \
                     measures, or accept it until a day"
                ),
            ),
        }
    })
}
