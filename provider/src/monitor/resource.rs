//! The hooks that Terraform calls, each a few steps: the order of things, and every request to Datadog.

use super::model::{Wiring, set};
use super::sent::request;
use super::{ask, checks, import, plan, schema, state};
use crate::config::Settings;
use crate::datadog::{Client, Error};
use std::sync::Arc;
use tfplugin::{Cx, Diagnostic, Diagnostics, FromValue, Resource, Schema, Value, async_trait};

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
        let found = checks::against(&settings, &wiring, planned);
        let refused = found.has_errors();
        found
            .into_iter()
            .for_each(|diagnostic| cx.report(diagnostic));
        if refused || prior.is_some_and(|prior| prior == planned) {
            return Ok(());
        }
        ask::accepted(cx, &settings, prior, planned).await
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
            .or_cancelled(client.read_one_of_many(&settings.reads, &id(&prior)?))
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
