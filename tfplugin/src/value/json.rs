//! Values as JSON, as they stand in state files. Directed by the type, as state does
//! not say what is a set or a number of which digits.

use super::{Number, Type, Value, ValueError};
use crate::path::Step;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Reads a value of the type. Objects are read leniently, as state may be older than
/// the schema: attributes that the type lacks are dropped, those missing are null.
///
/// # Errors
/// JSON that is no such value.
pub fn from_json(json: &Json, ty: &Type) -> Result<Value, ValueError> {
    match (json, ty) {
        (Json::Null, _) => Ok(Value::Null),
        (_, Type::Dynamic) => dynamic(json),
        (Json::Bool(value), Type::Bool) => Ok(Value::Bool(*value)),
        (Json::String(text), Type::Bool) => text
            .parse()
            .map(Value::Bool)
            .map_err(|_| ValueError::new("bool wanted, a string found")),
        (Json::String(text), Type::String) => Ok(Value::String(text.clone())),
        (Json::Number(number), Type::String) => Ok(Value::String(number.to_string())),
        (Json::Bool(value), Type::String) => Ok(Value::String(value.to_string())),
        (Json::Number(number), Type::Number) => decimal(&number.to_string()),
        (Json::String(text), Type::Number) => decimal(text),
        (Json::Array(elements), Type::List(ty)) => each(elements, ty, Step::Index).map(Value::List),
        (Json::Array(elements), Type::Set(ty)) => {
            each(elements, ty, |_| Step::Element).map(Value::set)
        }
        (Json::Array(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            tuple(elements, types)
        }
        (Json::Object(entries), Type::Map(ty)) => map(entries, ty),
        (Json::Object(entries), Type::Object(attributes)) => object(entries, attributes),
        (json, ty) => Err(ValueError::new(format!(
            "{ty} wanted, {} found",
            kind(json)
        ))),
    }
}

fn tuple(elements: &[Json], types: &[Type]) -> Result<Value, ValueError> {
    let read = |(i, (json, ty))| from_json(json, ty).map_err(|error| error.within(Step::Index(i)));
    let typed = elements.iter().zip(types).enumerate();
    typed.map(read).collect::<Result<_, _>>().map(Value::List)
}

fn map(entries: &Map<String, Json>, ty: &Type) -> Result<Value, ValueError> {
    let read = |(key, json): (&String, &Json)| match from_json(json, ty) {
        Ok(value) => Ok((key.clone(), value)),
        Err(error) => Err(error.within(Step::Key(key.clone()))),
    };
    let entries = entries.iter().map(read);
    entries.collect::<Result<_, _>>().map(Value::Map)
}

/// Writes the value as one of the type.
///
/// # Errors
/// A value that does not fit the type, and unknown values, for which JSON has no form.
pub fn to_json(value: Value, ty: &Type) -> Result<Json, ValueError> {
    let value = value.conform(ty)?;
    match value.first_unknown() {
        Some(path) => Err(ValueError {
            path,
            problem: "an unknown value has no JSON form".to_owned(),
        }),
        None => Ok(write(&value)),
    }
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

fn decimal(text: &str) -> Result<Value, ValueError> {
    text.parse()
        .map(Value::Number)
        .map_err(|error: super::NotANumber| ValueError::new(error.to_string()))
}

fn each(
    elements: &[Json],
    ty: &Type,
    step: impl Fn(usize) -> Step,
) -> Result<Vec<Value>, ValueError> {
    let read = |(i, json)| from_json(json, ty).map_err(|error| error.within(step(i)));
    elements.iter().enumerate().map(read).collect()
}

fn object(
    entries: &Map<String, Json>,
    attributes: &BTreeMap<String, Type>,
) -> Result<Value, ValueError> {
    let read = |(name, ty): (&String, &Type)| {
        let json = entries.get(name).unwrap_or(&Json::Null);
        match from_json(json, ty) {
            Ok(value) => Ok((name.clone(), value)),
            Err(error) => Err(error.within(Step::Attribute(name.clone()))),
        }
    };
    attributes
        .iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map(Value::Map)
}

fn dynamic(json: &Json) -> Result<Value, ValueError> {
    let (Some(ty), Some(value)) = (json.get("type"), json.get("value")) else {
        return Err(ValueError::new("an object of `type` and `value` wanted"));
    };
    let ty = Type::from_json(ty).map_err(|error| ValueError::new(error.to_string()))?;
    let value = from_json(value, &ty)?;
    Ok(Value::Dynamic(Box::new((ty, value))))
}

fn write(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unknown => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Number(number) => write_number(number),
        Value::String(text) => json!(text),
        Value::List(elements) | Value::Set(elements) => elements.iter().map(write).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), write(value)))
            .collect(),
        Value::Dynamic(typed) => json!({"type": typed.0.to_json(), "value": write(&typed.1)}),
    }
}

