//! A `moved` block from another provider's monitor: its state becomes ours, with its id. Terraform reads the monitor
//! next, so what stands here only has to be as near as the old state allows. No request is made, and the provider
//! is not configured yet.

use super::model::{Wiring, set};
use super::{import, render, schema, state as answers, tags};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use tfplugin::value::json;
use tfplugin::{Diagnostic, MoveSource, Type, Value};

/// The name of the provider whose monitors can be taken over; from which registry it came does not matter.
const PROVIDER: &str = "datadog";

/// The state to begin with; `None` for what is no monitor of the `datadog` provider.
///
/// # Errors
/// A state without the id of a monitor, or whose JSON cannot be read.
pub(crate) fn state(source: &MoveSource) -> Result<Option<Value>, Diagnostic> {
    if source.provider_address.rsplit('/').next() != Some(PROVIDER) {
        return Ok(None);
    }
    let start = || import::start(source.state["id"].as_str().unwrap_or_default());
    match source.type_name.as_str() {
        "datadog_monitor" => start().map(|start| Some(of_block(&start, &source.state))),
        "datadog_monitor_json" => of_json(&start()?, &source.state["monitor"]).map(Some),
        _ => Ok(None),
    }
}

/// The arguments are those of `circuitbreaker_monitor`: each is taken by its name, if it fits.
fn of_block(start: &Value, old: &Json) -> Value {
    let mut state = start.clone();
    if let Type::Object(types) = schema::schema().ty() {
        for (name, ty) in types.iter().filter(|(name, _)| *name != "id") {
            set(&mut state, name, taken(&old[name], ty));
        }
    }
    for (name, default) in [("force_delete", false), ("validate", true)] {
        if state.get(name).as_bool() == Some(default) {
            set(&mut state, name, Value::Null);
        }
    }
    let message = old["message"].as_str().unwrap_or_default();
    for (name, value) in render::read_back(&Wiring::default(), message) {
        set(&mut state, name, value);
    }
    set(&mut state, "rendered_message", message.into());
    let all: BTreeSet<String> = tags::held(old);
    let (own, breaker) = tags::read_back(&Wiring::default(), &all, &Value::Null);
    set(&mut state, "tags", own);
    set(&mut state, "breaker", breaker);
    set(&mut state, "effective_tags", Value::set(all));
    state
}

/// The text in `monitor` is a request body, and what Datadog would answer to it is close enough.
fn of_json(start: &Value, text: &Json) -> Result<Value, Diagnostic> {
    let unreadable = |why: String| {
        Diagnostic::error("Monitor cannot be moved").detail(format!(
            "`monitor` in the old state is no JSON: {why}; import the monitor instead"
        ))
    };
    let body: Json = serde_json::from_str(text.as_str().unwrap_or_default())
        .map_err(|error| unreadable(error.to_string()))?;
    let mut state =
        answers::told(start, &body, &Value::Null).map_err(|error| unreadable(error.to_string()))?;
    keep_written(&mut state, &body["options"]);
    Ok(state)
}

/// An answer's defaults are not read, but here somebody wrote them.
fn keep_written(state: &mut Value, options: &Json) {
    if let Type::Object(types) = schema::schema().ty() {
        for (name, ty) in &types {
            if state.get(name).is_null() && options.get(name).is_some() {
                set(state, name, taken(&options[name], ty));
            }
        }
    }
}

/// A value of the type. Blocks are never null; the empty texts, sets and blocks that the old provider writes for what
/// is not set are nothing; and so is what does not fit.
fn taken(old: &Json, ty: &Type) -> Value {
    let read = json::from_json(old, ty).unwrap_or(Value::Null);
    match (tidied(read), ty) {
        (Value::Null, Type::List(block)) if matches!(**block, Type::Object(_)) => {
            Value::List(Vec::new())
        }
        (value, _) => value,
    }
}

fn tidied(value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => Value::Null,
        Value::Set(elements) if elements.is_empty() => Value::Null,
        Value::List(elements) => Value::List(
            elements
                .into_iter()
                .map(tidied)
                .filter(says_something)
                .collect(),
        ),
        Value::Map(fields) => Value::Map(
            fields
                .into_iter()
                .map(|(name, value)| (name, tidied(value)))
                .collect(),
        ),
        other => other,
    }
}

fn says_something(block: &Value) -> bool {
    let nothing = |value: &Value| value.is_null() || value.as_elements() == Some(&[]);
    block
        .as_map()
        .is_none_or(|fields| !fields.values().all(nothing))
}

#[cfg(test)]
mod tests {
    //! The data cases of `provider/tests/data/moves.json`: an old state, and the attributes of the new one that
    //! count, null for a state that is not taken over, or a part of the error.

    use super::*;

    fn source(case: &Json) -> MoveSource {
        let provider = case["provider"].as_str();
        MoveSource {
            provider_address: provider
                .unwrap_or("registry.terraform.io/datadog/datadog")
                .to_owned(),
            type_name: case["type"].as_str().unwrap().to_owned(),
            schema_version: 0,
            state: case["state"].clone(),
            private: Vec::new(),
        }
    }

    #[test]
    fn old_states_become_ours() {
        let cases: Vec<Json> =
            serde_json::from_str(include_str!("../../tests/data/moves.json")).unwrap();
        let Type::Object(types) = schema::schema().ty() else {
            panic!("no object")
        };
        for case in cases {
            match (state(&source(&case)), case["becomes"].as_object()) {
                (Ok(Some(state)), Some(expected)) => {
                    let state = state.conform(&schema::schema().ty()).unwrap();
                    for (name, value) in expected {
                        let value = json::from_json(value, &types[name]).unwrap();
                        assert_eq!(state.get(name), &value, "{}: {name}", case["case"]);
                    }
                }
                (Ok(None), None) => assert!(case["becomes"].is_null(), "{}", case["case"]),
                (Err(error), None) => {
                    let says = case["becomes"].as_str().unwrap_or_default();
                    assert!(
                        !says.is_empty() && error.detail.contains(says),
                        "{}: {error}",
                        case["case"]
                    );
                }
                (state, _) => panic!("{}: {state:?}", case["case"]),
            }
        }
    }
}
