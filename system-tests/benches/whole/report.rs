//! What a bench says: one JSON object a line for `cargo xtask bench`, and remarks for people.

use std::time::Duration;

use serde::Serialize;

/// One measured thing.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    compare: Option<Compare>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, Serialize)]
struct Compare {
    name: String,
    value: f64,
}

impl Figure {
    /// A value with its unit.
    pub(crate) fn new(name: &str, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            value,
            unit,
            compare: None,
            goal: None,
            note: None,
        }
    }

    /// What it is to be read next to.
    pub(crate) fn beside(mut self, name: &str, value: f64) -> Self {
        self.compare = Some(Compare {
            name: name.to_owned(),
            value,
        });
        self
    }

    /// What it ought to be.
    pub(crate) fn goal(mut self, goal: &'static str) -> Self {
        self.goal = Some(goal);
        self
    }

    /// What one has to know to read it rightly.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Says it.
    pub(crate) fn say(self) {
        match serde_json::to_string(&self) {
            Ok(line) => remark(&line),
            Err(error) => remark(&format!("{}: {error}", self.name)),
        }
    }
}

/// Says something to people.
#[allow(clippy::print_stdout)]
pub(crate) fn remark(text: &str) {
    println!("{text}");
}

/// Measured times.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spans(Vec<Duration>);

impl Spans {
    /// One more.
    pub(crate) fn add(&mut self, span: Duration) {
        self.0.push(span);
    }

    /// One after the other: each of these and so many of the others.
    pub(crate) fn plus(&self, others: &Self, times: u32) -> Self {
        let sums = self.0.iter().zip(&others.0).map(|(one, other)| *one + *other * times);
        Self(sums.collect())
    }

    /// The time within which so many percent of them lie, in milliseconds: the nearest of those measured. Nothing
    /// measured is no time at all, and says so as NaN.
    pub(crate) fn millis(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).map_or(f64::NAN, |span| span.as_secs_f64() * 1e3)
    }

    /// The middle and the 99th percentile as figures, each next to the floor's.
    pub(crate) fn say(&self, name: &str, floor: Option<(&str, &Self)>) {
        for percent in [50, 99] {
            let mut figure = Figure::new(&format!("{name}, p{percent}"), self.millis(percent), "ms");
            if let Some((floor_name, floor)) = floor {
                figure = figure.beside(floor_name, floor.millis(percent));
            }
            figure.note(format!("of {}", self.0.len())).say();
        }
    }
}
