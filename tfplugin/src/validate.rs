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
    use crate::schema::{Block, Nesting, Schema, checks};

    #[test]
    fn rules_see_known_values_alone_and_say_where() {
        let one = || {
            Attribute::string("a")
                .optional()
                .check(checks::one_of(["x"]))
        };
        let schema = Schema::new("")
            .attributes([
                one(),
                Attribute::nested("n", Nesting::Map, [one()]).optional(),
                Attribute::set("s", crate::value::Type::String)
                    .optional()
                    .check_each(checks::not_empty()),
                Attribute::string("secret")
                    .optional()
                    .sensitive()
                    .check(checks::one_of(["x"])),
            ])
            .blocks([Block::list("b").attributes([one()])]);
        let row = |value: Value| Value::object([("a", value)]);
        let found = |config: Value| -> Vec<String> {
            let config = config.conform(&schema.ty()).unwrap();
            validate(&schema.body, &config)
                .iter()
                .map(|d| d.detail.clone())
                .collect()
        };
        let quiet = [Value::Null, Value::Unknown, "x".into()];
        for value in quiet {
            assert_eq!(
                found(Value::object([
                    ("a", value.clone()),
                    ("b", Value::list([row(value)]))
                ])),
                [""; 0]
            );
        }
        assert_eq!(found(Value::object([("b", Value::Unknown)])), [""; 0]);
        let wrong = Value::object([
            ("a", "y".into()),
            ("n", Value::object([("k", row("y".into()))])),
            ("s", Value::list([Value::Unknown, "".into()])),
            ("secret", "hunter2".into()),
            ("b", Value::list([row("x".into()), row("y".into())])),
        ]);
        let rule = "`y` is none of the allowed values: use one of `x`.";
        let wanted = [
            format!("a: {rule}"),
            format!("n[\"k\"].a: {rule}"),
            "s[*]: must not be empty.".to_owned(),
            "secret: `(sensitive)` is none of the allowed values: use one of `x`.".to_owned(),
            format!("b[1].a: {rule}"),
        ];
        assert_eq!(found(wrong), wanted);
    }
}
