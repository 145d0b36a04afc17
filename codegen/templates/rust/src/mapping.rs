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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn settings(changes: &[(&str, &str)]) -> Settings {
        let key = ("CB_SIGNING_KEYS", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
        let all: Vec<_> = changes.iter().chain(&[("DD_API_KEY", "a"), ("DD_APP_KEY", "b"), key]).copied().collect();
        Settings::read(&|name| all.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())).unwrap()
    }

    /// `group=level` for each group, with `?` for held and `!` for may not get worse.
    fn mapped(reading: Value, changes: &[(&str, &str)]) -> String {
        let Mapped { groups, complete, capped } = map(&Reading(reading), &settings(changes), 1_000_000);
        let level = |want: &Want| want.level.map_or("?".into(), |level| format!("{level:?}").to_lowercase());
        let word =
            |(group, want): (&String, &Want)| format!("{group}={}{}", level(want), if want.raise { "" } else { "!" });
        let words: Vec<_> = groups.iter().map(word).collect();
        format!(
            "{}{}{}",
            words.join(" "),
            if complete { "" } else { " incomplete" },
            if capped { " capped" } else { "" }
        )
    }

    fn groups(list: &[(&str, &str)]) -> Value {
        let groups: Value = list.iter().map(|(group, status)| (*group, json!({ "status": status }))).collect();
        json!({ "multi": true, "overall_state": "Alert", "state": { "groups": groups } })
    }

    #[test]
    fn every_status_has_its_level() {
        let all = [
            ("a:1", "Alert"),
            ("a:2", "Warn"),
            ("a:3", "OK"),
            ("a:4", "No Data"),
            ("a:5", "Ignored"),
            ("a:6", "Skipped"),
            ("a:7", "Unknown"),
            ("a:8", "New"),
        ];
        let rest = "a:5=? a:6=? a:7=? a:8=?";
        for (policy, level) in [("hold", "?"), ("open", "open"), ("closed", "closed")] {
            let expected = format!("a:1=open a:2=degraded a:3=closed a:4={level} {rest}");
            assert_eq!(mapped(groups(&all), &[("CB_ON_NO_DATA", policy)]), expected);
        }
    }

    #[test]
    fn an_ungrouped_monitor_speaks_as_a_whole_and_an_empty_one_not_at_all() {
        assert_eq!(
            mapped(json!({ "multi": false, "overall_state": "Alert", "state": { "groups": {} } }), &[]),
            "*=open"
        );
        assert_eq!(
            mapped(json!({ "multi": false, "overall_state": "OK", "state": null, "tags": null }), &[]),
            "*=closed"
        );
        assert_eq!(
            mapped(json!({ "multi": true, "overall_state": "Alert", "state": { "groups": {} } }), &[]),
            " incomplete"
        );
        assert_eq!(mapped(json!({ "multi": true, "overall_state": "Alert" }), &[]), " incomplete");
    }

    #[test]
    fn a_downtime_mutes_the_groups_it_covers() {
        let two = [("bank:1,env:prod", "Alert"), ("bank:2,env:prod", "Warn")];
        let cases = [
            (json!(["*"]), "open!", "degraded!"),
            (json!(["bank:1"]), "open!", "degraded"),
            (json!(["bank:1", "env:dev"]), "open", "degraded"),
            (json!(["bank:1,env:prod"]), "open!", "degraded"),
            (json!(["bank:1 AND env:dev"]), "open", "degraded"),
            (json!(["bank:*"]), "open!", "degraded!"),
            (json!(["host:a"]), "open!", "degraded!"),
            (json!(["bank:(1 OR 3)"]), "open!", "degraded!"),
        ];
        for (scope, first, second) in cases {
            let mut reading = groups(&two);
            reading["matching_downtimes"] = json!([{ "id": 1, "scope": scope, "start": 1, "end": null }]);
            let is = |first: &str, second: &str| format!("bank:1,env:prod={first} bank:2,env:prod={second}");
            assert_eq!(mapped(reading.clone(), &[]), is(first, second), "{scope}");
            assert_eq!(mapped(reading.clone(), &[("CB_ON_MUTED", "follow")]), is("open", "degraded"));
            let ignored = |word: &str| if word.ends_with('!') { "?".to_owned() } else { word.to_owned() };
            assert_eq!(mapped(reading, &[("CB_ON_MUTED", "ignore")]), is(&ignored(first), &ignored(second)));
        }
        let mut silenced = groups(&two);
        silenced["options"] = json!({ "silenced": { "bank:1": null, "bank:2": 999 } });
        assert_eq!(mapped(silenced, &[]), "bank:1,env:prod=open! bank:2,env:prod=degraded", "999 s is past");
    }

    #[test]
    fn above_the_cap_nothing_more_opens() {
        let half = [("a:1", "Alert"), ("a:2", "Alert"), ("a:3", "Warn"), ("a:4", "OK")];
        assert_eq!(
            mapped(groups(&half), &[("CB_MAX_OPEN_PERCENT", "50")]),
            "a:1=open a:2=open a:3=degraded a:4=closed"
        );
        assert_eq!(
            mapped(groups(&half), &[("CB_MAX_OPEN_PERCENT", "49")]),
            "a:1=open! a:2=open! a:3=degraded a:4=closed capped"
        );
    }
}
