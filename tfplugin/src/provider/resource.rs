//! The trait of managed resources, and its form without types that the server calls.

use super::Cx;
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    model::{Fields, FromValue, IntoValue, Model},
    schema::Schema,
    value::Value,
};
use async_trait::async_trait;

/// A managed resource. The order of calls in an apply is `validate`, `read`,
/// `modify_plan`, then `create`, `update` or `delete`.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// What [`Provider::configure`](super::Provider::configure) makes.
    type Client: Send + Sync + 'static;
    /// The `resource` block, and the state.
    type Model: Model;

    /// The type's name, with the provider's name before it: `circuitbreaker_monitor`.
    fn name(&self) -> &str;

    /// The schema of the block.
    fn schema(&self) -> Schema;

    /// Checks a configuration beyond the schema's own rules, offline. Values may be
    /// unknown, and there is no client.
    ///
    /// # Errors
    /// What is wrong, with attribute paths.
    async fn validate(
        &self,
        cx: &mut Cx<Self::Client>,
        config: &Self::Model,
    ) -> Result<(), Diagnostics> {
        let _ = (cx, config);
        Ok(())
    }

    /// Completes a plan to create (`prior` is `None`) or update. `planned` holds the
    /// outcome of the schema's rules; set in it what is known about computed
    /// attributes. An attribute that the user set must stay as it is.
    ///
    /// # Errors
    /// Why this must not be applied.
    async fn modify_plan(
        &self,
        cx: &mut Cx<Self::Client>,
        config: &Self::Model,
        prior: Option<&Self::Model>,
        planned: &mut Self::Model,
    ) -> Result<(), Diagnostics> {
        let _ = (cx, config, prior, planned);
        Ok(())
    }

    /// Looks at a plan to destroy; warn through [`Cx::report`].
    ///
    /// # Errors
    /// Why this must not be destroyed.
    async fn plan_destroy(
        &self,
        cx: &mut Cx<Self::Client>,
        prior: &Self::Model,
    ) -> Result<(), Diagnostics> {
        let _ = (cx, prior);
        Ok(())
    }

    /// Creates what was planned and answers the state, with nothing unknown in it.
    /// Call [`Cx::save`] as soon as something exists.
    ///
    /// # Errors
    /// Why it failed. The state is then what was saved, tainted, or none.
    async fn create(
        &self,
        cx: &mut Cx<Self::Client>,
        planned: Self::Model,
    ) -> Result<Self::Model, Diagnostics>;

    /// Reads what exists; `None` when it is gone.
    ///
    /// # Errors
    /// Why it failed. The state stays as it was.
    async fn read(
        &self,
        cx: &mut Cx<Self::Client>,
        state: Self::Model,
    ) -> Result<Option<Self::Model>, Diagnostics>;

    /// Changes what exists as planned and answers the state, with nothing unknown.
    ///
    /// # Errors
    /// Why it failed. The state is then what was saved, else as before.
    async fn update(
        &self,
        cx: &mut Cx<Self::Client>,
        prior: Self::Model,
        planned: Self::Model,
    ) -> Result<Self::Model, Diagnostics>;

    /// Deletes what exists. What is gone already is success.
    ///
    /// # Errors
    /// Why it failed. The state stays as it was.
    async fn delete(
        &self,
        cx: &mut Cx<Self::Client>,
        state: Self::Model,
    ) -> Result<(), Diagnostics>;

    /// Finds by its id what exists already. Terraform calls `read` next, so the id is
    /// enough.
    ///
    /// # Errors
    /// Why there is none.
    async fn import(
        &self,
        cx: &mut Cx<Self::Client>,
        id: &str,
    ) -> Result<Self::Model, Diagnostics> {
        let _ = (cx, id);
        Err(Diagnostic::error("Import is not supported")
            .detail(format!("`{}` cannot be imported.", self.name()))
            .into())
    }

    /// Rewrites state of an older schema version. State of the current version is read
    /// without this hook: attributes it lacks are null, others are dropped.
    ///
    /// # Errors
    /// Why it cannot be.
    async fn upgrade(
        &self,
        cx: &mut Cx<Self::Client>,
        version: i64,
        state: serde_json::Value,
    ) -> Result<Self::Model, Diagnostics> {
        let _ = (cx, state);
        Err(Diagnostic::error("State is too old")
            .detail(format!(
                "State of version {version} of `{}` cannot be upgraded.",
                self.name()
            ))
            .into())
    }

    /// Takes over the state of another resource type; `None` when this resource cannot
    /// be made of that one. Terraform calls `read` next, so the id is enough.
    ///
    /// # Errors
    /// Why it cannot be taken over although the type is right.
    async fn move_from(
        &self,
        cx: &mut Cx<Self::Client>,
        source: MoveSource,
    ) -> Result<Option<Self::Model>, Diagnostics> {
        let _ = (cx, source);
        Ok(None)
    }
}

