//! The event of a transition, as `GET /api/v1/events/{id}` shows it.

use serde_json::{Value, json};

use super::Telling;
use crate::clock::Moment;

/// The `event` object.
pub(super) fn event(
    telling: &Telling<'_>,
    id: u64,
    (title, message): (&str, &str),
    now: Moment,
) -> Value {
    let monitor = telling.monitor;
    let groups: Vec<&str> = telling
        .group
        .split(',')
        .filter(|group| *group != "*")
        .collect();
    let tags: Vec<&str> = groups
        .iter()
        .copied()
        .chain(monitor.definition.tags())
        .chain(["monitor"])
        .collect();
    json!({
        // The real API passes its own id through a double on the way out; `id_str` is exact.
        "id": id as f64 as u64,
        "id_str": id.to_string(),
        "title": title,
        "text": format!("%%%\n{message}\n%%%"),
        "date_happened": now.wall_s(),
        "alert_type": telling.transition.alert_type(),
        "priority": "normal",
        "source": "Monitor Alert",
        "host": "",
        "device_name": null,
        "tags": tags,
        "url": format!("/event/event?id={id}"),
        "monitor_id": monitor.id,
        "monitor_groups": groups,
    })
}
