//! From the parts of a message to its text and back. The format itself is `contract`'s.

use super::model::{CallbackBlock, Wiring};
use crate::names::SNS;
use contract::{Message, RenderError};
use std::collections::BTreeSet;
use tfplugin::{Attr, IntoValue, Value};

/// The text to give to Datadog. A text that it holds already and that says the same is kept, however it is laid out.
///
/// # Errors
/// What `contract` says against the message.
pub(crate) fn text(desired: &Message, held: Option<&str>) -> Result<String, RenderError> {
    match held {
        Some(held) if says_the_same(&Message::parse(held), desired) => Ok(held.to_owned()),
        _ => desired.render(),
    }
}

/// Equal up to layout: callbacks merged and in canonical order, handles in any order.
fn says_the_same(a: &Message, b: &Message) -> bool {
    let (a, b) = (a.normalized(), b.normalized());
    a.callbacks == b.callbacks && a.text == b.text && handles(&a) == handles(&b)
}

fn handles(message: &Message) -> BTreeSet<&str> {
    message.handles.iter().map(String::as_str).collect()
}

/// `message`, `callback`, `sns_topic` and `notify` as state should hold them, given what it held and the text that
/// Datadog has. Each keeps its words as long as they still mean what the text says.
pub(crate) fn read_back(prior: &Wiring, held: &str) -> [(&'static str, Value); 4] {
    let found = Message::parse(held).normalized();
    let before = prior.desired().map(|message| message.normalized());
    let unchanged = |same: fn(&Message, &Message) -> bool| {
        before.as_ref().is_some_and(|before| same(before, &found))
    };
    let text = if unchanged(|a, b| a.text == b.text) {
        prior.message.clone().into_value()
    } else {
        found.text.as_str().into()
    };
    let callbacks = match &prior.callbacks {
        Attr::Known(blocks) if unchanged(|a, b| a.callbacks == b.callbacks) => blocks.clone(),
        _ => found.callbacks.iter().map(CallbackBlock::of).collect(),
    };
    let (topic, notify) = if unchanged(|a, b| handles(a) == handles(b)) {
        (
            prior.sns_topic.clone().into_value(),
            prior.notify.clone().into_value(),
        )
    } else {
        split(&found, prior)
    };
    [
        ("message", text),
        ("callback", callbacks.into_value()),
        ("sns_topic", topic),
        ("notify", notify),
    ]
}

/// The topic that state knew, else the first one, is the topic; all other handles are to be notified.
fn split(found: &Message, prior: &Wiring) -> (Value, Value) {
    let known = prior
        .sns_topic
        .as_str()
        .map(|topic| format!("{SNS}{topic}"));
    let topics = || {
        found
            .handles
            .iter()
            .filter(|handle| handle.starts_with(SNS))
    };
    let topic = topics()
        .find(|handle| Some(*handle) == known.as_ref())
        .or_else(|| topics().next());
    let notify: BTreeSet<&String> = found
        .handles
        .iter()
        .filter(|handle| Some(*handle) != topic)
        .collect();
    let empty_was_written = matches!(&prior.notify, Attr::Known(set) if set.is_empty());
    let notify = if notify.is_empty() && !empty_was_written {
        Value::Null
    } else {
        Value::set(notify.into_iter().map(String::as_str))
    };
    (
        topic.and_then(|handle| handle.strip_prefix(SNS)).into(),
        notify,
    )
}
