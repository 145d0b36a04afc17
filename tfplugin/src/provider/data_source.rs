//! The trait of data sources, and its form without types that the server calls.

use super::Cx;
use crate::{
    diagnostic::Diagnostics,
    model::{Fields, FromValue, IntoValue, Model},
    schema::Schema,
    value::Value,
};
use async_trait::async_trait;

/// A data source: looks something up and changes nothing.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    /// What [`Provider::configure`](super::Provider::configure) makes.
    type Client: Send + Sync + 'static;
    /// The `data` block, and what was found.
    type Model: Model;

    /// The type's name, with the provider's name before it.
    fn name(&self) -> &str;

    /// The schema of the block. Defaults and rules about plans have no effect here.
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

    /// Looks it up. Everything in `config` is known, and must come back as it is.
    ///
    /// # Errors
    /// Why it failed.
    async fn read(
        &self,
        cx: &mut Cx<Self::Client>,
        config: Self::Model,
    ) -> Result<Self::Model, Diagnostics>;
}

/// A [`DataSource`] with values for models.
#[async_trait]
pub(crate) trait AnyDataSource<C>: Send + Sync {
    fn name(&self) -> &str;
    fn schema(&self) -> Schema;
    fn fields(&self) -> Option<Fields>;
    async fn validate(&self, cx: &mut Cx<C>, config: &Value) -> Result<(), Diagnostics>;
    async fn read(&self, cx: &mut Cx<C>, config: &Value) -> Result<Value, Diagnostics>;
}

#[async_trait]
impl<D: DataSource> AnyDataSource<D::Client> for D {
    fn name(&self) -> &str {
        DataSource::name(self)
    }

    fn schema(&self) -> Schema {
        DataSource::schema(self)
    }

    fn fields(&self) -> Option<Fields> {
        D::Model::fields()
    }

    async fn validate(&self, cx: &mut Cx<D::Client>, config: &Value) -> Result<(), Diagnostics> {
        DataSource::validate(self, cx, &D::Model::from_value(config)?).await
    }

    async fn read(&self, cx: &mut Cx<D::Client>, config: &Value) -> Result<Value, Diagnostics> {
        DataSource::read(self, cx, D::Model::from_value(config)?)
            .await
            .map(D::Model::into_value)
    }
}
