//! Plain settings to JSON and back, row by row, and the request body made of them.
//! Nothing here knows a setting by name, except the few that the API ties together.

use super::settings::{self, Kind, Place, Setting};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use tfplugin::{Number, Value};

/// Settings this provider does not know yet. What Datadog holds of them survives an update: PUT replaces `options`
/// as a whole, so they are carried over. Everything else that an answer adds is never sent back.
const CARRIED: &[&str] = &[
    "aggregation",
    "avalanche_window",
    "device_ids",
    "locked",
    "min_failure_duration",
    "min_location_failed",
    "scheduling_options",
    "silenced",
    "synthetics_check_id",
    "threshold_windows",
    "variables",
];

/// The body of a create (`current` none), or of an update of what Datadog holds now.
/// `values` are wholly known; `message` and `tags` are the finished ones.
pub(crate) fn request(
    values: &Value,
    message: &str,
    tags: &BTreeSet<String>,
    current: Option<&Json>,
) -> Json {
    let mut body = Map::new();
    for setting in settings::at(Place::Required).chain(settings::at(Place::Top)) {
        let written = to_json(setting, values.get(setting.name));
        if let Some(json) = written.or_else(|| cleared(setting, current)) {
            body.insert(setting.name.to_owned(), json);
        }
    }
    body.insert("message".to_owned(), message.into());
    body.insert("tags".to_owned(), json!(tags));
    body.insert("options".to_owned(), Json::Object(options(values, current)));
    Json::Object(body)
}

/// What unsets a setting beside `name`, if Datadog holds a value for it: PUT keeps what it is not told of.
fn cleared(setting: &Setting, current: Option<&Json>) -> Option<Json> {
    let held = current?.get(setting.name)?;
    if unset(setting, Some(held)) {
        return None;
    }
    let neutral = setting
        .like_unset
        .iter()
        .find_map(|text| serde_json::from_str(text).ok());
    match setting.kind {
        Kind::Text => neutral,
        _ => Some(Json::Null),
    }
}

