//! What the data sources decide without a request.

use super::{FoundMonitor, RenderedMessage, monitor, monitor_state};
use crate::config::{self, Settings, Surroundings};
use crate::datadog::{SystemChance, SystemClock};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use tfplugin::{Cx, DataSource, Diagnostics, FromValue, Value};

/// A provider block without keys.
fn keyless(block: Value) -> Cx<Settings> {
    let surroundings = Surroundings {
        environment: Box::new(|_| None),
        clock: Arc::new(SystemClock),
        now: std::time::SystemTime::now,
        chance: Arc::new(SystemChance),
    };
    let block = config::Block::from_value(&block).unwrap();
    let (settings, _) = config::configure(block, &surroundings, "").unwrap();
    Cx::new(Some(Arc::new(settings)))
}

fn parts(parts: &[(&str, Value)]) -> Value {
    let given = Value::object(parts.iter().cloned());
    given.conform(&RenderedMessage.schema().ty()).unwrap()
}

fn callback() -> Value {
    Value::list([Value::object([("url", "https://a.example/")])])
}

#[tokio::test]
async fn a_message_needs_no_keys_and_takes_the_providers_defaults() {
    let block = Value::object([
        ("sns_topic", Value::from("t")),
        ("notify", Value::set(["@a"])),
    ]);
    let config = parts(&[("callback", callback()), ("notify_no_data", true.into())]);
    let mut cx = keyless(block);
    let found = RenderedMessage.read(&mut cx, config).await.unwrap();
    assert!(cx.reported().is_empty(), "{}", cx.reported());
    let text = found.get("rendered_message").as_str().unwrap();
    assert!(
        text.contains("{{#is_no_data}}") && text.ends_with("\n\n@a @sns-t"),
        "{text}"
    );
    assert_eq!(found.get("sns_topic").as_str(), Some("t"));
    assert!(found.conform(&RenderedMessage.schema().ty()).is_ok());
}

#[tokio::test]
async fn a_message_is_checked_as_the_resource_is() {
    let mut cx = keyless(Value::object([(
        "allowed_callback_hosts",
        Value::list(["b.example"]),
    )]));
    let config = parts(&[("callback", callback())]);
    RenderedMessage.read(&mut cx, config).await.unwrap();
    let told = cx.reported().to_string();
    assert!(
        told.contains("`a.example` is not among") && told.contains("set `sns_topic`"),
        "{told}"
    );
}

#[tokio::test]
async fn a_message_that_waits_for_the_provider_says_so() {
    let mut cx = keyless(Value::object([("sns_topic", Value::Unknown)]));
    let config = parts(&[("callback", callback())]);
    let error = RenderedMessage.read(&mut cx, config).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("set `sns_topic` and `notify` here"),
        "{error}"
    );
}

#[tokio::test]
async fn a_monitor_is_found_one_way_or_the_other() {
    let judged = async |config: &[(&str, Value)]| -> Result<(), Diagnostics> {
        let config = Value::object(config.iter().cloned());
        FoundMonitor.validate(&mut Cx::new(None), &config).await
    };
    let name = ("name_filter", Value::from("x"));
    for good in [
        vec![("id", "7".into())],
        vec![name.clone()],
        vec![("id", Value::Unknown)],
    ] {
        assert_eq!(judged(&good).await, Ok(()), "{good:?}");
    }
    for bad in [
        vec![],
        vec![("id", "7".into()), name],
        vec![("id", "x7".into())],
    ] {
        assert!(judged(&bad).await.is_err(), "{bad:?}");
    }
}

#[tokio::test]
async fn without_keys_a_monitor_cannot_be_looked_up() {
    let mut cx = keyless(Value::object([("id", Value::Null)]));
    let config = Value::object([("id", "7")]);
    let error = FoundMonitor.read(&mut cx, config).await.unwrap_err();
    assert!(error.to_string().contains("`DD_API_KEY`"), "{error}");
}

/// Names that the filters leave, the filter on the name, and the id that is taken or a part of the error.
type Search<'a> = (&'a [&'a str], Option<&'a str>, Result<u64, &'a str>);

#[test]
fn exactly_one_monitor_is_found() {
    let cases: [Search<'_>; 6] = [
        (&["a"], None, Ok(0)),
        (&["ab"], Some("a"), Ok(0)),
        (&["ab", "a", "ac"], Some("a"), Ok(1)),
        (&[], Some("a"), Err("no monitor passes")),
        (
            &["a", "b"],
            None,
            Err("2 monitors pass these filters: 0 (`a`), 1 (`b`); narrow"),
        ),
        (&["a", "a"], Some("a"), Err("0 (`a`), 1 (`a`)")),
    ];
    for (names, name, expected) in cases {
        let found = names
            .iter()
            .enumerate()
            .map(|(id, name)| json!({"id": id, "name": name}));
        match (monitor::only(found.collect(), name), expected) {
            (Ok(monitor), Ok(id)) => assert_eq!(monitor["id"], json!(id), "{names:?}"),
            (Err(error), Err(part)) => assert!(error.detail.contains(part), "{error}"),
            (result, _) => panic!("{names:?}: {result:?}"),
        }
    }
}

#[test]
fn groups_are_those_with_all_the_tags() {
    let monitor: Json = json!({"state": {"groups": {
        "env:prod,bank_code:0002": {"status": "OK", "last_triggered_ts": 0},
        "bank_code:0001,env:prod": {"status": "Alert", "last_triggered_ts": 7, "last_resolved_ts": null},
    }}});
    let names = |asked| {
        let groups = monitor_state::groups(&monitor, asked);
        let name = |group: &Value| group.get("name").as_str().map(str::to_owned);
        groups.iter().filter_map(name).collect::<Vec<_>>()
    };
    assert_eq!(
        names(None),
        ["bank_code:0001,env:prod", "env:prod,bank_code:0002"]
    );
    assert_eq!(
        names(Some("env:prod, bank_code:0002")),
        ["env:prod,bank_code:0002"]
    );
    assert_eq!(names(Some("bank_code:0003")), [""; 0]);
    let sick = &monitor_state::groups(&monitor, Some("bank_code:0001"))[0];
    assert_eq!(sick.get("last_triggered_ts"), &Value::from(7));
    assert!(sick.get("last_resolved_ts").is_null());
    let well = &monitor_state::groups(&monitor, Some("bank_code:0002"))[0];
    assert!(well.get("last_triggered_ts").is_null());
    assert_eq!(monitor_state::groups(&json!({}), None), []);
}
