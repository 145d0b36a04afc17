//! The schema of `circuitbreaker_monitor`: the rows of `settings`, and what makes the message and the tags.

use super::fields;
use super::settings::{self, Kind, Rule, Setting};
use crate::names;
use tfplugin::{Attribute, Block, Schema, Type, Value, checks};

/// What the registry page says first.
const ABOUT: &str = "A Datadog monitor whose message carries circuit breaker callbacks. It takes the arguments of \
    `datadog_monitor`; what makes callbacks is written beside them, and the message is put together from it: see \
    `rendered_message` in the plan.";

/// The schema.
pub(crate) fn schema() -> Schema {
    Schema::new(ABOUT)
        .attributes(plain().map(top))
        .attributes(message())
        .attributes(tags())
        .blocks([callback()])
        .blocks(blocks(settings::all()))
}

/// The settings outside blocks.
fn plain() -> impl Iterator<Item = &'static Setting> {
    settings::all().filter(|setting| !setting.kind.is_block())
}

fn blocks(rows: impl Iterator<Item = &'static Setting>) -> impl Iterator<Item = Block> {
    rows.filter(|setting| setting.kind.is_block()).map(block)
}

fn block(setting: &'static Setting) -> Block {
    let rows = setting.kind.rows();
    let max = match (setting.kind, setting.rule) {
        (Kind::One(_) | Kind::Mixed(_), _) => 1,
        (_, Rule::Between(_, max)) => u32::try_from(max).unwrap_or(0),
        _ => 0,
    };
    let plain = rows.iter().filter(|setting| !setting.kind.is_block());
    let inner: Vec<Block> = blocks(rows.iter()).collect();
    Block::list(setting.name)
        .min(u32::from(setting.required))
        .max(max)
        .describe(setting.doc)
        .attributes(plain.map(attribute))
        .blocks(inner)
}

/// A setting outside blocks. Where Datadog has a default, the state may hold it with nothing configured: see
/// `plan::leave_out`.
fn top(setting: &'static Setting) -> Attribute {
    if setting.like_unset.is_empty() {
        attribute(setting)
    } else {
        attribute(setting).computed()
    }
}

fn attribute(setting: &'static Setting) -> Attribute {
    let attribute = match setting.kind {
        Kind::Flag => Attribute::bool(setting.name),
        Kind::Whole => Attribute::number(setting.name).check(checks::whole()),
        Kind::Text => Attribute::string(setting.name).same_if(|a, b| fields::same(setting, a, b)),
        Kind::Texts => Attribute::set(setting.name, Type::String),
        Kind::Words => Attribute::list(setting.name, Type::String),
        Kind::Decimal => decimal(setting),
        // Blocks never come here: see `block`.
        Kind::One(_) | Kind::Many(_) | Kind::Mixed(_) => Attribute::number(setting.name),
    };
    let attribute = ruled(attribute, setting).describe(setting.doc);
    match (setting.required, setting.name) {
        (true, "type") => attribute.required().requires_replace_if(replaces),
        (true, _) => attribute.required().check(checks::not_empty()),
        (false, _) => attribute.optional(),
    }
}

/// A string that HCL makes of a number, and JSON a number of the string.
fn decimal(setting: &'static Setting) -> Attribute {
    let rule = |text: &str| match fields::decimal(text) {
        Some(_) => Ok(()),
        None => Err(format!(
            "`{text}` is not a number: write it like `0.5`, with digits on both sides of the point"
        )),
    };
    Attribute::string(setting.name)
        .same_if(|a, b| fields::same(setting, a, b))
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
    names.is_none_or(|(old, new)| old != new && !fields::aliases(old, new))
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
