//! From Datadog's answer to Terraform's state. What still means what was written stays as it was written;
//! what Datadog adds by itself is no change; anything else is drift, which the next plan shows and mends.

use super::model::{Wiring, set};
use super::{body, render, tags};
use crate::config::Settings;
use serde_json::Value as Json;
use tfplugin::{FromValue, Value, ValueError};

/// The state after a read: `prior` is the state before it, or an id alone when a monitor is imported.
///
/// # Errors
/// A prior state of another shape.
pub(crate) fn read(prior: &Value, remote: &Json, settings: &Settings) -> Result<Value, ValueError> {
    let mut state = told(prior, remote, &settings.default_tags)?;
    let imported = prior.get("name").is_null();
    if imported && state.get("notify").is_null() && !settings.notify.is_null() {
        // Nobody is notified further, and by a null the provider's handles would be.
        set(&mut state, "notify", Value::Set(Vec::new()));
    }
    Ok(state)
}

/// [`read`] with the provider's default tags alone, for those who know no other setting.
///
/// # Errors
/// As [`read`].
pub(crate) fn told(
    prior: &Value,
    remote: &Json,
    default_tags: &Value,
) -> Result<Value, ValueError> {
    let wiring = Wiring::from_value(prior)?;
    let held_message = remote["message"].as_str().unwrap_or_default();
    let mut held_tags = tags::held(remote);
    let own = tags::effective(&wiring, default_tags).unwrap_or_default();
    let others = tags::of_others(prior, &own, &held_tags);
    held_tags.retain(|tag| !others.contains(tag));
    let (own_tags, breaker) = tags::read_back(&wiring, &held_tags, default_tags);

    let mut state = prior.clone();
    for (name, value) in body::read_back(prior, remote) {
        set(&mut state, name, value);
    }
    for (name, value) in render::read_back(&wiring, held_message) {
        set(&mut state, name, value);
    }
    set(&mut state, "tags", own_tags);
    set(&mut state, "breaker", breaker);
    set(&mut state, "effective_tags", Value::set(held_tags));
    set(&mut state, "rendered_message", held_message.into());
    Ok(state)
}
