//! What a monitor's query measured over a while, for whoever draws it: the values that were compared with the thresholds.

use std::collections::BTreeMap;

use super::{MINUTE_MS, delay_ms, measure, query_of};
use crate::clock::Moment;
use crate::monitor::Monitor;
use crate::series::Store;

/// A curve has no more points than this: of a longer while, every second minute is left out, and so on.
const POINTS: u64 = 120;

/// By group: virtual milliseconds of an evaluation, and its value if there was one. The last evaluation is now, those before
/// it at whole minutes, as they were. Nothing for a monitor that is not evaluated.
pub(crate) fn curve(
    monitor: &Monitor,
    store: &Store,
    (minutes, now): (u64, Moment),
) -> BTreeMap<String, Vec<(u64, Option<f64>)>> {
    let mut curves: BTreeMap<String, Vec<(u64, Option<f64>)>> = BTreeMap::new();
    let Some(query) = query_of(monitor) else {
        return curves;
    };
    let step = minutes.div_ceil(POINTS).max(1);
    let newest = now.virtual_ms / MINUTE_MS;
    let whole = (newest.saturating_sub(minutes)..=newest).filter(|minute| minute % step == 0);
    for at_ms in whole
        .map(|minute| minute * MINUTE_MS)
        .chain([now.virtual_ms])
    {
        let end_ms = at_ms.saturating_sub(delay_ms(monitor));
        for (group, measured) in measure::measure(&query, store, end_ms) {
            curves
                .entry(group)
                .or_default()
                .push((at_ms, measured.value));
        }
    }
    curves
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::monitor::Definition;
    use crate::series::{Kind, Name, Sent};

    const AT: u64 = 1_000 * MINUTE_MS;

    fn monitor(query: &str) -> Monitor {
        let sent = json!({"type": "metric alert", "query": query});
        Monitor::new(1, Definition::create(sent.as_object().unwrap()), 0)
    }

    #[test]
    fn a_curve_is_what_each_minute_measured() {
        let mut store = Store::default();
        let moment = Moment {
            wall_ms: AT,
            virtual_ms: AT,
        };
        let name = Name {
            metric: "e".to_owned(),
            tags: BTreeSet::from(["bank:1".to_owned()]),
        };
        let sent = Sent {
            name,
            kind: Kind::Count,
            interval_s: 0.0,
            points: vec![(AT as f64 / 1000.0 - 90.0, 7.0)],
        };
        store.add(sent, moment);
        let asks = (3, moment);
        let bank = "sum(last_1m):sum:e{*} by {bank}.as_count() > 5";
        let curves = curve(&monitor(bank), &store, asks);
        let minute = |ago: u64| AT - ago * MINUTE_MS;
        assert_eq!(
            curves["bank:1"],
            [(minute(1), Some(7.0)), (minute(0), None), (AT, None)]
        );
        assert!(curve(&monitor("no query"), &store, asks).is_empty());
    }

    #[test]
    fn a_long_while_has_no_more_points_than_a_screen_shows() {
        let mut store = Store::default();
        let moment = Moment {
            wall_ms: AT,
            virtual_ms: AT,
        };
        let name = Name {
            metric: "e".to_owned(),
            tags: BTreeSet::new(),
        };
        let sent = Sent {
            name,
            kind: Kind::Gauge,
            interval_s: 0.0,
            points: vec![(AT as f64 / 1000.0 - 3_000.0, 1.0)],
        };
        store.add(sent, moment);
        let curves = curve(
            &monitor("avg(last_1m):avg:e{*} > 5"),
            &store,
            (1_000, moment),
        );
        assert!(curves["*"].len() <= POINTS as usize + 2, "{curves:?}");
    }
}
