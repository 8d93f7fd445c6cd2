//! Numbers in the text format of Prometheus. Labels are our own words only: no id, no name, no address of anybody.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// The numbers of one platform. Clones are the same.
#[derive(Clone, Debug)]
pub struct Metrics {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    gauges: Family<NameLabels, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct NameLabels {
    what: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::<RequestLabels, Counter>::default();
        // 1 ms to 16 s.
        let buckets: fn() -> Histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 15));
        let seconds = Family::new_with_constructor(buckets);
        let gauges = Family::<NameLabels, Gauge>::default();
        let mut registry = Registry::with_prefix("tomori_platform");
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time until the answer began", seconds.clone());
        registry.register(
            "now",
            "How many there are now, or have been since the start",
            gauges.clone(),
        );
        Self {
            inner: Arc::new(Inner {
                registry,
                requests,
                seconds,
                gauges,
            }),
        }
    }
}

impl Metrics {
    /// Sets one of the numbers that are looked up when somebody asks.
    pub(super) fn set(&self, what: &'static str, value: u64) {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        self.inner.gauges.get_or_create(&NameLabels { what }).set(value);
    }

    /// All numbers as text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.inner.registry);
        text
    }

    /// Counts a request; a layer around all routes.
    pub async fn count(State(metrics): State<Self>, request: Request, next: Next) -> Response {
        let route = request
            .extensions()
            .get::<MatchedPath>()
            .map_or("other", MatchedPath::as_str)
            .to_owned();
        let method = match request.method().as_str() {
            "GET" => "GET",
            "POST" => "POST",
            "PUT" => "PUT",
            "DELETE" => "DELETE",
            "HEAD" => "HEAD",
            _ => "other",
        };
        let began = Instant::now();
        let response = next.run(request).await;
        let labels = RouteLabels { route: route.clone() };
        metrics
            .inner
            .seconds
            .get_or_create(&labels)
            .observe(began.elapsed().as_secs_f64());
        let status = response.status().as_u16();
        metrics
            .inner
            .requests
            .get_or_create(&RequestLabels { route, method, status })
            .inc();
        response
    }
}
