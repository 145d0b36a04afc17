//! What a message's template is rendered with: the conditionals of the transition, the group's tags, the thresholds.

use serde_json::Value;

use super::Telling;
use super::template::Scene;
use super::transition::Transition;
use crate::clock::{self, Moment};
use crate::monitor::Definition;
use crate::monitor::query::comparison;

/// The scene of one transition.
pub(super) fn scene(telling: &Telling<'_>, now: Moment) -> Scene {
    let definition = &telling.monitor.definition;
    let group_tags = telling
        .group
        .split(',')
        .filter_map(|tag| tag.split_once(':'));
    Scene {
        conditionals: telling.transition.conditionals().iter().copied().collect(),
        tags: group_tags
            .map(|(key, value)| (key.trim().to_owned(), value.to_owned()))
            .collect(),
        values: values(telling, now),
        priority: definition.map().get("priority").and_then(Value::as_u64),
    }
}

/// The plain variables. Nobody measures anything here: the value is the one that was given, else the threshold crossed.
fn values(telling: &Telling<'_>, now: Moment) -> Vec<(&'static str, String)> {
    let definition = &telling.monitor.definition;
    let compared = comparison(definition.query());
    let (in_query, comparator) =
        compared.map_or(("", ""), |compared| (compared.threshold, compared.operator));
    let critical = threshold(definition, "critical").unwrap_or_else(|| in_query.to_owned());
    let warning = threshold(definition, "warning").unwrap_or_default();
    let warns = matches!(
        telling.transition,
        Transition::Warning | Transition::AlertToWarning
    );
    let crossed = if warns { warning.clone() } else { critical };
    vec![
        (
            "value",
            telling.value.map_or_else(|| crossed.clone(), str::to_owned),
        ),
        ("threshold", crossed),
        ("warn_threshold", warning),
        (
            "ok_threshold",
            threshold(definition, "ok").unwrap_or_default(),
        ),
        ("comparator", comparator.to_owned()),
        ("last_triggered_at", clock::sentence(now.wall_ms)),
        ("last_triggered_at_epoch", now.wall_ms.to_string()),
    ]
}

fn threshold(definition: &Definition, name: &str) -> Option<String> {
    let value = definition.option("thresholds")?.get(name)?.as_f64()?;
    Some(value.to_string())
}
