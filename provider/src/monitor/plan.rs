//! What a plan knows beyond the configuration: inherited settings, default transitions, all tags, and the message.
//! Nothing is sent anywhere here. An unknown input leaves its outcome unknown.

use super::model::{CallbackBlock, Wiring, names, set};
use super::{fields, render, settings, tags};
use crate::config::Settings;
use contract::RenderError;
use tfplugin::{Attr, Diagnostic, Diagnostics, FromValue, IntoValue, Value};

/// Fills in the computed attributes of `planned`, save the id. The answer is the typed view of the outcome.
///
/// # Errors
/// A message that cannot be rendered; validation has refused all that was known by then.
pub(crate) fn complete(
    config: &Value,
    prior: Option<&Value>,
    planned: &mut Value,
    settings: &Settings,
) -> Result<Wiring, Diagnostics> {
    leave_out(config, prior, planned);
    let written = Wiring::from_value(config)?;
    let mut wiring = Wiring::from_value(planned)?;
    inherit(&mut wiring, &written, settings);
    let held = prior.and_then(|prior| prior.get("rendered_message").as_str());
    wiring.rendered_message = match wiring.desired() {
        Some(desired) => Attr::Known(render::text(&desired, held).map_err(refused)?),
        None => Attr::Unknown,
    };
    let all_tags =
        tags::effective(&wiring, &settings.default_tags).map_or(Value::Unknown, Value::set);
    set(planned, "callback", wiring.callbacks.clone().into_value());
    set(planned, "sns_topic", wiring.sns_topic.clone().into_value());
    set(planned, "notify", wiring.notify.clone().into_value());
    set(
        planned,
        "rendered_message",
        wiring.rendered_message.clone().into_value(),
    );
    set(planned, "effective_tags", all_tags);
    Ok(wiring)
}

/// A setting that the configuration leaves out is null, unless the state holds Datadog's default for it, as after a
/// move: then that stays, so that a default is no change whether it is written or not.
fn leave_out(config: &Value, prior: Option<&Value>, planned: &mut Value) {
    let defaulted = settings::all().filter(|setting| {
        let plain = !setting.kind.is_block() && !setting.like_unset.is_empty();
        plain && config.get(setting.name).is_null()
    });
    for setting in defaulted {
        let held = prior.map_or(&Value::Null, |prior| prior.get(setting.name));
        let kept = Some(held).filter(|held| fields::means_nothing(setting, held));
        set(planned, setting.name, kept.cloned().unwrap_or(Value::Null));
    }
}

/// What the configuration leaves out comes from the provider, or is the default.
fn inherit(wiring: &mut Wiring, written: &Wiring, settings: &Settings) {
    let default_on = match wiring.default_on() {
        Attr::Known(on) => names(&on),
        _ => Attr::Unknown,
    };
    if let Attr::Known(blocks) = &mut wiring.callbacks {
        for (block, as_written) in blocks.iter_mut().zip(written.callbacks.items()) {
            if as_written.on.is_null() {
                block.on = default_on.clone();
            }
        }
    }
    if written.sns_topic.is_null() {
        wiring.sns_topic = inherited_topic(&wiring.callbacks, &settings.sns_topic);
    }
    if written.notify.is_null() {
        wiring.notify = settings.notify.clone();
    }
}

/// A monitor without callbacks has nothing to tell the dispatcher.
fn inherited_topic(callbacks: &Attr<Vec<CallbackBlock>>, inherited: &Attr<String>) -> Attr<String> {
    match callbacks {
        Attr::Unknown if inherited.is_null() => Attr::Null,
        Attr::Unknown => Attr::Unknown,
        _ if callbacks.items().is_empty() => Attr::Null,
        _ => inherited.clone(),
    }
}

fn refused(error: RenderError) -> Diagnostic {
    Diagnostic::error("Invalid message")
        .detail(error.to_string())
        .at("message")
}
