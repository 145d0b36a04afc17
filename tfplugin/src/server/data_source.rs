//! The calls about data sources.

use super::{Server, guard::guard, told};
use crate::{
    diagnostic::Diagnostic,
    proto::tfplugin6 as tf,
    provider::{Cx, Provider},
    validate::validate,
};

impl<P: Provider> Server<P> {
    pub(super) async fn validate_data(
        &self,
        request: tf::validate_data_resource_config::Request,
    ) -> Vec<tf::Diagnostic> {
        let mut cx = Cx::new(None);
        let outcome = guard("ValidateDataResourceConfig", &request.type_name, async {
            let entry = self.data_source(&request.type_name)?;
            let config = entry.typed.read(request.config)?;
            cx.diagnostics
                .extend(validate(&entry.typed.schema.body, &config));
            entry.hooks.validate(&mut cx, &config).await
        });
        let outcome = outcome.await;
        told(cx, outcome).1
    }

    pub(super) async fn read_data(
        &self,
        request: tf::read_data_source::Request,
    ) -> tf::read_data_source::Response {
        let mut cx = self.cx(Vec::new());
        let outcome = guard("ReadDataSource", &request.type_name, async {
            let entry = self.data_source(&request.type_name)?;
            let config = entry.typed.read(request.config)?;
            let found = entry
                .hooks
                .read(&mut cx, &config)
                .await?
                .conform(&entry.typed.ty)?;
            match found.first_unknown() {
                None => Ok(entry.typed.write(found)),
                Some(path) => {
                    let error = Diagnostic::error("Provider left a value unknown")
                        .detail("This is a bug in the provider: a data source knows everything once it is read.");
                    Err(error.at(path).into())
                }
            }
        });
        let outcome = outcome.await;
        let (state, diagnostics) = told(cx, outcome);
        tf::read_data_source::Response {
            state: state.flatten(),
            diagnostics,
            ..Default::default()
        }
    }
}
