//! Every call of the protocol against the service in this process, through the
//! generated client: the example's notes, and a resource that makes trouble.

use serde_json::{Value as Json, json};
use std::sync::Arc;
use tfplugin::{
    Provider as _, Resource as _, Type, Value,
    proto::tfplugin6::{self as tf, provider_client::ProviderClient},
    service,
    value::{json as state, msgpack},
};

#[path = "../../examples/notes/lookup.rs"]
mod lookup;
#[path = "../../examples/notes/note.rs"]
mod note;
#[path = "../../examples/notes/provider.rs"]
mod provider;
#[path = "../../examples/notes/slug.rs"]
mod slug;
#[path = "../../examples/notes/store.rs"]
mod store;
mod absent;
mod lookups;
mod notes;
mod trouble;

/// A client of a provider's service: `client!(provider)`. A macro, as the type of the
/// service has no name.
macro_rules! client {
    ($provider:expr) => {
        tfplugin::proto::tfplugin6::provider_client::ProviderClient::new(tfplugin::service(
            $provider,
        ))
    };
}
pub(crate) use client;

/// A value in JSON as the protocol carries it. Strings `"?"` stand for unknown values.
fn dynamic(json: &Json, ty: &Type) -> Option<tf::DynamicValue> {
    let value = unknowns(state::from_json(json, ty).unwrap());
    Some(tf::DynamicValue {
        msgpack: msgpack::to_vec(value, ty).unwrap(),
        json: Vec::new(),
    })
}

fn unknowns(value: Value) -> Value {
    match value {
        Value::String(text) if text == "?" => Value::Unknown,
        Value::List(elements) => Value::List(elements.into_iter().map(unknowns).collect()),
        Value::Set(elements) => Value::Set(elements.into_iter().map(unknowns).collect()),
        Value::Map(entries) => {
            Value::Map(entries.into_iter().map(|(k, v)| (k, unknowns(v))).collect())
        }
        other => other,
    }
}

/// What the protocol carried, in the same JSON.
fn plain(message: Option<tf::DynamicValue>, ty: &Type) -> Json {
    fn marks(value: Value) -> Value {
        match value {
            Value::Unknown => "?".into(),
            Value::List(elements) => Value::List(elements.into_iter().map(marks).collect()),
            Value::Map(entries) => {
                Value::Map(entries.into_iter().map(|(k, v)| (k, marks(v))).collect())
            }
            other => other,
        }
    }
    let value = marks(msgpack::from_slice(&message.unwrap().msgpack, ty).unwrap());
    // An unknown number becomes a mark too, which is no number: no type is asked for.
    let value = value.conform(&Type::Dynamic).unwrap();
    state::to_json(value, &Type::Dynamic).unwrap()["value"].clone()
}

fn raw(json: &Json) -> Option<tf::RawState> {
    Some(tf::RawState {
        json: json.to_string().into_bytes(),
        ..Default::default()
    })
}

/// Severity, summary, detail and path of each diagnostic: `E: summary: detail (a[0].b)`.
fn told(diagnostics: &[tf::Diagnostic]) -> Vec<String> {
    let line = |d: &tf::Diagnostic| {
        let severity = if d.severity == 1 { 'E' } else { 'W' };
        format!(
            "{severity}: {}: {} ({})",
            d.summary,
            d.detail,
            place(d.attribute.as_ref())
        )
    };
    diagnostics.iter().map(line).collect()
}

fn place(path: Option<&tf::AttributePath>) -> String {
    use tf::attribute_path::step::Selector;
    let steps = path.map_or(&[][..], |path| &path.steps);
    let step = |step: &tf::attribute_path::Step| match step.selector.as_ref().unwrap() {
        Selector::AttributeName(name) => format!(".{name}"),
        Selector::ElementKeyInt(index) => format!("[{index}]"),
        Selector::ElementKeyString(key) => format!("[{key:?}]"),
    };
    steps
        .iter()
        .map(step)
        .collect::<String>()
        .trim_start_matches('.')
        .to_owned()
}