/// The other side of a `moved` block.
#[derive(Clone, Debug)]
pub struct MoveSource {
    /// The provider, such as `registry.terraform.io/datadog/datadog`.
    pub provider_address: String,
    /// The resource type, such as `datadog_monitor`.
    pub type_name: String,
    /// The version of its schema.
    pub schema_version: i64,
    /// Its state as it stands in the state file.
    pub state: serde_json::Value,
    /// Its private bytes.
    pub private: Vec<u8>,
}

/// State of another schema: an older version's, or another type's.
pub(crate) enum RawState {
    Older {
        version: i64,
        state: serde_json::Value,
    },
    Foreign(MoveSource),
}

/// A [`Resource`] with values for models.
#[async_trait]
pub(crate) trait AnyResource<C>: Send + Sync {
    fn name(&self) -> &str;
    fn schema(&self) -> Schema;
    fn fields(&self) -> Option<Fields>;
    async fn validate(&self, cx: &mut Cx<C>, config: &Value) -> Result<(), Diagnostics>;
    async fn modify_plan(
        &self,
        cx: &mut Cx<C>,
        config: &Value,
        prior: &Value,
        planned: Value,
    ) -> Result<Value, Diagnostics>;
    async fn plan_destroy(&self, cx: &mut Cx<C>, prior: &Value) -> Result<(), Diagnostics>;
    /// Creates when `prior` is null, deletes when `planned` is, else updates.
    async fn apply(
        &self,
        cx: &mut Cx<C>,
        prior: &Value,
        planned: &Value,
    ) -> Result<Value, Diagnostics>;
    async fn read(&self, cx: &mut Cx<C>, state: &Value) -> Result<Value, Diagnostics>;
    async fn import(&self, cx: &mut Cx<C>, id: &str) -> Result<Value, Diagnostics>;
    /// Null when the state is of a type that cannot be taken over.
    async fn adopt(&self, cx: &mut Cx<C>, state: RawState) -> Result<Value, Diagnostics>;
}

/// Reads a model that may be absent.
fn optional<M: Model>(value: &Value) -> Result<Option<M>, Diagnostics> {
    if value.is_null() {
        Ok(None)
    } else {
        Ok(Some(M::from_value(value)?))
    }
}

#[async_trait]
impl<R: Resource> AnyResource<R::Client> for R {
    fn name(&self) -> &str {
        Resource::name(self)
    }

    fn schema(&self) -> Schema {
        Resource::schema(self)
    }

    fn fields(&self) -> Option<Fields> {
        R::Model::fields()
    }

    async fn validate(&self, cx: &mut Cx<R::Client>, config: &Value) -> Result<(), Diagnostics> {
        Resource::validate(self, cx, &R::Model::from_value(config)?).await
    }

    async fn modify_plan(
        &self,
        cx: &mut Cx<R::Client>,
        config: &Value,
        prior: &Value,
        planned: Value,
    ) -> Result<Value, Diagnostics> {
        let config = R::Model::from_value(config)?;
        let prior = optional(prior)?;
        let mut planned = R::Model::from_value(&planned)?;
        Resource::modify_plan(self, cx, &config, prior.as_ref(), &mut planned).await?;
        Ok(planned.into_value())
    }

    async fn plan_destroy(&self, cx: &mut Cx<R::Client>, prior: &Value) -> Result<(), Diagnostics> {
        Resource::plan_destroy(self, cx, &R::Model::from_value(prior)?).await
    }

    async fn apply(
        &self,
        cx: &mut Cx<R::Client>,
        prior: &Value,
        planned: &Value,
    ) -> Result<Value, Diagnostics> {
        let (prior, planned) = (optional(prior)?, optional(planned)?);
        match (prior, planned) {
            (None, Some(planned)) => self.create(cx, planned).await.map(R::Model::into_value),
            (Some(prior), Some(planned)) => self
                .update(cx, prior, planned)
                .await
                .map(R::Model::into_value),
            (Some(prior), None) => self.delete(cx, prior).await.map(|()| Value::Null),
            (None, None) => Ok(Value::Null),
        }
    }

    async fn read(&self, cx: &mut Cx<R::Client>, state: &Value) -> Result<Value, Diagnostics> {
        let state = Resource::read(self, cx, R::Model::from_value(state)?).await?;
        Ok(state.map_or(Value::Null, R::Model::into_value))
    }

    async fn import(&self, cx: &mut Cx<R::Client>, id: &str) -> Result<Value, Diagnostics> {
        Resource::import(self, cx, id)
            .await
            .map(R::Model::into_value)
    }

    async fn adopt(&self, cx: &mut Cx<R::Client>, state: RawState) -> Result<Value, Diagnostics> {
        let model = match state {
            RawState::Older { version, state } => Some(self.upgrade(cx, version, state).await?),
            RawState::Foreign(source) => self.move_from(cx, source).await?,
        };
        Ok(model.map_or(Value::Null, R::Model::into_value))
    }
}
