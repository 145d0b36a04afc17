//! The traits that a provider author implements. Every hook gets typed models and a
//! [`Cx`], and answers `Result<_, Diagnostics>`; nothing of the wire is seen here.

mod inspect;
mod data_source;
mod resource;
mod function;
mod cx;

pub use cx::Cx;
pub use data_source::DataSource;
pub use function::{Arguments, Function, FunctionError, Parameter, Signature};
pub use inspect::check;
pub use resource::{MoveSource, Resource};

pub(crate) use data_source::AnyDataSource;
pub(crate) use resource::{AnyResource, RawState};

use crate::{diagnostic::Diagnostics, model::Model, schema::Schema};
use async_trait::async_trait;
use std::sync::Arc;

/// A provider: its own configuration, and what it offers.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The `provider` block.
    type Config: Model;
    /// What [`configure`](Self::configure) makes of it, shared by all resources and
    /// data sources: API clients, defaults.
    type Client: Send + Sync + 'static;

    /// The schema of the `provider` block.
    fn schema(&self) -> Schema;

    /// Every resource, data source and function.
    fn parts(&self) -> Parts<Self::Client>;

    /// Checks the `provider` block beyond the schema's own rules. Values may be
    /// unknown.
    ///
    /// # Errors
    /// What is wrong, with attribute paths.
    async fn validate(
        &self,
        cx: &mut Cx<Self::Client>,
        config: &Self::Config,
    ) -> Result<(), Diagnostics> {
        let _ = (cx, config);
        Ok(())
    }

    /// Makes the client. While planning, values of the block may be unknown; then
    /// nothing should be sent anywhere. Warnings go through [`Cx::report`].
    ///
    /// # Errors
    /// Why there is none.
    async fn configure(
        &self,
        cx: &mut Cx<Self::Client>,
        config: Self::Config,
    ) -> Result<Self::Client, Diagnostics>;
}

/// What a provider offers, built up as a list:
/// `Parts::new().resource(Monitor).data_source(Monitors).function(Render)`.
pub struct Parts<C> {
    pub(crate) resources: Vec<Arc<dyn AnyResource<C>>>,
    pub(crate) data_sources: Vec<Arc<dyn AnyDataSource<C>>>,
    pub(crate) functions: Vec<Arc<dyn Function>>,
}

impl<C: Send + Sync + 'static> Parts<C> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            resources: Vec::new(),
            data_sources: Vec::new(),
            functions: Vec::new(),
        }
    }

    /// Adds a resource.
    #[must_use]
    pub fn resource(mut self, resource: impl Resource<Client = C>) -> Self {
        self.resources.push(Arc::new(resource));
        self
    }

    /// Adds a data source.
    #[must_use]
    pub fn data_source(mut self, data_source: impl DataSource<Client = C>) -> Self {
        self.data_sources.push(Arc::new(data_source));
        self
    }

    /// Adds a function.
    #[must_use]
    pub fn function(mut self, function: impl Function) -> Self {
        self.functions.push(Arc::new(function));
        self
    }
}

impl<C: Send + Sync + 'static> Default for Parts<C> {
    fn default() -> Self {
        Self::new()
    }
}
