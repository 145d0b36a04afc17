//! The schema of `circuitbreaker_monitor`: the rows of `settings`, and what makes the message and the tags.

use super::body;
use super::settings::{self, Kind, Place, Rule, Setting};
use crate::names;
use tfplugin::{Attribute, Block, Schema, Type, Value, checks};

/// What the registry page says first.
const ABOUT: &str = "A Datadog monitor whose message carries circuit breaker callbacks. It takes the arguments of \
    `datadog_monitor`; what makes callbacks is written beside them, and the message is put together from it: see \
    `rendered_message` in the plan.";

/// The schema.
pub(crate) fn schema() -> Schema {
    let plain = [Place::Required, Place::Top, Place::Options, Place::Local];
    Schema::new(ABOUT)
        .attributes(plain.into_iter().flat_map(settings::at).map(attribute))
        .attributes(message())
        .attributes(tags())
        .blocks([callback(), thresholds()])
}

fn attribute(setting: &'static Setting) -> Attribute {
    let attribute = match setting.kind {
        Kind::Flag => Attribute::bool(setting.name),
        Kind::Whole => Attribute::number(setting.name).check(checks::whole()),
        Kind::Text => Attribute::string(setting.name).same_if(|a, b| body::same(setting, a, b)),
        Kind::Texts => Attribute::set(setting.name, Type::String),
        Kind::Decimal => decimal(setting),
    };
    let attribute = ruled(attribute, setting).describe(setting.doc);
    match (setting.place, setting.name) {
        (Place::Required, "type") => attribute.required().requires_replace_if(replaces),
        (Place::Required, _) => attribute.required().check(checks::not_empty()),
        _ => attribute.optional(),
    }
}

/// A string that HCL makes of a number, and JSON a number of the string.
fn decimal(setting: &'static Setting) -> Attribute {
    let rule = |text: &str| match body::decimal(text) {
        Some(_) => Ok(()),
        None => Err(format!(
            "`{text}` is not a number: write it like `0.5`, with digits on both sides of the point"
        )),
    };
    Attribute::string(setting.name)
        .same_if(|a, b| body::same(setting, a, b))
        .check(checks::text(rule))
}

fn ruled(attribute: Attribute, setting: &Setting) -> Attribute {
    match (setting.rule, setting.kind) {
        (Rule::Any, _) => attribute,
        (Rule::OneOf(allowed), Kind::Texts) => {
            attribute.check_each(checks::one_of(allowed.iter().copied()))
        }
        (Rule::OneOf(allowed), _) => attribute.check(checks::one_of(allowed.iter().copied())),
        (Rule::Between(min, max), _) => attribute.check(checks::between(min, max)),
    }
}

/// Whether a plan keeps the monitor: Datadog changes the type of none, except between the two names of one.
pub(crate) fn keeps_type(prior: &Value, planned: &Value) -> bool {
    !replaces(prior.get("type"), planned.get("type"))
}

fn replaces(old: &Value, new: &Value) -> bool {
    let names = old.as_str().zip(new.as_str());
    names.is_none_or(|(old, new)| old != new && !body::aliases(old, new))
}

fn message() -> [Attribute; 5] {
    let trimmed = |a: &Value, b: &Value| a.as_str().map(str::trim) == b.as_str().map(str::trim);
    [
        Attribute::string("message").optional().same_if(trimmed).describe(
            "The part of the message for people, with Datadog's variables and conditionals. Callback lines and \
             handles are added to it: name those in `callback`, `sns_topic` and `notify`.",
        ),
        Attribute::string("sns_topic").optional().computed().check(checks::text(names::check_topic)).describe(
            "Name of the SNS topic that leads to the dispatcher, as in `@sns-NAME`. Default: the provider's, on a \
             monitor with callbacks.",
        ),
        Attribute::set("notify", Type::String).optional().computed().describe(
            "Further handles to notify, each with its `@`, for example `@slack-tech-channel`. Default: the provider's.",
        ),
        Attribute::string("rendered_message").computed().describe(
            "The whole message as Datadog has it: callback lines, text, handles. Known at plan.",
        ),
        Attribute::string("id").computed().use_state_for_unknown().describe("Id of the monitor in Datadog."),
    ]
}

fn tags() -> [Attribute; 3] {
    [
        Attribute::string("breaker").optional().check(checks::text(names::check_breaker)).describe(
            "Name of the breaker that this monitor drives: adds the tag `circuit_breaker:NAME`. Without it a service \
             calls the breaker by the monitor's id.",
        ),
        Attribute::set("tags", Type::String).optional().check_each(checks::not_empty()).describe(
            "Tags of the monitor, for example `service:funds`, by which that service finds it.",
        ),
        Attribute::set("effective_tags", Type::String).computed().describe(
            "All tags as Datadog has them: `tags`, the breaker's, and the provider's `default_tags`.",
        ),
    ]
}

fn callback() -> Block {
    Block::list("callback")
        .describe("Where a service is to be called. May be repeated; blocks with one URL count as one.")
        .attributes([
            Attribute::string("url").required().describe(
                "An `https` URL. `http` is accepted for `localhost` alone, and only if the provider has \
                 `allow_insecure_callbacks`.",
            ),
            Attribute::set("on", Type::String).optional().computed().describe(
                "Transitions on which to call: `alert`, `alert_to_warning`, `alert_recovery`, `warning`, \
                 `warning_recovery`, `no_data`, `no_data_recovery`, `recovery`, `unknown`, `renotify`. Default: the \
                 first five, and the two for missing data if the monitor notifies of it.",
            ),
        ])
}

fn thresholds() -> Block {
    Block::list("monitor_thresholds")
        .max(1)
        .describe("Thresholds, as exact decimal numbers.")
        .attributes(settings::at(Place::Thresholds).map(attribute))
}
