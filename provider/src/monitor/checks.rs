//! What is wrong with a monitor's configuration, beyond what single rows of the schema say.
//! `offline` judges what the resource alone decides; `against` what the provider's settings decide.
//! Only what is known is judged: an unknown value is never an error.

use super::model::{CallbackBlock, Wiring, known_texts};
use super::tags::{self, BREAKER_KEY};
use crate::config::Settings;
use crate::names::SNS;
use contract::{Callback, CallbackUrl, Field, Message, Place, Problem, Rules, Transition};
use std::collections::BTreeSet;
use tfplugin::{Attr, Diagnostic, Diagnostics, Path, Value};

/// Presets that leave out the footer, whose links carry the monitor's and the event's id.
const FOOTERLESS: &[&str] = &["hide_all", "hide_handles_and_footer", "show_only_snapshot"];

/// What needs neither the provider's settings nor a network. `values` is the same block as `wiring`.
pub(crate) fn offline(wiring: &Wiring, values: &Value) -> Diagnostics {
    let mut found = message(wiring);
    for (index, block) in blocks(wiring) {
        found.extend(transitions(index, block));
        found.extend(encrypted(index, block));
    }
    found.extend(footer(wiring, values));
    found.extend(breaker_twice(wiring));
    found.extend(missing_data(values));
    found.extend(draft(wiring, values));
    found
}

/// What the provider's settings decide, checked before any request.
pub(crate) fn against(settings: &Settings, wiring: &Wiring) -> Diagnostics {
    let mut found: Diagnostics = topicless(wiring).into_iter().collect();
    for (index, block) in blocks(wiring) {
        let Some(url) = url(block) else { continue };
        found.extend(host(settings, index, &url));
        found.extend(insecure(settings, index, &url));
    }
    found
}

fn blocks(wiring: &Wiring) -> impl Iterator<Item = (usize, &CallbackBlock)> {
    wiring.callbacks.items().iter().enumerate()
}

fn url(block: &CallbackBlock) -> Option<CallbackUrl> {
    CallbackUrl::parse(block.url.as_str()?).ok()
}

fn callback(index: usize) -> Path {
    Path::to("callback").index(index)
}

/// What `contract` says against the known parts.
fn message(wiring: &Wiring) -> Diagnostics {
    let (places, callbacks): (Vec<usize>, Vec<Callback>) = blocks(wiring)
        .filter_map(|(index, block)| Some((index, known(block)?)))
        .unzip();
    let text = wiring.message.known().cloned().unwrap_or_default();
    let handles = known_texts(&wiring.notify).cloned().collect();
    let message = Message {
        callbacks,
        text,
        handles,
    };
    // Whether http is good enough is judged below, by host.
    let problems = message.check_with(Rules {
        allow_insecure: true,
    });
    problems
        .into_iter()
        .map(|problem| reported(problem, &places))
        .collect()
}

/// A block whose URL is known, as far as its transitions are.
fn known(block: &CallbackBlock) -> Option<Callback> {
    let written_empty = block.on.known().is_some_and(BTreeSet::is_empty);
    let on = if written_empty {
        BTreeSet::new()
    } else {
        Transition::defaults(false)
    };
    Some(Callback {
        url: block.url.known()?.clone(),
        on,
    })
}

fn reported(problem: Problem, places: &[usize]) -> Diagnostic {
    let (summary, path) = match problem.place {
        Place::Callback(i, field) => {
            let attribute = match field {
                Field::Url => "url",
                Field::On => "on",
            };
            let index = places.get(i).copied().unwrap_or(i);
            ("Invalid callback", callback(index).attribute(attribute))
        }
        Place::Text => ("Invalid message", Path::to("message")),
        Place::Handle(_) => ("Invalid handle", Path::to("notify").element()),
    };
    let detail = match problem.position {
        Some(at) => format!("line {}, column {}: {}", at.line, at.column, problem.detail),
        None => problem.detail,
    };
    Diagnostic::error(summary).detail(detail).at(path)
}

fn transitions(index: usize, block: &CallbackBlock) -> Vec<Diagnostic> {
    let wrong = known_texts(&block.on).filter_map(|name| name.parse::<Transition>().err());
    wrong
        .map(|error| {
            let path = callback(index).attribute("on").element();
            Diagnostic::error("Unknown transition")
                .detail(error.to_string())
                .at(path)
        })
        .collect()
}

/// `http` may be written for this machine alone; whether it may be used is the provider's to say.
fn encrypted(index: usize, block: &CallbackBlock) -> Option<Diagnostic> {
    url(block).filter(|url| !url.secure && !is_local(&url.host))?;
    let written = block.url.as_str()?;
    let detail = format!("`{written}` is not encrypted: use `https`");
    Some(
        Diagnostic::error("Invalid callback")
            .detail(detail)
            .at(callback(index).attribute("url")),
    )
}

