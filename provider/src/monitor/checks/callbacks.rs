//! Where callbacks go, when, and through which topic.

use super::{blocks, callback};
use crate::config::Settings;
use crate::monitor::model::{CallbackBlock, Wiring, known_texts};
use crate::names::SNS;
use contract::{CallbackUrl, Transition};
use tfplugin::{Attr, Diagnostic, Diagnostics};

/// What the blocks alone decide.
pub(super) fn offline(wiring: &Wiring) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (index, block) in blocks(wiring) {
        found.extend(transitions(index, block));
        found.extend(encrypted(index, block));
    }
    found
}

/// What the provider's settings decide.
pub(super) fn against(settings: &Settings, wiring: &Wiring) -> Diagnostics {
    let mut found: Diagnostics = topicless(wiring).into_iter().collect();
    for (index, block) in blocks(wiring) {
        let Some(url) = url(block) else { continue };
        found.extend(host(settings, index, &url));
        found.extend(insecure(settings, index, &url));
    }
    found
}

fn url(block: &CallbackBlock) -> Option<CallbackUrl> {
    CallbackUrl::parse(block.url.as_str()?).ok()
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

fn topicless(wiring: &Wiring) -> Option<Diagnostic> {
    wiring.callbacks.items().first()?;
    let open = wiring.notify.is_unknown()
        || wiring
            .notify
            .known()
            .is_some_and(|set| set.contains(&Attr::Unknown));
    let other_topic = known_texts(&wiring.notify).any(|handle| handle.starts_with(SNS));
    // Written by hand, the topic often stands inside a conditional.
    let text = &wiring.message;
    let in_text = text.is_unknown() || text.as_str().is_some_and(|text| text.contains(SNS));
    if !wiring.sns_topic.is_null() || open || other_topic || in_text {
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
