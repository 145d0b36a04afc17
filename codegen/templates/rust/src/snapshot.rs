//! What the guard looks at: everything stored, arranged for reading without a lock. Built here, judged in `guard`.

use crate::model::{Entry, Level, Override};
use crate::store::Contents;
use std::collections::HashMap;
use std::sync::{Arc, atomic::AtomicI64};

/// The tags of a group as a set; `*` is the empty one.
pub fn tags(group: &str) -> Vec<&str> {
    group.split(',').map(str::trim).filter(|tag| !matches!(*tag, "" | "*")).collect()
}

/// One group of one monitor, with the moment its last timed probe went through on this instance.
pub struct Flag {
    pub tags: Vec<String>,
    pub entry: Entry,
    pub probed: Arc<AtomicI64>,
}

impl Flag {
    /// Stored and asked tags are compared as sets: one holds all of the other.
    pub fn matches(&self, asked: &[&str]) -> bool {
        either_holds(&self.tags, asked)
    }
}

fn either_holds(stored: &[String], asked: &[&str]) -> bool {
    stored.iter().all(|tag| asked.contains(&tag.as_str()))
        || asked.iter().all(|tag| stored.iter().any(|own| own == tag))
}

#[derive(Default)]
pub struct Breaker {
    /// Groups that are not simply closed: the few that a call is compared with.
    pub hot: Vec<Flag>,
    /// Closed groups, of interest only once a lease has run out: the first at `cold_lease`.
    pub cold: Vec<Flag>,
    pub cold_lease: Option<i64>,
    /// Some monitor feeds it; false if only an override names it.
    pub fed: bool,
    overrides: Vec<(Vec<String>, Override)>,
    /// When the last timed probe of a group went through, whichever monitors know the group.
    probed: HashMap<String, Arc<AtomicI64>>,
}

impl Breaker {
    /// The override in force: the one with the most tags among those that match.
    pub fn override_of(&self, asked: &[&str], now: i64) -> Option<&Override> {
        let mine = self.overrides.iter().filter(|(tags, o)| o.until > now && either_holds(tags, asked));
        mine.max_by_key(|(tags, _)| tags.len()).map(|(_, o)| o)
    }
}

/// `loaded` is when the store was last read, in milliseconds; none before the first time.
#[derive(Default)]
pub struct Snapshot {
    pub loaded: Option<i64>,
    pub contents: Contents,
    pub breakers: HashMap<String, Breaker>,
}

impl Snapshot {
    /// Arranges `contents`, where a group closed for `ramp` is cold; the moments of probes are carried over from `former`.
    pub fn new(contents: Contents, loaded: i64, ramp: i64, former: &Self) -> Self {
        let mut breakers: HashMap<String, Breaker> = HashMap::new();
        for monitor in contents.monitors.values().filter(|monitor| monitor.applied > 0) {
            let breaker = breakers.entry(monitor.breaker.clone()).or_default();
            breaker.fed = true;
            for (group, entry) in &monitor.groups {
                let tags = tags(group).into_iter().map(str::to_owned).collect();
                let known = || former.breakers.get(&monitor.breaker).and_then(|former| former.probed.get(group));
                let probed =
                    breaker.probed.entry(group.clone()).or_insert_with(|| known().cloned().unwrap_or_default());
                let flag = Flag { tags, entry: entry.clone(), probed: probed.clone() };
                if entry.level == Level::Closed && (entry.was == Level::Closed || loaded - entry.since >= ramp) {
                    breaker.cold_lease = Some(breaker.cold_lease.map_or(entry.lease, |first| first.min(entry.lease)));
                    breaker.cold.push(flag);
                } else {
                    breaker.hot.push(flag);
                }
            }
        }
        for o in contents.overrides.values() {
            let tags = tags(&o.group).into_iter().map(str::to_owned).collect();
            breakers.entry(o.breaker.clone()).or_default().overrides.push((tags, o.clone()));
        }
        Self { loaded: Some(loaded), contents, breakers }
    }
}
