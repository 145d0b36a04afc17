//! The calls about the provider as a whole.

use super::{Server, guard::guard, told};
use crate::{
    diagnostic::Diagnostics,
    model::FromValue,
    proto::tfplugin6 as tf,
    provider::{Cx, Provider},
    validate::validate,
    wire,
};
use std::sync::{Arc, PoisonError};

impl<P: Provider> Server<P> {
    pub(super) fn capabilities() -> Option<tf::ServerCapabilities> {
        Some(tf::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: true,
            generate_resource_config: false,
        })
    }

    pub(super) fn metadata(&self) -> tf::get_metadata::Response {
        use tf::get_metadata::{DataSourceMetadata, FunctionMetadata, ResourceMetadata};
        let resource = |name: &String| ResourceMetadata {
            type_name: name.clone(),
        };
        let data_source = |name: &String| DataSourceMetadata {
            type_name: name.clone(),
        };
        let function = |name: &String| FunctionMetadata { name: name.clone() };
        tf::get_metadata::Response {
            server_capabilities: Self::capabilities(),
            resources: self.resources.keys().map(resource).collect(),
            data_sources: self.data_sources.keys().map(data_source).collect(),
            functions: self.functions.keys().map(function).collect(),
            ..Default::default()
        }
    }

    pub(super) fn schemas(&self) -> tf::get_provider_schema::Response {
        let resources = self.resources.iter();
        let data_sources = self.data_sources.iter();
        tf::get_provider_schema::Response {
            provider: Some(wire::schema(&self.config.schema)),
            resource_schemas: resources
                .map(|(n, e)| (n.clone(), wire::schema(&e.typed.schema)))
                .collect(),
            data_source_schemas: data_sources
                .map(|(n, e)| (n.clone(), wire::schema(&e.typed.schema)))
                .collect(),
            functions: self.signatures(),
            server_capabilities: Self::capabilities(),
            ..Default::default()
        }
    }

    pub(super) async fn validate_config(
        &self,
        request: tf::validate_provider_config::Request,
    ) -> Vec<tf::Diagnostic> {
        let mut cx = Cx::new(None);
        let outcome = guard("ValidateProviderConfig", "provider", async {
            let config = self.config.read(request.config)?;
            cx.diagnostics
                .extend(validate(&self.config.schema.body, &config));
            self.provider
                .validate(&mut cx, &P::Config::from_value(&config)?)
                .await
        });
        let outcome = outcome.await;
        told(cx, outcome).1
    }

    pub(super) async fn configure(
        &self,
        request: tf::configure_provider::Request,
    ) -> Vec<tf::Diagnostic> {
        let mut cx = Cx {
            terraform_version: request.terraform_version,
            ..self.cx(Vec::new())
        };
        cx.client = None;
        let outcome = guard("ConfigureProvider", "provider", async {
            let config = P::Config::from_value(&self.config.read(request.config)?)?;
            Ok::<_, Diagnostics>(Arc::new(self.provider.configure(&mut cx, config).await?))
        });
        let outcome = outcome.await;
        let (client, diagnostics) = told(cx, outcome);
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = client;
        diagnostics
    }
}
