//! The messages: most look like Datadog's, with a callback URL that is good, odd or evil in one
//! or more of its parts; some are mutated; some are nonsense. In every kind of envelope.

use contract::KEYWORD;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::envelope;

/// One event, as Lambda hands it over.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) event: Value,
}

impl Case {
    /// Whether a callback line is found in it.
    pub(super) fn asks(&self) -> bool {
        let records = envelope::read(&self.event).into_iter();
        let mut records = records.filter_map(|part| part.record.ok());
        records.any(|record| !record.read(None).callbacks.is_empty())
    }
}

/// `port` is on the list, `other_port` is not.
pub(super) fn strategy(port: u16, other_port: u16) -> BoxedStrategy<Case> {
    let message = prop_oneof![
        8 => message(port, other_port),
        2 => (message(port, other_port), any::<prop::sample::Index>(), any::<char>(), 0..3u8)
            .prop_map(|(message, at, new, how)| mutate(&message, at, new, how)),
        2 => "\\PC{0,60}",
        1 => "[a-z:/ \\n@?#{}%.]{0,80}".prop_map(|text| format!("{KEYWORD}: {text}")),
    ];
    (message, "(\\[TEST\\] )?\\[Triggered\\] \\PC{0,20}", 0..8u8)
        .prop_map(|(message, subject, kind)| Case {
            event: wrap(message, &subject, kind),
        })
        .boxed()
}

fn wrap(message: String, subject: &str, kind: u8) -> Value {
    let sns = json!({ "MessageId": "m-1", "Subject": subject, "Message": message });
    let event = json!({ "Records": [{ "Sns": sns }] });
    let detail = json!({ "meta": { "monitor": { "id": 4242, "message": message } } });
    match kind {
        0 => json!({ "Records": [{ "messageId": "q-1", "body": sns.to_string() }] }),
        1 => json!({ "requestPayload": event }),
        2 => json!({ "detail-type": "Datadog Alert Notification", "id": "e-1", "detail": detail }),
        3 => {
            let body = json!({ "monitor_id": 4242, "body": message });
            json!({ "Records": [{ "Sns": { "MessageId": "m-1", "Message": body.to_string() } }] })
        }
        _ => event,
    }
}

fn message(port: u16, other_port: u16) -> impl Strategy<Value = String> {
    let lines = prop::collection::vec(line(port, other_port), 1..3);
    (lines, prop::bool::weighted(0.95)).prop_map(|(lines, footer)| {
        let footer = match footer {
            true => {
                "Monitor Status: https://app.datadoghq.com/monitors/4242?group=a%3Ab&event_id=9"
            }
            false => "",
        };
        format!("{}\n@sns-topic\n\n{footer}", lines.join("\n"))
    })
}

fn line(port: u16, other_port: u16) -> impl Strategy<Value = String> {
    let key =
        prop_oneof![12 => Just(format!("{KEYWORD}: ")), 1 => Just(format!("see {KEYWORD}: "))];
    (key, url(port, other_port)).prop_map(|(key, url)| format!("{key}{url}"))
}

fn url(port: u16, other_port: u16) -> impl Strategy<Value = String> {
    let scheme = prop_oneof![12 => Just("https"), 1 => Just("http"), 1 => Just("ftp")];
    let user = prop_oneof![14 => Just(""), 1 => Just("user@"), 1 => Just("a:b@")];
    let host = prop_oneof![
        8 => Just("good.example"),
        1 => Just("GOOD.Example."),
        2 => Just("a.sub.example"),
        1 => prop::sample::select(vec![
            "rebind.sub.example", "evil.example", "good.example.evil.example", "xgood.example",
            "sub.example", ".sub.example", "127.0.0.1", "2130706433", "0x7f.1", "[::1]",
            "[::ffff:127.0.0.1]", "good.example%00", "good.example@evil.example", "localhost",
        ]),
    ];
    let port = prop_oneof![
        12 => Just(format!(":{port}")),
        1 => Just(format!(":{other_port}")),
        1 => prop::sample::select(vec![String::new(), ":0".into(), ":99999".into()]),
    ];
    let path = prop_oneof![
        14 => Just("/dd_circuit_breaker/callback"),
        1 => prop::sample::select(vec![
            "", "/", "/admin", "/dd_circuit_breaker/callback/../admin", "//admin",
            "/dd_circuit_breaker/%63allback", "/dd_circuit_breaker/callback%2f..",
        ]),
    ];
    let rest = prop_oneof![10 => Just(""), 1 => Just("?x=1"), 1 => Just("#x"), 1 => Just("?{{a}}")];
    (scheme, user, host, port, path, rest).prop_map(|(scheme, user, host, port, path, rest)| {
        format!("{scheme}://{user}{host}{port}{path}{rest}")
    })
}

/// Takes a character out, puts one in, or doubles what stands behind it.
fn mutate(message: &str, at: prop::sample::Index, new: char, how: u8) -> String {
    let mut chars: Vec<char> = message.chars().collect();
    let at = at.index(chars.len());
    match how {
        0 => drop(chars.remove(at)),
        1 => chars.insert(at, new),
        _ => chars.extend_from_within(at..),
    }
    chars.into_iter().collect()
}
