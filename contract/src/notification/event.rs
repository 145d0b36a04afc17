//! Reads the `detail` of an EventBridge event. Unlike SNS it has fields, and the message in it is the
//! monitor's template: what it asks for follows from the transition.
//!
//! Source: the example of a Datadog event in the user guide of AWS Incident Detection and Response.
//! It shows a simple alert; where a group stands is read from the places that Datadog's events use.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Notification, json, title};
use crate::message::Message;
use crate::transition::Transition;
use crate::work;

const GROUPS: [&str; 4] = [
    "/meta/result/group_key",
    "/meta/result/metadata/group",
    "/meta/group",
    "/meta/monitor/groups/0",
];

pub(super) fn read(detail: &Value) -> Notification {
    let text = |path: &str| {
        let found = detail.pointer(path).and_then(Value::as_str);
        found.map(str::trim).filter(|text| !text.is_empty())
    };
    let message = text("/meta/monitor/message").unwrap_or_default();
    work::spend(message.len());
    let title = text("/title").or(text("/meta/monitor/name"));
    let transition = text("/meta/transition/trans_name");
    let said = text("/title").map(title::read).unwrap_or_default();
    let id = |path| {
        let value = detail.pointer(path)?;
        json::id(value, false).or_else(|| json::id(value, true))
    };
    Notification {
        callbacks: callbacks(message, &transitions(detail)),
        monitor_id: id("/meta/monitor/id").or(id("/meta/result/metadata/monitor_id")),
        event_id: id("/event_id").or(id("/meta/event_id")),
        group: GROUPS
            .iter()
            .find_map(|path| text(path))
            .map(str::to_owned)
            .or(said.group),
        transition: transition.map(str::to_owned).or(said.transition),
        title: title.map(str::to_owned),
        test: text("/title").is_some_and(title::is_test),
    }
}

/// In the order of the message. Every callback listens when the transition is not told.
fn callbacks(message: &str, now: &[Transition]) -> Vec<String> {
    let listens = |on: &BTreeSet<Transition>| {
        now.is_empty() || now.iter().any(|transition| on.contains(transition))
    };
    Message::parse(message)
        .callbacks
        .into_iter()
        .filter(|callback| listens(&callback.on))
        .map(|callback| callback.url)
        .collect()
}

/// The transitions that Datadog's conditionals would see; none for states not known here.
fn transitions(detail: &Value) -> Vec<Transition> {
    let state = |path| detail.pointer(path).and_then(Value::as_str).unwrap_or("");
    let (from, to) = (
        state("/meta/states/source_state"),
        state("/meta/states/dest_state"),
    );
    let mut found = match (from, to) {
        ("Alert", "Warn") => vec![Transition::AlertToWarning, Transition::Warning],
        (_, "Alert") => vec![Transition::Alert],
        (_, "Warn") => vec![Transition::Warning],
        (_, "No Data") => vec![Transition::NoData],
        ("Alert", "OK") => vec![Transition::AlertRecovery, Transition::Recovery],
        ("Warn", "OK") => vec![Transition::WarningRecovery, Transition::Recovery],
        ("No Data", "OK") => vec![Transition::NoDataRecovery, Transition::Recovery],
        (_, "Unknown") => vec![Transition::Unknown],
        _ => return Vec::new(),
    };
    if state("/meta/transition/trans_name").starts_with("Re-") {
        found.push(Transition::Renotify);
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Callback;

    /// `a` listens to an alert, `b` to its recovery, `c` to what is said again.
    fn event(from: &str, to: &str, name: &str) -> Value {
        let callback = |host, on| Callback {
            url: format!("https://{host}.example/cb"),
            on: [on].into(),
        };
        let message = Message {
            callbacks: vec![
                callback("a", Transition::Alert),
                callback("b", Transition::AlertRecovery),
                callback("c", Transition::Renotify),
            ],
            ..Message::default()
        };
        json!({"meta": {
            "monitor": {"id": 4242, "name": "Errors", "message": message.render().unwrap()},
            "transition": {"trans_name": name, "trans_type": "alert"},
            "states": {"source_state": from, "dest_state": to},
            "result": {"group_key": "bank_code:0001"},
        }})
    }

    #[test]
    fn those_are_called_that_listen_to_the_transition() {
        for (from, to, name, hosts) in [
            ("OK", "Alert", "Triggered", "a"),
            ("Alert", "Alert", "Re-Triggered", "ac"),
            ("Alert", "OK", "Recovered", "b"),
            ("OK", "Warn", "Warn", ""),
            ("", "", "Triggered", "abc"),
            ("OK", "Something new", "x", "abc"),
        ] {
            let read = read(&event(from, to, name));
            let expected: Vec<_> = hosts
                .chars()
                .map(|host| format!("https://{host}.example/cb"))
                .collect();
            assert_eq!(read.callbacks, expected, "{from} {to}");
            assert_eq!(read.monitor_id.as_deref(), Some("4242"));
            assert_eq!(read.group.as_deref(), Some("bank_code:0001"));
            assert_eq!(read.transition.as_deref(), Some(name));
            assert_eq!(read.title.as_deref(), Some("Errors"));
        }
    }

    #[test]
    fn what_is_not_there_is_not_made_up() {
        assert_eq!(read(&json!({})), Notification::default());
        assert_eq!(read(&json!("text")), Notification::default());
    }
}
