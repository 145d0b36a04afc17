//! The hooks that Terraform calls, each a few steps: the order of things, and every request to Datadog.

use super::model::Wiring;
use super::needs::{client, failed, id};
use super::{ask, checks, create, import, moved, plan, schema, state, update};
use crate::config::Settings;
use tfplugin::{Cx, Diagnostics, FromValue, MoveSource, Resource, Schema, Value, async_trait};

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
        settings.reach()?;
        ask::accepted(cx, &settings, prior, planned).await
    }

    async fn plan_destroy(&self, cx: &mut Cx<Settings>, _: &Value) -> Result<(), Diagnostics> {
        cx.client()?.reach().map(drop)
    }

    async fn create(&self, cx: &mut Cx<Settings>, planned: Value) -> Result<Value, Diagnostics> {
        create::create(cx, planned).await
    }

    async fn read(
        &self,
        cx: &mut Cx<Settings>,
        prior: Value,
    ) -> Result<Option<Value>, Diagnostics> {
        let settings = cx.client()?;
        let Some(client) = settings.reach()? else {
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
        update::update(cx, &prior, planned).await
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

    async fn move_from(
        &self,
        _: &mut Cx<Settings>,
        source: MoveSource,
    ) -> Result<Option<Value>, Diagnostics> {
        Ok(moved::state(&source)?)
    }
}
