//! The request body, and the reading back of an answer. What rows of the table cannot say stands here: what PUT
//! replaces, and the threshold that may be left out.

use super::settings::{self, Kind, Place, Setting};
use super::{fields, query};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use tfplugin::{Number, Value};

/// Options this provider does not set. What Datadog holds of them survives an update: PUT replaces `options` as a
/// whole, so they are carried over. Everything else that an answer adds is never sent back.
const CARRIED: &[&str] = &[
    "aggregation",
    "avalanche_window",
    "device_ids",
    "locked",
    "min_failure_duration",
    "min_location_failed",
    "silenced",
    "synthetics_check_id",
];

/// The block of thresholds.
pub(crate) const THRESHOLDS: &str = "monitor_thresholds";

/// The body of a create (`current` none), or of an update of what Datadog holds now.
/// `values` are wholly known; `message` and `tags` are the finished ones.
pub(crate) fn request(
    values: &Value,
    message: &str,
    tags: &BTreeSet<String>,
    current: Option<&Json>,
) -> Json {
    let top = settings::at(Place::Top);
    let mut body = fields::object(top, values);
    for setting in top {
        if let Some(json) = cleared(setting, current).filter(|_| !body.contains_key(setting.field))
        {
            body.insert(setting.field.to_owned(), json);
        }
    }
    body.insert("message".to_owned(), message.into());
    body.insert("tags".to_owned(), json!(tags));
    body.insert("options".to_owned(), Json::Object(options(values, current)));
    Json::Object(body)
}

/// What unsets a setting beside `name`, if Datadog may hold a value for it: PUT keeps what it is not told of.
fn cleared(setting: &Setting, current: Option<&Json>) -> Option<Json> {
    let current = current?;
    let untold = is_untold(setting, current);
    if !untold && fields::unset(setting, current.get(setting.field)) {
        return None;
    }
    let neutral = setting
        .like_unset
        .iter()
        .find_map(|text| serde_json::from_str(text).ok());
    match setting.kind {
        Kind::Text => neutral,
        Kind::Many(_) => Some(json!([])),
        _ => Some(Json::Null),
    }
}

fn options(values: &Value, current: Option<&Json>) -> Map<String, Json> {
    let held = current.and_then(|current| current.get("options"));
    let rows = settings::at(Place::Options);
    let mut options = carried(held);
    options.extend(fields::object(rows, values));
    let mixed = rows.iter().filter(|row| matches!(row.kind, Kind::Mixed(_)));
    for setting in mixed {
        let held = held.and_then(|held| held.get(setting.field));
        append(
            &mut options,
            setting.field,
            fields::unclaimed(setting, held),
        );
    }
    imply_critical(&mut options, values);
    options
}

fn carried(held: Option<&Json>) -> Map<String, Json> {
    let held = held.and_then(Json::as_object).into_iter().flatten();
    let says = |value: &Json| !value.is_null() && *value != json!({});
    held.filter(|(name, value)| CARRIED.contains(&name.as_str()) && says(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Adds to the array of this field, which need not be there.
fn append<'a>(options: &mut Map<String, Json>, field: &str, more: impl Iterator<Item = &'a Json>) {
    let mut all = match options.remove(field) {
        Some(Json::Array(ours)) => ours,
        _ => Vec::new(),
    };
    all.extend(more.cloned());
    if !all.is_empty() {
        options.insert(field.to_owned(), Json::Array(all));
    }
}

/// Puts the number of the query where the configuration leaves the critical threshold out.
fn imply_critical(options: &mut Map<String, Json>, values: &Value) {
    let written = fields::first(values.get(THRESHOLDS));
    let open = ["critical", "critical_query"]
        .iter()
        .all(|name| written.get(name).is_null());
    let text = |name| values.get(name).as_str().unwrap_or_default();
    let implied = query::comparison(text("type"), text("query"))
        .filter(|_| open)
        .and_then(|comparison| fields::decimal(comparison.number.as_str()));
    if let Some(critical) = implied {
        let thresholds = options.entry("thresholds").or_insert_with(|| json!({}));
        if let Some(thresholds) = thresholds.as_object_mut() {
            thresholds.insert("critical".to_owned(), critical);
        }
    }
}

/// Every plain setting but the local ones, as `(attribute, value)`: see [`fields::read`].
pub(crate) fn read_back(prior: &Value, remote: &Json) -> Vec<(&'static str, Value)> {
    // A state always has a name; an import begins without.
    let fresh = prior.get("name").is_null();
    let top = settings::at(Place::Top);
    let mut all = fields::read(top, prior, fresh, remote);
    let untold = |name: &str| {
        top.iter()
            .any(|row| row.name == name && is_untold(row, remote))
    };
    all.retain(|(name, _)| fresh || !untold(name));
    let options = settings::at(Place::Options);
    all.extend(fields::read(options, prior, fresh, &remote["options"]));
    for (_, read) in all.iter_mut().filter(|(name, _)| *name == THRESHOLDS) {
        if !fresh && critical_is_implied(prior, read, remote) {
            forget_critical(prior, read);
        }
    }
    all
}

/// Whether the answer says nothing of a list, as those do that were not asked for it.
fn is_untold(setting: &Setting, remote: &Json) -> bool {
    matches!(setting.kind, Kind::Many(_)) && remote.get(setting.field).is_none()
}

/// Whether the configuration leaves the threshold out, and Datadog holds the number of the query.
fn critical_is_implied(prior: &Value, read: &Value, remote: &Json) -> bool {
    let written = fields::first(prior.get(THRESHOLDS)).get("critical");
    let held = fields::first(read).get("critical").as_str();
    let text = |name: &str| remote[name].as_str().unwrap_or_default();
    let implied = query::comparison(text("type"), text("query")).map(|found| found.number);
    let held = held.and_then(|held| held.parse::<Number>().ok());
    written.is_null() && held.is_some() && held == implied
}

fn forget_critical(prior: &Value, read: &mut Value) {
    let mut block = fields::first(read).clone();
    super::model::set(&mut block, "critical", Value::Null);
    let silent = block
        .as_map()
        .is_none_or(|block| block.values().all(Value::is_null));
    let written = !fields::first(prior.get(THRESHOLDS)).is_null();
    *read = Value::list((written || !silent).then_some(block));
}
