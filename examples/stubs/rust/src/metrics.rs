//! Counters in Prometheus' text form. Adding to one is a look-up and an atomic step: the guard counts on every call.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What is counted, with its name for Prometheus; one table.
macro_rules! counts {
    ($($count:ident = $name:literal,)*) => {
        #[derive(Clone, Copy)]
        pub enum Count { $($count,)* }
        const NAMES: &[&str] = &[$($name,)*];
    };
}

counts! {
    Allow = "cb_guard_total{verdict=\"allow\"}",
    Probe = "cb_guard_total{verdict=\"probe\"}",
    Reject = "cb_guard_total{verdict=\"reject\"}",
    UnknownBreaker = "cb_guard_unknown_breaker_total",
    CallbackDone = "cb_callbacks_total{result=\"done\"}",
    CallbackRefused = "cb_callbacks_total{result=\"refused\"}",
    CallbackFailed = "cb_callbacks_total{result=\"failed\"}",
    ReadDone = "cb_reads_total{result=\"done\"}",
    ReadFailed = "cb_reads_total{result=\"failed\"}",
    WriteRejected = "cb_writes_rejected_total",
    Capped = "cb_max_open_reached_total",
    HookDone = "cb_hooks_total{result=\"done\"}",
    HookFailed = "cb_hooks_total{result=\"failed\"}",
    StoreFailed = "cb_store_failures_total",
}

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
    pub fn render(&self, gauges: &[(&str, f64)]) -> String {
        let mut out = String::new();
        for (name, value) in NAMES.iter().zip(&self.0) {
            let _ = writeln!(out, "{name} {}", value.load(Relaxed));
        }
        for (name, value) in gauges {
            let _ = writeln!(out, "{name} {value}");
        }
        out
    }
}
