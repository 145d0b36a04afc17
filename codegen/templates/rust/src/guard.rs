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
        let cold = breaker.cold_lease.is_some_and(|first| at >= first).then(|| breaker.cold.matching(asked));
        let matching = breaker.hot.matching(asked).chain(cold.into_iter().flatten());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Entry, MonitorState};

    fn guard(changes: &[(&str, &str)]) -> Guard {
        let key = ("CB_SIGNING_KEYS", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
        let all: Vec<_> = changes.iter().chain(&[("DD_API_KEY", "a"), ("DD_APP_KEY", "b"), key]).copied().collect();
        let get = |name: &str| all.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let (settings, clock) = (Arc::new(Settings::read(&get).unwrap()), Arc::new(Clock::default()));
        Guard::new(settings, clock, Chance::seeded(3), Arc::default())
    }

    /// Monitors of breaker `bank`, each with one group: its level, its former level, and since how many seconds.
    fn load(guard: &Guard, groups: &[(&str, Level, Level, i64)]) {
        let (now, mut contents) = (guard.clock.now(), Contents::default());
        for (id, (group, level, was, ago)) in groups.iter().enumerate() {
            let entry = Entry { level: *level, was: *was, since: now - ago * 1000, lease: now + 900_000, absent: None };
            let groups = [((*group).to_owned(), entry)].into();
            let monitor = MonitorState { breaker: "bank".into(), applied: 1, groups, ..MonitorState::default() };
            contents.monitors.insert(id.to_string(), monitor);
        }
        guard.replace(Some(contents), now);
    }

    fn counts(guard: &Guard, group: &str) -> [u32; 3] {
        let mut seen = [0; 3];
        (0..10_000).for_each(|_| seen[guard.allow("bank", group) as usize] += 1);
        seen
    }

    use Level::{Closed, Degraded, Open};

    #[test]
    fn tags_are_compared_as_sets() {
        let guard = guard(&[]);
        load(&guard, &[("env:prod,bank:1", Open, Closed, 0)]);
        let open = |group| guard.allow("bank", group) != Verdict::Allow;
        for (asked, expected) in [
            ("bank:1,env:prod", true),
            ("bank:1", true),
            ("bank:1, env:prod,host:a", true),
            ("*", true),
            ("bank:2", false),
            ("bank:1,env:dev", false),
            ("bank:11", false),
            ("bank:2,env:prod", false),
        ] {
            assert_eq!(open(asked), expected, "{asked}");
        }
        load(&guard, &[("*", Open, Closed, 0)]);
        assert!(guard.allow("bank", "bank:2") != Verdict::Allow && guard.allow("bank", "*") != Verdict::Allow);
    }

    #[test]
    fn the_worst_of_two_monitors_decides() {
        let guard = guard(&[("CB_PROBE_RATIO", "0")]);
        load(&guard, &[("bank:1", Degraded, Closed, 0), ("bank:1", Open, Closed, 0), ("bank:1", Closed, Closed, 0)]);
        assert_eq!(counts(&guard, "bank:1"), [0, 1, 9_999]);
    }

    #[test]
    fn open_lets_a_share_and_one_each_interval_through() {
        let timed = guard(&[("CB_PROBE_RATIO", "0")]);
        load(&timed, &[("bank:1", Open, Closed, 0)]);
        assert_eq!(counts(&timed, "bank:1"), [0, 1, 9_999]);
        load(&timed, &[("bank:1", Open, Closed, 0)]);
        assert_eq!(counts(&timed, "bank:1"), [0, 0, 10_000], "a reload is no new interval");
        timed.clock.advance(10_000);
        assert_eq!(counts(&timed, "bank:1"), [0, 1, 9_999]);
        let share = guard(&[("CB_PROBE_RATIO", "0.02")]);
        load(&share, &[("bank:1", Open, Closed, 0)]);
        assert!((150..250).contains(&counts(&share, "bank:1")[1]));
    }

    #[test]
    fn degraded_and_the_ramp_are_percentages() {
        let guard = guard(&[("CB_DEGRADED_PERCENT", "20"), ("CB_RAMP_S", "100"), ("CB_PROBE_RATIO", "0")]);
        for (level, was, ago, share) in [
            (Degraded, Closed, 50, 2_000),
            (Closed, Open, 75, 7_500),
            (Closed, Degraded, 50, 6_000),
            (Closed, Open, 101, 10_000),
        ] {
            load(&guard, &[("bank:1", level, was, ago)]);
            let allowed = counts(&guard, "bank:1")[0];
            assert!(allowed.abs_diff(share) < 300, "{level:?} after {was:?} {ago} s ago: {allowed}, not {share}");
        }
        load(&guard, &[("bank:1", Degraded, Closed, 0)]);
        let mine: BTreeSet<_> = (0..100).map(|_| guard.allow_key("bank", "bank:1", "ann") as u8).collect();
        assert_eq!(mine.len(), 1, "a key stays on its side");
        let sides = (0..1_000).filter(|key| guard.allow_key("bank", "bank:1", key) == Verdict::Allow).count();
        assert!((130..270).contains(&sides), "{sides}");
    }

    #[test]
    fn each_cause_has_its_policy() {
        // (setting, value, hours until asked, the store answers, verdict for an open group, for a closed one)
        let (yes, no) = (true, false);
        let cases = [
            ("CB_ON_SOURCE_DOWN", "last_known", 1, yes, no, yes),
            ("CB_ON_SOURCE_DOWN", "last_known", 2, yes, yes, yes),
            ("CB_ON_SOURCE_DOWN", "last_known:open", 2, yes, no, no),
            ("CB_ON_SOURCE_DOWN", "open", 1, yes, no, no),
            ("CB_ON_SOURCE_DOWN", "closed", 1, yes, yes, yes),
            ("CB_ON_STORE_DOWN", "last_known", 0, no, no, yes),
            ("CB_ON_STORE_DOWN", "last_known", 2, no, yes, yes),
            ("CB_ON_STORE_DOWN", "last_known:open", 2, no, no, no),
            ("CB_ON_STORE_DOWN", "open", 1, no, no, no),
            ("CB_ON_STORE_DOWN", "closed", 1, no, yes, yes),
        ];
        for (name, value, hours, answers, first, second) in cases {
            let guard = guard(&[(name, value), ("CB_PROBE_RATIO", "0")]);
            load(&guard, &[("bank:1", Open, Closed, 0), ("bank:2", Closed, Closed, 0)]);
            let contents = guard.snapshot().contents.clone();
            guard.clock.advance(hours * 3_600_000 + 100_000);
            guard.replace(answers.then_some(contents), guard.clock.now());
            let allowed = |group| guard.allow("bank", group) == Verdict::Allow;
            assert_eq!((allowed("bank:1"), allowed("bank:2")), (first, second), "{name}={value} after {hours} h");
        }
    }

    #[test]
    fn an_unknown_breaker_is_counted_and_follows_its_policy() {
        for (policy, verdict) in [("allow", Verdict::Allow), ("reject", Verdict::Reject)] {
            let guard = guard(&[("CB_ON_UNKNOWN_BREAKER", policy)]);
            load(&guard, &[]);
            assert_eq!((guard.allow("nope", "*"), guard.allow("nope", "*")), (verdict, verdict));
            assert_eq!((guard.metrics.get(Count::UnknownBreaker), guard.unknown.load().len()), (2, 1));
        }
    }
}
