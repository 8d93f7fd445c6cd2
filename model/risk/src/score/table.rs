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
    AttackComplexity, AttackVector, Impact, InformationImportance, Level, LifeProperty, PrivilegesRequired,
    Requirement, Scope, UserInteraction,
};
use crate::vector::{Base, Requirements};

const PLACES: u32 = 12;
const HALVES_IN_TENTH: u64 = 2 * 100_000_000_000;
const HALVES_IN_TEN_THOUSANDTH: u64 = 2 * 100_000_000;
const HALVES_IN_TEN: u64 = 100 * HALVES_IN_TENTH;
/// A millionth of a unit, which is what a unit times E × RL × RC comes in, fits so often into a ten-thousandth.
const MILLIONTHS_IN_TEN_THOUSANDTH: u64 = 100_000_000 * 1_000_000;

/// C × CR in hundredths: nothing else can come out.
const WEIGHTS: [u32; 7] = [0, 11, 22, 28, 33, 56, 84];

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

pub(super) struct Tables {
    /// By weight of C, I, A, scope, LP and II; 0 where the impact is not above zero.
    impact: Box<[u64]>,
    /// By AV, AC, PR, UI and scope.
    exploitability: Box<[u64]>,
}

/// A value before rounding, in halves; 0 where there is no impact.
#[derive(Clone, Copy)]
pub(super) struct Sum(u64);

impl Tables {
    fn new() -> Self {
        let mut impact = Vec::with_capacity(7 * 7 * 7 * 8);
        for c in WEIGHTS {
            for i in WEIGHTS {
                for a in WEIGHTS {
                    let weights = [c, i, a].map(Decimal::hundredths);
                    impact.extend(impacts(&weights));
                }
            }
        }
        let mut exploitability = Vec::with_capacity(96);
        for av in AttackVector::ALL {
            for ac in AttackComplexity::ALL {
                for pr in PrivilegesRequired::ALL {
                    for ui in UserInteraction::ALL {
                        for scope in Scope::ALL {
                            let weights = [av.hundredths(), ac.hundredths(), pr.hundredths(*scope), ui.hundredths()];
                            let term = &equation::exploitability(weights) * &equation::breadth(*scope);
                            exploitability.push(halves(&term));
                        }
                    }
                }
            }
        }
        Self {
            impact: impact.into(),
            exploitability: exploitability.into(),
        }
    }

    /// 影響度 + 攻撃容易性, times 1.08 where the scope is changed.
    #[inline]
    pub(super) fn sum(&self, base: &Base, requirements: &Requirements) -> Sum {
        let c = weight_index(base.confidentiality, requirements.confidentiality);
        let i = weight_index(base.integrity, requirements.integrity);
        let a = weight_index(base.availability, requirements.availability);
        let scope = base.scope as usize;
        let factors = (scope * 2 + base.life_property as usize) * 2 + base.information_importance as usize;
        let impact = self.impact.get(((c * 7 + i) * 7 + a) * 8 + factors);
        let ease = (base.attack_vector as usize * 2 + base.attack_complexity as usize) * 3;
        let ease = (ease + base.privileges_required as usize) * 2 + base.user_interaction as usize;
        let ease = self.exploitability.get(ease * 2 + scope);
        match (impact, ease) {
            (Some(impact), Some(ease)) if *impact > 0 => Sum(impact + ease),
            _ => Sum(0),
        }
    }
}

/// For one 調整前影響度: by scope, LP and II.
fn impacts([c, i, a]: &[Decimal; 3]) -> Vec<u64> {
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
    let (units, more) = term.floor(PLACES);
    u64::try_from(units * 2 + u8::from(more)).unwrap_or_default()
}

/// The place of C × CR in [`WEIGHTS`], by impact (high, low, none) and requirement (high, medium, low).
const PLACE: [u8; 9] = [6, 5, 3, 4, 2, 1, 0, 0, 0];

#[inline]
fn weight_index(impact: Impact, requirement: Option<Requirement>) -> usize {
    let requirement = requirement.unwrap_or(Requirement::Medium);
    let place = PLACE.get(impact as usize * 3 + requirement as usize);
    usize::from(place.copied().unwrap_or_default())
}

impl Sum {
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
