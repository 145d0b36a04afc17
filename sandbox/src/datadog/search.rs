//! `GET /api/v1/monitor/search` and `GET /api/v1/monitor/groups/search`: monitors and their groups by words and `key:value`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::view;
use crate::hub::Hub;
use crate::monitor::{Group, Monitor, query};

/// A page holds so many if the request does not say.
const PER_PAGE: usize = 30;

/// What is looked for, and which page of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Search {
    query: String,
    page: usize,
    per_page: Option<usize>,
}

impl Search {
    /// All words must fit: `status:alert`, `type:metric`, `tag:a:b`, `muted:true`, `id:1`, or a part of the name.
    fn fits(&self, monitor: &Monitor, status: &str) -> bool {
        self.query.split_whitespace().all(|word| {
            let word = word.trim_matches('"');
            let (key, value) = word.split_once(':').unwrap_or(("", word));
            let value = value.trim_matches(['"', '(', ')']);
            match key {
                "status" => value.eq_ignore_ascii_case(status),
                "type" => classification(monitor).eq_ignore_ascii_case(value),
                "tag" => monitor.definition.tags().any(|tag| tag == value),
                "muted" => (value == "true") != monitor.downtimes.is_empty(),
                "id" => monitor.id.to_string() == value,
                "title" | "" => has(monitor.definition.text("name"), value),
                _ => {
                    monitor.definition.tags().any(|tag| tag == word)
                        || has(monitor.definition.query(), word)
                }
            }
        })
    }

    /// The page, and what is said about it.
    fn page(&self, found: Vec<Value>) -> (Vec<Value>, Value) {
        let per_page = self.per_page.unwrap_or(PER_PAGE).max(1);
        let total = found.len();
        let shown = found
            .into_iter()
            .skip(self.page.saturating_mul(per_page))
            .take(per_page)
            .collect();
        let metadata = json!({"total_count": total, "page_count": total.div_ceil(per_page), "page": self.page,
            "per_page": per_page});
        (shown, metadata)
    }
}

fn has(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

pub(super) async fn monitors(
    State(hub): State<Arc<Hub>>,
    Query(search): Query<Search>,
) -> Json<Value> {
    let found: Vec<Value> = hub.look(|world, _| {
        let fits = |monitor: &&Monitor| search.fits(monitor, monitor.overall().name());
        world.monitors.values().filter(fits).map(summary).collect()
    });
    let counts = json!({
        "status": counts(&found, |monitor| vec![monitor["status"].clone()]),
        "muted": counts(&found, |monitor| vec![monitor["muted"].clone()]),
        "tag": counts(&found, |monitor| monitor["tags"].as_array().cloned().unwrap_or_default()),
        "type": counts(&found, |monitor| vec![monitor["classification"].clone()]),
    });
    let (mut monitors, metadata) = search.page(found);
    for monitor in monitors.iter_mut().filter_map(Value::as_object_mut) {
        monitor.remove("muted");
    }
    Json(json!({"counts": counts, "monitors": monitors, "metadata": metadata}))
}

pub(super) async fn groups(
    State(hub): State<Arc<Hub>>,
    Query(search): Query<Search>,
) -> Json<Value> {
    let found: Vec<Value> = hub.look(|world, _| {
        let all = world
            .monitors
            .values()
            .flat_map(|monitor| monitor.groups.iter().map(move |group| (monitor, group)));
        let fits = all.filter(|(monitor, (_, group))| search.fits(monitor, group.status.name()));
        fits.map(|(monitor, (name, group))| group_summary(monitor, name, group))
            .collect()
    });
    let counts = json!({
        "status": counts(&found, |group| vec![group["status"].clone()]),
        "type": counts(&found, |group| vec![group["type"].clone()]),
    });
    let (mut groups, metadata) = search.page(found);
    for group in groups.iter_mut().filter_map(Value::as_object_mut) {
        group.remove("type");
    }
    Json(json!({"counts": counts, "groups": groups, "metadata": metadata}))
}

/// How often each value occurs, the most frequent first.
fn counts(found: &[Value], of: fn(&Value) -> Vec<Value>) -> Vec<Value> {
    let mut all: BTreeMap<String, (u64, Value)> = BTreeMap::new();
    for value in found.iter().flat_map(of) {
        let count = all.entry(value.to_string()).or_insert((0, value));
        count.0 += 1;
    }
    let mut all: Vec<_> = all.into_values().collect();
    all.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    all.into_iter()
        .map(|(count, name)| json!({"count": count, "name": name}))
        .collect()
}

/// The short word for a type: `metric` for `metric alert` and `query alert`.
fn classification(monitor: &Monitor) -> &str {
    match monitor.definition.kind() {
        "query alert" | "metric alert" => "metric",
        "service check" => "integration",
        kind => kind.split([' ', '-']).next().unwrap_or(kind),
    }
}

fn summary(monitor: &Monitor) -> Value {
    let definition = &monitor.definition;
    let handles = crate::alerting::handles(definition.text("message"));
    let notifications: Vec<Value> = handles
        .iter()
        .map(|handle| handle.trim_start_matches('@'))
        .map(|handle| json!({"handle": handle, "name": handle}))
        .collect();
    let last = monitor
        .groups
        .values()
        .filter_map(|group| group.last_triggered)
        .max();
    let scopes = query::scope(definition.query());
    let mut answer = Map::new();
    for key in ["name", "type", "query", "tags"] {
        answer.insert(
            key.to_owned(),
            definition.map().get(key).cloned().unwrap_or_default(),
        );
    }
    let rest = json!({
        "id": monitor.id, "org_id": view::ORG_ID, "classification": classification(monitor),
        "creator": view::creator_of_search(), "status": monitor.overall().name(), "last_triggered_ts": last,
        "metrics": query::metric(definition.query()).into_iter().collect::<Vec<_>>(),
        "notifications": notifications, "scopes": if scopes.is_empty() { vec!["*"] } else { scopes },
        "priority": definition.map().get("priority"), "quality_issues": [],
        "restricted_roles": definition.map().get("restricted_roles"), "muted": !monitor.downtimes.is_empty(),
    });
    answer.extend(rest.as_object().cloned().unwrap_or_default());
    Value::Object(answer)
}

fn group_summary(monitor: &Monitor, name: &str, group: &Group) -> Value {
    let tags: Vec<&str> = name.split(',').collect();
    json!({"group": name, "group_tags": tags, "monitor_id": monitor.id, "monitor_name": monitor.definition.text("name"),
        "status": group.status.name(), "last_triggered_ts": group.last_triggered, "last_nodata_ts": group.last_nodata,
        "type": classification(monitor)})
}
