//! The calls about managed resources from validation to apply. How a resource comes under this
//! provider's care is in `adopt`.

use super::{Entry, Server, Typed, guard::guard, told};
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    plan,
    proto::tfplugin6 as tf,
    provider::{AnyResource, Cx, Provider},
    validate::validate,
    value::Value,
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
