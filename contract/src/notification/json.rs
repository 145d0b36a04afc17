//! Reads a JSON body, by the field names of Datadog's webhook payloads. What is no JSON object is
//! not judged here.

use serde_json::{Map, Value};

use crate::work;

/// A body taken apart; ids are decimal digits.
#[derive(Default)]
pub(super) struct Envelope {
    pub(super) title: Option<String>,
    pub(super) monitor_id: Option<String>,
    pub(super) event_id_text: Option<String>,
    pub(super) event_id_number: Option<String>,
    pub(super) group: Option<String>,
    pub(super) transition: Option<String>,
    pub(super) texts: Vec<String>,
    pub(super) links: Vec<String>,
}

impl Envelope {
    /// A body that is all text.
    pub(super) fn plain(message: &str) -> Envelope {
        Envelope {
            texts: vec![message.to_owned()],
            ..Envelope::default()
        }
    }
}

/// `$ID` of a webhook is the event's id, `$ALERT_ID` the monitor's.
const EVENT_IDS: [&str; 3] = ["event_id", "id_str", "id"];
const MONITOR_IDS: [&str; 2] = ["monitor_id", "alert_id"];
const GROUPS: [&str; 3] = ["group", "alert_scope", "scope"];
const TRANSITIONS: [&str; 2] = ["transition", "alert_transition"];
const TITLES: [&str; 2] = ["title", "event_title"];
const TEXTS: [&str; 6] = [
    "body",
    "text",
    "message",
    "msg",
    "event_msg",
    "text_only_msg",
];
const LINKS: [&str; 3] = ["link", "url", "event_url"];

/// The fields of `message` if it is a JSON object.
pub(super) fn read(message: &str) -> Option<Envelope> {
    if !message.trim_start().starts_with('{') {
        return None;
    }
    work::spend(message.len());
    let object: Map<String, Value> = serde_json::from_str(message).ok()?;
    let text = |names: &[&str]| texts(&object, names).next();
    let ids = |names: &[&str], numbers: bool| {
        names
            .iter()
            .filter_map(|name| object.get(*name))
            .find_map(|value| id(value, numbers))
    };
    Some(Envelope {
        title: text(&TITLES),
        monitor_id: ids(&MONITOR_IDS, false).or_else(|| ids(&MONITOR_IDS, true)),
        event_id_text: ids(&EVENT_IDS, false),
        event_id_number: ids(&EVENT_IDS, true),
        group: text(&GROUPS),
        transition: text(&TRANSITIONS),
        texts: texts(&object, &TEXTS).collect(),
        links: texts(&object, &LINKS).collect(),
    })
}

/// The texts under `names` that are not blank, in the order of the names.
fn texts(object: &Map<String, Value>, names: &[&str]) -> impl Iterator<Item = String> {
    let found = names.iter().filter_map(|name| object.get(*name)?.as_str());
    let found: Vec<_> = found
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
        .collect();
    found.into_iter()
}

/// A number's digits are taken as they were sent: no float in between.
pub(super) fn id(value: &Value, numbers: bool) -> Option<String> {
    let digits = match value {
        Value::String(text) if !numbers => text.trim().to_owned(),
        Value::Number(number) if numbers => number.to_string(),
        _ => return None,
    };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then_some(digits)
}
