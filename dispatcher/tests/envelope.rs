//! Runs the reader of events over the cases in `tests/data/envelope/`: an event, and the parts that
//! must be found in it. An error must hold the text given, and never the word `secret`, which the
//! cases use as a value.

use std::fs;
use std::path::Path;

use dispatcher::envelope::{self, Content, Part, Record};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    event: Value,
    parts: Vec<Expected>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    item: Option<String>,
    error: Option<String>,
    message_id: Option<String>,
    sent: Option<String>,
    subject: Option<String>,
    text: Option<String>,
    detail: Option<Value>,
    traceparent: Option<String>,
    aws: Option<String>,
}

fn shown(part: Part, expected: &Expected) -> Expected {
    let shown = Expected {
        item: part.item,
        ..Expected::default()
    };
    match part.record {
        Ok(Record {
            message_id,
            sent,
            trace,
            content,
        }) => {
            let (subject, text, detail) = match content {
                Content::Message { subject, text } => (subject, Some(text), None),
                Content::Detail(detail) => (None, None, Some(detail)),
            };
            Expected {
                message_id: Some(message_id),
                sent,
                subject,
                text,
                detail,
                traceparent: trace.traceparent,
                aws: trace.aws,
                ..shown
            }
        }
        Err(error) => {
            let said = error.to_string();
            assert!(!said.contains("secret"), "{said}");
            let expected = expected.error.clone();
            let found = expected.filter(|part| said.contains(part.as_str()));
            Expected {
                error: Some(found.unwrap_or(said)),
                ..shown
            }
        }
    }
}

#[test]
fn every_part_is_found_however_it_was_carried() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/envelope");
    let mut seen = 0;
    for path in fs::read_dir(folder).unwrap() {
        let path = path.unwrap().path();
        let case: Case = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let parts = envelope::read(&case.event);
        assert_eq!(parts.len(), case.parts.len(), "{}", path.display());
        for (part, expected) in parts.into_iter().zip(&case.parts) {
            assert_eq!(&shown(part, expected), expected, "{}", path.display());
        }
        seen += 1;
    }
    assert!(seen > 20);
}
