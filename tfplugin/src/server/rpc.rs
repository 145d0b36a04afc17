//! The gRPC face of the server: every call of the protocol, passed on or refused. A
//! failure inside a call is a diagnostic in its answer; gRPC errors are for calls that
//! this server does not know at all.

use super::Server;
use crate::{
    proto::tfplugin6::{self as tf, provider_server},
    provider::Provider,
};
use std::sync::Arc;
use tokio_stream::Empty;
use tonic::{Request, Response, Status, Streaming};

type Answer<T> = Result<Response<T>, Status>;
type Never<T> = Empty<Result<T, Status>>;

/// Shared with whoever must stop the running operations.
pub(crate) struct Rpc<P: Provider>(pub(crate) Arc<Server<P>>);

fn answer<T>(response: T) -> Answer<T> {
    Ok(Response::new(response))
}

fn none<T>(what: &str) -> Answer<T> {
    Err(Status::unimplemented(format!(
        "this provider has no {what}"
    )))
}

#[tonic::async_trait]
impl<P: Provider> provider_server::Provider for Rpc<P> {
    async fn get_metadata(
        &self,
        _: Request<tf::get_metadata::Request>,
    ) -> Answer<tf::get_metadata::Response> {
        answer(self.0.metadata())
    }

    async fn get_provider_schema(
        &self,
        _: Request<tf::get_provider_schema::Request>,
    ) -> Answer<tf::get_provider_schema::Response> {
        answer(self.0.schemas())
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<tf::get_resource_identity_schemas::Request>,
    ) -> Answer<tf::get_resource_identity_schemas::Response> {
        answer(Default::default())
    }

    async fn validate_provider_config(
        &self,
        request: Request<tf::validate_provider_config::Request>,
    ) -> Answer<tf::validate_provider_config::Response> {
        let diagnostics = self.0.validate_config(request.into_inner()).await;
        answer(tf::validate_provider_config::Response { diagnostics })
    }

    async fn validate_resource_config(
        &self,
        request: Request<tf::validate_resource_config::Request>,
    ) -> Answer<tf::validate_resource_config::Response> {
        let diagnostics = self.0.validate_resource(request.into_inner()).await;
        answer(tf::validate_resource_config::Response { diagnostics })
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<tf::validate_data_resource_config::Request>,
    ) -> Answer<tf::validate_data_resource_config::Response> {
        let diagnostics = self.0.validate_data(request.into_inner()).await;
        answer(tf::validate_data_resource_config::Response { diagnostics })
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<tf::upgrade_resource_state::Request>,
    ) -> Answer<tf::upgrade_resource_state::Response> {
        answer(self.0.upgrade(request.into_inner()).await)
    }

    async fn upgrade_resource_identity(
        &self,
        _: Request<tf::upgrade_resource_identity::Request>,
    ) -> Answer<tf::upgrade_resource_identity::Response> {
        none("resource identities")
    }

    async fn configure_provider(
        &self,
        request: Request<tf::configure_provider::Request>,
    ) -> Answer<tf::configure_provider::Response> {
        let diagnostics = self.0.configure(request.into_inner()).await;
        answer(tf::configure_provider::Response { diagnostics })
    }

    async fn read_resource(
        &self,
        request: Request<tf::read_resource::Request>,
    ) -> Answer<tf::read_resource::Response> {
        answer(self.0.read(request.into_inner()).await)
    }

    async fn plan_resource_change(
        &self,
        request: Request<tf::plan_resource_change::Request>,
    ) -> Answer<tf::plan_resource_change::Response> {
        answer(self.0.plan(request.into_inner()).await)
    }

    async fn apply_resource_change(
        &self,
        request: Request<tf::apply_resource_change::Request>,
    ) -> Answer<tf::apply_resource_change::Response> {
        answer(self.0.apply(request.into_inner()).await)
    }

    async fn import_resource_state(
        &self,
        request: Request<tf::import_resource_state::Request>,
    ) -> Answer<tf::import_resource_state::Response> {
        answer(self.0.import(request.into_inner()).await)
    }

    async fn move_resource_state(
        &self,
        request: Request<tf::move_resource_state::Request>,
    ) -> Answer<tf::move_resource_state::Response> {
        answer(self.0.move_state(request.into_inner()).await)
    }

    async fn read_data_source(
        &self,
        request: Request<tf::read_data_source::Request>,
    ) -> Answer<tf::read_data_source::Response> {
        answer(self.0.read_data(request.into_inner()).await)
    }

