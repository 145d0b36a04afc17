//! The calls by which a resource comes under this provider's care: imported, upgraded from an
//! older state, or moved from another type.

use super::{Server, guard::guard, told};
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    proto::tfplugin6 as tf,
    provider::{MoveSource, Provider, RawState},
    value::json,
    wire,
};

impl<P: Provider> Server<P> {
    pub(super) async fn import(
        &self,
        request: tf::import_resource_state::Request,
    ) -> tf::import_resource_state::Response {
        let mut cx = self.cx(Vec::new());
        let outcome = guard("ImportResourceState", &request.type_name, async {
            let entry = self.resource(&request.type_name)?;
            let state = entry
                .hooks
                .import(&mut cx, &request.id)
                .await?
                .conform(&entry.typed.ty)?;
            Ok(entry.typed.write(state.without_unknowns()))
        });
        let outcome = outcome.await;
        let private = cx.private.clone();
        let (state, diagnostics) = told(cx, outcome);
        let imported = state.map(|state| tf::import_resource_state::ImportedResource {
            type_name: request.type_name,
            state,
            private,
            identity: None,
        });
        tf::import_resource_state::Response {
            imported_resources: imported.into_iter().collect(),
            diagnostics,
            ..Default::default()
        }
    }

    pub(super) async fn upgrade(
        &self,
        request: tf::upgrade_resource_state::Request,
    ) -> tf::upgrade_resource_state::Response {
        let mut cx = self.cx(Vec::new());
        let outcome = guard("UpgradeResourceState", &request.type_name, async {
            let entry = self.resource(&request.type_name)?;
            let state = raw_state(request.raw_state)?;
            let current = entry.typed.schema.version;
            let state = match request.version {
                version if version == current => json::from_json(&state, &entry.typed.ty)?,
                version if version > current => return Err(too_new(version, current).into()),
                version => {
                    entry
                        .hooks
                        .adopt(&mut cx, RawState::Older { version, state })
                        .await?
                }
            };
            Ok(entry
                .typed
                .write(state.conform(&entry.typed.ty)?.without_unknowns()))
        });
        let outcome = outcome.await;
        let (state, diagnostics) = told(cx, outcome);
        tf::upgrade_resource_state::Response {
            upgraded_state: state.flatten(),
            diagnostics,
        }
    }

    pub(super) async fn move_state(
        &self,
        request: tf::move_resource_state::Request,
    ) -> tf::move_resource_state::Response {
        let mut cx = self.cx(Vec::new());
        let outcome = guard("MoveResourceState", &request.target_type_name, async {
            let entry = self.resource(&request.target_type_name)?;
            let source = MoveSource {
                provider_address: request.source_provider_address,
                type_name: request.source_type_name,
                schema_version: request.source_schema_version,
                state: raw_state(request.source_state)?,
                private: request.source_private,
            };
            let refusal = no_move(&source, &request.target_type_name);
            let state = entry
                .hooks
                .adopt(&mut cx, RawState::Foreign(source))
                .await?;
            if state.is_null() {
                return Err(refusal.into());
            }
            Ok(entry
                .typed
                .write(state.conform(&entry.typed.ty)?.without_unknowns()))
        });
        let outcome = outcome.await;
        let target_private = cx.private.clone();
        let (state, diagnostics) = told(cx, outcome);
        tf::move_resource_state::Response {
            target_state: state.flatten(),
            target_private,
            diagnostics,
            target_identity: None,
        }
    }
}

fn raw_state(state: Option<tf::RawState>) -> Result<serde_json::Value, Diagnostics> {
    match state {
        Some(state) if !state.json.is_empty() => {
            Ok(wire::raw(&state.json).map_err(super::malformed)?)
        }
        _ => Err(Diagnostic::error("State is too old")
            .detail("The state is in the form of Terraform 0.11: apply once with Terraform 0.12.")
            .into()),
    }
}

fn too_new(version: i64, current: i64) -> Diagnostic {
    Diagnostic::error("State is newer than the provider").detail(format!(
        "The state is of schema version {version}, this provider knows up to {current}: use the newer provider."
    ))
}

fn no_move(source: &MoveSource, target: &str) -> Diagnostic {
    let MoveSource {
        type_name,
        provider_address,
        ..
    } = source;
    Diagnostic::error("Move is not supported").detail(format!(
        "`{target}` cannot take over a `{type_name}` of the provider {provider_address}."
    ))
}
