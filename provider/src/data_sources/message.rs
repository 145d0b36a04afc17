//! `circuitbreaker_message`: the message alone, for a monitor that another resource keeps. Offline, and without keys.

use crate::config::Settings;
use crate::monitor::model::{Wiring, set};
use crate::monitor::{checks, plan, schema};
use tfplugin::{Cx, DataSource, Diagnostic, Diagnostics, FromValue, Schema, Value, async_trait};

/// The data source.
pub(crate) struct RenderedMessage;

/// The arguments are the resource's, under their names.
const ARGUMENTS: &[&str] = &[
    "message",
    "callback",
    "sns_topic",
    "notify",
    "notify_no_data",
    "on_missing_data",
    "rendered_message",
];
const ABOUT: &str = "The message of a monitor with callbacks, for those who keep their monitors with `datadog_monitor`: \
    give `rendered_message` to its `message`. The arguments, their checks and the provider's defaults are those of \
    `circuitbreaker_monitor`; `notify_no_data` and `on_missing_data` decide no more than the default of `on`. Nothing \
    is asked of Datadog, and no keys are needed.";

#[async_trait]
impl DataSource for RenderedMessage {
    type Client = Settings;
    type Model = Value;

    fn name(&self) -> &str {
        "circuitbreaker_message"
    }

    fn schema(&self) -> Schema {
        schema::schema().only(ARGUMENTS).describe(ABOUT)
    }

    async fn validate(&self, cx: &mut Cx<Settings>, config: &Value) -> Result<(), Diagnostics> {
        checks::offline(&Wiring::from_value(config)?, config)
            .into_iter()
            .for_each(|problem| cx.report(problem));
        Ok(())
    }

    async fn read(&self, cx: &mut Cx<Settings>, config: Value) -> Result<Value, Diagnostics> {
        let settings = cx.client()?;
        let mut completed = config.clone();
        let wiring = plan::complete(&config, None, &mut completed, &settings)?;
        let mut problems = checks::offline(&wiring, &config);
        problems.extend(checks::against(&settings, &wiring, &config));
        problems.into_iter().for_each(|problem| cx.report(problem));
        if wiring.rendered_message.is_unknown() {
            let detail = "the provider's `sns_topic` or `notify` is not known yet, and a data source is read at once: \
                          set `sns_topic` and `notify` here";
            return Err(Diagnostic::error("Message is not known")
                .detail(detail)
                .into());
        }
        let mut found = config;
        for name in ARGUMENTS {
            set(&mut found, name, completed.get(name).clone());
        }
        Ok(found)
    }
}
