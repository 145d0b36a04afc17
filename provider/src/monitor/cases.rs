//! The data cases of `provider/tests/data`: configuration to request, Datadog's answer to state, and what is refused.
//! Values are written as JSON, with `"(unknown)"` for what is not known yet; a new case needs no code.

use super::model::{Wiring, set};
use super::{checks, plan, schema, sent, state};
use crate::config::{self, Settings, Surroundings};
use crate::datadog::{Chance, Clock};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tfplugin::{Diagnostics, FromValue, Number, Type, Value, async_trait};

/// A clock on which every pause is over at once.
pub(super) struct NoWait;

#[async_trait]
impl Clock for NoWait {
    fn now(&self) -> Instant {
        Instant::now()
    }

    async fn sleep(&self, _: Duration) {}
}

impl Chance for NoWait {
    fn draw(&self) -> f64 {
        1.0
    }
}

/// JSON as a value of the type, with what is missing null; blocks are never null.
pub(super) fn value(json: &Json, ty: &Type) -> Value {
    with_blocks(loose(json).conform(ty).unwrap(), ty)
}

/// Empty lists where blocks are left out: of all lists, they alone hold objects.
fn with_blocks(value: Value, ty: &Type) -> Value {
    match (value, ty) {
        (Value::Null, Type::List(inner)) if matches!(**inner, Type::Object(_)) => {
            Value::List(Vec::new())
        }
        (Value::List(elements), Type::List(inner)) => {
            let whole = elements.into_iter();
            Value::List(whole.map(|element| with_blocks(element, inner)).collect())
        }
        (Value::Map(entries), Type::Object(types)) => {
            let whole = entries.into_iter().map(|(name, value)| {
                let value = with_blocks(value, &types[&name]);
                (name, value)
            });
            Value::Map(whole.collect())
        }
        (value, _) => value,
    }
}

fn loose(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => (*flag).into(),
        Json::Number(number) => number.to_string().parse::<Number>().unwrap().into(),
        Json::String(text) if text == "(unknown)" => Value::Unknown,
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Value::List(items.iter().map(loose).collect()),
        Json::Object(fields) => Value::object(
            fields
                .iter()
                .map(|(name, value)| (name.as_str(), loose(value))),
        ),
    }
}

pub(super) fn monitor(json: &Json) -> Value {
    value(json, &TYPE)
}

/// Of a monitor; made once, for the schema is large.
static TYPE: LazyLock<Type> = LazyLock::new(|| schema::schema().ty());

/// The provider block of a case, with keys from the environment; no request is ever made.
fn settings(case: &Json) -> Settings {
    let surroundings = Surroundings {
        environment: Box::new(|_| Some("key".to_owned())),
        clock: Arc::new(NoWait),
        now: std::time::SystemTime::now,
        chance: Arc::new(NoWait),
    };
    let mut block = case["provider"].clone();
    if block.is_null() {
        block = json!({});
    }
    block["api_url"] = "http://127.0.0.1:9".into();
    let block = value(&block, &config::schema().ty());
    config::configure(
        config::Block::from_value(&block).unwrap(),
        &surroundings,
        "",
    )
    .unwrap()
    .0
}

/// What Terraform would hand to the plan hook for a new monitor, completed by it.
fn planned(case: &Json) -> (Value, Wiring) {
    planned_from(case, None)
}

fn planned_from(case: &Json, prior: Option<&Value>) -> (Value, Wiring) {
    let config = monitor(&case["config"]);
    let mut planned = config.clone();
    set(
        &mut planned,
        "id",
        prior.map_or(Value::Unknown, |prior| prior.get("id").clone()),
    );
    let wiring = plan::complete(&config, prior, &mut planned, &settings(case)).unwrap();
    (planned, wiring)
}

fn cases(file: &str) -> Vec<Json> {
    let cases: Vec<Json> = serde_json::from_str(file).unwrap();
    assert!(cases.len() > 1);
    cases
}

#[test]
fn configurations_become_requests() {
    for case in cases(include_str!("../../tests/data/requests.json")) {
        let (planned, _) = planned(&case);
        let body = sent::request(&planned, case.get("held"));
        // Numbers are compared digit for digit: 0.1 must not become 0.10000000000000001.
        assert_eq!(
            body.to_string(),
            case["request"].to_string(),
            "{}",
            case["case"]
        );
    }
}

#[test]
fn plans_know_what_can_be_known() {
    for case in cases(include_str!("../../tests/data/plans.json")) {
        let prior = case.get("prior").map(monitor);
        let (planned, _) = planned_from(&case, prior.as_ref());
        assert_partly(&planned, &case["planned"], &case["case"]);
    }
}

#[test]
fn answers_become_state() {
    for case in cases(include_str!("../../tests/data/reads.json")) {
        // A state is what a plan was, with an id; an import knows the id alone.
        let prior = match case.get("config") {
            Some(_) => {
                let (mut planned, _) = planned(&case);
                set(&mut planned, "id", "7".into());
                planned
            }
            None => monitor(&json!({"id": "7"})),
        };
        let read = state::read(&prior, &case["answer"], &settings(&case)).unwrap();
        if case["drift"] == json!({}) && case.get("config").is_some() {
            assert_eq!(read, prior, "{}", case["case"]);
        }
        assert_partly(&read, &case["drift"], &case["case"]);
        // What is read can be planned again, and then nothing changes unless there was drift.
        if let Some(settled) = case.get("settles") {
            let again = json!({"config": settled, "provider": case["provider"]});
            let (planned, _) = planned_from(&again, Some(&read));
            assert_eq!(planned, read, "{}", case["case"]);
        }
    }
}

/// Each attribute of `expected` is as expected; the others are not looked at.
fn assert_partly(found: &Value, expected: &Json, case: &Json) {
    let Type::Object(types) = &*TYPE else {
        panic!("no object")
    };
    for (name, json) in expected.as_object().unwrap() {
        let wanted = value(json, &types[name]);
        assert_eq!(found.get(name), &wanted, "{case}: {name}");
    }
}

/// The diagnostics by place; a place that is at fault twice has two texts.
fn told(diagnostics: &Diagnostics) -> BTreeMap<String, Vec<String>> {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for diagnostic in diagnostics {
        let place = told.entry(diagnostic.path.to_string()).or_default();
        place.push(diagnostic.to_string());
    }
    told
}

#[test]
fn mistakes_are_told_where_they_are() {
    for case in cases(include_str!("../../tests/data/checks.json")) {
        let config = monitor(&case["config"]);
        let mut found = checks::offline(&Wiring::from_value(&config).unwrap(), &config);
        if case["when"] == "plan" {
            assert!(!found.has_errors(), "{}: {found}", case["case"]);
            let (planned, wiring) = planned(&case);
            found = checks::against(&settings(&case), &wiring, &planned);
        }
        let told = told(&found);
        let expected: BTreeMap<String, Vec<String>> =
            serde_json::from_value(case["told"].clone()).unwrap();
        let counts = |told: &BTreeMap<String, Vec<String>>| -> Vec<(String, usize)> {
            let counts = told
                .iter()
                .map(|(place, texts)| (place.clone(), texts.len()));
            counts.collect()
        };
        assert_eq!(
            counts(&told),
            counts(&expected),
            "{}: {told:#?}",
            case["case"]
        );
        for (place, texts) in expected {
            for text in texts {
                let found = told[&place].iter().any(|told| told.contains(&text));
                assert!(found, "{}: {text}: {told:#?}", case["case"]);
            }
        }
    }
}
