//! The functions' data cases, `provider/tests/data/functions.json`: arguments as JSON (`"(unknown)"` for what is not
//! known yet), and the result, or the number of the argument that is refused and what is said about it.

use super::{ParseMessage, PreviewMessage, RenderMessage, shape};
use serde_json::Value as Json;
use tfplugin::{Arguments, Function, FunctionError, Number, Type, Value};

const CASES: &str = include_str!("../../tests/data/functions.json");

fn cases() -> Vec<Json> {
    serde_json::from_str(CASES).unwrap()
}

fn loose(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => (*flag).into(),
        Json::Number(number) => number.to_string().parse::<Number>().unwrap().into(),
        Json::String(text) if text == "(unknown)" => Value::Unknown,
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Value::List(items.iter().map(loose).collect()),
        Json::Object(fields) => {
            Value::object(fields.iter().map(|(name, value)| (name, loose(value))))
        }
    }
}

fn call(name: &str, arguments: Vec<Value>) -> Result<Value, FunctionError> {
    let arguments = Arguments::new(arguments);
    match name {
        "render_message" => RenderMessage.call(arguments),
        "parse_message" => ParseMessage
            .call(arguments)
            .map(|parts| parts.conform(&shape::message()).unwrap()),
        _ => PreviewMessage.call(arguments),
    }
}

fn expected(case: &Json) -> Value {
    let gives = loose(&case["gives"]);
    match case["function"].as_str() {
        Some("parse_message") => gives.conform(&shape::message()).unwrap(),
        _ => gives,
    }
}

#[test]
fn calls_give_what_they_should() {
    for case in cases() {
        let arguments = case["arguments"].as_array().unwrap().iter().map(loose);
        let result = call(case["function"].as_str().unwrap(), arguments.collect());
        match (result, case.get("refused")) {
            (Ok(value), None) => assert_eq!(value, expected(&case), "{}", case["case"]),
            (Err(error), Some(refused)) => {
                let argument = refused["argument"].as_u64().map(|index| index as usize);
                assert_eq!(error.argument, argument, "{}: {error}", case["case"]);
                let says = refused["says"].as_str().unwrap();
                assert!(error.text.contains(says), "{}: {error}", case["case"]);
            }
            (result, _) => panic!("{}: {result:?}", case["case"]),
        }
    }
}

#[test]
fn parsing_undoes_rendering() {
    let rendered = |case: &Json| case["function"] == "render_message";
    let texts: Vec<Value> = cases()
        .into_iter()
        .filter(rendered)
        .map(|case| loose(&case["gives"]))
        .filter(|text| text.as_str().is_some_and(|text| !text.is_empty()))
        .collect();
    assert!(texts.len() > 2);
    for text in texts {
        let parts = call("parse_message", vec![text.clone()]).unwrap();
        assert_eq!(
            parts.get("callback").as_elements().map(<[_]>::is_empty),
            Some(text == "x".into())
        );
        assert_eq!(call("render_message", vec![parts]), Ok(text));
    }
}

#[test]
fn a_part_may_have_any_type_that_terraform_has_for_it() {
    let tuple = Type::Tuple(vec![Type::String]);
    let ty = Type::object([("notify", tuple), ("message", Type::Dynamic)]);
    let parts = Value::object([("notify", Value::list(["@a"])), ("message", Value::Null)]);
    let given = Value::Dynamic(Box::new((ty, parts)));
    assert_eq!(call("render_message", vec![given]), Ok("@a".into()));
}
