//! Holds a configuration against the rules that its schema has for single values.

use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    path::{Path, Step},
    schema::{Attribute, Body, Check},
    value::Value,
    walk::{Spot, walk},
};

/// Every known value that breaks a rule.
pub(crate) fn validate(body: &Body, config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    walk(
        body,
        &Spot::root(config, &Value::Null, config),
        &mut |attribute: &Attribute, spot: &Spot<'_>| {
            let mut hold = |checks: &[Check], value: &Value, path: &Path| {
                if value.is_known() {
                    let problems = checks.iter().filter_map(|check| check(value).err());
                    found.extend(problems.map(|problem| invalid(attribute, value, path, problem)));
                }
            };
            hold(&attribute.checks, spot.config, &spot.path);
            if !attribute.element_checks.is_empty() {
                for (step, element) in elements(spot.config) {
                    hold(
                        &attribute.element_checks,
                        element,
                        &spot.path.clone().then(step),
                    );
                }
            }
            None
        },
    );
    found
}

fn elements(value: &Value) -> Vec<(Step, &Value)> {
    match value.concrete() {
        Value::List(elements) => elements
            .iter()
            .enumerate()
            .map(|(i, e)| (Step::Index(i), e))
            .collect(),
        Value::Set(elements) => elements.iter().map(|e| (Step::Element, e)).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, e)| (Step::Key(key.clone()), e))
            .collect(),
        _ => Vec::new(),
    }
}

/// The rule's own words may quote the value, which must not show when it is a secret.
fn invalid(attribute: &Attribute, value: &Value, path: &Path, problem: String) -> Diagnostic {
    let secret = value
        .as_str()
        .filter(|text| attribute.sensitive && !text.is_empty());
    let problem = secret.map_or(problem.clone(), |text| problem.replace(text, "(sensitive)"));
    Diagnostic::error("Invalid value")
        .detail(format!("{path}: {problem}."))
        .at(path.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        schema::{Block, Nesting, Schema, checks},
        value::Type,
    };

    fn schema() -> Schema {
        let one = || {
            Attribute::string("a")
                .optional()
                .check(checks::one_of(["x"]))
        };
        let each = Attribute::set("s", Type::String).check_each(checks::not_empty());
        let secret = Attribute::string("secret").sensitive();
        Schema::new("")
            .attributes([
                one(),
                Attribute::nested("n", Nesting::Map, [one()]).optional(),
                each.optional(),
                secret.optional().check(checks::one_of(["x"])),
            ])
            .blocks([Block::list("b").attributes([one()])])
    }

    fn found(config: Value) -> Vec<String> {
        let config = config.conform(&schema().ty()).unwrap();
        let found = validate(&schema().body, &config);
        found.iter().map(|d| d.detail.clone()).collect()
    }

    fn row(value: impl Into<Value>) -> Value {
        Value::object([("a", value.into())])
    }

    #[test]
    fn what_is_not_known_is_not_judged() {
        for value in [Value::Null, Value::Unknown, "x".into()] {
            let config = [("a", value.clone()), ("b", Value::list([row(value)]))];
            assert_eq!(found(Value::object(config)), [""; 0]);
        }
        assert_eq!(found(Value::object([("b", Value::Unknown)])), [""; 0]);
    }

    #[test]
    fn what_breaks_a_rule_is_named_by_its_place() {
        let config = Value::object([
            ("a", "y".into()),
            ("n", Value::object([("k", row("y"))])),
            ("s", Value::list([Value::Unknown, "".into()])),
            ("secret", "hunter2".into()),
            ("b", Value::list([row("x"), row("y")])),
        ]);
        let rule = "is none of the allowed values: use one of `x`.";
        let wanted = [
            format!("a: `y` {rule}"),
            format!("n[\"k\"].a: `y` {rule}"),
            "s[*]: must not be empty.".to_owned(),
            format!("secret: `(sensitive)` {rule}"),
            format!("b[1].a: `y` {rule}"),
        ];
        assert_eq!(found(config), wanted);
    }
}
