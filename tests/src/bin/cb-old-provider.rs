//! Stands in for the `datadog` provider where only its schemas count: Terraform asks for them before it hands a state
//! to the provider that a `moved` block leads to. It keeps nothing, and every call to act is an error.

use std::process::ExitCode;
use tfplugin::{
    Attribute, Block, Cx, Diagnostic, Diagnostics, Parts, Provider, Resource, Schema, Type, Value,
    async_trait,
};

const ADDRESS: &str = "registry.terraform.io/datadog/datadog";
const TEXTS: &[&str] = &[
    "name",
    "type",
    "query",
    "message",
    "escalation_message",
    "priority",
    "on_missing_data",
    "group_retention_duration",
    "notification_preset_name",
    "draft_status",
];
const NUMBERS: &[&str] = &[
    "evaluation_delay",
    "new_group_delay",
    "new_host_delay",
    "no_data_timeframe",
    "renotify_interval",
    "renotify_occurrences",
    "timeout_h",
];
const FLAGS: &[&str] = &[
    "enable_logs_sample",
    "force_delete",
    "groupby_simple_monitor",
    "include_tags",
    "locked",
    "notify_audit",
    "notify_no_data",
    "require_full_window",
    "validate",
];
const SETS: &[&str] = &[
    "notify_by",
    "renotify_statuses",
    "restricted_roles",
    "tags",
    "effective_tags",
];
const THRESHOLDS: &[&str] = &[
    "critical",
    "critical_recovery",
    "ok",
    "unknown",
    "warning",
    "warning_recovery",
];

fn main() -> ExitCode {
    tfplugin::run(ADDRESS, Old)
}

struct Old;

#[async_trait]
impl Provider for Old {
    type Config = Value;
    type Client = ();

    fn schema(&self) -> Schema {
        Schema::new("A stand-in.")
    }

    fn parts(&self) -> Parts<()> {
        let texts = |names: &[&str]| names.iter().map(|name| Attribute::string(*name)).collect();
        let json: Vec<Attribute> = texts(&["monitor", "url", "id"]);
        let plain: Vec<Attribute> = [texts(TEXTS), texts(&["id"])].concat();
        let plain = plain
            .into_iter()
            .chain(NUMBERS.iter().map(|name| Attribute::number(*name)))
            .chain(FLAGS.iter().map(|name| Attribute::bool(*name)))
            .chain(SETS.iter().map(|name| Attribute::set(*name, Type::String)));
        let thresholds: Vec<Attribute> = texts(THRESHOLDS);
        let thresholds: Vec<_> = thresholds.into_iter().map(Attribute::optional).collect();
        Parts::new()
            .resource(Kept(
                "datadog_monitor_json",
                Schema::new("").attributes(json.into_iter().map(set_or_computed)),
            ))
            .resource(Kept(
                "datadog_monitor",
                Schema::new("")
                    .attributes(plain.map(set_or_computed))
                    .blocks([Block::list("monitor_thresholds")
                        .max(1)
                        .attributes(thresholds)]),
            ))
    }

    async fn configure(&self, _: &mut Cx<()>, _: Value) -> Result<(), Diagnostics> {
        Ok(())
    }
}

fn set_or_computed(attribute: Attribute) -> Attribute {
    attribute.optional().computed()
}

/// A resource type with a schema and no life.
struct Kept(&'static str, Schema);

fn refused<T>() -> Result<T, Diagnostics> {
    Err(Diagnostic::error("A stand-in cannot act").into())
}

#[async_trait]
impl Resource for Kept {
    type Client = ();
    type Model = Value;

    fn name(&self) -> &str {
        self.0
    }

    fn schema(&self) -> Schema {
        self.1.clone()
    }

    async fn create(&self, _: &mut Cx<()>, _: Value) -> Result<Value, Diagnostics> {
        refused()
    }

    async fn read(&self, _: &mut Cx<()>, _: Value) -> Result<Option<Value>, Diagnostics> {
        refused()
    }

    async fn update(&self, _: &mut Cx<()>, _: Value, _: Value) -> Result<Value, Diagnostics> {
        refused()
    }

    async fn delete(&self, _: &mut Cx<()>, _: Value) -> Result<(), Diagnostics> {
        refused()
    }
}
