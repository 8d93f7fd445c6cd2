//! What a program counts and measures, for those who watch it, in the OpenMetrics text that Prometheus reads.
//!
//! Labels say kinds, never who: no id, address or name of a person goes into one. As somebody outside may choose what
//! a label is made of (a path, a reason), the number of label sets is bounded; what is beyond counts as `other`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter as Raw;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::{ConstGauge, Gauge as RawGauge};
use prometheus_client::metrics::histogram::Histogram as RawHistogram;
use prometheus_client::registry::Registry;

/// The most label sets of one family.
pub const MOST_LABEL_SETS: usize = 200;
/// The content type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const OTHER: &str = "other";

type LabelSet = Vec<(&'static str, String)>;

/// Everything that a program counts and measures. Families are registered while it starts.
pub struct Metrics {
    registry: Registry,
}

/// Counts up. Clones are the same counter.
#[derive(Debug, Clone, Default)]
pub struct Counter(Raw);

/// Goes up and down. Clones are the same gauge.
#[derive(Debug, Clone, Default)]
pub struct Gauge(RawGauge);

/// How often something took how long. Clones are the same histogram.
#[derive(Debug, Clone)]
pub struct Histogram(RawHistogram);

/// Counters of one name, by their labels. Clones are the same family.
#[derive(Debug, Clone)]
pub struct Counters {
    labels: &'static [&'static str],
    known: Arc<AtomicUsize>,
    family: Family<LabelSet, Raw>,
}

/// Histograms of one name, by their labels. Clones are the same family.
#[derive(Debug, Clone)]
pub struct Histograms {
    labels: &'static [&'static str],
    known: Arc<AtomicUsize>,
    family: Family<LabelSet, RawHistogram>,
}

/// A value that is looked up when somebody asks for it.
struct Watched {
    name: String,
    help: String,
    look: Box<dyn Fn() -> i64 + Send + Sync>,
}

/// Upper ends of the buckets for spans of time, in seconds: from half a millisecond to half a minute.
const SECONDS: [f64; 15] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

impl Metrics {
    /// Nothing yet; every name will begin with `prefix` and an underscore.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        Self {
            registry: Registry::with_prefix(prefix),
        }
    }

    /// A counter. Its name ends in `_total` when it is read.
    pub fn counter(&mut self, name: &str, help: &str) -> Counter {
        let counter = Counter::default();
        self.registry.register(name, help, counter.0.clone());
        counter
    }

    /// Counters by labels.
    pub fn counters(&mut self, name: &str, help: &str, labels: &'static [&'static str]) -> Counters {
        let family = Family::default();
        self.registry.register(name, help, family.clone());
        Counters {
            labels,
            known: Arc::default(),
            family,
        }
    }

    /// A gauge that is set.
    pub fn gauge(&mut self, name: &str, help: &str) -> Gauge {
        let gauge = Gauge::default();
        self.registry.register(name, help, gauge.0.clone());
        gauge
    }

    /// A gauge that is looked up each time somebody asks. `look` must be quick and must not wait.
    pub fn watch(&mut self, name: &str, help: &str, look: impl Fn() -> i64 + Send + Sync + 'static) {
        self.registry.register_collector(Box::new(Watched {
            name: name.to_owned(),
            help: help.to_owned(),
            look: Box::new(look),
        }));
    }

    /// A histogram of spans of time. Its name ends in `_seconds`.
    pub fn timings(&mut self, name: &str, help: &str) -> Histogram {
        let histogram = Histogram(RawHistogram::new(SECONDS));
        self.registry
            .register(format!("{name}_seconds"), help, histogram.0.clone());
        histogram
    }

    /// Histograms of spans of time, by labels. Their name ends in `_seconds`.
    pub fn timings_by(&mut self, name: &str, help: &str, labels: &'static [&'static str]) -> Histograms {
        let make: fn() -> RawHistogram = || RawHistogram::new(SECONDS);
        let family = Family::new_with_constructor(make);
        self.registry.register(format!("{name}_seconds"), help, family.clone());
        Histograms {
            labels,
            known: Arc::default(),
            family,
        }
    }

    /// All of it as text, of the type [`CONTENT_TYPE`].
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail; a collector that did would leave its own lines out.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}

impl Counter {
    /// One more.
    pub fn add_one(&self) {
        self.0.inc();
    }

    /// So many more.
    pub fn add(&self, count: u64) {
        self.0.inc_by(count);
    }

    /// How many so far.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.get()
    }
}

impl Gauge {
    /// Shows `value` from now on.
    pub fn set(&self, value: i64) {
        self.0.set(value);
    }

    /// So many more, or fewer.
    pub fn add(&self, change: i64) {
        self.0.inc_by(change);
    }

    /// What it shows.
    #[must_use]
    pub fn get(&self) -> i64 {
        self.0.get()
    }
}

