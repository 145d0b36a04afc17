//! Options that rule each other out, or leave a callback without what it needs.

use crate::monitor::model::{Wiring, known_texts};
use crate::monitor::tags::{self, BREAKER_KEY};
use contract::KEYWORD;
use tfplugin::{Diagnostic, Diagnostics, Path, Value};

/// Presets that leave out the footer, whose links carry the monitor's and the event's id.
const FOOTERLESS: &[&str] = &["hide_all", "hide_handles_and_footer", "show_only_snapshot"];

/// What is wrong with them.
pub(super) fn check(wiring: &Wiring, values: &Value) -> Diagnostics {
    let once = [
        footer(wiring, values),
        breaker_twice(wiring),
        escalation(values),
    ];
    let once = once.into_iter().flatten();
    once.chain(missing_data(values)).collect()
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

/// A repeated notification would call what no block names.
fn escalation(values: &Value) -> Option<Diagnostic> {
    let name = "escalation_message";
    let text = values.get(name).as_str()?;
    let detail = format!(
        "`{KEYWORD}` belongs to the callbacks; remove the line, and add `renotify` to the `on` of a callback instead"
    );
    text.contains(KEYWORD)
        .then(|| Diagnostic::error("Invalid message").detail(detail).at(name))
}

fn missing_data(values: &Value) -> Vec<Diagnostic> {
    let Some(chosen) = values.get("on_missing_data").as_str() else {
        return Vec::new();
    };
    let others = ["notify_no_data", "no_data_timeframe"].into_iter();
    let twice = others.filter(|name| values.get(name).is_known());
    twice
        .map(|other| {
            let detail = format!(
                "`on_missing_data = \"{chosen}\"` already says what missing data means: remove `{other}`"
            );
            Diagnostic::error("Missing data handled twice")
                .detail(detail)
                .at(other)
        })
        .collect()
}