/// Names that never leave the machine (RFC 6761, 6.3).
fn is_local(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

fn footer(wiring: &Wiring, values: &Value) -> Option<Diagnostic> {
    let preset = values
        .get("notification_preset_name")
        .as_str()
        .filter(|preset| FOOTERLESS.contains(preset))?;
    wiring.callbacks.items().first()?;
    let detail = format!(
        "`{preset}` leaves out the footer, whose links carry the ids that a callback needs: use `hide_query`, \
         `hide_handles` or `show_all`, or remove the callbacks"
    );
    Some(
        Diagnostic::error("Callback without ids")
            .detail(detail)
            .at("notification_preset_name"),
    )
}

fn breaker_twice(wiring: &Wiring) -> Option<Diagnostic> {
    let name = wiring.breaker.as_str()?;
    let tag = known_texts(&wiring.tags).find(|tag| tags::key(tag) == BREAKER_KEY)?;
    let detail = format!(
        "`breaker = \"{name}\"` adds the tag `{BREAKER_KEY}:{name}`: remove `{tag}` from `tags`"
    );
    Some(
        Diagnostic::error("Breaker named twice")
            .detail(detail)
            .at(Path::to("tags").element()),
    )
}

fn missing_data(values: &Value) -> Option<Diagnostic> {
    let chosen = values.get("on_missing_data").as_str()?;
    let other = ["notify_no_data", "no_data_timeframe"]
        .into_iter()
        .find(|name| values.get(name).is_known())?;
    let detail = format!(
        "`on_missing_data = \"{chosen}\"` already says what missing data means: remove `{other}`"
    );
    Some(
        Diagnostic::error("Missing data handled twice")
            .detail(detail)
            .at(other),
    )
}

fn draft(wiring: &Wiring, values: &Value) -> Option<Diagnostic> {
    wiring.callbacks.items().first()?;
    values
        .get("draft_status")
        .as_str()
        .filter(|status| *status == "draft")?;
    let detail =
        "a draft sends no notification: its callbacks are never called until it is `published`";
    Some(
        Diagnostic::warning("Draft monitor with callbacks")
            .detail(detail)
            .at("draft_status"),
    )
}

fn topicless(wiring: &Wiring) -> Option<Diagnostic> {
    wiring.callbacks.items().first()?;
    let open = wiring.notify.is_unknown()
        || wiring
            .notify
            .known()
            .is_some_and(|set| set.contains(&Attr::Unknown));
    let other_topic = known_texts(&wiring.notify).any(|handle| handle.starts_with(SNS));
    if !wiring.sns_topic.is_null() || open || other_topic {
        return None;
    }
    let detail = "a callback reaches its service through an SNS topic, and neither this resource nor the provider \
                  names one: set `sns_topic`";
    Some(
        Diagnostic::error("Callback without SNS topic")
            .detail(detail)
            .at(callback(0)),
    )
}

fn host(settings: &Settings, index: usize, url: &CallbackUrl) -> Option<Diagnostic> {
    let allowed = settings.allowed_callback_hosts.known()?;
    let open = allowed.iter().any(Attr::is_unknown);
    let names: Vec<&str> = allowed.iter().filter_map(Attr::as_str).collect();
    if open || names.iter().any(|name| covers(name, &url.host)) {
        return None;
    }
    let detail = format!(
        "`{}` is not among the provider's `allowed_callback_hosts`: {}",
        url.host,
        if names.is_empty() {
            "the list is empty".to_owned()
        } else {
            names.join(", ")
        }
    );
    Some(
        Diagnostic::error("Callback host not allowed")
            .detail(detail)
            .at(callback(index).attribute("url")),
    )
}

/// `host` itself, or `*.suffix` for every name below.
fn covers(allowed: &str, host: &str) -> bool {
    let allowed = allowed.to_ascii_lowercase();
    match allowed.strip_prefix("*.") {
        Some(suffix) => host
            .strip_suffix(suffix)
            .is_some_and(|below| below.len() > 1 && below.ends_with('.')),
        None => allowed == host,
    }
}

fn insecure(settings: &Settings, index: usize, url: &CallbackUrl) -> Option<Diagnostic> {
    if url.secure {
        return None;
    }
    let diagnostic = match settings.allow_insecure_callbacks {
        Attr::Unknown => return None,
        Attr::Known(true) => Diagnostic::warning("Callback is not encrypted")
            .detail("`allow_insecure_callbacks` is on: for a laptop only"),
        _ => Diagnostic::error("Callback is not encrypted").detail(
            "use `https`, or on a laptop `allow_insecure_callbacks = true` in the provider block",
        ),
    };
    Some(diagnostic.at(callback(index).attribute("url")))
}
