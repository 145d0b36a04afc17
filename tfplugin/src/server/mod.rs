//! The provider as Terraform sees it: one method per call of the protocol, each in the
//! same order — read the values, run the hook, write the answer. What the parts share
//! is here; the gRPC face is `rpc`.

mod rpc;
mod configure;
mod resource;
mod adopt;
mod data_source;
mod function;
mod guard;

pub(crate) use rpc::Rpc;

use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    proto::tfplugin6::{
        self as tf,
        provider_server::{self, ProviderServer},
    },
    provider::{AnyDataSource, AnyResource, Cx, Function, Provider, Signature},
    schema::Schema,
    value::{Type, Value, ValueError},
    wire,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};
use tokio_util::sync::CancellationToken;

/// The gRPC service of a provider without a process or a socket around it, for tests.
pub fn service(provider: impl Provider) -> ProviderServer<impl provider_server::Provider> {
    ProviderServer::new(Rpc(Arc::new(Server::new(provider))))
}

/// A provider with its schemas at hand, and the state that configuring leaves.
pub(crate) struct Server<P: Provider> {
    provider: P,
    config: Typed,
    resources: BTreeMap<String, Entry<dyn AnyResource<P::Client>>>,
    data_sources: BTreeMap<String, Entry<dyn AnyDataSource<P::Client>>>,
    functions: BTreeMap<String, (Signature, Arc<dyn Function>)>,
    client: RwLock<Option<Arc<P::Client>>>,
    stop: Mutex<CancellationToken>,
}

/// A schema with the type of its values.
struct Typed {
    schema: Schema,
    ty: Type,
}

struct Entry<H: ?Sized> {
    hooks: Arc<H>,
    typed: Typed,
}

impl From<Schema> for Typed {
    fn from(schema: Schema) -> Self {
        Self {
            ty: schema.ty(),
            schema,
        }
    }
}

impl Typed {
    fn read(&self, message: Option<tf::DynamicValue>) -> Result<Value, Diagnostics> {
        Ok(wire::value(message, &self.ty).map_err(malformed)?)
    }

    /// A value that the server itself has made to fit.
    fn write(&self, value: Value) -> Option<tf::DynamicValue> {
        wire::dynamic(value, &self.ty).ok()
    }
}

fn malformed(error: ValueError) -> Diagnostic {
    Diagnostic::error("Malformed value")
        .detail(format!(
            "A value from Terraform could not be read: {error}."
        ))
        .at(error.path)
}

impl<P: Provider> Server<P> {
    pub(crate) fn new(provider: P) -> Self {
        let parts = provider.parts();
        let resources = parts.resources.into_iter().map(|hooks| {
            (
                hooks.name().to_owned(),
                Entry {
                    typed: hooks.schema().into(),
                    hooks,
                },
            )
        });
        let data_sources = parts.data_sources.into_iter().map(|hooks| {
            (
                hooks.name().to_owned(),
                Entry {
                    typed: hooks.schema().into(),
                    hooks,
                },
            )
        });
        let functions = parts.functions.into_iter().map(|hooks| {
            let signature = hooks.signature();
            (signature.name.clone(), (signature, hooks))
        });
        Self {
            config: provider.schema().into(),
            resources: resources.collect(),
            data_sources: data_sources.collect(),
            functions: functions.collect(),
            client: RwLock::new(None),
            stop: Mutex::new(CancellationToken::new()),
            provider,
        }
    }

    /// The context of one call.
    fn cx(&self, private: Vec<u8>) -> Cx<P::Client> {
        let client = self
            .client
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let cancel = self
            .stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .child_token();
        Cx {
            cancel,
            private,
            ..Cx::new(client)
        }
    }

    /// Cancels the operations that run now; those that begin later are not touched.
    pub(crate) fn stop(&self) {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *stop).cancel();
    }

    fn resource(&self, name: &str) -> Result<&Entry<dyn AnyResource<P::Client>>, Diagnostics> {
        Ok(self
            .resources
            .get(name)
            .ok_or_else(|| no_such("resource type", name))?)
    }

    fn data_source(&self, name: &str) -> Result<&Entry<dyn AnyDataSource<P::Client>>, Diagnostics> {
        Ok(self
            .data_sources
            .get(name)
            .ok_or_else(|| no_such("data source", name))?)
    }
}

fn no_such(what: &str, name: &str) -> Diagnostic {
    Diagnostic::error(format!("Unknown {what}")).detail(format!(
        "This provider has no {what} `{name}`: check the name and the provider's version."
    ))
}

/// What a hook reported, and why it failed if it did.
fn told<C, T>(cx: Cx<C>, outcome: Result<T, Diagnostics>) -> (Option<T>, Vec<tf::Diagnostic>) {
    let mut diagnostics = cx.diagnostics;
    let value = match outcome {
        Ok(value) => Some(value),
        Err(errors) => {
            diagnostics.extend(errors);
            None
        }
    };
    (value, wire::diagnostics(diagnostics))
}
