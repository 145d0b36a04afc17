//! Runs the data-only cases under `tests/data/`; each folder's README line stands in
//! `docs/contract.md`. A file's last newline is the editor's and not part of the case.

use std::collections::BTreeMap;

use contract::{Message, Notification, Preview, Rules, Transition};
use data::{cases, json, text};
use serde::Deserialize;

#[cfg(test)]
mod data {
    use std::fs;
    use std::path::{Path, PathBuf};

    use serde::de::DeserializeOwned;

    pub(super) fn cases(kind: &str) -> Vec<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data")
            .join(kind);
        let mut cases: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        cases.sort();
        assert!(!cases.is_empty(), "no {kind}");
        cases
    }

    pub(super) fn text(path: &Path) -> String {
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        text.strip_suffix('\n')
            .unwrap_or_else(|| panic!("{}: no newline", path.display()))
            .to_owned()
    }

    pub(super) fn json<T: DeserializeOwned>(path: &Path) -> T {
        serde_json::from_str(&text(path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

#[test]
fn messages_are_rendered_byte_for_byte_and_read_back() {
    for case in cases("messages") {
        let message: Message = json(&case.join("message.json"));
        let rendered = text(&case.join("rendered.txt"));
        assert_eq!(
            message.render().as_ref(),
            Ok(&rendered),
            "{}",
            case.display()
        );
        assert_eq!(
            Message::parse(&rendered),
            message.normalized(),
            "{}",
            case.display()
        );
    }
}

#[test]
fn hand_written_messages_are_taken_apart() {
    for case in cases("parse") {
        let message: Message = json(&case.join("message.json"));
        assert_eq!(
            Message::parse(&text(&case.join("input.txt"))),
            message,
            "{}",
            case.display()
        );
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    message: Message,
    #[serde(default)]
    allow_insecure: bool,
    problems: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    at: String,
    says: String,
}

#[test]
fn problems_are_found_and_placed() {
    for case in cases("check") {
        let check: Check = json(&case);
        let found = check.message.check_with(Rules {
            allow_insecure: check.allow_insecure,
        });
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            found.len(),
            check.problems.len(),
            "{}: {found:#?}",
            case.display()
        );
        for (found, expected) in found.iter().zip(&check.problems) {
            assert!(
                found.starts_with(&format!("{}: ", expected.at)),
                "{}: {found}",
                case.display()
            );
            assert!(
                found.contains(&expected.says),
                "{}: {found}",
                case.display()
            );
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    message: String,
    transition: Transition,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    shown: Option<Expectation>,
    refused: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    text: String,
    callbacks: Vec<String>,
    handles: Vec<String>,
}

#[test]
fn messages_are_shown_as_they_will_be_sent() {
    for case in cases("preview") {
        let given: Shown = json(&case);
        let shown = contract::preview(&given.message, given.transition, &given.variables);
        let expected = given.shown.map(|expected| Preview {
            text: expected.text,
            callbacks: expected.callbacks,
            handles: expected.handles,
        });
        let refusal = shown.as_ref().err().map(ToString::to_string);
        assert_eq!(shown.ok(), expected, "{}: {refusal:?}", case.display());
        let refused = given.refused.unwrap_or_default();
        let refusal = refusal.unwrap_or_default();
        assert!(refusal.contains(&refused), "{}: {refusal}", case.display());
    }
}

#[test]
fn notifications_are_read() {
    for case in cases("notifications") {
        let subject = case.join("subject.txt");
        let subject = subject.exists().then(|| text(&subject));
        let read = Notification::read(&text(&case.join("body.txt")), subject.as_deref());
        assert_eq!(
            read,
            json(&case.join("expected.json")),
            "{}",
            case.display()
        );
    }
}

/// The largest SNS message, with the callback first and the footer last.
#[test]
fn a_message_of_256_kib_is_read_to_its_end() {
    let url = "https://funds.example.com/cb";
    let head = format!("{}: {url}\n", contract::KEYWORD);
    let foot = "\nMonitor Status: https://app.datadoghq.com/monitors/4242?event_id=7";
    let filler = "銀".repeat((256 * 1024 - head.len() - foot.len()) / "銀".len());
    let read = Notification::read(&[&head, filler.as_str(), foot].concat(), None);
    assert_eq!(read.callbacks, [url]);
    assert_eq!(
        (read.monitor_id.as_deref(), read.event_id.as_deref()),
        (Some("4242"), Some("7"))
    );
}

#[test]
fn every_case_is_a_different_one() {
    for kind in ["parse", "notifications"] {
        let mut seen = BTreeMap::new();
        for case in cases(kind) {
            let input = if kind == "parse" {
                "input.txt"
            } else {
                "body.txt"
            };
            let subject = case.join("subject.txt");
            let subject = subject.exists().then(|| text(&subject));
            let earlier = seen.insert((text(&case.join(input)), subject), case.clone());
            assert_eq!(earlier, None, "{} repeats it", case.display());
        }
    }
}
