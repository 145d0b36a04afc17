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

/// The first step: the proposal with defaults, and with what is only another spelling
/// undone. Where this equals the prior state, nothing has been asked for.
pub(crate) fn settle(body: &Body, config: &Value, prior: &Value, proposed: &Value) -> Value {
    walk(body, &Spot::root(config, prior, proposed), &mut settled)
}

/// The second step, for a plan that changes something.
pub(crate) fn unsettle(body: &Body, config: &Value, prior: &Value, settled: &Value) -> Value {
    walk(body, &Spot::root(config, prior, settled), &mut unsettled)
}

fn settled(attribute: &Attribute, spot: &Spot<'_>) -> Option<Value> {
    if spot.config.is_null() && attribute.computed && attribute.default.is_some() {
        return attribute.default.clone();
    }
    // Terraform wants a configured value or the prior one; anything else is refused.
    let pair = spot.config.is_known() && spot.prior.is_known() && !spot.in_set;
    (pair && same(attribute, spot.prior, spot.config)).then(|| spot.prior.clone())
}

fn unsettled(attribute: &Attribute, spot: &Spot<'_>) -> Option<Value> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Block, Nesting, Schema};
    use Value::{Null, Unknown};

    /// The outcome for the attribute `a`, and whether it forces a replacement.
    type Outcome = (Value, bool);

    fn string() -> Attribute {
        Attribute::string("a")
    }

    /// Plans the attribute next to another one, which a changed plan changes too.
    /// Without a prior value it is a create.
    fn outcome(a: &Attribute, config: &Value, prior: Option<&Value>, changed: bool) -> Outcome {
        let schema = Schema::new("").attributes([a.clone(), Attribute::string("other").optional()]);
        let object =
            |a: &Value, other: &str| Value::object([("a", a.clone()), ("other", other.into())]);
        // What Terraform proposes: the configured value, else the prior of a computed.
        let computed = config.is_null() && a.computed;
        let proposed = if computed {
            prior.unwrap_or(&Null)
        } else {
            config
        };
        let other = if changed { "new" } else { "old" };
        let (config, proposed) = (object(config, other), object(proposed, other));
        let prior = prior.map_or(Null, |prior| object(prior, "old"));
        let mut planned = settle(&schema.body, &config, &prior, &proposed);
        if planned != prior {
            planned = unsettle(&schema.body, &config, &prior, &planned);
        }
        let errors = violations(&schema.body, &config, &prior, &planned);
        assert!(
            errors.is_empty(),
            "Terraform would refuse {planned:?}: {errors}"
        );
        let replaced = replacements(&schema.body, &config, &prior, &planned);
        (planned.get("a").clone(), replaced == [Path::to("a")])
    }

    #[test]
    fn each_rule_holds_for_null_unknown_and_known() {
        let computed = string().computed();
        let id = string().computed().use_state_for_unknown();
        let optional = string().optional();
        let both = string().optional().computed();
        let default = string().optional().computed().default("d");
        let same = string()
            .optional()
            .same_if(|a, b| a.as_str().map(str::to_lowercase) == b.as_str().map(str::to_lowercase));
        let fixed = string().optional().requires_replace();
        let fixed_both = string().optional().computed().requires_replace();
        let initial = string().optional().requires_replace_if(|a, b| {
            a.as_str().and_then(|a| a.chars().next()) != b.as_str().and_then(|b| b.chars().next())
        });
        let fixed_same = string().optional().requires_replace().same_if(|_, _| true);
        let [c, d, p] = ["c", "d", "p"].map(Value::from);
        let (px, upper) = (Value::from("px"), Value::from("P"));
        // attribute, config, prior (None: create), another change; planned, replaces
        #[rustfmt::skip]
        let rows: &[(&Attribute, &Value, Option<&Value>, bool, &Value, bool)] = &[
            (&computed,   &Null,    None,        true,  &Unknown, false),
            (&computed,   &Null,    Some(&p),    false, &p,       false),
            (&computed,   &Null,    Some(&p),    true,  &Unknown, false),
            (&id,         &Null,    None,        true,  &Unknown, false),
            (&id,         &Null,    Some(&p),    true,  &p,       false),
            (&id,         &Null,    Some(&Null), true,  &Unknown, false),
            (&optional,   &c,       None,        true,  &c,       false),
            (&optional,   &Null,    None,        true,  &Null,    false),
            (&optional,   &Unknown, None,        true,  &Unknown, false),
            (&optional,   &c,       Some(&p),    false, &c,       false),
            (&optional,   &Null,    Some(&p),    false, &Null,    false),
            (&optional,   &Unknown, Some(&p),    false, &Unknown, false),
            (&both,       &Null,    None,        true,  &Unknown, false),
            (&both,       &c,       None,        true,  &c,       false),
            (&both,       &Null,    Some(&p),    false, &p,       false),
            (&both,       &Null,    Some(&p),    true,  &Unknown, false),
            (&both,       &Unknown, Some(&p),    false, &Unknown, false),
            (&default,    &Null,    None,        true,  &d,       false),
            (&default,    &Null,    Some(&p),    false, &d,       false),
            (&default,    &c,       Some(&p),    false, &c,       false),
            (&default,    &Unknown, Some(&p),    false, &Unknown, false),
            (&same,       &upper,   Some(&p),    false, &p,       false),
            (&same,       &upper,   Some(&p),    true,  &p,       false),
            (&same,       &upper,   None,        true,  &upper,   false),
            (&same,       &c,       Some(&p),    false, &c,       false),
            (&same,       &Null,    Some(&p),    false, &Null,    false),
            (&same,       &Unknown, Some(&p),    false, &Unknown, false),
            (&same,       &upper,   Some(&Null), false, &upper,   false),
            (&fixed,      &c,       None,        true,  &c,       false),
            (&fixed,      &p,       Some(&p),    true,  &p,       false),
            (&fixed,      &c,       Some(&p),    false, &c,       true),
            (&fixed,      &Null,    Some(&p),    false, &Null,    true),
            (&fixed,      &Unknown, Some(&p),    false, &Unknown, true),
            (&fixed,      &c,       Some(&Null), false, &c,       true),
            (&fixed_both, &Null,    Some(&p),    true,  &p,       false),
            (&fixed_both, &c,       Some(&p),    false, &c,       true),
            (&initial,    &px,      Some(&p),    false, &px,      false),
            (&initial,    &c,       Some(&p),    false, &c,       true),
            (&initial,    &Unknown, Some(&p),    false, &Unknown, true),
            (&fixed_same, &c,       Some(&p),    false, &p,       false),
        ];
        for (i, (attribute, config, prior, changed, planned, replaced)) in rows.iter().enumerate() {
            let wanted = ((*planned).clone(), *replaced);
            assert_eq!(
                outcome(attribute, config, *prior, *changed),
                wanted,
                "row {i}"
            );
        }
    }

    /// A block or nested attribute of each kind, all of the same three attributes.
    fn nested() -> Body {
        let rows = || {
            [
                Attribute::string("name").required(),
                Attribute::string("id").computed().use_state_for_unknown(),
                Attribute::string("by").optional().computed().default("me"),
            ]
        };
        let nested = |name, nesting| Attribute::nested(name, nesting, rows()).optional();
        let schema = Schema::new("")
            .attributes([
                nested("one", Nesting::Single),
                nested("list_of", Nesting::List),
                nested("set_of", Nesting::Set),
                nested("map_of", Nesting::Map),
            ])
            .blocks([
                Block::single("single").attributes(rows()),
                Block::list("list").attributes(rows()),
                Block::set("set").attributes(rows()),
            ]);
        schema.body
    }

    fn everywhere(name: &str, id: Value, by: Value) -> Value {
        let row = Value::object([("name", name.into()), ("id", id), ("by", by)]);
        Value::object([
            ("one", row.clone()),
            ("list_of", Value::list([row.clone()])),
            ("set_of", Value::set([row.clone()])),
            ("map_of", Value::object([("k", row.clone())])),
            ("single", row.clone()),
            ("list", Value::list([row.clone()])),
            ("set", Value::set([row])),
        ])
    }

    #[test]
    fn rules_reach_into_blocks_and_nested_attributes() {
        let body = nested();
        let plan = |config: &Value, prior: &Value, proposed: &Value| {
            unsettle(
                &body,
                config,
                prior,
                &settle(&body, config, prior, proposed),
            )
        };
        let config = everywhere("a", Null, Null);
        let created = plan(&config, &Null, &config);
        assert_eq!(created, everywhere("a", Unknown, "me".into()));
        // In an update Terraform brings the ids along.
        let prior = everywhere("a", "1".into(), "you".into());
        let planned = plan(&config, &prior, &prior);
        assert_eq!(planned, everywhere("a", "1".into(), "me".into()));
        assert!(violations(&body, &config, &prior, &planned).is_empty());
        // A renamed row keeps its id by its place; in a set it is a new row.
        let config = everywhere("b", Null, Null);
        let mut proposed = everywhere("b", "1".into(), Null);
        if let Value::Map(entries) = &mut proposed {
            for set in ["set", "set_of"] {
                entries.insert(set.to_owned(), config.get(set).clone());
            }
        }
        let planned = plan(&config, &prior, &proposed);
        assert_eq!(
            planned.at(&Path::to("list").index(0).attribute("id")),
            &"1".into()
        );
        assert_eq!(
            planned.at(&Path::to("map_of").key("k").attribute("id")),
            &"1".into()
        );
        let elements = planned.get("set").as_elements().unwrap();
        assert_eq!(elements[0].get("id"), &Unknown);
    }

    #[test]
    fn what_is_unknown_as_a_whole_stays_so() {
        let body = nested();
        let names = [
            "one", "list_of", "set_of", "map_of", "single", "list", "set",
        ];
        let config = Value::object(names.map(|name| (name, Unknown)));
        let planned = unsettle(
            &body,
            &config,
            &Null,
            &settle(&body, &config, &Null, &config),
        );
        assert_eq!(planned, config);
        assert!(violations(&body, &config, &Null, &planned).is_empty());
    }

    #[test]
    fn a_plan_that_terraform_would_refuse_is_named() {
        let body = nested();
        let config = everywhere("a", Null, Null);
        let planned = everywhere("b", "1".into(), "me".into());
        let found = violations(&body, &config, &Null, &planned);
        let places: Vec<String> = found.iter().map(|d| d.path.to_string()).collect();
        for place in [
            "one.name",
            "list_of[0].name",
            "set_of[*].name",
            "map_of[\"k\"].name",
            "list[0].name",
        ] {
            assert!(
                places.iter().any(|p| p == place),
                "{place} is not in {places:?}"
            );
        }
    }

    #[test]
    fn a_new_spelling_gives_way_to_the_earlier_one() {
        let lower = |value: &Value| value.as_str().map(str::to_lowercase);
        let row = || {
            Attribute::string("a")
                .optional()
                .same_if(move |a, b| lower(a) == lower(b))
        };
        let body = Schema::new("")
            .attributes([row()])
            .blocks([Block::list("b").attributes([row()])])
            .body;
        let object = |a: &str, b: Value| {
            Value::object([
                ("a", a.into()),
                ("b", Value::list([Value::object([("a", b)])])),
            ])
        };
        let kept = keep_spelling(&body, &object("x", "y".into()), &object("X", "z".into()));
        assert_eq!(kept, object("x", "z".into()));
        let kept = keep_spelling(&body, &object("x", Unknown), &object("y", "Z".into()));
        assert_eq!(kept, object("y", "Z".into()));
    }
}