impl Histogram {
    /// Counts one that took `span`.
    pub fn observe(&self, span: Duration) {
        self.0.observe(span.as_secs_f64());
    }
}

impl Counters {
    /// One more of those with these values, in the order of the family's labels.
    pub fn add_one(&self, values: &[&str]) {
        self.of(values).add_one();
    }

    /// The counter with these values, for those who count often.
    #[must_use]
    pub fn of(&self, values: &[&str]) -> Counter {
        let set = admit(&self.family, &self.known, self.labels, values);
        Counter(self.family.get_or_create_owned(&set))
    }
}

impl Histograms {
    /// Counts one with these values, in the order of the family's labels, that took `span`.
    pub fn observe(&self, values: &[&str], span: Duration) {
        self.of(values).observe(span);
    }

    /// The histogram with these values, for those who count often.
    #[must_use]
    pub fn of(&self, values: &[&str]) -> Histogram {
        let set = admit(&self.family, &self.known, self.labels, values);
        Histogram(self.family.get_or_create_owned(&set))
    }
}

/// The label set with these values, if it is known or there is room for one more; else the one of `other`.
fn admit<M, C>(
    family: &Family<LabelSet, M, C>,
    known: &AtomicUsize,
    labels: &'static [&'static str],
    values: &[&str],
) -> LabelSet
where
    C: MetricConstructor<M>,
{
    let wanted = label_set(labels, values);
    let room = |known: usize| (known < MOST_LABEL_SETS).then_some(known + 1);
    let admitted =
        family.get(&wanted).is_some() || known.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).is_ok();
    if admitted { wanted } else { label_set(labels, &[]) }
}

/// A value for each label; one that was not given is `other`.
fn label_set(labels: &'static [&'static str], values: &[&str]) -> LabelSet {
    let values = values.iter().copied().chain(std::iter::repeat(OTHER));
    labels
        .iter()
        .zip(values)
        .map(|(label, value)| (*label, value.to_owned()))
        .collect()
}

impl Collector for Watched {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let gauge = ConstGauge::new((self.look)());
        let metric = encoder.encode_descriptor(&self.name, &self.help, None, MetricType::Gauge)?;
        gauge.encode(metric)
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_shown_in_open_metrics() {
        let mut metrics = Metrics::new("test");
        let frames = metrics.counter("frames", "Frames that came in");
        let open = metrics.gauge("connections", "Connections that are open");
        let requests = metrics.counters("requests", "Requests", &["route", "status"]);
        let took = metrics.timings("commit", "Time to commit");
        let by = metrics.timings_by("answer", "Time to answer", &["route"]);
        metrics.watch("waiting", "Writes that wait", || 7);
        frames.add(3);
        frames.clone().add_one();
        open.set(5);
        open.add(-2);
        requests.add_one(&["/a", "200"]);
        requests.add_one(&["/a", "200"]);
        requests.add_one(&["/b\"\n", "404"]);
        took.observe(Duration::from_millis(3));
        took.observe(Duration::from_secs(60));
        by.observe(&["/a"], Duration::from_millis(1));
        let text = metrics.render();
        for line in [
            "# TYPE test_frames counter",
            "# HELP test_frames Frames that came in.",
            "test_frames_total 4",
            "test_connections 3",
            "test_requests_total{route=\"/a\",status=\"200\"} 2",
            "test_requests_total{route=\"/b\\\"\\n\",status=\"404\"} 1",
            "test_waiting 7",
            "test_commit_seconds_bucket{le=\"0.005\"} 1",
            "test_commit_seconds_bucket{le=\"+Inf\"} 2",
            "test_commit_seconds_count 2",
            "test_answer_seconds_count{route=\"/a\"} 1",
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line} is not in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
        assert_eq!((frames.get(), open.get()), (4, 3));
    }

    #[test]
    fn labels_from_outside_cannot_fill_the_memory() {
        let mut metrics = Metrics::new("test");
        let requests = metrics.counters("requests", "Requests", &["route"]);
        let timings = metrics.timings_by("answer", "Time to answer", &["route"]);
        for number in 0..MOST_LABEL_SETS + 500 {
            let route = format!("/{number}");
            requests.add_one(&[&route]);
            timings.observe(&[&route], Duration::ZERO);
        }
        requests.add_one(&["/0"]);
        assert_eq!(requests.of(&["/0"]).get(), 2);
        assert_eq!(requests.of(&["other"]).get(), 500);
        let text = metrics.render();
        assert!(text.contains("test_answer_seconds_count{route=\"other\"} 500"));
        let sets = text
            .lines()
            .filter(|line| line.starts_with("test_requests_total"))
            .count();
        assert_eq!(sets, MOST_LABEL_SETS + 1);
    }
}
