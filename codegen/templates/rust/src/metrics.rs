//! Counters in Prometheus' text form. Adding to one is a single atomic step: the guard counts on every call.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What is counted; the order is that of `NAMES`.
#[derive(Clone, Copy)]
pub enum Count {
    Allow,
    Probe,
    Reject,
    UnknownBreaker,
    CallbackDone,
    CallbackRefused,
    CallbackFailed,
    ReadDone,
    ReadFailed,
    WriteRejected,
    Capped,
    HookDone,
    HookFailed,
    StoreFailed,
}

const NAMES: [&str; 14] = [
    "cb_guard_total{verdict=\"allow\"}",
    "cb_guard_total{verdict=\"probe\"}",
    "cb_guard_total{verdict=\"reject\"}",
    "cb_guard_unknown_breaker_total",
    "cb_callbacks_total{result=\"done\"}",
    "cb_callbacks_total{result=\"refused\"}",
    "cb_callbacks_total{result=\"failed\"}",
    "cb_reads_total{result=\"done\"}",
    "cb_reads_total{result=\"failed\"}",
    "cb_writes_rejected_total",
    "cb_max_open_reached_total",
    "cb_hooks_total{result=\"done\"}",
    "cb_hooks_total{result=\"failed\"}",
    "cb_store_failures_total",
];

#[derive(Default)]
pub struct Metrics([AtomicU64; NAMES.len()]);

impl Metrics {
    pub fn add(&self, count: Count) {
        self.0[count as usize].fetch_add(1, Relaxed);
    }

    pub fn get(&self, count: Count) -> u64 {
        self.0[count as usize].load(Relaxed)
    }

    /// All counters, then `gauges`: names with their values now.
    pub fn render(&self, gauges: &[(String, f64)]) -> String {
        let counters = NAMES.iter().zip(&self.0).map(|(name, value)| ((*name).to_owned(), value.load(Relaxed) as f64));
        let (mut out, mut family) = (String::new(), String::new());
        for (name, value) in counters.chain(gauges.iter().cloned()) {
            let base = name.split('{').next().unwrap_or_default();
            if base != family {
                let kind = if base.ends_with("_total") { "counter" } else { "gauge" };
                let _ = writeln!(out, "# TYPE {base} {kind}");
                family = base.to_owned();
            }
            let _ = writeln!(out, "{name} {value}");
        }
        out
    }
}
