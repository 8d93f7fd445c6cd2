//! The search for the fewest measures that meet every want.

use std::collections::BTreeMap;

use super::super::measure::Unit;
use super::want::Want;

/// How many sets are looked at before the search contents itself with what it has.
const MOST_WORK: u32 = 100_000;

/// What was found.
pub(super) struct Found {
    /// Which measures are taken.
    pub(super) taken: Vec<bool>,
    /// Whether no smaller set meets every want.
    pub(super) proven: bool,
}

/// What is known of a measure during the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Taken,
    GivenUp,
}

enum Outcome {
    Met,
    Impossible,
    /// The work is used up.
    Unknown,
}

struct Search<'s> {
    wants: Vec<&'s Want>,
    /// Each measure with all that it needs.
    closure: &'s BTreeMap<usize, Vec<usize>>,
    marks: Vec<Mark>,
    work: u32,
}

/// Takes the fewest measures that meet every want; `start` is taken already. Wants that share no measure are met one
/// group at a time.
pub(super) fn smallest(wants: &[Want], units: &[Unit<'_>], start: &[bool]) -> Found {
    let closure = closures(wants, units, start);
    let mut found = Found {
        taken: start.to_vec(),
        proven: true,
    };
    for group in groups(wants, &closure) {
        let marks = found
            .taken
            .iter()
            .map(|taken| if *taken { Mark::Taken } else { Mark::Open })
            .collect();
        let mut search = Search {
            wants: group,
            closure: &closure,
            marks,
            work: 0,
        };
        found.proven &= search.run();
        for (taken, mark) in found.taken.iter_mut().zip(&search.marks) {
            *taken |= *mark == Mark::Taken;
        }
    }
    found
}

/// Each measure that a want names, with what it needs beyond what is taken already.
fn closures(wants: &[Want], units: &[Unit<'_>], start: &[bool]) -> BTreeMap<usize, Vec<usize>> {
    let mut closures = BTreeMap::new();
    for place in wants.iter().flat_map(|want| &want.bearing) {
        closures.entry(*place).or_insert_with(|| {
            let (mut all, mut open) = (Vec::new(), vec![*place]);
            while let Some(one) = open.pop() {
                if start.get(one) != Some(&true) && !all.contains(&one) {
                    all.push(one);
                    open.extend(units.get(one).into_iter().flat_map(|unit| &unit.needs));
                }
            }
            all.sort_unstable();
            all
        });
    }
    closures
}

/// The wants in groups that share measures.
fn groups<'w>(wants: &'w [Want], closure: &BTreeMap<usize, Vec<usize>>) -> Vec<Vec<&'w Want>> {
    let mut group_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<&Want>> = Vec::new();
    for want in wants {
        let touched: Vec<usize> = want
            .bearing
            .iter()
            .flat_map(|place| closure.get(place))
            .flatten()
            .copied()
            .collect();
        let mut joined: Vec<usize> = touched
            .iter()
            .filter_map(|place| group_of.get(place).copied())
            .collect();
        joined.sort_unstable();
        joined.dedup();
        let home = joined.first().copied().unwrap_or(groups.len());
        if home == groups.len() {
            groups.push(Vec::new());
        }
        for other in joined.into_iter().skip(1) {
            let moved = groups.get_mut(other).map(std::mem::take).unwrap_or_default();
            groups
                .get_mut(home)
                .into_iter()
                .for_each(|group| group.extend(moved.iter().copied()));
            group_of
                .values_mut()
                .filter(|group| **group == other)
                .for_each(|group| *group = home);
        }
        groups.get_mut(home).into_iter().for_each(|group| group.push(want));
        group_of.extend(touched.into_iter().map(|place| (place, home)));
    }
    groups.retain(|group| !group.is_empty());
    groups
}

