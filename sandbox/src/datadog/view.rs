//! A monitor in an answer. The same monitor looks a little different in each kind of answer; the differences are all here.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::clock;
use crate::monitor::{Groups, Monitor, STATELESS_GROUPS, Status, worst};

/// The organisation and the user that every monitor belongs to.
pub(super) const ORG_ID: u64 = 1_000_001;
const USER: &str = "sandbox@example.com";

/// What a read asks for besides the definition.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// `all`, or a list of `alert`, `warn`, `no data`, ….
    pub(super) group_states: Option<String>,
    pub(super) with_downtimes: Option<String>,
    pub(super) with_assets: Option<String>,
    pub(super) with_restricted_roles: Option<String>,
}

fn is(flag: Option<&str>, value: &str) -> bool {
    flag.is_some_and(|flag| flag.eq_ignore_ascii_case(value))
}

/// The answer to POST: with the creator, and with an overall state that nobody has evaluated yet.
pub(super) fn created(monitor: &Monitor) -> Value {
    let mut answer = written(monitor);
    answer.insert("creator".to_owned(), creator());
    Value::Object(answer)
}

/// The answer to PUT: as that to POST, but without the creator.
pub(super) fn updated(monitor: &Monitor) -> Value {
    Value::Object(written(monitor))
}

fn written(monitor: &Monitor) -> Map<String, Value> {
    let mut answer = base(monitor);
    answer.insert("restriction_policy".to_owned(), Value::Null);
    answer.insert("overall_state".to_owned(), json!(Status::NoData.name()));
    answer.insert("overall_state_modified".to_owned(), Value::Null);
    if let Some(Value::Array(assets)) = answer.get_mut("assets") {
        for asset in assets {
            asset["monitor_id"] = json!(monitor.id);
        }
    }
    answer
}

/// The answer to GET, and an element of the list, with the states of `groups`.
pub(super) fn read(monitor: &Monitor, wanted: &Wanted, groups: &Groups) -> Value {
    let mut answer = base(monitor);
    answer.insert("creator".to_owned(), creator());
    answer.insert("overall_state".to_owned(), json!(worst(groups).name()));
    answer.insert(
        "overall_state_modified".to_owned(),
        json!(monitor.overall_changed_ms.map(clock::iso_seconds)),
    );
    let without_roles = is(wanted.with_restricted_roles.as_deref(), "false");
    if without_roles {
        answer.remove("restricted_roles");
    }
    if !without_roles && !is(wanted.with_assets.as_deref(), "true") {
        answer.remove("assets");
    }
    if is(wanted.with_downtimes.as_deref(), "true") {
        answer.insert("matching_downtimes".to_owned(), json!(monitor.downtimes));
    }
    if let Some(asked) = &wanted.group_states {
        let stateless = STATELESS_GROUPS.contains(&monitor.definition.kind());
        let shown = if stateless {
            json!({})
        } else {
            states(groups, asked)
        };
        answer.insert("state".to_owned(), json!({"groups": shown}));
    }
    Value::Object(answer)
}

/// The groups with one of the asked statuses.
fn states(groups: &Groups, asked: &str) -> Value {
    let asked: Vec<String> = asked
        .split(',')
        .map(|word| word.trim().to_lowercase())
        .collect();
    let wanted = |status: Status| {
        asked
            .iter()
            .any(|word| word == "all" || *word == status.name().to_lowercase())
    };
    let shown = groups.iter().filter(|(_, group)| wanted(group.status));
    shown
        .map(|(name, group)| (name.clone(), group.to_json(name)))
        .collect::<Map<_, _>>()
        .into()
}

/// What all answers have.
fn base(monitor: &Monitor) -> Map<String, Value> {
    let definition = &monitor.definition;
    let mut answer = definition.map().clone();
    let mut add = |key: &str, value: Value| answer.insert(key.to_owned(), value);
    add("id", json!(monitor.id));
    add("org_id", json!(ORG_ID));
    add("multi", json!(definition.is_grouped()));
    add("created", json!(clock::iso_micros(monitor.created_ms)));
    add("created_at", json!(monitor.created_ms / 1000 * 1000));
    add("modified", json!(clock::iso_micros(monitor.modified_ms)));
    add("deleted", Value::Null);
    if definition.kind() == "data-quality alert" {
        add("run_as", Value::Null);
        add("restricted", json!(false));
    }
    answer
}

/// The creator, as a search shows it.
pub(super) fn creator_of_search() -> Value {
    json!({"name": "Sandbox User", "handle": USER, "id": 2_000_001})
}

fn creator() -> Value {
    json!({"name": "Sandbox User", "email": USER, "handle": USER, "id": 2_000_001})
}
