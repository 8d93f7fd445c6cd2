//! The equations, term by term.

use super::term::Term;
use super::{Derivation, Input, Step};
use crate::metric::{Metric, Requirement, Scope};
use crate::score::{Decimal, Severity, Tenths, Uncapped, equation};
use crate::vector::{Base, Vector};

/// How many decimals a formula shows of a number that has more.
const SHOWN: usize = 10;

/// The names and the figures of the terms of one figure.
struct Names {
    unadjusted: Term,
    impact: Term,
    exploitability: Term,
    before_rounding: Term,
    rounded: Term,
    figures: [&'static str; 3],
}

const BEFORE: Names = Names {
    unadjusted: Term::UnadjustedImpact,
    impact: Term::Impact,
    exploitability: Term::Exploitability,
    before_rounding: Term::BaseBeforeRounding,
    rounded: Term::Base,
    figures: ["3-2 (1)", "3-2 (2)", "3-2 (3)"],
};

const AFTER: Names = Names {
    unadjusted: Term::ModifiedUnadjustedImpact,
    impact: Term::ModifiedImpact,
    exploitability: Term::ModifiedExploitability,
    before_rounding: Term::ModifiedBaseBeforeRounding,
    rounded: Term::ModifiedBase,
    figures: ["3-3 (1)", "3-3 (2)", "3-3 (3)"],
};

/// The base value (3.5.2 (1)).
pub(super) fn base(vector: &Vector) -> Derivation {
    let inputs = Metric::BASE.map(|metric| input(vector, metric, &vector.base)).into();
    let mut course = Course::new(&BEFORE);
    let (raw, rounded) = course.run(&vector.base, None);
    course.end(inputs, &raw, raw.clone(), &rounded, &raw)
}

/// The environmental value (3.5.2 (2)).
pub(super) fn environmental(vector: &Vector) -> Derivation {
    let after = vector.after_measures();
    let metrics = Metric::ALL.into_iter().filter(|metric| !metric.is_base());
    let inputs: Vec<_> = metrics.map(|metric| input(vector, metric, &after)).collect();
    let required = |metric: Metric| inputs.iter().find(|input| input.metric == metric)?.weight.clone();
    let requirements = [
        Metric::ConfidentialityRequirement,
        Metric::IntegrityRequirement,
        Metric::AvailabilityRequirement,
    ];
    let one = || Decimal::new(1, 0);
    let requirements = requirements.map(|metric| required(metric).unwrap_or_else(one));
    let present = [
        Metric::ExploitMaturity,
        Metric::RemediationLevel,
        Metric::ReportConfidence,
    ];
    let present = present.map(|metric| required(metric).unwrap_or_else(one));

    let mut course = Course::new(&AFTER);
    let (raw, base) = course.run(&after, Some(requirements));
    let factor = present.iter().fold(one(), |product, factor| &product * factor);
    let before = &base * &factor;
    let [e, rl, rc] = &present;
    let formula = format!("{base} × {e} × {rl} × {rc}");
    course.step(Term::EnvironmentalBeforeRounding, formula, AFTER.figures[2], &before);
    let rounded = before.rounded_up(1);
    let formula = format!("⌈{before:.SHOWN$} × 10⌉ ÷ 10");
    course.step(Term::Environmental, formula, AFTER.figures[2], &rounded);
    course.end(inputs, &raw, before, &rounded, &(&raw * &factor))
}

/// The steps of a derivation, as they come.
struct Course {
    names: &'static Names,
    steps: Vec<Step>,
}

impl Course {
    fn new(names: &'static Names) -> Self {
        let steps = Vec::new();
        Self { names, steps }
    }

    fn step(&mut self, term: Term, formula: String, figure: &'static str, exact: &Decimal) {
        let exact = exact.clone();
        let step = Step {
            term,
            formula,
            figure,
            exact,
        };
        self.steps.push(step);
    }