fn options(values: &Value, current: Option<&Json>) -> Map<String, Json> {
    let held = current
        .and_then(|current| current.get("options"))
        .and_then(Json::as_object);
    let mut options: Map<String, Json> = held
        .into_iter()
        .flatten()
        .filter(|(name, value)| {
            CARRIED.contains(&name.as_str()) && !value.is_null() && **value != json!({})
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    options.extend(section(Place::Options, values));
    let thresholds = section(Place::Thresholds, thresholds_of(values));
    if !thresholds.is_empty() {
        options.insert("thresholds".to_owned(), Json::Object(thresholds));
    }
    options
}

fn section(place: Place, values: &Value) -> Map<String, Json> {
    let written = |setting: &'static Setting| {
        to_json(setting, values.get(setting.name)).map(|json| (setting.name.to_owned(), json))
    };
    settings::at(place).filter_map(written).collect()
}

/// The only `monitor_thresholds` block, or null.
pub(crate) fn thresholds_of(values: &Value) -> &Value {
    let blocks = values
        .get("monitor_thresholds")
        .as_elements()
        .unwrap_or_default();
    blocks.first().unwrap_or(&Value::Null)
}

/// One setting as JSON; `None` for null, for unknown and for what is no value of the kind.
fn to_json(setting: &Setting, value: &Value) -> Option<Json> {
    match setting.kind {
        Kind::Flag => value.as_bool().map(Json::Bool),
        Kind::Whole => value.as_number().and_then(Number::to_i64).map(Json::from),
        Kind::Text => value.as_str().map(Json::from),
        Kind::Texts => Some(
            value
                .as_elements()?
                .iter()
                .filter_map(Value::as_str)
                .collect(),
        ),
        Kind::Decimal => value.as_str().and_then(decimal),
    }
}

/// A decimal text as a JSON number, digit for digit; `None` for what JSON has no number for.
pub(crate) fn decimal(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().filter(Json::is_number)
}

/// One setting read from JSON; null for what is no value of the kind.
fn from_json(setting: &Setting, json: &Json) -> Value {
    match setting.kind {
        Kind::Flag => json.as_bool().into(),
        Kind::Whole => number(json).map_or(Value::Null, Value::from),
        Kind::Text => json.as_str().into(),
        Kind::Texts => json.as_array().map_or(Value::Null, |items| {
            Value::set(items.iter().filter_map(Json::as_str))
        }),
        Kind::Decimal => number(json).map(plain).into(),
    }
}

fn number(json: &Json) -> Option<Number> {
    json.is_number()
        .then(|| json.to_string().parse().ok())
        .flatten()
}

/// Datadog writes `2.0` for what people write as `2`.
fn plain(number: Number) -> String {
    number
        .to_i64()
        .map_or_else(|| number.to_string(), |whole| whole.to_string())
}

/// Whether two values of a setting mean the same to Datadog.
pub(crate) fn same(setting: &Setting, a: &Value, b: &Value) -> bool {
    match (setting.kind, a.as_str(), b.as_str()) {
        (Kind::Text, Some(a), Some(b)) => {
            a.trim() == b.trim() || (setting.name == "type" && aliases(a, b))
        }
        (Kind::Decimal, Some(a), Some(b)) => {
            a.parse::<Number>().ok() == b.parse().ok() && decimal(a).is_some()
        }
        _ => a == b,
    }
}

/// The two names of one type, which the server swaps as it likes.
pub(crate) fn aliases(a: &str, b: &str) -> bool {
    let metric = |name| matches!(name, "metric alert" | "query alert");
    metric(a) && metric(b)
}

/// Whether what Datadog holds means the same as nothing.
fn unset(setting: &Setting, held: Option<&Json>) -> bool {
    let Some(held) = held.filter(|held| !held.is_null()) else {
        return true;
    };
    means_nothing(setting, &from_json(setting, held))
}

/// Whether a value means the same to Datadog as none.
pub(crate) fn means_nothing(setting: &Setting, value: &Value) -> bool {
    let neutral = setting
        .like_unset
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok());
    neutral
        .map(|json| from_json(setting, &json))
        .any(|neutral| same(setting, &neutral, value))
}

/// One setting as state should hold it. What means the same stays as it was written; a default that Datadog filled in
/// is not read back; anything else is drift and is shown.
fn read_one(setting: &Setting, prior: &Value, held: Option<&Json>) -> Value {
    let nothing_held = unset(setting, held);
    if nothing_held && (prior.is_null() || means_nothing(setting, prior)) {
        return prior.clone();
    }
    let read = held.map_or(Value::Null, |held| from_json(setting, held));
    if same(setting, prior, &read) {
        prior.clone()
    } else {
        read
    }
}

/// Every plain setting but the local ones, as `(attribute, value)`: see [`read_one`].
pub(crate) fn read_back(prior: &Value, remote: &Json) -> Vec<(&'static str, Value)> {
    let options = &remote["options"];
    let read = |setting: &'static Setting, home: &Json| {
        (
            setting.name,
            read_one(setting, prior.get(setting.name), home.get(setting.name)),
        )
    };
    let top = settings::at(Place::Required)
        .chain(settings::at(Place::Top))
        .map(|setting| read(setting, remote));
    let inner = settings::at(Place::Options).map(|setting| read(setting, options));
    let mut all: Vec<_> = top.chain(inner).collect();
    all.push((
        "monitor_thresholds",
        read_thresholds(prior, &options["thresholds"]),
    ));
    all
}

fn read_thresholds(prior: &Value, held: &Json) -> Value {
    let prior_block = thresholds_of(prior);
    let read: Vec<(&str, Value)> = settings::at(Place::Thresholds)
        .map(|setting| {
            (
                setting.name,
                read_one(
                    setting,
                    prior_block.get(setting.name),
                    held.get(setting.name),
                ),
            )
        })
        .collect();
    let anything = read.iter().any(|(_, value)| !value.is_null());
    Value::list((anything || !prior_block.is_null()).then(|| Value::object(read)))
}
