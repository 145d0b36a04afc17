//! The one question a request asks: may this call go out? Answered from the snapshot alone: no lock, no I/O.

use crate::chance::{self, Chance};
use crate::clock::Clock;
use crate::config::{Fallback, Settings};
use crate::metrics::{Count, Metrics};
use crate::model::{Level, Mode};
use crate::snapshot::{Breaker, Flag, Snapshot, tags};
use crate::store::Contents;
use arc_swap::ArcSwap;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::{hash::Hash, sync::Arc};
use tokio::sync::watch;

/// `Probe` is a call that goes out although the breaker is open, so that the monitor has something to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allow,
    Probe,
    Reject,
}

/// Three reloads missed: the store counts as down.
const STALE: i64 = 15_000;
/// Names of unknown breakers that are logged before the guard only counts.
const MAX_LOGGED: usize = 100;

pub struct Guard {
    snapshot: ArcSwap<Snapshot>,
    store_fails: AtomicBool,
    unknown: ArcSwap<BTreeSet<String>>,
    settings: Arc<Settings>,
    clock: Arc<Clock>,
    chance: Chance,
    metrics: Arc<Metrics>,
    loads: watch::Sender<u64>,
}

impl Guard {
    pub fn new(settings: Arc<Settings>, clock: Arc<Clock>, chance: Chance, metrics: Arc<Metrics>) -> Self {
        let (snapshot, unknown) = (ArcSwap::default(), ArcSwap::default());
        let (store_fails, loads) = (AtomicBool::new(false), watch::Sender::new(0));
        Self { snapshot, store_fails, unknown, settings, clock, chance, metrics, loads }
    }

    /// Asks for one call to `group` (`bank_code:0001,env:prod`, or `*`) of `breaker`; shares are drawn at random.
    pub fn allow(&self, breaker: &str, group: &str) -> Verdict {
        self.count(self.judge(breaker, group, || self.chance.draw()))
    }

    /// As `allow`, but the caller with this key always falls on the same side of a percentage.
    pub fn allow_key(&self, breaker: &str, group: &str, key: impl Hash) -> Verdict {
        self.count(self.judge(breaker, group, || chance::of_key(&key)))
    }

    /// The snapshot now, for display.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Counts the loads so far and can be awaited.
    pub fn loads(&self) -> watch::Receiver<u64> {
        self.loads.subscribe()
    }

    /// Takes what the store held at `at`, or notes that it did not answer.
    pub fn replace(&self, contents: Option<Contents>, at: i64) {
        self.store_fails.store(contents.is_none(), Relaxed);
        if let Some(contents) = contents {
            self.snapshot.store(Arc::new(Snapshot::new(contents, at, self.settings.ramp, &self.snapshot.load())));
        }
        self.loads.send_modify(|loads| *loads += 1);
    }

    fn count(&self, verdict: Verdict) -> Verdict {
        self.metrics.add([Count::Allow, Count::Probe, Count::Reject][verdict as usize]);
        verdict
    }

    fn judge(&self, name: &str, group: &str, draw: impl Fn() -> f64) -> Verdict {
        let (snapshot, now) = (self.snapshot.load(), self.clock.now());
        let asked = tags(group);
        let breaker = snapshot.breakers.get(name);
        if let Some(forced) = breaker.and_then(|breaker| breaker.override_of(&asked, now)) {
            return if forced.mode == Mode::ForceOpen { Verdict::Reject } else { Verdict::Allow };
        }
        let loaded = snapshot.loaded.unwrap_or(0);
        let down = snapshot.loaded.is_none() || self.store_fails.load(Relaxed) && now - loaded > STALE;
        if down && !holds(self.settings.on_store_down, now - loaded, self.settings.max_stale) {
            return if self.settings.on_store_down.then_open { Verdict::Reject } else { Verdict::Allow };
        }
        let Some(breaker) = breaker.filter(|breaker| breaker.fed) else { return self.unknown(name) };
        // While the store is down no lease can be renewed: entries are judged as of the last load.
        self.weigh(breaker, &asked, if down { loaded } else { now }, draw)
    }

    /// The worst of all matching groups decides: the smallest share of calls that may go out.
    fn weigh(&self, breaker: &Breaker, asked: &[&str], at: i64, draw: impl Fn() -> f64) -> Verdict {
        let cold = if breaker.cold_lease.is_some_and(|first| at >= first) { &breaker.cold[..] } else { &[] };
        let matching = breaker.hot.iter().chain(cold).filter(|flag| flag.matches(asked));
        let worst = matching.map(|flag| (self.share(flag, at), flag)).min_by(|(a, _), (b, _)| a.total_cmp(b));
        match worst {
            Some((share, flag)) if share <= 0.0 => self.probe(flag, self.chance.draw()),
            Some((share, _)) if share < 1.0 && draw() >= share => Verdict::Reject,
            _ => Verdict::Allow,
        }
    }

    /// The share of calls that one group lets out at this moment.
    fn share(&self, flag: &Flag, at: i64) -> f64 {
        let (entry, policy, ramp) = (&flag.entry, self.settings.on_source_down, self.settings.ramp as f64);
        if at >= entry.lease && !holds(policy, at - entry.lease, self.settings.max_stale) {
            return if policy.then_open { 0.0 } else { 1.0 };
        }
        match entry.level {
            Level::Open => 0.0,
            Level::Degraded => self.settings.degraded_share,
            Level::Closed if entry.was == Level::Closed || (at - entry.since) as f64 >= ramp => 1.0,
            Level::Closed => {
                let start = if entry.was == Level::Open { 0.0 } else { self.settings.degraded_share };
                start + (1.0 - start) * (at - entry.since).max(0) as f64 / ramp
            }
        }
    }

    /// Open, and yet a few: a share of all calls, and one each interval if that share has sent none.
    fn probe(&self, flag: &Flag, draw: f64) -> Verdict {
        let (now, last) = (self.clock.now(), flag.probed.load(Relaxed));
        let due = now - last >= self.settings.probe_interval;
        if due && flag.probed.compare_exchange(last, now, Relaxed, Relaxed).is_ok() || draw < self.settings.probe_ratio
        {
            return Verdict::Probe;
        }
        Verdict::Reject
    }

    /// A breaker nobody feeds: counted always, logged once.
    fn unknown(&self, name: &str) -> Verdict {
        self.metrics.add(Count::UnknownBreaker);
        let logged = self.unknown.load();
        if !logged.contains(name) && logged.len() < MAX_LOGGED {
            self.unknown.rcu(|names| names.iter().cloned().chain([name.to_owned()]).collect::<BTreeSet<_>>());
            tracing::warn!(breaker = name, "no monitor feeds this breaker: check its tag `circuit_breaker:NAME`");
        }
        if self.settings.reject_unknown { Verdict::Reject } else { Verdict::Allow }
    }
}

/// True while the last known state still stands, `age` milliseconds after it was last confirmed.
fn holds(policy: Fallback, age: i64, max_stale: i64) -> bool {
    policy.last_known && age < max_stale
}
