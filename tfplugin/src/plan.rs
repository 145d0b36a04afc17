//! The rules that Terraform has for plans, carried out for every resource before its
//! own `modify_plan` has a say. Terraform proposes the configuration with the prior
//! values of computed attributes; from that a plan is made in three steps:
//!
//! 1. `settle`: defaults are filled in, and a new value that only spells the old one
//!    anew gives way to it.
//! 2. When anything differs from the prior state by now, computed attributes that the
//!    user does not set become unknown, except those that never change.
//! 3. After `modify_plan`, `violations` holds the result against Terraform's rule that
//!    a planned value is the configured one, or the prior one in another spelling, and
//!    `replacements` lists what forces a replacement.

use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    path::Path,
    schema::{Attribute, Body, Replace, Shape},
    value::Value,
    walk::{Spot, walk},
};

/// The plan to create (`prior` is null) or update.
pub(crate) fn plan(body: &Body, config: &Value, prior: &Value, proposed: &Value) -> Value {
    let settled = walk(body, &Spot::root(config, prior, proposed), &mut settle);
    if settled == *prior {
        return settled;
    }
    walk(body, &Spot::root(config, prior, &settled), &mut unsettle)
}

fn settle(attribute: &Attribute, spot: &Spot<'_>) -> Option<Value> {
    if spot.config.is_null() && attribute.computed && attribute.default.is_some() {
        return attribute.default.clone();
    }
    // Terraform wants a configured value or the prior one; anything else is refused.
    let pair = spot.config.is_known() && spot.prior.is_known() && !spot.in_set;
    (pair && same(attribute, spot.prior, spot.config)).then(|| spot.prior.clone())
}

fn unsettle(attribute: &Attribute, spot: &Spot<'_>) -> Option<Value> {
    if !attribute.computed || !spot.config.is_null() {
        return None;
    }
    // What forces a replacement cannot change in an update: when the resource is
    // replaced indeed, Terraform plans again without a prior state.
    let lasting = attribute.keep || attribute.replace.is_some();
    Some(match (&attribute.default, spot.in_set) {
        (Some(_), _) => spot.planned.clone(),
        (None, false) if lasting && !spot.prior.is_null() => spot.prior.clone(),
        // In a set Terraform itself has paired the element with its earlier self.
        (None, true) if lasting && !spot.planned.is_null() => spot.planned.clone(),
        _ => Value::Unknown,
    })
}

fn same(attribute: &Attribute, old: &Value, new: &Value) -> bool {
    let comparable = old != new && old.is_wholly_known() && new.is_wholly_known();
    comparable && attribute.same.as_ref().is_some_and(|same| same(old, new))
}

/// A new state in which what only spells an earlier value anew gives way to that. The
/// earlier values are those of the plan after an apply, and of the state after a read.
pub(crate) fn keep_spelling(body: &Body, earlier: &Value, new: &Value) -> Value {
    walk(
        body,
        &Spot::root(new, earlier, new),
        &mut |attribute: &Attribute, spot: &Spot<'_>| {
            let pair = spot.prior.is_known() && spot.planned.is_known() && !spot.in_set;
            (pair && same(attribute, spot.prior, spot.planned)).then(|| spot.prior.clone())
        },
    )
}

/// The attributes whose planned change forces a replacement.
pub(crate) fn replacements(
    body: &Body,
    config: &Value,
    prior: &Value,
    planned: &Value,
) -> Vec<Path> {
    let mut paths = Vec::new();
    if prior.is_null() {
        return paths;
    }
    walk(
        body,
        &Spot::root(config, prior, planned),
        &mut |attribute: &Attribute, spot: &Spot<'_>| {
            let replaces = match &attribute.replace {
                None => false,
                Some(_) if spot.prior == spot.planned => false,
                Some(Replace::When(replaces))
                    if spot.prior.is_known() && spot.planned.is_known() =>
                {
                    replaces(spot.prior, spot.planned)
                }
                Some(_) => true,
            };
            if replaces {
                paths.push(spot.path.clone());
            }
            None
        },
    );
    paths
}

/// Where a plan breaks Terraform's rule, which would refuse it as a bug of the provider.
pub(crate) fn violations(
    body: &Body,
    config: &Value,
    prior: &Value,
    planned: &Value,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    walk(
        body,
        &Spot::root(config, prior, planned),
        &mut |attribute: &Attribute, spot: &Spot<'_>| {
            let as_configured = spot.planned == spot.config;
            let free = attribute.computed && spot.config.is_null();
            let as_before =
                spot.planned == spot.prior && !spot.prior.is_null() && !spot.config.is_null();
            let nested = matches!(attribute.shape, Shape::Nested(..)) && spot.config.is_known();
            if !(as_configured || free || as_before || nested) {
                found.push(
                Diagnostic::error("Provider planned another value than configured")
                    .detail("This is a bug in the provider: a value that is set must be planned as it is.")
                    .at(spot.path.clone()),
            );
            }
            (!nested).then(|| spot.planned.clone())
        },
    );
    found
}
