//! From a monitor as read to what each group should be. Pure: no store, no clock, no I/O.

use crate::config::{Muted, Settings};
use crate::datadog::Reading;
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

/// A grouped monitor speaks for each group, any other by its overall state as `*`. `now` is in milliseconds.
pub fn map(reading: &Reading, settings: &Settings, now: i64) -> Mapped {
    let grouped = reading.grouped();
    let statuses = if grouped { reading.groups() } else { [("*", reading.overall())].into() };
    let open = statuses.values().filter(|status| level_of(status, settings) == Some(Level::Open)).count();
    let capped = grouped && open as f64 > settings.max_open_share * statuses.len() as f64;
    let (downtimes, silenced) = (reading.downtimes(), reading.silenced(now));
    let want = |group: &str, status: &str| {
        let muted = downtimes.iter().any(|scopes| scopes.iter().all(|scope| covers(scope, group)))
            || silenced.iter().any(|scope| covers(scope, group));
        let level = level_of(status, settings).filter(|_| !muted || settings.on_muted != Muted::Ignore);
        let held = muted && settings.on_muted == Muted::Hold || capped && level == Some(Level::Open);
        (group.to_owned(), Want { level, raise: !held })
    };
    let groups: BTreeMap<_, _> = statuses.iter().map(|(group, status)| want(group, status)).collect();
    Mapped { complete: !groups.is_empty(), groups, capped }
}

fn level_of(status: &str, settings: &Settings) -> Option<Level> {
    match status {
        "Alert" => Some(Level::Open),
        "Warn" => Some(Level::Degraded),
        "OK" => Some(Level::Closed),
        "No Data" => settings.on_no_data,
        _ => None,
    }
}

fn covers(scope: &str, group: &str) -> bool {
    scope.split(',').flat_map(|part| part.split(" AND ")).all(|part| covers_part(part.trim(), group))
}

/// False only where the scope plainly names another value of one of the group's own keys: Datadog said that the downtime
/// matches the monitor, so a part that says nothing of this group, or that is more than `key:value`, counts as covering.
fn covers_part(part: &str, group: &str) -> bool {
    let plain = !part.contains(['(', ')', ' ']) && !part.starts_with(['-', '!']);
    let Some((key, value)) = part.split_once(':').filter(|_| plain) else { return true };
    let mut same_key = group.split(',').filter_map(|tag| tag.strip_prefix(key)?.strip_prefix(':')).peekable();
    let fits = |own: &str| value.strip_suffix('*').map_or(own == value, |start| own.starts_with(start));
    same_key.peek().is_none() || same_key.any(fits)
}
