//! From a monitor as read to what each group should be. Pure: no store, no clock, no I/O.

use crate::config::{Muted, NoData, Settings};
use crate::datadog::{Downtime, Reading};
use crate::model::{Level, Want};
use std::collections::BTreeMap;

/// What a reading says; `complete` if every group there is was named.
#[derive(Debug, PartialEq)]
pub struct Mapped {
    pub groups: BTreeMap<String, Want>,
    pub complete: bool,
    /// More was alerting than `CB_MAX_OPEN_PERCENT` lets open.
    pub capped: bool,
}

/// The breaker that a monitor feeds: its tag `circuit_breaker:NAME`, else its id.
pub fn breaker_of(reading: &Reading) -> String {
    let tag = reading.tags.iter().find_map(|tag| tag.strip_prefix("circuit_breaker:"));
    tag.map_or_else(|| reading.id.to_string(), str::to_owned)
}

/// A grouped monitor speaks for each group, any other by its overall state as `*`. `now` is in milliseconds.
pub fn map(reading: &Reading, settings: &Settings, now: i64) -> Mapped {
    let groups = &reading.state.groups;
    let grouped = reading.multi.unwrap_or_else(|| groups.keys().any(|group| group != "*"));
    let want = |group: &str, status: &Option<String>| {
        let muted = muted(reading, group, now);
        let level = level_of(status.as_deref().unwrap_or_default(), settings.on_no_data);
        let level = level.filter(|_| !(muted && settings.on_muted == Muted::Ignore));
        Want { level, raise: !(muted && settings.on_muted == Muted::Hold) }
    };
    let mut wants: BTreeMap<_, _> = match grouped {
        true => groups.iter().map(|(group, seen)| (group.clone(), want(group, &seen.status))).collect(),
        false => [("*".to_owned(), want("*", &reading.overall_state))].into(),
    };
    let open = wants.values().filter(|want| want.level == Some(Level::Open)).count();
    let capped = grouped && open as f64 > settings.max_open_share * wants.len() as f64;
    for want in wants.values_mut().filter(|want| capped && want.level == Some(Level::Open)) {
        want.raise = false;
    }
    Mapped { complete: !wants.is_empty(), groups: wants, capped }
}

fn level_of(status: &str, on_no_data: NoData) -> Option<Level> {
    match (status, on_no_data) {
        ("Alert", _) | ("No Data", NoData::Open) => Some(Level::Open),
        ("Warn", _) => Some(Level::Degraded),
        ("OK", _) | ("No Data", NoData::Closed) => Some(Level::Closed),
        _ => None,
    }
}

fn muted(reading: &Reading, group: &str, now: i64) -> bool {
    let on = |until: &Option<i64>| until.is_none_or(|second| second.saturating_mul(1000) > now);
    let silenced = reading.options.silenced.iter();
    reading.matching_downtimes.iter().any(|downtime| covers(downtime, group))
        || silenced.filter(|(_, until)| on(until)).any(|(scope, _)| covers_all(scope, group))
}

fn covers(downtime: &Downtime, group: &str) -> bool {
    downtime.scope.iter().all(|scope| covers_all(scope, group))
}

fn covers_all(scope: &str, group: &str) -> bool {
    scope.split(',').flat_map(|part| part.split(" AND ")).all(|part| covers_part(part.trim(), group))
}

/// False only where the scope plainly names another value of one of the group's own keys: Datadog said that the downtime
/// matches the monitor, so a part that says nothing of this group, or that is more than `key:value`, counts as covering.
fn covers_part(part: &str, group: &str) -> bool {
    let plain = !part.contains(['(', ')', '!', '-', ' ']) || group.split(',').any(|tag| tag == part);
    let Some((key, value)) = part.split_once(':').filter(|_| plain) else { return true };
    let mut same_key = group.split(',').filter_map(|tag| tag.strip_prefix(key)?.strip_prefix(':')).peekable();
    let fits = |own: &str| value.strip_suffix('*').map_or(own == value, |start| own.starts_with(start));
    same_key.peek().is_none() || same_key.any(fits)
}
