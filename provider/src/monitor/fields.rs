//! One setting to JSON and back, and a table of them. Nothing here knows a setting by name, save that the names of
//! one type are the same.

use super::settings::{Kind, Setting};
use serde_json::{Map, Value as Json};
use tfplugin::{Number, Value};

/// The settings that have a value, as a JSON object.
pub(crate) fn object(rows: &[Setting], values: &Value) -> Map<String, Json> {
    let written = |setting: &Setting| {
        let json = to_json(setting, values.get(setting.name))?;
        Some((setting.field.to_owned(), json))
    };
    rows.iter().filter_map(written).collect()
}

/// One setting as JSON; `None` for null, for unknown, for what is no value of the kind, and for a block that says
/// nothing.
fn to_json(setting: &Setting, value: &Value) -> Option<Json> {
    match setting.kind {
        Kind::Flag => value.as_bool().map(Json::Bool),
        Kind::Whole => value.as_number().and_then(Number::to_i64).map(Json::from),
        Kind::Text => value.as_str().map(Json::from),
        Kind::Texts => Some(texts(value)?.collect()),
        Kind::Words => filled(texts(value)?.map(Json::from).collect()),
        Kind::Decimal => value.as_str().and_then(decimal),
        Kind::One(rows) => {
            let object = object(rows, first(value));
            (!object.is_empty()).then_some(Json::Object(object))
        }
        Kind::Many(rows) => filled(objects(rows, value).collect()),
        Kind::Mixed(blocks) => {
            let block = first(value);
            let all = blocks
                .iter()
                .flat_map(|setting| objects(setting.kind.rows(), block.get(setting.name)));
            filled(all.collect())
        }
    }
}

fn texts(value: &Value) -> Option<impl Iterator<Item = &str>> {
    Some(value.as_elements()?.iter().filter_map(Value::as_str))
}

fn objects<'a>(rows: &'a [Setting], blocks: &'a Value) -> impl Iterator<Item = Json> + 'a {
    elements(blocks)
        .iter()
        .map(|block| Json::Object(object(rows, block)))
}

fn filled(array: Vec<Json>) -> Option<Json> {
    (!array.is_empty()).then_some(Json::Array(array))
}

fn elements(blocks: &Value) -> &[Value] {
    blocks.as_elements().unwrap_or_default()
}

/// The only block of its kind, or null.
pub(crate) fn first(blocks: &Value) -> &Value {
    elements(blocks).first().unwrap_or(&Value::Null)
}

/// A decimal text as a JSON number, digit for digit; `None` for what JSON has no number for.
pub(crate) fn decimal(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().filter(Json::is_number)
}

/// An attribute read from JSON; null for what is no value of the kind, and for blocks.
fn from_json(setting: &Setting, json: &Json) -> Value {
    let words = |json: &Json| -> Vec<Value> {
        let items = json.as_array().into_iter().flatten();
        items.filter_map(Json::as_str).map(Value::from).collect()
    };
    match setting.kind {
        Kind::Flag => json.as_bool().into(),
        Kind::Whole => number(json).map_or(Value::Null, Value::from),
        Kind::Text => json.as_str().into(),
        Kind::Texts if json.is_array() => Value::set(words(json)),
        Kind::Words if json.is_array() => Value::List(words(json)),
        Kind::Decimal => number(json).map(plain).into(),
        _ => Value::Null,
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
pub(crate) fn unset(setting: &Setting, held: Option<&Json>) -> bool {
    match (held, setting.kind) {
        (None | Some(Json::Null), _) => true,
        (Some(held), Kind::Many(_)) => held.as_array().is_none_or(Vec::is_empty),
        (Some(held), _) => means_nothing(setting, &from_json(setting, held)),
    }
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

/// The settings as state should hold them, given what it held: null for nothing, or the whole of an object.
/// What means the same stays as it was written; a value that Datadog filled in is not read back, save into a state
/// that holds nothing yet, as after an import; anything else is drift and is shown.
pub(crate) fn read(
    rows: &'static [Setting],
    prior: &Value,
    fresh: bool,
    held: &Json,
) -> Vec<(&'static str, Value)> {
    let one = |setting: &'static Setting| {
        let before = prior.get(setting.name);
        let filled_in = setting.filled_in && !fresh && before.is_null();
        let held = held.get(setting.field).filter(|_| !filled_in);
        let read = match setting.kind {
            Kind::One(rows) => read_block(rows, before, held.filter(|held| setting.claims(held))),
            Kind::Many(rows) => read_blocks(rows, before, objects_of(held)),
            Kind::Mixed(blocks) => read_mixed(blocks, before, held),
            _ => read_attribute(setting, before, held),
        };
        (setting.name, read)
    };
    rows.iter().map(one).collect()
}

fn read_attribute(setting: &Setting, prior: &Value, held: Option<&Json>) -> Value {
    if unset(setting, held) && (prior.is_null() || means_nothing(setting, prior)) {
        return prior.clone();
    }
    let read = held.map_or(Value::Null, |held| from_json(setting, held));
    if same(setting, prior, &read) {
        prior.clone()
    } else {
        read
    }
}

fn objects_of(held: Option<&Json>) -> impl Iterator<Item = &Json> {
    held.and_then(Json::as_array).into_iter().flatten()
}

fn read_block(rows: &'static [Setting], prior: &Value, held: Option<&Json>) -> Value {
    let before = first(prior);
    let read = read(rows, before, before.is_null(), held.unwrap_or(&Json::Null));
    one_block(read, before)
}

/// A block that says nothing is there only if it was written.
fn one_block(read: Vec<(&'static str, Value)>, before: &Value) -> Value {
    let says = |value: &Value| !value.is_null() && value.as_elements() != Some(&[]);
    let anything = read.iter().any(|(_, value)| says(value));
    Value::list((anything || !before.is_null()).then(|| Value::object(read)))
}

fn read_blocks<'a>(
    rows: &'static [Setting],
    prior: &Value,
    held: impl Iterator<Item = &'a Json>,
) -> Value {
    let before = elements(prior);
    let read = |(index, held): (usize, &Json)| {
        let before = before.get(index).unwrap_or(&Value::Null);
        Value::object(read(rows, before, before.is_null(), held))
    };
    Value::List(held.enumerate().map(read).collect())
}

fn read_mixed(blocks: &'static [Setting], prior: &Value, held: Option<&Json>) -> Value {
    let before = first(prior);
    let one = |setting: &'static Setting| {
        let claimed = objects_of(held).filter(|object| setting.claims(object));
        let read = read_blocks(setting.kind.rows(), before.get(setting.name), claimed);
        (setting.name, read)
    };
    one_block(blocks.iter().map(one).collect(), before)
}

/// What Datadog holds in a block of the kind [`Kind::Mixed`] and none of its blocks claims: not known yet.
pub(crate) fn unclaimed<'a>(
    setting: &'a Setting,
    held: Option<&'a Json>,
) -> impl Iterator<Item = &'a Json> {
    objects_of(held).filter(|object| {
        let blocks = setting.kind.rows();
        !blocks.iter().any(|block| block.claims(object))
    })
}
