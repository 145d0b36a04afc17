//! `circuitbreaker_monitor`: one monitor that exists, whoever keeps it, with its message taken apart.

use crate::config::Settings;
use crate::datadog::{Client, Error, Search};
use crate::monitor::model::set;
use crate::monitor::settings::{self, Place};
use crate::monitor::{import, schema, state};
use serde_json::Value as Json;
use tfplugin::{
    Attr, Attribute, Cx, DataSource, Diagnostic, Diagnostics, FromValue, Schema, Type, Value,
    async_trait, checks,
};

/// The data source.
pub(crate) struct FoundMonitor;

const ABOUT: &str = "One monitor, by its `id`, or by filters that must leave exactly one. It gives the arguments of \
    `circuitbreaker_monitor` as that resource would be imported: the callbacks, the text and the handles are read out \
    of the message, the breaker out of the tags, and what Datadog would fill in by itself is null.";
/// So many monitors are named when the filters leave several.
const SHOWN: usize = 10;

tfplugin::model! {
    /// What tells the monitor from the others.
    struct Filters {
        id: Attr<String>,
        name: Attr<String> = "name_filter",
        tags: Attr<Vec<Attr<String>>> = "tags_filter",
        monitor_tags: Attr<Vec<Attr<String>>> = "monitor_tags_filter",
    }
}

#[async_trait]
impl DataSource for FoundMonitor {
    type Client = Settings;
    type Model = Value;

    fn name(&self) -> &str {
        "circuitbreaker_monitor"
    }

    fn schema(&self) -> Schema {
        // What steers the resource, no monitor has.
        let local = settings::at(Place::Local)
            .iter()
            .map(|setting| setting.name);
        let names: Vec<&str> = local.chain(["id"]).collect();
        schema::schema()
            .without(&names)
            .found()
            .describe(ABOUT)
            .attributes(arguments())
    }

    async fn validate(&self, _: &mut Cx<Settings>, config: &Value) -> Result<(), Diagnostics> {
        let Filters {
            id,
            name,
            tags,
            monitor_tags,
        } = Filters::from_value(config)?;
        let unfiltered = name.is_null() && tags.is_null() && monitor_tags.is_null();
        if id.is_null() == unfiltered {
            let detail = "a monitor is found by its `id`, or by `name_filter`, `tags_filter` and \
                          `monitor_tags_filter`: set one or the other";
            return Err(Diagnostic::error("Which monitor").detail(detail).into());
        }
        id.as_str()
            .map_or(Ok(()), |id| import::start(id).map(drop))
            .map_err(|error| error.at("id").into())
    }

    async fn read(&self, cx: &mut Cx<Settings>, config: Value) -> Result<Value, Diagnostics> {
        let settings = cx.client()?;
        let client = settings.reach_now()?;
        let filters = Filters::from_value(&config)?;
        let monitor = match filters.id.as_str() {
            Some(id) => cx.or_cancelled(by_id(client, id)).await??,
            None => cx.or_cancelled(by_filters(client, &filters)).await??,
        };
        let start = import::start(&monitor["id"].to_string())?;
        let mut found = state::told(&start, &monitor, &Value::Null)?;
        for argument in ["name_filter", "tags_filter", "monitor_tags_filter"] {
            set(&mut found, argument, config.get(argument).clone());
        }
        Ok(found)
    }
}

fn arguments() -> [Attribute; 4] {
    let filter = |name: &str| {
        Attribute::list(name, Type::String)
            .optional()
            .check(checks::not_empty())
            .check_each(checks::not_empty())
    };
    [
        Attribute::string("id").optional().computed().describe("Id of the monitor in Datadog."),
        Attribute::string("name_filter").optional().check(checks::not_empty()).describe(
            "A part of the monitor's name. If several names hold it, the monitor that is called exactly so is taken.",
        ),
        filter("tags_filter").describe("Tags of the scope of the monitor's query, for example `env:prod`; all of them must be there."),
        filter("monitor_tags_filter").describe("Tags of the monitor itself, for example `service:funds`; all of them must be there."),
    ]
}

async fn by_id(client: &Client, id: &str) -> Result<Json, Diagnostic> {
    let none = || {
        Diagnostic::error("No such monitor")
            .detail(format!(
                "datadog has no monitor `{id}`, or these keys may not see it"
            ))
            .at("id")
    };
    client
        .read_monitor(id)
        .await
        .map_err(failed)?
        .ok_or_else(none)
}

async fn by_filters(client: &Client, filters: &Filters) -> Result<Json, Diagnostic> {
    let texts = |texts: &Attr<Vec<Attr<String>>>| {
        let texts = texts.items().iter().filter_map(Attr::known);
        texts.cloned().collect()
    };
    let search = Search {
        name: filters.name.known().cloned(),
        tags: texts(&filters.tags),
        monitor_tags: texts(&filters.monitor_tags),
    };
    let found = client.search_monitors(&search).await.map_err(failed)?;
    only(found, search.name.as_deref())
}

/// The only monitor, or the only one that is called exactly as asked.
pub(super) fn only(mut found: Vec<Json>, name: Option<&str>) -> Result<Json, Diagnostic> {
    let is_called = |monitor: &Json| name.is_some() && monitor["name"].as_str() == name;
    if found.len() > 1 && found.iter().filter(|monitor| is_called(monitor)).count() == 1 {
        found.retain(is_called);
    }
    match found.pop() {
        Some(monitor) if found.is_empty() => Ok(monitor),
        None => Err(Diagnostic::error("No such monitor")
            .detail("no monitor passes these filters, or these keys may not see it")),
        Some(last) => Err(several(found.iter().chain([&last]))),
    }
}

fn several<'a>(found: impl Iterator<Item = &'a Json> + Clone) -> Diagnostic {
    let named = |monitor: &Json| {
        format!(
            "{} (`{}`)",
            monitor["id"],
            monitor["name"].as_str().unwrap_or_default()
        )
    };
    let shown: Vec<String> = found.clone().take(SHOWN).map(named).collect();
    let count = found.count();
    let more = if count > SHOWN { ", …" } else { "" };
    Diagnostic::error("Several monitors").detail(format!(
        "{count} monitors pass these filters: {}{more}; narrow the filters, or use the `id`",
        shown.join(", ")
    ))
}

fn failed(error: Error) -> Diagnostic {
    Diagnostic::error("Request to Datadog failed").detail(error.to_string())
}
