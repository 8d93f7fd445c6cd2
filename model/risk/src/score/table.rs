//! The terms of the equations take few values: each is computed once, exactly, and then looked up.
//!
//! A term is kept in *halves* of 10^-12: twice its whole units, and one more if anything is left over. The
//! exploitability never has more than twelve decimals (1.08 × 8.22 × four weights), so that the halves of a sum say
//! exactly on which side of any coarser boundary it lies, though the impact may have ninety-six decimals.

use std::sync::LazyLock;

use super::decimal::Decimal;
use super::equation;
use super::value::{Tenths, Uncapped, Value};
use crate::metric::{
    AttackComplexity, AttackVector, ExploitMaturity, Impact, InformationImportance, Level, LifeProperty,
    PrivilegesRequired, RemediationLevel, ReportConfidence, Requirement, Scope, UserInteraction,
};
use crate::vector::{Base, Requirements, Temporal};

const DECIMALS: u32 = 12;
const HALVES_IN_TENTH: u64 = 2 * 100_000_000_000;
const HALVES_IN_TEN_THOUSANDTH: u64 = 2 * 100_000_000;
const HALVES_IN_TEN: u64 = 100 * HALVES_IN_TENTH;
/// A millionth of a unit, which is what a unit times E × RL × RC comes in, fits so often into a ten-thousandth.
const MILLIONTHS_IN_TEN_THOUSANDTH: u64 = 100_000_000 * 1_000_000;

/// C × CR in hundredths: nothing else can come out.
const WEIGHTS: [u32; 7] = [0, 11, 22, 28, 33, 56, 84];

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

pub(super) struct Tables {
    /// Every base value, by C, I, A, scope, LP, II and what is in [`ease`].
    base: Box<[Value]>,
    /// Impacts by place of C × CR, I × IR, A × AR in [`WEIGHTS`], scope, LP and II; 0 where one is not above zero.
    impact: Box<[u64]>,
    /// Exploitabilities by [`ease`] and scope.
    exploitability: Box<[u64]>,
    /// E × RL × RC in millionths, by the three; each may be X, and that is its last place.
    present: Box<[u32]>,
}

/// A value before rounding, in halves; 0 where there is no impact.
#[derive(Clone, Copy)]
pub(super) struct Sum(u64);

impl Tables {
    fn new() -> Self {
        let exploitability = exploitabilities();
        let levels: Vec<u32> = Impact::ALL.iter().map(|level| level.hundredths()).collect();
        Self {
            base: bases(&impacts(&levels), &exploitability),
            impact: impacts(&WEIGHTS),
            exploitability,
            present: presents(),
        }
    }

    /// The base value (fig. 3-2).
    #[inline]
    pub(super) fn base(&self, base: &Base) -> Value {
        let (c, i, a) = (
            base.confidentiality as usize,
            base.integrity as usize,
            base.availability as usize,
        );
        let place = (((c * 3 + i) * 3 + a) * 8 + factors(base)) * 48 + ease(base);
        self.base.get(place).copied().unwrap_or(Sum(0).value())
    }

    /// 緩和策後影響度 + 緩和策後攻撃容易性, times 1.08 where the scope is changed (fig. 3-3).
    #[inline]
    pub(super) fn after(&self, base: &Base, requirements: &Requirements) -> Sum {
        let c = place(base.confidentiality, requirements.confidentiality);
        let i = place(base.integrity, requirements.integrity);
        let a = place(base.availability, requirements.availability);
        let impact = self.impact.get(((c * 7 + i) * 7 + a) * 8 + factors(base));
        let ease = self.exploitability.get(ease(base) * 2 + base.scope as usize);
        match (impact, ease) {
            (Some(impact), Some(ease)) => Sum::of(*impact, *ease),
            _ => Sum(0),
        }
    }

    /// E × RL × RC in millionths.
    #[inline]
    pub(super) fn present(&self, temporal: &Temporal) -> u32 {
        let exploit = temporal.exploit_maturity.map_or(4, |level| level as usize);
        let remedy = temporal.remediation_level.map_or(4, |level| level as usize);
        let report = temporal.report_confidence.map_or(3, |level| level as usize);
        let present = self.present.get((exploit * 5 + remedy) * 4 + report);
        present.copied().unwrap_or(1_000_000)
    }
}

/// The place of AV, AC, PR and UI among the 48 that there are.
#[inline]
fn ease(base: &Base) -> usize {
    let place = (base.attack_vector as usize * 2 + base.attack_complexity as usize) * 3;
    (place + base.privileges_required as usize) * 2 + base.user_interaction as usize
}

/// The place of scope, LP and II in the row of an impact.
#[inline]
fn factors(base: &Base) -> usize {
    (base.scope as usize * 2 + base.life_property as usize) * 2 + base.information_importance as usize
}