    /// The value before rounding, and rounded up and capped.
    fn run(&mut self, base: &Base, requirements: Option<[Decimal; 3]>) -> (Decimal, Decimal) {
        let names = self.names;
        let [impacts, ease, sum] = names.figures;
        let unadjusted = self.unadjusted(base, requirements);

        let x = format!("{unadjusted}");
        let (lp, ii) = (
            Decimal::hundredths(base.life_property.hundredths()),
            Decimal::hundredths(base.information_importance.hundredths()),
        );
        let impact = &(&equation::impact(base.scope, &unadjusted) * &lp) * &ii;
        let formula = match base.scope {
            Scope::Unchanged => format!("6.42 × {x} × {lp} × {ii}"),
            Scope::Changed => format!("(7.52 × ({x} − 0.029) − 3.25 × ({x} − 0.02)^15) × {lp} × {ii}"),
        };
        self.step(names.impact, formula, impacts, &impact);

        let weights = [
            base.attack_vector.hundredths(),
            base.attack_complexity.hundredths(),
            base.privileges_required.hundredths(base.scope),
            base.user_interaction.hundredths(),
        ];
        let exploitability = equation::exploitability(weights);
        let [av, ac, pr, ui] = weights.map(Decimal::hundredths);
        let formula = format!("8.22 × {av} × {ac} × {pr} × {ui}");
        self.step(names.exploitability, formula, ease, &exploitability);

        if !impact.is_positive() {
            let zero = Decimal::new(0, 0);
            let formula = format!("{impact:.SHOWN$} ≤ 0");
            self.step(names.rounded, formula, sum, &zero);
            return (zero.clone(), zero);
        }
        let raw = &(&impact + &exploitability) * &equation::breadth(base.scope);
        let shown = format!("{impact:.SHOWN$} + {exploitability:.SHOWN$}");
        let formula = match base.scope {
            Scope::Unchanged => shown,
            Scope::Changed => format!("1.08 × ({shown})"),
        };
        self.step(names.before_rounding, formula, sum, &raw);
        let rounded = raw.rounded_up(1).min(Decimal::new(10, 0));
        let formula = format!("min(⌈{raw:.SHOWN$} × 10⌉ ÷ 10, 10)");
        self.step(names.rounded, formula, sum, &rounded);
        (raw, rounded)
    }

    fn unadjusted(&mut self, base: &Base, requirements: Option<[Decimal; 3]>) -> Decimal {
        let impacts = [base.confidentiality, base.integrity, base.availability];
        let impacts = impacts.map(|impact| Decimal::hundredths(impact.hundredths()));
        let (term, figure) = (self.names.unadjusted, self.names.figures[0]);
        let [c, i, a] = &impacts;
        let Some([cr, ir, ar]) = requirements else {
            let unadjusted = equation::unadjusted_impact(c, i, a);
            let formula = format!("1 − (1 − {c}) × (1 − {i}) × (1 − {a})");
            self.step(term, formula, figure, &unadjusted);
            return unadjusted;
        };
        let unadjusted = equation::unadjusted_impact(&(c * &cr), &(i * &ir), &(a * &ar));
        let unadjusted = unadjusted.min(equation::most_unadjusted_impact());
        let formula = format!("min(1 − (1 − {c} × {cr}) × (1 − {i} × {ir}) × (1 − {a} × {ar}), 0.915)");
        self.step(term, formula, figure, &unadjusted);
        unadjusted
    }

    fn end(
        self,
        inputs: Vec<Input>,
        raw: &Decimal,
        before_rounding: Decimal,
        rounded: &Decimal,
        uncapped: &Decimal,
    ) -> Derivation {
        let value = Tenths::saturating(rounded.units_at(1));
        Derivation {
            inputs,
            steps: self.steps,
            before_rounding,
            uncapped: Uncapped::of((uncapped + &Decimal::new(5, 5)).units_at(4)),
            capped: *raw > Decimal::new(10, 0),
            value,
            severity: Severity::of(value),
        }
    }
}

/// A metric of a value, where `effective` are the levels that hold in it.
fn input(vector: &Vector, metric: Metric, effective: &Base) -> Input {
    let taken_from = match metric.modifies() {
        Some(base) if vector.code(metric) == "X" => base,
        _ => metric,
    };
    let weight = match metric.modifies().unwrap_or(metric) {
        Metric::AttackVector => Some(effective.attack_vector.hundredths()),
        Metric::AttackComplexity => Some(effective.attack_complexity.hundredths()),
        Metric::PrivilegesRequired => Some(effective.privileges_required.hundredths(effective.scope)),
        Metric::UserInteraction => Some(effective.user_interaction.hundredths()),
        Metric::Confidentiality => Some(effective.confidentiality.hundredths()),
        Metric::Integrity => Some(effective.integrity.hundredths()),
        Metric::Availability => Some(effective.availability.hundredths()),
        Metric::LifeProperty => Some(effective.life_property.hundredths()),
        Metric::InformationImportance => Some(effective.information_importance.hundredths()),
        Metric::ExploitMaturity => Some(vector.temporal.exploit_maturity.map_or(100, |level| level.hundredths())),
        Metric::RemediationLevel => Some(
            vector
                .temporal
                .remediation_level
                .map_or(100, |level| level.hundredths()),
        ),
        Metric::ReportConfidence => Some(
            vector
                .temporal
                .report_confidence
                .map_or(100, |level| level.hundredths()),
        ),
        Metric::ConfidentialityRequirement => Some(required(vector.requirements.confidentiality)),
        Metric::IntegrityRequirement => Some(required(vector.requirements.integrity)),
        Metric::AvailabilityRequirement => Some(required(vector.requirements.availability)),
        _ => None,
    };
    Input {
        metric,
        taken_from,
        level: vector.code(taken_from),
        weight: weight.map(Decimal::hundredths),
        table: taken_from.table(),
    }
}

fn required(requirement: Option<Requirement>) -> u32 {
    requirement.map_or(100, Requirement::hundredths)
}
