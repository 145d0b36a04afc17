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

/// Finds those that match by their tags: a call costs the same with ten groups and with thousands.
#[derive(Default)]
pub struct Flags {
    all: Vec<Flag>,
    /// Where in `all` the flags that bear a tag stand.
    with: HashMap<String, Vec<usize>>,
    /// Each flag once: under its tag that the fewest bear, `""` without tags.
    rarest: HashMap<String, Vec<usize>>,
}

impl Flags {
    fn index(&mut self) {
        for (at, flag) in self.all.iter().enumerate() {
            flag.tags.iter().for_each(|tag| self.with.entry(tag.clone()).or_default().push(at));
        }
        for (at, flag) in self.all.iter().enumerate() {
            let rarest = flag.tags.iter().min_by_key(|tag| self.with[*tag].len()).cloned().unwrap_or_default();
            self.rarest.entry(rarest).or_default().push(at);
        }
    }

    /// Each flag that matches, some twice. All tags of one that `asked` holds are asked for, its rarest too; one that holds
    /// all of `asked` bears also that tag of `asked` which the fewest bear.
    pub fn matching<'a>(&'a self, asked: &'a [&'a str]) -> impl Iterator<Item = &'a Flag> {
        let all = if asked.is_empty() { &self.all[..] } else { &[] };
        let fewest = asked.iter().map(|tag| places(&self.with, tag)).min_by_key(|places| places.len());
        let held = asked.iter().chain(&[""]).flat_map(|tag| places(&self.rarest, tag));
        let near = held.chain(fewest.unwrap_or_default()).map(|at| &self.all[*at]);
        near.filter(|flag| either_holds(&flag.tags, asked)).chain(all)
    }
}

fn places<'a>(index: &'a HashMap<String, Vec<usize>>, tag: &str) -> &'a [usize] {
    index.get(tag).map_or(&[], |places| places)
}

/// Stored and asked tags are compared as sets: one holds all of the other.
fn either_holds(stored: &[String], asked: &[&str]) -> bool {
    stored.iter().all(|tag| asked.contains(&tag.as_str()))
        || asked.iter().all(|tag| stored.iter().any(|own| own == tag))
}

#[derive(Default)]
pub struct Breaker {
    /// Groups that are not simply closed: the few that a call is compared with.
    pub hot: Flags,
    /// Closed groups, of interest only once a lease has run out: the first at `cold_lease`.
    pub cold: Flags,
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
                    breaker.cold.all.push(flag);
                } else {
                    breaker.hot.all.push(flag);
                }
            }
        }
        breakers.values_mut().flat_map(|breaker| [&mut breaker.hot, &mut breaker.cold]).for_each(Flags::index);
        for o in contents.overrides.values() {
            let tags = tags(&o.group).into_iter().map(str::to_owned).collect();
            breakers.entry(o.breaker.clone()).or_default().overrides.push((tags, o.clone()));
        }
        Self { loaded: Some(loaded), contents, breakers }
    }
}