    async fn generate_resource_config(
        &self,
        _: Request<tf::generate_resource_config::Request>,
    ) -> Answer<tf::generate_resource_config::Response> {
        none("generated configuration")
    }

    async fn validate_ephemeral_resource_config(
        &self,
        _: Request<tf::validate_ephemeral_resource_config::Request>,
    ) -> Answer<tf::validate_ephemeral_resource_config::Response> {
        none("ephemeral resources")
    }

    async fn open_ephemeral_resource(
        &self,
        _: Request<tf::open_ephemeral_resource::Request>,
    ) -> Answer<tf::open_ephemeral_resource::Response> {
        none("ephemeral resources")
    }

    async fn renew_ephemeral_resource(
        &self,
        _: Request<tf::renew_ephemeral_resource::Request>,
    ) -> Answer<tf::renew_ephemeral_resource::Response> {
        none("ephemeral resources")
    }

    async fn close_ephemeral_resource(
        &self,
        _: Request<tf::close_ephemeral_resource::Request>,
    ) -> Answer<tf::close_ephemeral_resource::Response> {
        none("ephemeral resources")
    }

    type ListResourceStream = Never<tf::list_resource::Event>;

    async fn list_resource(
        &self,
        _: Request<tf::list_resource::Request>,
    ) -> Answer<Self::ListResourceStream> {
        none("lists")
    }

    async fn validate_list_resource_config(
        &self,
        _: Request<tf::validate_list_resource_config::Request>,
    ) -> Answer<tf::validate_list_resource_config::Response> {
        none("lists")
    }

    async fn get_functions(
        &self,
        _: Request<tf::get_functions::Request>,
    ) -> Answer<tf::get_functions::Response> {
        answer(tf::get_functions::Response {
            functions: self.0.signatures(),
            ..Default::default()
        })
    }

    async fn call_function(
        &self,
        request: Request<tf::call_function::Request>,
    ) -> Answer<tf::call_function::Response> {
        answer(self.0.call(request.into_inner()))
    }

    async fn validate_action_config(
        &self,
        _: Request<tf::validate_action_config::Request>,
    ) -> Answer<tf::validate_action_config::Response> {
        none("actions")
    }

    async fn plan_action(
        &self,
        _: Request<tf::plan_action::Request>,
    ) -> Answer<tf::plan_action::Response> {
        none("actions")
    }

    type InvokeActionStream = Never<tf::invoke_action::Event>;

    async fn invoke_action(
        &self,
        _: Request<tf::invoke_action::Request>,
    ) -> Answer<Self::InvokeActionStream> {
        none("actions")
    }

    async fn validate_state_store_config(
        &self,
        _: Request<tf::validate_state_store_config::Request>,
    ) -> Answer<tf::validate_state_store_config::Response> {
        none("state stores")
    }

    async fn configure_state_store(
        &self,
        _: Request<tf::configure_state_store::Request>,
    ) -> Answer<tf::configure_state_store::Response> {
        none("state stores")
    }

    type ReadStateBytesStream = Never<tf::read_state_bytes::ResponseChunk>;

    async fn read_state_bytes(
        &self,
        _: Request<tf::read_state_bytes::Request>,
    ) -> Answer<Self::ReadStateBytesStream> {
        none("state stores")
    }

    async fn write_state_bytes(
        &self,
        _: Request<Streaming<tf::write_state_bytes::RequestChunk>>,
    ) -> Answer<tf::write_state_bytes::Response> {
        none("state stores")
    }

    async fn lock_state(
        &self,
        _: Request<tf::lock_state::Request>,
    ) -> Answer<tf::lock_state::Response> {
        none("state stores")
    }

    async fn unlock_state(
        &self,
        _: Request<tf::unlock_state::Request>,
    ) -> Answer<tf::unlock_state::Response> {
        none("state stores")
    }

    async fn get_states(
        &self,
        _: Request<tf::get_states::Request>,
    ) -> Answer<tf::get_states::Response> {
        none("state stores")
    }

    async fn delete_state(
        &self,
        _: Request<tf::delete_state::Request>,
    ) -> Answer<tf::delete_state::Response> {
        none("state stores")
    }

    async fn stop_provider(
        &self,
        _: Request<tf::stop_provider::Request>,
    ) -> Answer<tf::stop_provider::Response> {
        self.0.stop();
        answer(Default::default())
    }
}