impl Search<'_> {
    /// Takes measures until every want is met; whether it is certain that fewer do not do.
    fn run(&mut self) -> bool {
        let start = self.marks.clone();
        for most in 0..=self.marks.len() {
            match self.meet(most) {
                Outcome::Met => return true,
                Outcome::Impossible => self.marks.clone_from(&start),
                Outcome::Unknown => break,
            }
        }
        self.marks = start;
        self.content();
        false
    }

    /// Whether all wants can be met with at most `left` more measures; if so they are marked.
    fn meet(&mut self, left: usize) -> Outcome {
        self.work += 1;
        if self.work > MOST_WORK {
            return Outcome::Unknown;
        }
        let unmet: Vec<(usize, Vec<u32>, u32)> = self.unmet();
        if unmet.is_empty() {
            return Outcome::Met;
        }
        if self.at_least(&unmet) > left {
            return Outcome::Impossible;
        }
        let narrowest = unmet.into_iter().min_by_key(|(place, ways, _)| (ways.len(), *place));
        let Some((place, mut ways, taken)) = narrowest else {
            return Outcome::Met;
        };
        ways.sort_by_key(|way| ((way & !taken).count_ones(), *way));
        let before = self.marks.clone();
        let mut given_up: Vec<usize> = Vec::new();
        for way in ways {
            self.marks.clone_from(&before);
            // What contains a measure that was tried alone was tried then.
            for measure in &given_up {
                self.mark(*measure, Mark::GivenUp);
            }
            let Some(more) = self.take(place, way) else { continue };
            if more <= left {
                match self.meet(left - more) {
                    Outcome::Impossible => {}
                    done => return done,
                }
            }
            given_up.extend(self.alone(place, way & !taken));
        }
        self.marks = before;
        Outcome::Impossible
    }

    /// The measure that a way adds, if it is one, takes nothing else with it and may be given up for good.
    fn alone(&self, want: usize, added: u32) -> Option<usize> {
        let want = self
            .wants
            .get(want)
            .filter(|want| want.monotone && added.count_ones() == 1)?;
        let measure = *want.bearing.get(usize::try_from(added.trailing_zeros()).ok()?)?;
        (self.closure.get(&measure)?.len() == 1).then_some(measure)
    }

    /// Wants that are not met: their position, the ways that are open, and what is taken of theirs.
    fn unmet(&self) -> Vec<(usize, Vec<u32>, u32)> {
        let one = |(place, want): (usize, &&Want)| {
            let (taken, given_up) = (self.mask(want, Mark::Taken), self.mask(want, Mark::GivenUp));
            (!want.met_by(taken)).then(|| (place, want.open_ways(taken, given_up).collect(), taken))
        };
        self.wants.iter().enumerate().filter_map(one).collect()
    }

    /// How many more measures it takes at least: wants with no measure in common add up. Impossible when a want has no
    /// way left.
    fn at_least(&self, unmet: &[(usize, Vec<u32>, u32)]) -> usize {
        let mut needs: Vec<(u32, usize)> = Vec::new();
        for (place, ways, taken) in unmet {
            match ways.iter().map(|way| (way & !taken).count_ones()).min() {
                Some(fewest) => needs.push((fewest, *place)),
                None => return usize::MAX,
            }
        }
        needs.sort_by_key(|(fewest, place)| (std::cmp::Reverse(*fewest), *place));
        let (mut seen, mut sum) = (vec![false; self.marks.len()], 0);
        for (fewest, place) in needs {
            let bearing = self
                .wants
                .get(place)
                .map(|want| want.bearing.as_slice())
                .unwrap_or_default();
            let apart = bearing
                .iter()
                .all(|measure| self.marks.get(*measure) != Some(&Mark::Open) || seen.get(*measure) == Some(&false));
            if apart {
                sum += usize::try_from(fewest).unwrap_or(usize::MAX);
                for measure in bearing {
                    if let Some(seen) = seen.get_mut(*measure) {
                        *seen = true;
                    }
                }
            }
        }
        sum
    }

    /// Takes the measures of a way; how many are new, or nothing when one of them is given up. Where more can be worse,
    /// what the way leaves out is given up.
    fn take(&mut self, want: usize, way: u32) -> Option<usize> {
        let want = *self.wants.get(want)?;
        let mut new = 0;
        for (bit, measure) in want.bearing.iter().enumerate() {
            if way & (1 << bit) == 0 {
                continue;
            }
            for one in self.closure.get(measure)? {
                match self.marks.get(*one)? {
                    Mark::Taken => {}
                    Mark::GivenUp => return None,
                    Mark::Open => {
                        new += 1;
                        self.mark(*one, Mark::Taken);
                    }
                }
            }
        }
        if !want.monotone {
            for measure in &want.bearing {
                if self.marks.get(*measure) == Some(&Mark::Open) {
                    self.mark(*measure, Mark::GivenUp);
                }
            }
        }
        Some(new)
    }

    fn mark(&mut self, measure: usize, mark: Mark) {
        if let Some(place) = self.marks.get_mut(measure) {
            *place = mark;
        }
    }

    fn mask(&self, want: &Want, mark: Mark) -> u32 {
        let bits = want.bearing.iter().enumerate();
        bits.filter(|(_, measure)| self.marks.get(**measure) == Some(&mark))
            .fold(0, |mask, (bit, _)| mask | (1 << bit))
    }

    /// A set without proof: each want in turn takes what adds least, then what is not needed is put back.
    fn content(&mut self) {
        let start = self.marks.clone();
        loop {
            let next = self.unmet().into_iter().find_map(|(place, ways, taken)| {
                let way = ways.into_iter().min_by_key(|way| ((way & !taken).count_ones(), *way))?;
                Some((place, way))
            });
            let Some((place, way)) = next else { break };
            if self.take(place, way).is_none_or(|new| new == 0) {
                break;
            }
        }
        for measure in (0..self.marks.len()).rev() {
            if self.marks.get(measure) != Some(&Mark::Taken) || start.get(measure) == Some(&Mark::Taken) {
                continue;
            }
            self.mark(measure, Mark::Open);
            let whole = self.closure.iter().all(|(one, needs)| {
                self.marks.get(*one) != Some(&Mark::Taken)
                    || needs.iter().all(|need| self.marks.get(*need) == Some(&Mark::Taken))
            });
            if !whole || !self.unmet().is_empty() {
                self.mark(measure, Mark::Taken);
            }
        }
    }
}
