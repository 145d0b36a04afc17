//! What may be meant but seldom is: advice that the provider's `lint` turns into warnings, errors or nothing.

use super::{blocks, callback};
use crate::config::{LINT_ERROR, LINT_OFF, Settings};
use crate::monitor::body::THRESHOLDS;
use crate::monitor::fields;
use crate::monitor::model::{CallbackBlock, Wiring, settled};
use crate::monitor::query::{self, Side};
use contract::Transition;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::{Diagnostic, Severity, Value};

/// A transition that opens or degrades a breaker, and the one that takes it back; `recovery` takes back each.
const PAIRS: &[(Transition, Transition)] = &[
    (Transition::Alert, Transition::AlertRecovery),
    (Transition::Warning, Transition::WarningRecovery),
    (Transition::NoData, Transition::NoDataRecovery),
];

/// All advice, as severe as the provider wants it.
pub(super) fn check(settings: &Settings, wiring: &Wiring, values: &Value) -> Vec<Diagnostic> {
    let severity = match settings.lint.as_str() {
        Some(LINT_OFF) => return Vec::new(),
        Some(LINT_ERROR) => Severity::Error,
        _ => Severity::Warning,
    };
    let mut found = never_closed(wiring);
    found.extend(draft(wiring, values));
    if let Some(query) = breaker_query(wiring, values) {
        found.extend(ungrouped(query));
        found.extend(self_healing(query, values));
    }
    found
        .into_iter()
        .map(|advice| Diagnostic { severity, ..advice })
        .collect()
}

fn has_callbacks(wiring: &Wiring) -> bool {
    !wiring.callbacks.items().is_empty()
}

/// Per URL, for each is a service: two blocks with one URL count as one.
fn never_closed(wiring: &Wiring) -> Vec<Diagnostic> {
    let mut services: BTreeMap<&str, (usize, BTreeSet<Transition>)> = BTreeMap::new();
    for (index, block) in blocks(wiring) {
        let Some((url, on)) = known(block) else {
            // It may be the one that closes.
            return Vec::new();
        };
        let service = services.entry(url).or_insert((index, BTreeSet::new()));
        service.1.extend(on);
    }
    services
        .into_values()
        .flat_map(|(index, on)| lasting(index, &on))
        .collect()
}

fn known(block: &CallbackBlock) -> Option<(&str, BTreeSet<Transition>)> {
    let on = settled(&block.on).into_known()?;
    let on = on.iter().filter_map(|name| name.parse().ok()).collect();
    Some((block.url.as_str()?, on))
}

fn lasting(index: usize, on: &BTreeSet<Transition>) -> Vec<Diagnostic> {
    let open = PAIRS.iter().filter(|(opens, closes)| {
        on.contains(opens) && !on.contains(closes) && !on.contains(&Transition::Recovery)
    });
    open.map(|(opens, closes)| {
        let (opens, closes) = (opens.name(), closes.name());
        let detail = format!(
            "`{opens}` calls back and nothing does when it is over: add `{closes}` or `recovery`, or leave `on` out"
        );
        Diagnostic::warning("Callback on a transition that nothing takes back")
            .detail(detail)
            .at(callback(index).attribute("on"))
    })
    .collect()
}

fn draft(wiring: &Wiring, values: &Value) -> Option<Diagnostic> {
    let status = values.get("draft_status").as_str()?;
    let detail =
        "a draft sends no notification: its callbacks are never called until it is `published`";
    (has_callbacks(wiring) && status == "draft").then(|| {
        Diagnostic::warning("Draft monitor with callbacks")
            .detail(detail)
            .at("draft_status")
    })
}

/// Type and query of a monitor that drives a breaker.
fn breaker_query<'a>(wiring: &Wiring, values: &'a Value) -> Option<(&'a str, &'a str)> {
    let drives = has_callbacks(wiring) || wiring.breaker.known().is_some();
    drives.then_some((values.get("type").as_str()?, values.get("query").as_str()?))
}

fn ungrouped((kind, query): (&str, &str)) -> Option<Diagnostic> {
    let detail = "the query has no groups, so the breaker opens for everything at once: group it by what can fail \
                  alone, as in `by {bank_code}`";
    (query::is_grouped(kind, query) == Some(false)).then(|| {
        Diagnostic::warning("Breaker without groups")
            .detail(detail)
            .at("query")
    })
}

/// A breaker that rejects calls also stops what is counted: the alert ends, the breaker closes, and all begins anew.
fn self_healing((kind, query): (&str, &str), values: &Value) -> Option<Diagnostic> {
    let recovery = fields::first(values.get(THRESHOLDS)).get("critical_recovery");
    let comparison = query::comparison(kind, query)?;
    let flaps = comparison.side == Side::Above && recovery.is_null() && query::counts(kind, query);
    let detail = "the query counts or sums, and a breaker that rejects calls lowers that by itself: divide by the \
                  number of calls, or set `critical_recovery`";
    flaps.then(|| {
        Diagnostic::warning("Breaker that would clear its own alert")
            .detail(detail)
            .at("query")
    })
}
