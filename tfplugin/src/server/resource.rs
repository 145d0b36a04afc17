//! The calls about managed resources.

use super::{Entry, Server, Typed, guard::guard, told};
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    plan,
    proto::tfplugin6 as tf,
    provider::{AnyResource, Cx, MoveSource, Provider, RawState},
    validate::validate,
    value::{Value, json},
    wire,
};

impl<P: Provider> Server<P> {
    pub(super) async fn validate_resource(
        &self,
        request: tf::validate_resource_config::Request,
    ) -> Vec<tf::Diagnostic> {
        let mut cx = Cx::new(None);
        let outcome = guard("ValidateResourceConfig", &request.type_name, async {
            let entry = self.resource(&request.type_name)?;
            let config = entry.typed.read(request.config)?;
            cx.diagnostics
                .extend(validate(&entry.typed.schema.body, &config));
            entry.hooks.validate(&mut cx, &config).await
        });
        let outcome = outcome.await;
        told(cx, outcome).1
    }

    pub(super) async fn read(
        &self,
        request: tf::read_resource::Request,
    ) -> tf::read_resource::Response {
        let mut cx = self.cx(request.private);
        let before = request.current_state.clone();
        let outcome = guard("ReadResource", &request.type_name, async {
            let entry = self.resource(&request.type_name)?;
            let state = entry.typed.read(request.current_state)?;
            let found = entry
                .hooks
                .read(&mut cx, &state)
                .await?
                .conform(&entry.typed.ty)?;
            let found = plan::keep_spelling(&entry.typed.schema.body, &state, &found);
            Ok(entry.typed.write(all_known(&mut cx.diagnostics, found)))
        });
        let outcome = outcome.await;
        let private = cx.private.clone();
        let (state, diagnostics) = told(cx, outcome);
        tf::read_resource::Response {
            new_state: state.unwrap_or(before),
            private,
            diagnostics,
            ..Default::default()
        }
    }

    pub(super) async fn plan(
        &self,
        request: tf::plan_resource_change::Request,
    ) -> tf::plan_resource_change::Response {
        let mut cx = self.cx(request.prior_private);
        let outcome = guard("PlanResourceChange", &request.type_name, async {
            let entry = self.resource(&request.type_name)?;
            let config = entry.typed.read(request.config)?;
            let prior = entry.typed.read(request.prior_state)?;
            let proposed = entry.typed.read(request.proposed_new_state)?;
            let planned = if proposed.is_null() {
                entry.hooks.plan_destroy(&mut cx, &prior).await?;
                proposed
            } else {
                change(entry, &mut cx, [&config, &prior, &proposed]).await?
            };
            Ok(entry.typed.write(planned))
        });
        let outcome = outcome.await;
        let planned_private = cx.private.clone();
        let requires_replace = cx.replace.iter().filter_map(wire::path).collect();
        let (planned, diagnostics) = told(cx, outcome);
        tf::plan_resource_change::Response {
            planned_state: planned.flatten(),
            requires_replace,
            planned_private,
            diagnostics,
            ..Default::default()
        }
    }

    pub(super) async fn apply(
        &self,
        request: tf::apply_resource_change::Request,
    ) -> tf::apply_resource_change::Response {
        let mut cx = self.cx(request.planned_private);
        let before = request.prior_state.clone();
        let outcome = guard("ApplyResourceChange", &request.type_name, async {
            let entry = self.resource(&request.type_name)?;
            let prior = entry.typed.read(request.prior_state)?;
            let planned = entry.typed.read(request.planned_state)?;
            let state = entry
                .hooks
                .apply(&mut cx, &prior, &planned)
                .await?
                .conform(&entry.typed.ty)?;
            let state = plan::keep_spelling(&entry.typed.schema.body, &planned, &state);
            Ok(entry.typed.write(all_known(&mut cx.diagnostics, state)))
        });
        let outcome = outcome.await;
        let fallback = match self.resource(&request.type_name) {
            Ok(entry) => saved(&mut cx, &entry.typed).or(before),
            Err(_) => before,
        };
        let private = cx.private.clone();
        let (state, diagnostics) = told(cx, outcome);
        tf::apply_resource_change::Response {
            new_state: state.unwrap_or(fallback),
            private,
            diagnostics,
            ..Default::default()
        }
    }

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

/// The planned state to create or update: the schema's rules, the resource's own, and
/// the check that Terraform will accept the outcome.
async fn change<C>(
    entry: &Entry<dyn AnyResource<C>>,
    cx: &mut Cx<C>,
    [config, prior, proposed]: [&Value; 3],
) -> Result<Value, Diagnostics> {
    let body = &entry.typed.schema.body;
    let settled = plan::settle(body, config, prior, proposed);
    let unsettled = plan::unsettle(body, config, prior, &settled);
    let quiet = settled == *prior;
    let first = if quiet { settled } else { unsettled.clone() };
    let mut planned = modified(entry, cx, [config, prior, &first]).await?;
    if quiet && planned != *prior {
        // The resource itself found something to change, such as drift in what it
        // computes: from here on this is an update like any other.
        cx.diagnostics = Diagnostics::new();
        cx.replace.clear();
        planned = modified(entry, cx, [config, prior, &unsettled]).await?;
    }
    plan::violations(body, config, prior, &planned).into_result()?;
    cx.replace
        .extend(plan::replacements(body, config, prior, &planned));
    Ok(planned)
}

/// The plan after the resource's own `modify_plan`.
async fn modified<C>(
    entry: &Entry<dyn AnyResource<C>>,
    cx: &mut Cx<C>,
    [config, prior, planned]: [&Value; 3],
) -> Result<Value, Diagnostics> {
    let planned = planned.clone();
    let planned = entry.hooks.modify_plan(cx, config, prior, planned).await?;
    Ok(planned.conform(&entry.typed.ty)?)
}

/// The state for Terraform, which takes no unknowns after an apply or a read.
fn all_known(diagnostics: &mut Diagnostics, state: Value) -> Value {
    if let Some(path) = state.first_unknown() {
        let error = Diagnostic::error("Provider left a value unknown")
            .detail("This is a bug in the provider: the object exists, and everything about it must be known.");
        diagnostics.push(error.at(path));
    }
    state.without_unknowns()
}

/// What a failed hook had saved before.
fn saved<C>(cx: &mut Cx<C>, typed: &Typed) -> Option<tf::DynamicValue> {
    let state = cx.saved.take()?.without_unknowns();
    match wire::dynamic(state, &typed.ty) {
        Ok(state) => Some(state),
        Err(error) => {
            cx.diagnostics.push(error);
            None
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
