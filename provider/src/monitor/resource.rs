//! The hooks that Terraform calls, each a few steps: the order of things, and every request to Datadog.

use super::model::{Wiring, set};
use super::{body, checks, import, plan, schema, state};
use crate::config::Settings;
use crate::datadog::{Client, Error};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::Arc;
use tfplugin::{
    Cx, Diagnostic, Diagnostics, FromValue, Resource, Schema, Severity, Value, async_trait,
};

/// The resource `circuitbreaker_monitor`. Its model is the plain value: most of it is handled by a table.
pub(crate) struct Monitor;

#[async_trait]
impl Resource for Monitor {
    type Client = Settings;
    type Model = Value;

    fn name(&self) -> &str {
        "circuitbreaker_monitor"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn validate(&self, cx: &mut Cx<Settings>, config: &Value) -> Result<(), Diagnostics> {
        let wiring = Wiring::from_value(config)?;
        checks::offline(&wiring, config)
            .into_iter()
            .for_each(|diagnostic| cx.report(diagnostic));
        Ok(())
    }

    async fn modify_plan(
        &self,
        cx: &mut Cx<Settings>,
        config: &Value,
        prior: Option<&Value>,
        planned: &mut Value,
    ) -> Result<(), Diagnostics> {
        let settings = cx.client()?;
        let wiring = plan::complete(config, prior, planned, &settings)?;
        let found = checks::against(&settings, &wiring);
        let refused = found.has_errors();
        found
            .into_iter()
            .for_each(|diagnostic| cx.report(diagnostic));
        if refused || prior.is_some_and(|prior| prior == planned) {
            return Ok(());
        }
        ask(cx, &settings, prior, planned).await
    }

    async fn create(&self, cx: &mut Cx<Settings>, planned: Value) -> Result<Value, Diagnostics> {
        let client = client(cx)?;
        let body = request(&planned, None);
        let created = cx
            .or_cancelled(client.create_monitor(&body))
            .await?
            .map_err(failed)?;
        let Some(id) = created.get("id").filter(|id| id.is_number()) else {
            let detail =
                "datadog answered without an id: look for the monitor there before you apply again";
            return Err(Diagnostic::error("Monitor has no id").detail(detail).into());
        };
        let mut state = planned;
        set(&mut state, "id", id.to_string().into());
        cx.save(state.clone());
        Ok(state)
    }

    async fn read(
        &self,
        cx: &mut Cx<Settings>,
        prior: Value,
    ) -> Result<Option<Value>, Diagnostics> {
        let settings = cx.client()?;
        let Some(client) = &settings.client else {
            // Keys that are only known after apply: what is there cannot be looked at yet.
            return Ok(Some(prior));
        };
        let remote = cx
            .or_cancelled(client.read_monitor(&id(&prior)?))
            .await?
            .map_err(failed)?;
        let state = remote
            .map(|remote| state::read(&prior, &remote, &settings))
            .transpose()?;
        Ok(state)
    }

    async fn update(
        &self,
        cx: &mut Cx<Settings>,
        prior: Value,
        planned: Value,
    ) -> Result<Value, Diagnostics> {
        let client = client(cx)?;
        let id = id(&prior)?;
        let held = cx
            .or_cancelled(client.read_monitor(&id))
            .await?
            .map_err(failed)?;
        let Some(held) = held else {
            let detail = format!(
                "monitor {id} was deleted since the plan was made: plan again to create it anew"
            );
            return Err(Diagnostic::error("Monitor is gone").detail(detail).into());
        };
        let body = request(&planned, Some(&held));
        cx.or_cancelled(client.update_monitor(&id, &body))
            .await?
            .map_err(failed)?;
        Ok(planned)
    }

    async fn delete(&self, cx: &mut Cx<Settings>, state: Value) -> Result<(), Diagnostics> {
        let client = client(cx)?;
        let force = state.get("force_delete").as_bool() == Some(true);
        cx.or_cancelled(client.delete_monitor(&id(&state)?, force))
            .await?
            .map_err(failed)?;
        Ok(())
    }

    async fn import(&self, _: &mut Cx<Settings>, id: &str) -> Result<Value, Diagnostics> {
        Ok(import::start(id)?)
    }
}

/// Asks Datadog whether it would accept a plan that changes something, once all of it is known.
async fn ask(
    cx: &mut Cx<Settings>,
    settings: &Settings,
    prior: Option<&Value>,
    planned: &Value,
) -> Result<(), Diagnostics> {
    let mut complete = planned.clone();
    set(&mut complete, "id", Value::Null);
    let wanted = planned.get("validate").as_bool() != Some(false) && complete.is_wholly_known();
    let Some(client) = settings.client.as_ref().filter(|_| wanted) else {
        return Ok(());
    };
    // A monitor that is to be replaced is judged as the new one it will be.
    let kept = prior.filter(|prior| schema::keeps_type(prior, planned));
    let id = kept.and_then(|prior| prior.get("id").as_str());
    let answer = cx
        .or_cancelled(client.validate_monitor(id, &request(planned, None)))
        .await?;
    if let Err(error) = answer {
        let refused = matches!(error, Error::Refused { .. } | Error::Forbidden { .. });
        let severity = if refused {
            Severity::Error
        } else {
            Severity::Warning
        };
        let summary = if refused {
            "Datadog would refuse this monitor"
        } else {
            "Datadog could not be asked about this monitor"
        };
        cx.report(Diagnostic {
            severity,
            ..Diagnostic::error(summary).detail(error.to_string())
        });
    }
    Ok(())
}

/// The body for what was planned; everything in it is known by now.
fn request(planned: &Value, held: Option<&Json>) -> Json {
    let message = planned.get("rendered_message").as_str().unwrap_or_default();
    let tags = BTreeSet::from_value(planned.get("effective_tags")).unwrap_or_default();
    body::request(planned, message, &tags, held)
}

fn client(cx: &Cx<Settings>) -> Result<Client, Diagnostic> {
    let settings: Arc<Settings> = cx.client()?;
    settings.client.clone().ok_or_else(|| {
        Diagnostic::error("Datadog keys are not known")
            .detail("the provider's keys, site or URL depend on something that does not exist yet: apply that first, with `-target`")
    })
}

fn id(state: &Value) -> Result<String, Diagnostic> {
    let id = state.get("id").as_str().map(str::to_owned);
    id.ok_or_else(|| {
        Diagnostic::error("State without id")
            .detail("the state names no monitor: import it again")
            .at("id")
    })
}

fn failed(error: Error) -> Diagnostic {
    Diagnostic::error("Request to Datadog failed").detail(error.to_string())
}