/// The terms of every three weights of C, I and A.
fn impacts(weights: &[u32]) -> Box<[u64]> {
    let mut terms = Vec::with_capacity(weights.len().pow(3) * 8);
    for c in weights {
        for i in weights {
            for a in weights {
                let weights = [*c, *i, *a].map(Decimal::hundredths);
                terms.extend(impacts_of(&weights));
            }
        }
    }
    terms.into()
}

fn bases(impacts: &[u64], exploitabilities: &[u64]) -> Box<[Value]> {
    let mut values = Vec::with_capacity(impacts.len() * 48);
    for (place, impact) in impacts.iter().enumerate() {
        // In a row of eight, the scope is what changes last.
        let scope = place / 4 % 2;
        let eases = exploitabilities.iter().skip(scope).step_by(2);
        values.extend(eases.map(|ease| Sum::of(*impact, *ease).value()));
    }
    values.into()
}

fn exploitabilities() -> Box<[u64]> {
    let mut terms = Vec::with_capacity(96);
    for av in AttackVector::ALL {
        for ac in AttackComplexity::ALL {
            for pr in PrivilegesRequired::ALL {
                for ui in UserInteraction::ALL {
                    for scope in Scope::ALL {
                        let weights = [av.hundredths(), ac.hundredths(), pr.hundredths(*scope), ui.hundredths()];
                        terms.push(halves(
                            &(&equation::exploitability(weights) * &equation::breadth(*scope)),
                        ));
                    }
                }
            }
        }
    }
    terms.into()
}

fn presents() -> Box<[u32]> {
    let exploit = ExploitMaturity::ALL.iter().map(|level| level.hundredths()).chain([100]);
    let remedy = RemediationLevel::ALL
        .iter()
        .map(|level| level.hundredths())
        .chain([100]);
    let report = ReportConfidence::ALL
        .iter()
        .map(|level| level.hundredths())
        .chain([100]);
    exploit
        .flat_map(|exploit| remedy.clone().map(move |remedy| exploit * remedy))
        .flat_map(|product| report.clone().map(move |report| product * report))
        .collect()
}

/// For one 調整前影響度: by scope, LP and II.
fn impacts_of([c, i, a]: &[Decimal; 3]) -> Vec<u64> {
    let unadjusted = equation::unadjusted_impact(c, i, a).min(equation::most_unadjusted_impact());
    let mut terms = Vec::with_capacity(8);
    for scope in Scope::ALL {
        let impact = &equation::impact(*scope, &unadjusted) * &equation::breadth(*scope);
        for life in LifeProperty::ALL {
            for information in InformationImportance::ALL {
                let factors = [life.hundredths(), information.hundredths()].map(Decimal::hundredths);
                let term = &(&impact * &factors[0]) * &factors[1];
                terms.push(if term.is_positive() { halves(&term) } else { 0 });
            }
        }
    }
    terms
}

fn halves(term: &Decimal) -> u64 {
    let (units, more) = term.floor(DECIMALS);
    u64::try_from(units * 2 + u8::from(more)).unwrap_or_default()
}

/// The place of C × CR in [`WEIGHTS`] in four bits each: by impact (high, low, none) from the low bits up, and in each by
/// requirement (high, medium, low, X).
const PLACES: u64 = 0x0000_2124_5356;

#[inline]
fn place(impact: Impact, requirement: Option<Requirement>) -> usize {
    let requirement = requirement.map_or(3, |level| level as u32);
    (PLACES >> (16 * impact as u32 + 4 * requirement)) as usize & 7
}

impl Sum {
    #[inline]
    fn of(impact: u64, exploitability: u64) -> Self {
        Self(if impact > 0 { impact + exploitability } else { 0 })
    }

    /// Rounded up and capped.
    #[inline]
    fn tenths(self) -> Tenths {
        Tenths::saturating(self.0.div_ceil(HALVES_IN_TENTH))
    }

    /// The base value.
    #[inline]
    pub(super) fn value(self) -> Value {
        Value {
            tenths: self.tenths(),
            uncapped: Uncapped::of((self.0 + HALVES_IN_TEN_THOUSANDTH / 2) / HALVES_IN_TEN_THOUSANDTH),
            capped: self.0 > HALVES_IN_TEN,
        }
    }

    /// The environmental value: rounded up and capped, times E × RL × RC, rounded up.
    ///
    /// The uncapped value leaves out what is left over of a unit. That can only be wrong where the product comes within
    /// 10^-12 of a boundary; a test goes through all products and finds none.
    #[inline]
    pub(super) fn value_at(self, millionths: u32) -> Value {
        let tenths = u64::from(self.tenths().get()) * u64::from(millionths);
        let uncapped = (self.0 / 2) * u64::from(millionths);
        Value {
            tenths: Tenths::saturating(tenths.div_ceil(1_000_000)),
            uncapped: Uncapped::of((uncapped + MILLIONTHS_IN_TEN_THOUSANDTH / 2) / MILLIONTHS_IN_TEN_THOUSANDTH),
            capped: self.0 > HALVES_IN_TEN,
        }
    }
}