/// JSON is stricter about the form of numbers than Terraform: `.5` and `+1` need
/// another spelling.
fn write_number(number: &Number) -> Json {
    let json = |text: &str| serde_json::from_str::<serde_json::Number>(text).ok();
    json(number.as_str())
        .or_else(|| json(&number.to_scientific()))
        .map_or(Json::Null, Json::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_read_and_written() {
        let ty = Type::object([
            ("name", Type::String),
            ("critical", Type::Number),
            ("tags", Type::set(Type::String)),
            ("rows", Type::list(Type::object([("on", Type::Bool)]))),
            ("labels", Type::map(Type::String)),
            ("pair", Type::Tuple(vec![Type::String, Type::Number])),
            ("any", Type::Dynamic),
        ]);
        let text = r#"{"any":{"type":["list","bool"],"value":[true]},"critical":0.1,"labels":{"a":"b"},"name":null,"pair":["x",1e400],"rows":[{"on":false}],"tags":["a","b"]}"#;
        let value = from_json(&serde_json::from_str(text).unwrap(), &ty).unwrap();
        assert_eq!(value.get("critical").as_number().unwrap().as_str(), "0.1");
        assert_eq!(value.get("tags"), &Value::set(["b", "a"]));
        assert_eq!(
            to_json(value, &ty).unwrap(),
            serde_json::from_str::<Json>(text).unwrap()
        );
    }

    #[test]
    fn older_state_is_read_leniently() {
        let ty = Type::object([
            ("new", Type::String),
            ("n", Type::Number),
            ("b", Type::Bool),
        ]);
        let value = from_json(&json!({"old": 1, "n": "2.5", "b": "true"}), &ty).unwrap();
        let number: Number = "2.5".parse().unwrap();
        let wanted = [
            ("new", Value::Null),
            ("n", number.into()),
            ("b", true.into()),
        ];
        assert_eq!(value, Value::object(wanted));
    }

    #[test]
    fn other_json_is_refused_with_its_place() {
        let ty = Type::object([("rows", Type::list(Type::object([("on", Type::Bool)])))]);
        let cases = [
            (
                json!([]),
                "object({rows = list(object({on = bool}))}) wanted, an array found",
            ),
            (
                json!({"rows": [{"on": 1}]}),
                "`rows[0].on`: bool wanted, a number found",
            ),
            (
                json!({"rows": {"on": 1}}),
                "`rows`: list(object({on = bool})) wanted, an object found",
            ),
        ];
        for (json, text) in cases {
            assert_eq!(from_json(&json, &ty).unwrap_err().to_string(), text);
        }
        assert_eq!(
            to_json(Value::Unknown, &ty).unwrap_err().problem,
            "an unknown value has no JSON form"
        );
    }

    #[test]
    fn numbers_take_a_form_that_json_knows() {
        for (text, json) in [
            ("0.1", "0.1"),
            (".5", "5e-1"),
            ("+12", "12e+0"),
            ("-0", "-0"),
            ("007", "7e+0"),
        ] {
            let number: Number = text.parse().unwrap();
            assert_eq!(write_number(&number).to_string(), json);
        }
    }
}
