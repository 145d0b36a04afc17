//! `circuitbreaker_monitor_state`: what Datadog thinks of each group of a monitor right now.

use crate::config::Settings;
use crate::monitor::import;
use crate::monitor::model::set;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use tfplugin::{
    Attribute, Cx, DataSource, Diagnostic, Diagnostics, Nesting, Number, Schema, Value,
    async_trait, checks,
};

/// The data source.
pub(crate) struct MonitorState;

const ABOUT: &str = "The state of a monitor and of each of its groups, as Datadog has it when Terraform reads. A service \
    does not need it: it reads for itself.";
/// Seconds since 1970 in the API's answer, and what each says.
const TIMES: [(&str, &str); 4] = [
    ("last_triggered_ts", "When it last triggered"),
    ("last_resolved_ts", "When it last resolved"),
    ("last_notified_ts", "When it last notified"),
    ("last_nodata_ts", "When its data last went missing"),
];

#[async_trait]
impl DataSource for MonitorState {
    type Client = Settings;
    type Model = Value;

    fn name(&self) -> &str {
        "circuitbreaker_monitor_state"
    }

    fn schema(&self) -> Schema {
        Schema::new(ABOUT).attributes([
            Attribute::string("monitor_id").required().describe("Id of the monitor in Datadog."),
            Attribute::string("group").optional().check(checks::not_empty()).describe(
                "Only the groups that have all of these tags, separated by commas: `bank_code:0001,env:prod`.",
            ),
            Attribute::string("overall_state").computed().describe(
                "State of the monitor as a whole: `OK`, `Alert`, `Warn`, `No Data`, `Ignored`, `Skipped` or `Unknown`.",
            ),
            Attribute::nested("groups", Nesting::List, group())
                .computed()
                .describe("The groups by name. A monitor without groups has none."),
        ])
    }

    async fn validate(&self, _: &mut Cx<Settings>, config: &Value) -> Result<(), Diagnostics> {
        let id = config.get("monitor_id").as_str();
        id.map_or(Ok(()), |id| import::start(id).map(drop))
            .map_err(|error| error.at("monitor_id").into())
    }

    async fn read(&self, cx: &mut Cx<Settings>, config: Value) -> Result<Value, Diagnostics> {
        let settings = cx.client()?;
        let id = config.get("monitor_id").as_str().unwrap_or_default();
        let asked = settings.reach_now()?.read_states(id);
        let failed = |error: crate::datadog::Error| {
            Diagnostic::error("Request to Datadog failed").detail(error.to_string())
        };
        let Some(monitor) = cx.or_cancelled(asked).await?.map_err(failed)? else {
            let detail = format!("datadog has no monitor `{id}`, or these keys may not see it");
            return Err(Diagnostic::error("No such monitor")
                .detail(detail)
                .at("monitor_id")
                .into());
        };
        let groups = groups(&monitor, config.get("group").as_str());
        let mut found = config;
        set(
            &mut found,
            "overall_state",
            monitor["overall_state"].as_str().into(),
        );
        set(&mut found, "groups", Value::List(groups));
        Ok(found)
    }
}

fn group() -> Vec<Attribute> {
    let texts = [
        Attribute::string("name")
            .computed()
            .describe("The group as Datadog writes it: `bank_code:0001,env:prod`."),
        Attribute::string("status")
            .computed()
            .describe("`OK`, `Alert`, `Warn`, `No Data`, `Ignored`, `Skipped` or `Unknown`."),
    ];
    let times = TIMES.map(|(name, about)| {
        Attribute::number(name)
            .computed()
            .describe(format!("{about}, in seconds since 1970; null if never."))
    });
    texts.into_iter().chain(times).collect()
}

/// The groups that have all the tags asked for, by name.
pub(super) fn groups(monitor: &Json, asked: Option<&str>) -> Vec<Value> {
    let asked = tags(asked.unwrap_or_default());
    let groups = monitor["state"]["groups"].as_object();
    let mut found: Vec<(&str, &Json)> = groups
        .into_iter()
        .flatten()
        .map(|(name, group)| (name.as_str(), group))
        .filter(|(name, _)| tags(name).is_superset(&asked))
        .collect();
    found.sort_by_key(|(name, _)| *name);
    found
        .into_iter()
        .map(|(name, group)| told(name, group))
        .collect()
}

fn tags(group: &str) -> BTreeSet<&str> {
    group
        .split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .collect()
}

fn told(name: &str, group: &Json) -> Value {
    let time = |name: &str| {
        let seconds = group[name].as_i64().filter(|seconds| *seconds > 0);
        Value::from(seconds.map(Number::from))
    };
    let texts = [
        ("name", Value::from(name)),
        ("status", group["status"].as_str().into()),
    ];
    let times = TIMES.map(|(name, _)| (name, time(name)));
    Value::object(texts.into_iter().chain(times))
}
